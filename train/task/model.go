package task

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
)

// A Meaning is what a model's inputs and outputs stand for: what it knows of the data that
// it was trained on. Fields that the task has no use for are nil.
type Meaning struct {
	Vocabulary *data.Vocabulary // numbers the tokens that are the inputs
	Features   *data.Features   // names and scales inputs that are numbers
	Labels     *data.Labels     // names the classes that are predicted
	Horizon    *data.Horizon    // says what is forecast
}

// String lists what is there, for messages.
func (m Meaning) String() string {
	var parts []string
	for name, there := range map[string]bool{
		"a vocabulary": m.Vocabulary != nil, "features": m.Features != nil, "labels": m.Labels != nil, "a horizon": m.Horizon != nil,
	} {
		if there {
			parts = append(parts, name)
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	slices.Sort(parts)
	return strings.Join(parts, " and ")
}

// A Model is an embedding, or numbers as they are, under a stack of recurrent cells and a
// dense layer, with the meaning of its inputs and outputs.
type Model struct {
	Config Config
	Meaning

	Embedding *cells.Embedding // nil where the inputs are numbers
	Stack     cells.Stack
	Head      *cells.Dense
}

// NewModel returns a model that reads tokens, with random weights. Labels must be given for
// tasks that predict classes and only for them.
func NewModel(c Config, v *data.Vocabulary, labels *data.Labels, rng *rand.Rand) (*Model, error) {
	return New(c, Meaning{Vocabulary: v, Labels: labels}, rng)
}

// New returns a model with random weights. It is an error if the config cannot be, or if
// the meaning is not what the task needs.
func New(c Config, meaning Meaning, rng *rand.Rand) (*Model, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	outputs, err := c.Task.Task().Outputs(meaning)
	if err != nil {
		return nil, err
	}
	m := &Model{Config: c, Meaning: meaning}
	width, err := m.newInputs(rng)
	if err != nil {
		return nil, err
	}
	for k := range c.Layers {
		m.Stack = append(m.Stack, newCell[c.Cell](fmt.Sprintf("%s/%d", c.Cell, k), width, c.Hidden, rng))
		width = c.Hidden
	}
	m.Head = cells.NewDense("dense", width, outputs, rng)
	return m, nil
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
	return m.Config.Embed, nil
}

// Task returns what the model is for.
func (m *Model) Task() Task { return m.Config.Task.Task() }

// Ignorance returns about the loss of a model for the same task that knows nothing.
func (m *Model) Ignorance() float64 {
	_, outputs := m.Head.W.Shape()
	return m.Task().Ignorance(outputs)
}

// Params returns all parameters in a fixed order.
func (m *Model) Params() []*graph.Param {
	var params []*graph.Param
	if m.Embedding != nil {
		params = m.Embedding.Params()
	}
	params = append(params, m.Stack.Params()...)
	return append(params, m.Head.Params()...)
}

// Tensors returns the parameters as PyTorch lays them out: embedding.weight,
// lstm.weight_ih_l0 and so on, dense.weight and dense.bias. Those of cells that PyTorch has
// not got go by their own names.
func (m *Model) Tensors() []weights.Tensor {
	var tensors []weights.Tensor
	if m.Embedding != nil {
		tensors = weights.TorchEmbedding("embedding", m.Embedding)
	}
	stack, err := weights.Torch(m.Config.Cell, m.Stack)
	if err != nil {
		stack = weights.Own(m.Stack)
	}
	tensors = append(tensors, stack...)
	return append(tensors, weights.TorchLinear("dense", m.Head)...)
}

// SetForgetBias sets the bias of every forget gate. It is an error if the cells have
// none.
func (m *Model) SetForgetBias(x float64) error {
	return errors.Wrapf(cells.SetForgetBias(m.Stack, x), "task: cell %q", m.Config.Cell)
}

// Initialise draws the gates of the cells anew by a preset of [cells.Initialise], and embedding
// and head if it says so.
func (m *Model) Initialise(preset string, rng *rand.Rand) error {
	if err := cells.Initialise(preset, m.Stack, rng); err != nil {
		return errors.Wrapf(err, "task: cell %q", m.Config.Cell)
	}
	around := m.Head.Params()
	if m.Embedding != nil {
		around = append(m.Embedding.Params(), around...)
	}
	return errors.Wrap(cells.InitialiseAround(preset, around, rng), "task")
}
