package task

import (
	"math"
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/schema"
)

// A Model is an embedding, or numbers as they are, under recurrent layers and a dense layer,
// with the schema of its inputs and outputs.
type Model struct {
	Config Config
	schema.Schema

	Embedding *cells.Embedding // nil where the inputs are numbers
	Spelling  *cells.Embedding // of the parts of words, whose rows are added to theirs; nil without Affixes
	Stack     cells.Stack      // the cell of each layer
	Reverse   cells.Stack      // that which reads backward; nil but of a bidirectional model
	Head      *cells.Dense     // nil where Tied is not
	Tied      *cells.Tied      // the head of a model whose Config has Tie
}

// A dense layer is a head.
type dense interface {
	Of(b *graph.Builder, x *graph.Node) *graph.Node
	Params() []*graph.Param
}

// NewModel returns a model that reads tokens, with random weights. Labels must be given for
// tasks that predict classes and only for them.
func NewModel(c Config, v *schema.Vocabulary, labels *schema.Labels, rng *rand.Rand) (*Model, error) {
	return New(c, schema.Schema{Vocabulary: v, Labels: labels}, rng)
}

// New returns a model with random weights. It is an error if the config cannot be, or if
// the schema is not what the task needs.
func New(c Config, s schema.Schema, rng *rand.Rand) (*Model, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	outputs, err := c.Task.Task().Outputs(s)
	if err != nil {
		return nil, err
	}
	if s.Affixes != nil && s.Features != nil {
		return nil, errors.Errorf("task: affixes of words for inputs that are numbers: the model of task %s is given %s", c.Task, s)
	}
	m := &Model{Config: c, Schema: s}
	width, err := m.newInputs(rng)
	if err != nil {
		return nil, err
	}
	if width, err = m.newLayers(width, rng); err != nil {
		return nil, err
	}
	if c.Tie {
		// A table that is also a dense layer's begins as one.
		graph.Uniform(m.Embedding.Table, 1/math.Sqrt(float64(c.Embed)), rng)
		m.Tied = cells.NewTied("dense", m.Embedding)
	} else {
		m.Head = cells.NewDense("dense", width, outputs, rng)
	}
	return m, nil
}

func (m *Model) head() dense {
	if m.Tied != nil {
		return m.Tied
	}
	return m.Head
}

// newInputs makes the embedding, if the inputs are tokens, and returns the width of what
// the first cell reads.
func (m *Model) newInputs(rng *rand.Rand) (width int, err error) {
	if m.Features != nil {
		if m.Config.Embed != 0 {
			return 0, errors.Errorf("task: an embedding of width %d of inputs that are numbers, want 0", m.Config.Embed)
		}
		return m.Features.Len(), nil
	}
	if err := checkSize("embed", m.Config.Embed); err != nil {
		return 0, err
	}
	m.Embedding = cells.NewEmbedding("embedding", m.Vocabulary.Len(), m.Config.Embed, rng)
	if a := m.Affixes; a != nil {
		m.Spelling = cells.NewEmbedding("affixes", a.Vocabulary.Len(), m.Config.Embed, rng)
		graph.Normal(m.Spelling.Table, 1/math.Sqrt(float64(a.Parts())), rng) // all parts together are as large as the word
	}
	return m.Config.Embed, nil
}

// parts returns the number of parts of a word that the model reads beside the word.
func (m *Model) parts() int {
	if m.Affixes == nil {
		return 0
	}
	return m.Affixes.Parts()
}

// Task returns what the model is for.
func (m *Model) Task() Task { return m.Config.Task.Task() }

// outputs returns O, the width of the head.
func (m *Model) outputs() int {
	outputs, err := m.Task().Outputs(m.Schema)
	if err != nil {
		panic(err) // New has seen that there is none
	}
	return outputs
}

// Params returns all parameters in a fixed order.
func (m *Model) Params() []*graph.Param {
	params := append(m.tables(), m.Recurrent().Params()...)
	return append(params, m.head().Params()...)
}

// tables returns the parameters of the embeddings.
func (m *Model) tables() []*graph.Param {
	var params []*graph.Param
	for _, e := range []*cells.Embedding{m.Embedding, m.Spelling} {
		if e != nil {
			params = append(params, e.Params()...)
		}
	}
	return params
}

// Tensors returns the parameters as PyTorch lays them out: embedding.weight,
// affixes.weight, lstm.weight_ih_l0 and so on, of the other direction lstm.weight_ih_l0_reverse and so on,
// dense.weight, unless it is tied to the embedding's, and dense.bias. Those of cells that
// PyTorch has not got go by their own names.
func (m *Model) Tensors() []weights.Tensor {
	var tensors []weights.Tensor
	if m.Embedding != nil {
		tensors = weights.TorchEmbedding("embedding", m.Embedding)
	}
	if m.Spelling != nil {
		tensors = append(tensors, weights.TorchEmbedding("affixes", m.Spelling)...)
	}
	layers, err := weights.Torch(m.Config.Cell, m.Recurrent())
	if err != nil {
		layers = weights.Own(m.Recurrent())
	}
	tensors = append(tensors, layers...)
	if m.Tied != nil {
		return append(tensors, weights.TorchTied("dense", m.Tied)...)
	}
	return append(tensors, weights.TorchLinear("dense", m.Head)...)
}

// SetForgetBias sets the bias of every forget gate. It is an error if the cells have
// none.
func (m *Model) SetForgetBias(x float64) error {
	return errors.Wrapf(cells.SetForgetBias(m.Recurrent(), x), "task: cell %q", m.Config.Cell)
}

// Initialise draws the gates of the cells anew by a preset of [cells.Initialise], and embedding
// and head if it says so.
func (m *Model) Initialise(preset string, rng *rand.Rand) error {
	if err := cells.Initialise(preset, m.Recurrent(), rng); err != nil {
		return errors.Wrapf(err, "task: cell %q", m.Config.Cell)
	}
	around := append(m.tables(), m.head().Params()...)
	return errors.Wrap(cells.InitialiseAround(preset, around, rng), "task")
}
