package task

import (
	"math"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
)

// Check returns an error that names the field of a batch that the model cannot use: one that has
// not as many elements as its steps and rows say, or a weight that is none.
func (m *Model) Check(batch *data.Batch) error {
	cells, targets := batch.Steps*batch.Rows, m.Task().Reading().targets(batch.Steps, batch.Rows)
	lengths := []length{{"Weights", len(batch.Weights), targets}}
	if m.Embedding != nil {
		lengths = append(lengths, length{"Inputs", len(batch.Inputs), cells}, length{"Parts", len(batch.Parts), m.parts()})
		for _, ids := range batch.Parts {
			lengths = append(lengths, length{"Parts[...]", len(ids), cells})
		}
	} else {
		lengths = append(lengths, length{"Numbers", len(batch.Numbers), cells * m.Features.Len()})
	}
	if m.Task().Reading() != Carried {
		lengths = append(lengths, length{"Mask", len(batch.Mask), cells}, length{"Lengths", len(batch.Lengths), batch.Rows})
	}
	lengths = append(lengths, m.targetLengths(batch, targets)...)
	for _, l := range lengths {
		if l.got != l.want {
			return errors.Errorf("task: data.Batch.%s has %d elements, want %d for %d steps and %d rows of task %s", l.field, l.got, l.want, batch.Steps, batch.Rows, m.Config.Task)
		}
	}
	return m.checkNumbers(batch)
}

// A length is that of a field of a batch.
type length struct {
	field     string
	got, want int
}

// targetLengths returns the lengths of the fields of what is to be predicted, those that are there.
// Which have to be there, the head says when it sets its targets.
func (m *Model) targetLengths(batch *data.Batch, targets int) (all []length) {
	if n := len(batch.Targets); n > 0 && len(batch.Values) == 0 {
		all = append(all, length{"Targets", n, targets})
	}
	if n := len(batch.Values); n > 0 {
		all = append(all, length{"Values", n, targets * m.outputs()})
	}
	if h := m.Horizon; h != nil && (h.Relative || len(batch.Baselines) > 0) {
		all = append(all, length{"Baselines", len(batch.Baselines), data.Baselines})
		for _, x := range batch.Baselines {
			all = append(all, length{"Baselines[...]", len(x), targets * m.outputs()})
		}
	}
	return all
}

// checkNumbers returns an error if a weight is not one, or a length is not that of a row.
func (m *Model) checkNumbers(batch *data.Batch) error {
	for i, w := range batch.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return errors.Errorf("task: data.Batch.Weights[%d] is %v, want 1 for a target that counts and 0 for one that does not", i, w)
		}
	}
	if m.Task().Reading() == Carried {
		return nil
	}
	for row, n := range batch.Lengths {
		if n < 0 || n > batch.Steps {
			return errors.Errorf("task: data.Batch.Lengths[%d] is %d, want it from 0 to the %d steps", row, n, batch.Steps)
		}
	}
	return nil
}
