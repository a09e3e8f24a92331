package task

import (
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
)

// confused are the counts "confusion" of tasks whose targets are classes: how often one of
// a class was predicted to be of another.
func confused(m *Model, predicted []int, batch *data.Batch) train.Counts {
	c := metrics.NewConfusion(m.Labels.Len())
	for i, w := range batch.Weights {
		if w > 0 {
			c.Add(batch.Targets[i], predicted[i])
		}
	}
	return train.Counts{"confusion": c.Flat()}
}

// confusedSize returns the size of these counts.
func confusedSize(m *Model) map[string]int {
	return map[string]int{"confusion": m.Labels.Len() * m.Labels.Len()}
}

// reportAccuracy adds the share of the targets that were the most probable.
func reportAccuracy(m *Model, counts train.Counts, r *train.Metrics) {
	r.Add("accuracy", metrics.ConfusionOf(m.Labels.Len(), counts["confusion"]).Accuracy())
}

// reportClasses adds the means over classes of F1, precision and recall.
func reportClasses(m *Model, counts train.Counts, r *train.Metrics) {
	c := metrics.ConfusionOf(m.Labels.Len(), counts["confusion"])
	reportRetrieval(r, c.MacroF1(), c.MacroPrecision(), c.MacroRecall())
}

// reportRetrieval adds F1, precision and recall.
func reportRetrieval(r *train.Metrics, f1, precision, recall float64) {
	r.Add("f1", f1)
	r.Add("precision", precision)
	r.Add("recall", recall)
}

// retrievalSize is the number of counts that are a metrics.Retrieval.
const retrievalSize = 3

// retrieval returns counts as a metrics.Retrieval.
func retrieval(x []float64) metrics.Retrieval {
	return metrics.Retrieval{Correct: int(x[0]), Found: int(x[1]), True: int(x[2])}
}

func retrievalCounts(r metrics.Retrieval) []float64 {
	return []float64{float64(r.Correct), float64(r.Found), float64(r.True)}
}
