package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
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
	if (m.Vocabulary == nil) == (m.Features == nil) || m.Labels == nil || m.Affixes != nil {
		return 0, errors.Errorf("task: a classifier needs labels and either a vocabulary or features; it is given %s", m)
	}
	return m.Labels.Len(), nil
}

// Count counts the classes.
func (classifier) Count(m *Model, p *graph.Program, batch *data.Batch) train.Counts {
	return confused(m, p.Argmax("logits", nil), batch)
}

// Counted returns the size of what Count counts.
func (classifier) Counted(m *Model) map[string]int { return confusedSize(m) }

// Report fills in the accuracy and the means over classes of precision, recall and F1.
func (classifier) Report(m *Model, counts train.Counts, r *train.Metrics) {
	reportAccuracy(m, counts, r)
	reportClasses(m, counts, r)
}

// A Classifier names the classes of sequences with a trained model, for any number of goroutines.
type Classifier struct{ *predictor }

// NewClassifier returns a Classifier. The model's parameters must not change while it is in use.
func NewClassifier(m *Model, s Serving) (*Classifier, error) {
	p, err := newPredictor(m, Classify, s)
	return &Classifier{p}, err
}

// Probabilities returns, for each text, the probability of every class, in the order of
// the model's labels. Each text's are the same whatever it is predicted together with.
func (c *Classifier) Probabilities(texts []string) ([][]float64, error) {
	ids := make([][]int, len(texts))
	for i, text := range texts {
		ids[i] = c.model.Vocabulary.EncodeSequence(text)
	}
	source, err := data.NewSequences(ids, nil, c.serving.Rows, c.model.Config.Steps)
	if err != nil {
		return nil, err
	}
	return c.ofSequences(source, len(texts))
}

// SeriesProbabilities is Probabilities of series, of a model that reads numbers.
func (c *Classifier) SeriesProbabilities(series []format.Series) ([][]float64, error) {
	source, err := data.NewNumberSequences(c.model.Features, series, nil, c.serving.Rows, c.model.Config.Steps)
	if err != nil {
		return nil, err
	}
	return c.ofSequences(source, len(series))
}

func (c *Classifier) ofSequences(source data.Source[data.Batch], n int) ([][]float64, error) {
	probabilities, classes := make([][]float64, n), c.model.Labels.Len()
	return probabilities, c.run(source, func(program *graph.Program, batch *data.Batch) {
		all := program.Floats("probabilities")
		for row, example := range batch.Examples {
			if example >= 0 {
				probabilities[example] = all[row*classes : (row+1)*classes]
			}
		}
	})
}
