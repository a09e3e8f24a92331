package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
)

// Classify is the task of a classifier.
const Classify Kind = "classify" // class of a sequence

// A classifier names the class of a sequence of tokens or numbers.
type classifier struct{ classes }

var _ Task = classifier{}

// Reading says that the last step of a sequence decides.
func (classifier) Reading() Reading { return LastStep }

// Outputs returns C.
func (classifier) Outputs(m Meaning) (int, error) {
	if (m.Vocabulary == nil) == (m.Features == nil) || m.Labels == nil {
		return 0, errors.Errorf("task: a classifier needs labels and either a vocabulary or features; it is given %s", m)
	}
	return m.Labels.Len(), nil
}

// Score counts the classes.
func (classifier) Score(m *Model, p *graph.Program, batch *data.Batch) Score {
	return newConfused(m, p.Argmax("logits", nil), batch)
}

// A Classifier names the classes of texts with a trained model.
type Classifier struct {
	model *Model
	rows  int
	steps map[int]*Step // by T
}

// NewClassifier returns a Classifier that takes up to rows texts at a time.
func NewClassifier(m *Model, rows int) (*Classifier, error) {
	if m.Config.Task != Classify {
		return nil, errors.Errorf("task: a model of task %q does not classify", m.Config.Task)
	}
	if rows < 1 {
		return nil, errors.Errorf("task: batches of %d rows", rows)
	}
	return &Classifier{model: m, rows: rows, steps: map[int]*Step{}}, nil
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
	probabilities := make([][]float64, len(texts))
	var batch data.Batch
	for i := range source.Begin(nil) {
		source.Batch(i, &batch)
		if err := c.run(&batch, probabilities); err != nil {
			return nil, err
		}
	}
	return probabilities, nil
}

func (c *Classifier) run(batch *data.Batch, into [][]float64) error {
	step := c.steps[batch.Steps]
	if step == nil {
		var err error
		if step, err = c.model.Compile(batch.Steps, batch.Rows, false); err != nil {
			return err
		}
		c.steps[batch.Steps] = step
	}
	if _, err := step.Run(batch); err != nil {
		return err
	}
	all, n := step.Program.Floats("probabilities"), c.model.Labels.Len()
	for row, example := range batch.Examples {
		if example >= 0 {
			into[example] = all[row*n : (row+1)*n]
		}
	}
	return nil
}

// Close releases the model's programs.
func (c *Classifier) Close() error {
	for _, step := range c.steps {
		if err := step.Close(); err != nil {
			return err
		}
	}
	return nil
}
