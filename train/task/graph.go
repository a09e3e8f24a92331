package task

import (
	"fmt"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
)

// Loss adds the model to a graph, for batches of the size of batch, and returns its loss. What
// Count reads is an output of the graph and, if the graph is not for training, what is predicted.
// Inputs are those of Advance, weights and the task's targets.
func (m *Model) Loss(g *train.Graph, batch *data.Batch) *graph.Node {
	t, outputs := m.Task(), m.outputsOf(g, batch.Steps, batch.Rows)
	loss := t.Loss(g.Builder, outputs, g.Input("weights", t.Reading().targets(batch.Steps, batch.Rows), 1))
	if !g.Training {
		t.Predict(g.Builder, outputs)
	}
	return loss
}

// Advance adds the recurrent layers and what they read, tokens and part/K (T·B), or numbers/T, of
// shape (B, I), for each step, and, where no state is carried, masks, mask/T.
func (m *Model) Advance(g *train.Graph, batch *data.Batch) {
	m.unroll(g, newRandom(g, m), batch.Steps, batch.Rows)
}

// outputsOf adds all but the loss and returns the outputs of the head, of shape (n, O).
func (m *Model) outputsOf(g *train.Graph, steps, rows int) *graph.Node {
	random := newRandom(g, m)
	outputs, masks, end := m.unroll(g, random, steps, rows)
	return m.head().Of(g.Builder, m.features(g.Builder, random, outputs, masks, end))
}

// unroll adds the recurrent layers over their inputs. The masks are nil where state is carried.
func (m *Model) unroll(g *train.Graph, r random, steps, rows int) (outputs, masks []*graph.Node, end cells.State) {
	inputs, layer := m.inputs(g.Builder, steps, rows), m.layer(r)
	var start cells.State
	if m.Task().Reading() == Carried {
		start = g.Start(layer, rows)
	} else {
		masks = eachStep(g.Builder, maskName, steps, rows, 1)
		start = g.Zeros(layer, rows)
	}
	outputs, end = layer.Over(g.Builder, inputs, masks, start)
	g.End(end)
	return outputs, masks, end
}

// inputs returns what the cells read, T matrices of shape (B, E) or (B, I).
func (m *Model) inputs(b *graph.Builder, steps, rows int) []*graph.Node {
	if m.Embedding == nil {
		return eachStep(b, numbersName, steps, rows, m.Features.Len())
	}
	n := steps * rows
	x := b.Rows(b.Param(m.Embedding.Table), b.Indices("tokens", n))
	for k := range m.parts() {
		x = b.Add(x, b.Rows(b.Param(m.Spelling.Table), b.Indices(partName(k), n)))
	}
	return b.Unstack(x, steps)
}

// eachStep declares an input for each step.
func eachStep(b *graph.Builder, name func(t int) string, steps, rows, width int) []*graph.Node {
	inputs := make([]*graph.Node, steps)
	for t := range inputs {
		inputs[t] = b.Input(name(t), rows, width)
	}
	return inputs
}

// features returns what the head reads, one row a target, of the outputs of a sequence and
// its end.
func (m *Model) features(b *graph.Builder, r random, outputs, masks []*graph.Node, end cells.State) *graph.Node {
	drop := func(x *graph.Node) *graph.Node { return r.head.Dropout(b, x, m.Config.Dropout) }
	if m.Task().Reading() == LastStep {
		if pool := pools[m.Config.Pool]; pool != nil {
			return drop(pool(b, outputs, masks))
		}
		return drop(end.Output())
	}
	dropped := make([]*graph.Node, len(outputs))
	for t, y := range outputs {
		dropped[t] = drop(y)
	}
	return b.Stack(dropped)
}

func maskName(t int) string    { return fmt.Sprintf("mask/%d", t) }
func numbersName(t int) string { return fmt.Sprintf("numbers/%d", t) }
func partName(k int) string    { return fmt.Sprintf("part/%d", k) }
