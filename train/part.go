package train

import (
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/task"
)

// A Part is how well a model does on a part of the data.
type Part = task.Part

// tally sums the results of batches.
type tally struct {
	Loss   metrics.Mean `json:"loss"`
	Counts task.Counts  `json:"counts"`
}

func (t *tally) add(r task.Result) {
	t.Loss.Add(r.Loss, r.Weight)
	if t.Counts == nil {
		t.Counts = task.Counts{}
	}
	t.Counts.Add(r.Counts)
}

// check returns an error if they are not sums that training or validating a model gives.
func (t *tally) check(m *task.Model) error {
	if t.Loss.Weight() == 0 && len(t.Counts) == 0 {
		return nil // of no batch
	}
	return t.Counts.Check(m.Task().Counted(m))
}

// part returns what the sums say of a model.
func (t *tally) part(m *task.Model) Part {
	p := Part{Loss: t.Loss.Value(), Targets: int(t.Loss.Weight())}
	if p.Targets > 0 {
		m.Task().Report(m, t.Counts, &p)
	}
	return p
}
