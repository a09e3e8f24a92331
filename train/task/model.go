package task

import (
	"fmt"
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
)

// A Model is an embedding, a stack of recurrent cells and a dense layer, with the
// vocabulary that numbers its inputs and, for a classifier, the labels that name its
// outputs.
type Model struct {
	Config     Config
	Vocabulary *data.Vocabulary
	Labels     *data.Labels // nil for a language model

	Embedding *cells.Embedding
	Stack     cells.Stack
	Head      *cells.Dense
}

// NewModel returns a model with random weights. Labels must be given for a classifier
// and only for one.
func NewModel(c Config, v *data.Vocabulary, labels *data.Labels, rng *rand.Rand) (*Model, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if (labels != nil) == c.Task.LanguageModel() {
		return nil, errors.Errorf("task: task %q with labels: %t", c.Task, labels != nil)
	}
	outputs := v.Len()
	if labels != nil {
		outputs = labels.Len()
	}
	m := &Model{Config: c, Vocabulary: v, Labels: labels}
	m.Embedding = cells.NewEmbedding("embedding", v.Len(), c.Embed, rng)
	width := c.Embed
	for k := range c.Layers {
		m.Stack = append(m.Stack, newCell[c.Cell](fmt.Sprintf("%s/%d", c.Cell, k), width, c.Hidden, rng))
		width = c.Hidden
	}
	m.Head = cells.NewDense("dense", width, outputs, rng)
	return m, nil
}

// Params returns all parameters in a fixed order.
func (m *Model) Params() []*graph.Param {
	params := append(m.Embedding.Params(), m.Stack.Params()...)
	return append(params, m.Head.Params()...)
}

// Tensors returns the parameters as PyTorch lays them out: embedding.weight,
// lstm.weight_ih_l0 and so on, dense.weight and dense.bias. Those of cells that PyTorch has
// not got go by their own names.
func (m *Model) Tensors() []weights.Tensor {
	stack, err := weights.Torch(m.Config.Cell, m.Stack)
	if err != nil {
		stack = weights.Own(m.Stack)
	}
	tensors := append(weights.TorchEmbedding("embedding", m.Embedding), stack...)
	return append(tensors, weights.TorchLinear("dense", m.Head)...)
}

// SetForgetBias sets the bias of every forget gate. It is an error if the cells have
// none.
func (m *Model) SetForgetBias(x float64) error {
	return errors.Wrapf(cells.SetForgetBias(m.Stack, x), "task: cell %q", m.Config.Cell)
}

// Initialise draws the gates of the cells anew by a preset of [cells.Initialise].
func (m *Model) Initialise(preset string, rng *rand.Rand) error {
	return errors.Wrapf(cells.Initialise(preset, m.Stack, rng), "task: cell %q", m.Config.Cell)
}
