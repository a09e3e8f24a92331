package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/atomicfile"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/record"
)

// The files of a run.
const (
	modelName       = "model.safetensors"
	checkpointName  = "checkpoint.safetensors"
	configName      = "config.json"
	metricsName     = "metrics.jsonl"
	metricsCSVName  = "metrics.csv"
	tensorBoardName = "tensorboard"
)

// temporaryFiles are those that a program leaves which is killed while it writes.
var temporaryFiles = []string{"*.safetensors.*.tmp", configName + ".*.tmp"}

// A runFolder is where a training leaves its settings, its records, its checkpoints and
// the model.
type runFolder struct {
	path    string
	lock    *os.File      // until it is closed
	elapsed time.Duration // that the training took until it continues
	records []record.Record
}

// checkOut reports a folder that a training cannot or must not write to.
func checkOut(out string, force bool) error {
	if out == "" {
		return nil
	}
	if info, err := os.Stat(out); err == nil && !info.IsDir() {
		return usagef("--out %s is not a folder; choose another", out)
	}
	if force {
		return nil
	}
	if _, err := os.Stat(filepath.Join(out, modelName)); err == nil {
		return usagef("--out %s already holds a %s; choose another folder, or write over it with --force", out, modelName)
	}
	if _, err := os.Stat(filepath.Join(out, checkpointName)); err == nil {
		return usagef("--out %s already holds a %s; continue it with lstmtrain resume, choose another folder, or write over it with --force", out, checkpointName)
	}
	return nil
}

// newRunFolder makes the folder of a training that begins.
func newRunFolder(s *settings) (*runFolder, error) {
	path, err := makeFolder(s.Out)
	if err != nil {
		return nil, errors.Wrap(err, "making the folder of the run")
	}
	lock, err := lockRun(path)
	if err != nil {
		return nil, err
	}
	return openRunFolder(&runFolder{path: path, lock: lock}, s, nil, append([]string{"checkpoint*.safetensors"}, temporaryFiles...)...)
}

// resumedFolder opens the folder, which is locked, of a training that continues from a
// checkpoint.
func resumedFolder(s *settings, path string, lock *os.File, from *train.Checkpoint) (*runFolder, error) {
	return openRunFolder(&runFolder{path: path, lock: lock}, s, from, temporaryFiles...)
}

// openRunFolder removes files, writes the settings and opens the records. After an error
// the folder is closed.
func openRunFolder(r *runFolder, s *settings, from *train.Checkpoint, remove ...string) (*runFolder, error) {
	err := r.remove(remove...)
	if err == nil {
		err = r.open(s, from)
	}
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
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
func (r *runFolder) remove(patterns ...string) error {
	entries, err := os.ReadDir(r.path)
	if err != nil {
		return errors.Wrap(err, "reading the folder of the run")
	}
	for _, e := range entries {
		for _, pattern := range patterns {
			if match, err := filepath.Match(pattern, e.Name()); err != nil || !match {
				continue
			}
			if err := os.Remove(r.file(e.Name())); err != nil {
				return errors.Wrap(err, "tidying the folder of the run")
			}
		}
	}
	return nil
}

// open writes the settings and opens the records.
func (r *runFolder) open(s *settings, from *train.Checkpoint) error {
	if err := r.writeConfig(s); err != nil {
		return err
	}
	lines, err := record.NewJSONLines(r.file(metricsName), from)
	if err != nil {
		return err
	}
	r.records, r.elapsed = append(r.records, lines), lines.Elapsed()
	for _, kind := range s.Log {
		var more record.Record
		switch kind {
		case logCSV:
			more, err = record.NewCSV(r.file(metricsCSVName), from)
		case logTensorBoard:
			more, err = record.NewTensorBoard(r.file(tensorBoardName), from)
		}
		if err != nil {
			return err
		}
		r.records = append(r.records, more)
	}
	return nil
}

// writeConfig replaces config.json as a whole.
func (r *runFolder) writeConfig(s *settings) error {
	config, err := s.config()
	if err != nil {
		return err
	}
	return errors.Wrap(atomicfile.Write(r.file(configName), func(w io.Writer) error {
		_, err := io.WriteString(w, config)
		return err
	}), "writing the settings")
}

func (r *runFolder) file(name string) string { return filepath.Join(r.path, name) }
func (r *runFolder) model() string           { return r.file(modelName) }

// checkpoints says where and when to save the training.
func (r *runFolder) checkpoints(s *settings, notes map[string]string) train.Checkpoints {
	every := s.CheckpointEvery
	if every == (cadence{}) {
		return train.Checkpoints{}
	}
	return train.Checkpoints{Path: r.file(checkpointName), Steps: every.steps, Every: every.every, Keep: s.Keep, Notes: notes}
}

// Handle adds an event to the records.
func (r *runFolder) Handle(e train.Event) error {
	for _, record := range r.records {
		if err := record.Handle(e); err != nil {
			return err
		}
	}
	return nil
}

func (r *runFolder) close() error {
	var first error
	for _, record := range r.records {
		if err := record.Close(); first == nil {
			first = err
		}
	}
	if err := r.lock.Close(); first == nil {
		first = err
	}
	return first
}

var _ train.Callback = (*runFolder)(nil)

// oneRun demands the argument RUN and nothing else, and returns its folder.
func oneRun(args []string) (string, error) {
	switch {
	case len(args) == 0:
		return "", usagef("resume needs RUN, the folder of a run; see lstmtrain resume --help")
	case len(args) > 1:
		return "", usagef("resume takes one RUN, but there is also %q", args[1])
	}
	folder := strings.TrimSuffix(args[0], string(filepath.Separator))
	if info, err := os.Stat(args[0]); err != nil || !info.IsDir() {
		return "", usagef("%s is not the folder of a run", args[0])
	}
	return folder, nil
}
