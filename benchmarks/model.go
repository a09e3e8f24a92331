package benchmarks

import (
	"fmt"
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// A model is what a workload measures.
type model struct {
	Workload
	embedding *cells.Embedding // nil for real inputs
	stack     cells.Stack
	head      *cells.Dense
}

func newModel(w Workload, cell string, rng *rand.Rand) (*model, error) {
	m := &model{Workload: w, head: cells.NewDense("dense", w.Hidden, w.Outputs, rng)}
	if w.Vocabulary > 0 {
		m.embedding = cells.NewEmbedding("embedding", w.Vocabulary, w.Inputs, rng)
	}
	width := w.Inputs
	for k := range w.Layers {
		layer, err := cells.New(cell, fmt.Sprintf("%s/%d", cell, k), width, w.Hidden, rng)
		if err != nil {
			return nil, errors.Wrap(err, "benchmarks")
		}
		m.stack, width = append(m.stack, layer), w.Hidden
	}
	return m, nil
}

// build adds the model to a graph. Its inputs are tokens (T·B), or inputs (T·B, E), and for
// training targets; its output is the loss, or logits, of shape (n, C). A state that is
// carried enters as start/NAME and leaves as end/NAME.
func (m *model) build(b *graph.Builder, mode Mode) {
	outputs, end := cells.Unroll(b, m.stack, m.inputs(b), nil, m.start(b))
	if b.Err() != nil {
		return
	}
	features := outputs[len(outputs)-1]
	if m.EveryStep {
		features = b.Stack(outputs)
	}
	logits := m.head.Of(b, features)
	if mode == Train {
		n := m.targets()
		b.Minimize(b.CrossEntropy(logits, b.Indices("targets", n), b.Ones(n), graph.CrossEntropySettings{}))
		return
	}
	b.Output("logits", logits)
	if m.Carry {
		end.Map(func(name string, n *graph.Node) *graph.Node {
			b.Output("end/"+name, n)
			return n
		})
	}
}

// inputs returns T inputs of shape (B, E).
func (m *model) inputs(b *graph.Builder) []*graph.Node {
	if m.embedding != nil {
		return m.embedding.Of(b, b.Indices("tokens", m.Tokens()), m.Steps)
	}
	return b.Unstack(b.Input("inputs", m.Tokens(), m.Inputs), m.Steps)
}

func (m *model) start(b *graph.Builder) cells.State {
	if !m.Carry {
		return cells.Zeros(b, m.stack, m.Batch)
	}
	return m.stack.Begin(func(name string, width int) *graph.Node { return b.Input("start/"+name, m.Batch, width) })
}

// carried returns the names of the nodes of the state that is carried.
func (m *model) carried() []string {
	var names []string
	if m.Carry {
		m.stack.Begin(func(name string, _ int) *graph.Node {
			names = append(names, name)
			return nil
		})
	}
	return names
}
