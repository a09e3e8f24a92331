package task

import (
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
)

// confused are the counts "confusion" of tasks whose targets are classes: how often one of
// a class was predicted to be of another.
func confused(m *Model, predicted []int, batch *data.Batch) Counts {
	c := metrics.NewConfusion(m.Labels.Len())
	for i, w := range batch.Weights {
		if w > 0 {
			c.Add(batch.Targets[i], predicted[i])
		}
	}
	return Counts{"confusion": c.Flat()}
}

// confusedSize returns the size of these counts.
func confusedSize(m *Model) map[string]int {
	return map[string]int{"confusion": m.Labels.Len() * m.Labels.Len()}
}

// reportConfused fills in the accuracy and the means over classes of precision, recall and
// F1.
func reportConfused(m *Model, counts Counts, p *Part) {
	c := metrics.ConfusionOf(m.Labels.Len(), counts["confusion"])
	p.Accuracy = new(c.Accuracy())
	p.Precision, p.Recall, p.F1 = new(c.MacroPrecision()), new(c.MacroRecall()), new(c.MacroF1())
}
