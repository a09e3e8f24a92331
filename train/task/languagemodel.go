package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
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
func (languageModel) Outputs(m Meaning) (int, error) {
	if m.Vocabulary == nil || m.Labels != nil {
		return 0, errors.Errorf("task: a language model needs a vocabulary and has no labels; it is given %s", m)
	}
	return m.Vocabulary.Len(), nil
}

// Score counts the tokens that were the most probable.
func (languageModel) Score(_ *Model, p *graph.Program, batch *data.Batch) Score {
	var s hits
	for i, predicted := range p.Argmax("logits", nil) {
		s.All += batch.Weights[i]
		if predicted == batch.Targets[i] {
			s.Right += batch.Weights[i]
		}
	}
	return s
}

// ReadScore reads hits.
func (languageModel) ReadScore(text []byte) (Score, error) { return readScore[hits](text) }

// hits are the score of a language model.
type hits struct {
	Right float64 `json:"right"`
	All   float64 `json:"all"`
}

// Plus adds the counts.
func (h hits) Plus(other Score) Score {
	o := other.(hits)
	return hits{h.Right + o.Right, h.All + o.All}
}

// Report fills in accuracy, perplexity and, of characters, bits per character.
func (h hits) Report(m *Model, p *Part) {
	p.Accuracy = new(h.Right / h.All)
	p.Perplexity = new(metrics.Perplexity(p.Loss))
	if m.Vocabulary.Unit() != data.Word {
		p.BitsPerCharacter = new(metrics.BitsPerCharacter(p.Loss))
	}
}
