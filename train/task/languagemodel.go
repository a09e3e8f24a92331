package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/schema"
)

// The language models.
const (
	Characters Kind = "char" // of characters or bytes
	Words      Kind = "word" // of words
)

// A languageModel predicts the token after each token of a text.
type languageModel struct{ classes }

var _ Task = languageModel{}

// Reading says that a text is read in pieces.
func (languageModel) Reading() Reading { return Carried }

// Outputs returns V.
func (languageModel) Outputs(m schema.Schema) (int, error) {
	if m.Vocabulary == nil || m.Labels != nil || m.Affixes != nil {
		return 0, errors.Errorf("task: a language model needs a vocabulary and has no labels; it is given %s", m)
	}
	return m.Vocabulary.Len(), nil
}

// Count counts the tokens that were the most probable.
func (languageModel) Count(_ *Model, p *graph.Program, batch *data.Batch) train.Counts {
	var right, all float64
	for i, predicted := range p.Argmax("logits", nil) {
		all += batch.Weights[i]
		if predicted == batch.Targets[i] {
			right += batch.Weights[i]
		}
	}
	return train.Counts{"right": {right, all}}
}

// Counted returns the size of what Count counts.
func (languageModel) Counted(*Model) map[string]int { return map[string]int{"right": 2} }

// Report fills in accuracy, perplexity and, of characters, bits per character.
func (languageModel) Report(m *Model, counts train.Counts, r *train.Metrics) {
	r.Add("perplexity", metrics.Perplexity(r.Loss))
	if m.Vocabulary.Unit() != schema.Word {
		r.Add("bits_per_char", metrics.BitsPerCharacter(r.Loss))
	}
	r.Add("accuracy", counts.Mean("right"))
}
