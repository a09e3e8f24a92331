package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
)

// A runner runs a model on batches for prediction, with a program for each T. The model's
// parameters must not change while it is in use.
type runner struct {
	model    *Model
	rows     int
	programs map[int]*Program
}

// newRunner returns a runner for batches of so many rows, of a model for the given task.
func newRunner(m *Model, kind Kind, rows int) (*runner, error) {
	if m.Config.Task != kind {
		return nil, errors.Errorf("task: a model of task %q, want %q", m.Config.Task, kind)
	}
	if rows < 1 {
		return nil, errors.Errorf("task: batches of %d rows", rows)
	}
	return &runner{model: m, rows: rows, programs: map[int]*Program{}}, nil
}

// run calls each after every batch of a source, with the program that ran it.
func (r *runner) run(source data.Source[data.Batch], each func(*Program, *data.Batch)) error {
	var batch data.Batch
	for i := range source.Begin(nil) {
		source.Batch(i, &batch)
		program := r.programs[batch.Steps]
		if program == nil {
			var err error
			if program, err = r.model.compile(batch.Steps, batch.Rows, train.Compilation{}); err != nil {
				return err
			}
			program.Freeze()
			r.programs[batch.Steps] = program
		}
		if _, err := program.Run(&batch, i, nil); err != nil {
			return err
		}
		each(program, &batch)
	}
	return nil
}

// Close releases the model's programs.
func (r *runner) Close() error {
	for _, program := range r.programs {
		if err := program.Close(); err != nil {
			return err
		}
	}
	return nil
}
