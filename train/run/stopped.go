package run

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
)

// A Stopped is a training that ended, or was stopped by whatever means, and can be continued. Until
// it is closed no other process can train in its folder.
type Stopped struct {
	Checkpoint *train.Checkpoint // the last one
	path       string
	lock       *os.File        // nil once it is the Folder's
	overridden map[string]bool // options that may have changed
	files      []dataset.File  // of the data as they are now
}

// Open opens the training in a folder that Begin made. It is a *format.Error if there is no checkpoint
// that can be used.
func Open(path string) (*Stopped, error) {
	checkpoint := filepath.Join(path, CheckpointName)
	if _, err := os.Stat(checkpoint); err != nil {
		return nil, &format.Error{File: checkpoint, Problem: "cannot be read, and without it the training cannot be continued: " + err.Error(), Err: err}
	}
	lock, err := lockFolder(path)
	if err != nil {
		return nil, err
	}
	from, err := train.ReadCheckpoint(checkpoint)
	if err != nil {
		lock.Close()
		return nil, err
	}
	return &Stopped{Checkpoint: from, path: path, lock: lock}, nil
}

// Settings sets into, a pointer, to the settings that the training was saved with. It is a
// *format.Error if config.json holds others, but for those that are overridden, by the names that
// they have as flags, which the caller changes, and an error of another type if into has no place
// for one.
func (s *Stopped) Settings(into any, overridden ...string) error {
	s.overridden = map[string]bool{}
	for _, option := range overridden {
		s.overridden[option] = true
	}
	note := s.Checkpoint.Notes[noteSettings]
	if err := checkSettings(filepath.Join(s.path, SettingsName), note, s.overridden); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader([]byte(note)))
	d.DisallowUnknownFields()
	return errors.Wrap(d.Decode(into), "the settings in the checkpoint, which another version of this program may have written")
}

// CheckData returns a *format.Error if a file is not what it was when the training was saved, unless
// the option that names it is overridden. Prepare does that for the files of a data set.
func (s *Stopped) CheckData(files []dataset.File) error {
	return checkData(s.Checkpoint.Notes[noteChecksums], files, s.overridden)
}

// checkData checks the files of a data set.
func (s *Stopped) checkData(o *dataset.Options) (err error) {
	if s.files, err = o.Files(); err != nil {
		return err
	}
	return s.CheckData(s.files)
}

// Continue opens the folder, in which the training goes on with the plan's settings.
func (s *Stopped) Continue(p Plan) (*Folder, error) {
	notes, err := p.notes()
	if err != nil {
		return nil, err
	}
	f := &Folder{path: s.path, plan: p, notes: notes, lock: s.lock, from: s.Checkpoint}
	s.lock = nil
	return f.opened()
}

// Close lets other processes train in the folder, unless the training continues.
func (s *Stopped) Close() error {
	if s.lock == nil {
		return nil
	}
	return s.lock.Close()
}
