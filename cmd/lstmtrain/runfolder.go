package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
)

const modelName = "model.safetensors"

// A runFolder is where a training leaves config.json, metrics.jsonl and the model.
type runFolder struct {
	path    string
	metrics *os.File
}

// checkOut reports a folder that a training cannot or must not write to.
func checkOut(out string, force bool) error {
	if out == "" {
		return nil
	}
	if info, err := os.Stat(out); err == nil && !info.IsDir() {
		return usagef("--out %s is not a folder; choose another", out)
	}
	if _, err := os.Stat(filepath.Join(out, modelName)); err == nil && !force {
		return usagef("--out %s already holds a %s; choose another folder, or write over it with --force", out, modelName)
	}
	return nil
}

// newRunFolder makes the folder and begins the files in it.
func newRunFolder(s *settings) (*runFolder, error) {
	path, err := makeFolder(s.Out)
	if err != nil {
		return nil, errors.Wrap(err, "making the folder of the run")
	}
	config, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, errors.Wrap(err, "writing the settings")
	}
	if err := os.WriteFile(filepath.Join(path, "config.json"), append(config, '\n'), 0o666); err != nil {
		return nil, errors.Wrap(err, "writing the settings")
	}
	metrics, err := os.Create(filepath.Join(path, "metrics.jsonl"))
	return &runFolder{path, metrics}, errors.Wrap(err, "writing the metrics")
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

func (r *runFolder) model() string { return filepath.Join(r.path, modelName) }

// eventJSON is a line of metrics.jsonl.
type eventJSON struct {
	Kind  train.EventKind `json:"kind"`
	Epoch int             `json:"epoch"`
	Step  int             `json:"step"`
	train.Part
	GradientNorm *float64 `json:"gradient_norm,omitempty"` // of a step
	Rate         *float64 `json:"lr,omitempty"`            // of a step
	Milliseconds float64  `json:"ms"`
	Best         bool     `json:"best,omitempty"` // of a validation
}

// Handle adds an event to metrics.jsonl.
func (r *runFolder) Handle(e train.Event) error {
	line := eventJSON{Kind: e.Kind, Epoch: e.Epoch, Step: e.Step, Part: e.Part, Milliseconds: milliseconds(e.Duration), Best: e.Best}
	if e.Kind == train.Stepped {
		line.GradientNorm, line.Rate = &e.GradientNorm, &e.LearningRate
	}
	return printJSON(r.metrics, line)
}

func (r *runFolder) close() error {
	return errors.Wrap(r.metrics.Close(), "writing the metrics")
}

var _ train.Callback = (*runFolder)(nil)
