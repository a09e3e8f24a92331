package task

import (
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
)

// confused is the score of tasks whose targets are classes: how often an example of one
// class was predicted to be of another.
type confused struct{ *metrics.Confusion }

func newConfused(m *Model, predicted []int, batch *data.Batch) confused {
	c := confused{metrics.NewConfusion(m.Labels.Len())}
	for i, w := range batch.Weights {
		if w > 0 {
			c.Confusion.Add(batch.Targets[i], predicted[i])
		}
	}
	return c
}

// UnmarshalJSON reads the counts, which the Confusion itself writes.
func (c *confused) UnmarshalJSON(text []byte) error {
	c.Confusion = &metrics.Confusion{}
	return c.Confusion.UnmarshalJSON(text)
}

// Plus adds the counts.
func (c confused) Plus(other Score) Score {
	return confused{c.Confusion.Plus(other.(confused).Confusion)}
}

// Report fills in the accuracy and the means over classes of precision, recall and F1.
func (c confused) Report(_ *Model, p *Part) {
	p.Accuracy = new(c.Accuracy())
	p.Precision, p.Recall, p.F1 = new(c.MacroPrecision()), new(c.MacroRecall()), new(c.MacroF1())
}
