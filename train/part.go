package train

import (
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/task"
)

// A Part is how well a model does on a part of the data.
type Part = task.Part

// tally sums the results of batches.
type tally struct {
	loss  metrics.Mean
	score task.Score // nil before the first result
}

func (t *tally) add(r task.Result) {
	t.loss.Add(r.Loss, r.Weight)
	if t.score == nil {
		t.score = r.Score
		return
	}
	t.score = t.score.Plus(r.Score)
}

// part returns what the sums say of a model.
func (t *tally) part(m *task.Model) Part {
	p := Part{Loss: t.loss.Value(), Targets: int(t.loss.Weight())}
	if p.Targets > 0 {
		t.score.Report(m, &p)
	}
	return p
}
