package run

import (
	"context"
	"fmt"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/task"
)

// A Training is a data set and a model that is trained on it as Settings say.
type Training struct {
	Settings Settings // with what followed from the data, such as Steps
	Set      *dataset.Set
	Model    *task.Model
	Files    []dataset.File // of the data
}

// Prepare reads the data and makes the model, for a training that begins or that was stopped. It is
// a *format.Error if the stopped one had other data, unless the option that names them is overridden,
// or if what a model knows of the data is no longer the same. Nothing is written.
func Prepare(s Settings, stopped *Stopped) (*Training, error) {
	if stopped != nil {
		if err := stopped.checkData(&s.Options); err != nil {
			return nil, err
		}
	}
	set, err := dataset.Open(s.Config, s.Options)
	if err != nil {
		return nil, err
	}
	s.Config, s.Options = set.Config, set.Options
	if err := s.checkWhole(); err != nil {
		return nil, err
	}
	m, err := s.newModel(set.Schema)
	if err != nil {
		return nil, err
	}
	if stopped != nil {
		if err := stopped.Checkpoint.Fits(m); err != nil {
			return nil, &format.Error{File: set.Origin, Problem: "does not fit the training: " + err.Error(), Err: err}
		}
		return &Training{s, set, m, stopped.files}, nil
	}
	files, err := s.Files()
	return &Training{s, set, m, files}, err
}

// Plan returns the plan of the folder of the training.
func (t *Training) Plan() Plan {
	return Plan{Settings: t.Settings, Data: t.Files, Saving: t.Settings.Saving}
}

// checkWhole reports sequences that a model must read in one graph and that are too long for it.
func (s *Settings) checkWhole() error {
	most := train.Settings{Block: s.Block, BPTT: s.BPTT}.Compilation(true).Block
	if option := s.Config.Whole(); option != "" && s.Steps > most {
		return &dataset.OptionError{Flags: fmt.Sprintf(
			"--%s needs a graph of a whole sequence, here of %d steps, and graphs have %d (--block, --bptt): raise --block, or read fewer with --steps", option, s.Steps, most)}
	}
	return nil
}

// Fit trains the model in a folder, from the folder's checkpoint if it continues a training.
func (t *Training) Fit(ctx context.Context, f *Folder, callbacks ...train.Callback) (*train.Summary, error) {
	fitting, err := t.Settings.Fitting(t.Set.Train.Source.Begin(nil), callbacks...)
	if err != nil {
		return nil, err
	}
	return train.Fit(ctx, t.Model, t.Set.Train.Source, t.Set.Valid.Source, f.Training(fitting))
}

// Test returns how well the model does on the test part, nil if there is none.
func (t *Training) Test(ctx context.Context) (*train.Metrics, error) {
	if t.Set.Test.Source == nil {
		return nil, nil
	}
	m, err := train.Evaluate(ctx, t.Model, t.Set.Test.Source, t.Settings.Graphs())
	return &m, err
}
