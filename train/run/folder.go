package run

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/atomicfile"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/record"
)

// The files of a run.
const (
	ModelName       = "model.safetensors"      // the best model
	CheckpointName  = "checkpoint.safetensors" // the latest; older ones are checkpoint-000200.safetensors and so on
	SettingsName    = "config.json"
	MetricsName     = "metrics.jsonl"
	MetricsCSVName  = "metrics.csv"
	TensorBoardName = "tensorboard" // a folder
)

// temporaryFiles are those that a program leaves which is killed while it writes.
var temporaryFiles = []string{"*.safetensors.*.tmp", SettingsName + ".*.tmp"}

// A Plan says what the folder of a run is to hold.
type Plan struct {
	Settings  any            // what config.json is to hold: a value that JSON makes an object of
	Data      []dataset.File // the files that the training reads, as dataset.Options.Files returns them
	Saving    Saving
	Overwrite bool // begin even where another run has left its model or its checkpoint, and remove that
}

// A Folder is where a training leaves what comes of it. It is a callback of the training, which
// Training hands it to.
type Folder struct {
	path    string
	plan    Plan
	notes   map[string]string // of checkpoints
	lock    *os.File
	from    *train.Checkpoint // nil for a training that begins
	elapsed time.Duration     // that the training took until it continues
	records []record.Record
}

var _ train.Callback = (*Folder)(nil)

// Holds returns which of a model and a checkpoint is in a folder, by the name of its file, or "". It
// is an error if the path is that of a file.
func Holds(path string) (name string, err error) {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return "", errors.Errorf("%s is not a folder", path)
	}
	for _, name := range []string{ModelName, CheckpointName} {
		if _, err := os.Stat(filepath.Join(path, name)); err == nil {
			return name, nil
		}
	}
	return "", nil
}

// Begin makes the folder of a training that begins, and keeps other processes from training there
// until it is closed. If path is empty it is the first of run-1, run-2, … that does not exist. It is
// an error if another run is there, unless the plan says to overwrite it.
func Begin(path string, p Plan) (*Folder, error) {
	if there, err := Holds(path); path != "" && (err != nil || there != "" && !p.Overwrite) {
		if err == nil {
			err = errors.Errorf("%s already holds a %s; continue that run, choose another folder, or overwrite it", path, there)
		}
		return nil, errors.Wrap(err, "run")
	}
	notes, err := p.notes()
	if err != nil {
		return nil, err
	}
	if path, err = makeFolder(path); err != nil {
		return nil, errors.Wrap(err, "making the folder of the run")
	}
	lock, err := lockFolder(path)
	if err != nil {
		return nil, err
	}
	f := &Folder{path: path, plan: p, notes: notes, lock: lock}
	return f.opened("checkpoint*.safetensors")
}

// opened removes files, writes the settings and opens the records. After an error the folder is
// closed.
func (f *Folder) opened(remove ...string) (*Folder, error) {
	err := f.remove(append(remove, temporaryFiles...))
	if err == nil {
		err = f.writeSettings()
	}
	if err == nil {
		err = f.openRecords()
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// makeFolder makes the folder out or, if it is empty, the first of run-1, run-2, …
// that does not exist.
func makeFolder(out string) (string, error) {
	if out != "" {
		return out, os.MkdirAll(out, 0o777)
	}
	for n := 1; ; n++ {
		path := fmt.Sprintf("run-%d", n)
		if err := os.Mkdir(path, 0o777); !errors.Is(err, fs.ErrExist) {
			return path, err
		}
	}
}

// remove removes the files whose names match a pattern: what a run before left, or one
// that was killed while it wrote.
func (f *Folder) remove(patterns []string) error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return errors.Wrap(err, "reading the folder of the run")
	}
	for _, e := range entries {
		for _, pattern := range patterns {
			if match, err := filepath.Match(pattern, e.Name()); err != nil || !match {
				continue
			}
			if err := os.Remove(f.File(e.Name())); err != nil {
				return errors.Wrap(err, "tidying the folder of the run")
			}
		}
	}
	return nil
}

// writeSettings replaces config.json as a whole.
func (f *Folder) writeSettings() error {
	return errors.Wrap(atomicfile.Write(f.File(SettingsName), func(w io.Writer) error {
		_, err := io.WriteString(w, f.notes[noteSettings])
		return err
	}), "writing the settings")
}

func (f *Folder) openRecords() error {
	lines, err := record.NewJSONLines(f.File(MetricsName), f.from)
	if err != nil {
		return err
	}
	f.records, f.elapsed = append(f.records, lines), lines.Elapsed()
	for _, kind := range f.plan.Saving.Log {
		var more record.Record
		switch kind {
		case CSV:
			more, err = record.NewCSV(f.File(MetricsCSVName), f.from)
		case TensorBoard:
			more, err = record.NewTensorBoard(f.File(TensorBoardName), f.from)
		default:
			err = errors.Errorf("run: no record %q; the records are %v", kind, Logs)
		}
		if err != nil {
			return err
		}
		f.records = append(f.records, more)
	}
	return nil
}

// Path returns the path of the folder.
func (f *Folder) Path() string { return f.path }

// File returns the path of a file in the folder.
func (f *Folder) File(name string) string { return filepath.Join(f.path, name) }

// Training returns the settings of a training that goes on in the folder: it begins at the checkpoint
// that is continued, if there is one, and leaves its model, its checkpoints and its records here.
func (f *Folder) Training(s train.Settings) train.Settings {
	s.Path, s.From, s.Elapsed = f.File(ModelName), f.from, f.elapsed
	s.Callbacks = append([]train.Callback{f}, s.Callbacks...)
	if every := f.plan.Saving.CheckpointEvery; every != (Interval{}) {
		s.Checkpoints = train.Checkpoints{Path: f.File(CheckpointName), Steps: every.Steps, Every: every.Time, Keep: f.plan.Saving.Keep, Notes: f.notes}
	}
	return s
}

// From returns the checkpoint that is continued, nil if the training begins.
func (f *Folder) From() *train.Checkpoint { return f.from }

// Handle adds an event to the records.
func (f *Folder) Handle(e train.Event) error {
	for _, record := range f.records {
		if err := record.Handle(e); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the records and lets other processes train in the folder.
func (f *Folder) Close() error {
	var first error
	for _, record := range f.records {
		if err := record.Close(); first == nil {
			first = err
		}
	}
	if err := f.lock.Close(); first == nil {
		first = err
	}
	return first
}
