package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
)

// A runner runs a model on batches for prediction, with a program for each T. The model's
// parameters must not change while it is in use.
type runner struct {
	model *Model
	rows  int
	steps map[int]*Step
}

// newRunner returns a runner for batches of so many rows, of a model for the given task.
func newRunner(m *Model, kind Kind, rows int) (*runner, error) {
	if m.Config.Task != kind {
		return nil, errors.Errorf("task: a model of task %q, want %q", m.Config.Task, kind)
	}
	if rows < 1 {
		return nil, errors.Errorf("task: batches of %d rows", rows)
	}
	return &runner{model: m, rows: rows, steps: map[int]*Step{}}, nil
}

// run calls each after every batch of a source, with the program that ran it.
func (r *runner) run(source data.Source[data.Batch], each func(*Step, *data.Batch)) error {
	var batch data.Batch
	for i := range source.Begin(nil) {
		source.Batch(i, &batch)
		step := r.steps[batch.Steps]
		if step == nil {
			var err error
			if step, err = r.model.Compile(batch.Steps, batch.Rows, Settings{}); err != nil {
				return err
			}
			step.Freeze()
			r.steps[batch.Steps] = step
		}
		if _, err := step.Run(&batch); err != nil {
			return err
		}
		each(step, &batch)
	}
	return nil
}

// Close releases the model's programs.
func (r *runner) Close() error {
	for _, step := range r.steps {
		if err := step.Close(); err != nil {
			return err
		}
	}
	return nil
}
