package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Classify is the task of a classifier.
const Classify Kind = "classify" // class of a sequence

// A classifier names the class of a sequence of tokens or numbers.
type classifier struct{ classes }

var _ Task = classifier{}

// Reading says that the last step of a sequence decides.
func (classifier) Reading() Reading { return LastStep }

// Outputs returns C.
func (classifier) Outputs(m schema.Schema) (int, error) {
	if (m.Vocabulary == nil) == (m.Features == nil) || m.Labels == nil {
		return 0, errors.Errorf("task: a classifier needs labels and either a vocabulary or features; it is given %s", m)
	}
	return m.Labels.Len(), nil
}

// Count counts the classes.
func (classifier) Count(m *Model, p *graph.Program, batch *data.Batch) Counts {
	return confused(m, p.Argmax("logits", nil), batch)
}

// Counted returns the size of what Count counts.
func (classifier) Counted(m *Model) map[string]int { return confusedSize(m) }

// Report fills in the accuracy and the means over classes of precision, recall and F1.
func (classifier) Report(m *Model, counts Counts, p *Part) { reportConfused(m, counts, p) }

// A Classifier names the classes of sequences with a trained model.
type Classifier struct{ *runner }

// NewClassifier returns a Classifier that takes up to rows sequences at a time.
func NewClassifier(m *Model, rows int) (*Classifier, error) {
	r, err := newRunner(m, Classify, rows)
	return &Classifier{r}, err
}

// Probabilities returns, for each text, the probability of every class, in the order of
// the model's labels. Each text's are the same whatever it is predicted together with.
func (c *Classifier) Probabilities(texts []string) ([][]float64, error) {
	ids := make([][]int, len(texts))
	for i, text := range texts {
		ids[i] = c.model.Vocabulary.EncodeSequence(text)
	}
	source, err := data.NewSequences(ids, nil, c.rows, c.model.Config.Steps)
	if err != nil {
		return nil, err
	}
	return c.ofSequences(source, len(texts))
}

// SeriesProbabilities is Probabilities of series, of a model that reads numbers.
func (c *Classifier) SeriesProbabilities(series []format.Series) ([][]float64, error) {
	source, err := data.NewNumberSequences(c.model.Features, series, nil, c.rows, c.model.Config.Steps)
	if err != nil {
		return nil, err
	}
	return c.ofSequences(source, len(series))
}

func (c *Classifier) ofSequences(source data.Source, n int) ([][]float64, error) {
	probabilities, classes := make([][]float64, n), c.model.Labels.Len()
	return probabilities, c.run(source, func(step *Step, batch *data.Batch) {
		all := step.Program.Floats("probabilities")
		for row, example := range batch.Examples {
			if example >= 0 {
				probabilities[example] = all[row*classes : (row+1)*classes]
			}
		}
	})
}
