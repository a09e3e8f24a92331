package train

import (
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/task"
)

// A Part is how well a model does on a part of the data. Fields that the task does not
// have are nil.
type Part struct {
	Loss             float64  `json:"loss"` // mean cross-entropy in nats
	Perplexity       *float64 `json:"perplexity,omitempty"`
	BitsPerCharacter *float64 `json:"bits_per_char,omitempty"`
	Accuracy         *float64 `json:"accuracy,omitempty"` // share of the targets that were most probable
	Targets          int      `json:"targets"`            // number of targets
}

// tally sums the results of batches.
type tally struct {
	Loss    metrics.Mean `json:"loss"`
	Correct float64      `json:"correct"`
}

func (t *tally) add(r task.Result) {
	t.Loss.Add(r.Loss, r.Weight)
	t.Correct += r.Correct
}

// part returns what the sums say for a model's task.
func (t *tally) part(m *task.Model) Part {
	p := Part{Loss: t.Loss.Value(), Targets: int(t.Loss.Weight())}
	if p.Targets > 0 {
		p.Accuracy = new(t.Correct / t.Loss.Weight())
	}
	if m.Config.Task.LanguageModel() {
		p.Perplexity = new(metrics.Perplexity(p.Loss))
		if m.Vocabulary.Unit() != data.Word {
			p.BitsPerCharacter = new(metrics.BitsPerCharacter(p.Loss))
		}
	}
	return p
}
