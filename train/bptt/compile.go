package bptt

import (
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// What the names of a block's inputs and outputs begin with. A state's node follows.
const (
	startName     = "start/"
	endName       = "end/"
	cotangentName = "cotangent/"         // the gradient of what follows with respect to end
	gradientName  = "gradient of start/" // that of the block and what follows with respect to start
	lossName      = "loss of block"      // where the objective is more than that
)

// A Graph is what a Recurrence adds steps to.
type Graph struct {
	*graph.Builder
	memories []memory
	fresh    bool
	end      []*graph.Node // of each memory, if it is read
	cut      bool          // into several blocks
	exact    bool          // with the gradients that flow between them
}

// A memory is a node of a state, of so many elements.
type memory struct {
	name string
	size int
}

// Start returns the state that layer starts from, for sequences of so many rows: what End was
// given of the block before, the last one of the sequence before, or zeros. A graph has one such
// layer; several are one with [cells.Stack] or [cells.Layers].
func (g *Graph) Start(layer cells.Stateful, rows int) cells.State {
	g.memories = nil
	return layer.Begin(func(name string, width int) *graph.Node {
		g.memories = append(g.memories, memory{name, rows * width})
		start := g.Input(startName+name, rows, width)
		if g.exact {
			return g.Gradient(gradientName+name, start)
		}
		return start
	})
}

// Zeros is Start of sequences that start from zeros, each of them.
func (g *Graph) Zeros(layer cells.Stateful, rows int) cells.State {
	if !g.cut {
		return cells.Zeros(g.Builder, layer, rows)
	}
	g.fresh = true
	return g.Start(layer, rows)
}

// End gives the state that what follows starts from.
func (g *Graph) End(end cells.State) {
	if len(g.memories) == 0 {
		return // nothing does
	}
	g.end = nil
	end.Map(func(name string, n *graph.Node) *graph.Node {
		g.Output(endName+name, n)
		g.end = append(g.end, n)
		return n
	})
}

// compileLoss compiles a block with its gradients, or its loss alone.
func (b *Blocks) compileLoss(steps int) (*graph.Program, error) {
	return b.compile(b.exact(), func(g *Graph) {
		g.Frozen(b.settings.Frozen...)
		loss := b.recurrence.Loss(g, steps)
		switch {
		case b.settings.LossOnly:
			g.Output("loss", loss)
		case g.exact:
			g.Output(lossName, loss)
			g.Minimize(g.withCotangents(loss))
		default:
			g.Minimize(loss)
		}
	})
}

// compileAdvance compiles what computes the state after a whole block.
func (b *Blocks) compileAdvance() (*graph.Program, error) {
	return b.compile(false, func(g *Graph) { b.recurrence.Advance(g, b.block) })
}

func (b *Blocks) compile(exact bool, build func(g *Graph)) (*graph.Program, error) {
	return graph.Compile(func(builder *graph.Builder) {
		g := &Graph{Builder: builder, cut: b.count > 1, exact: exact}
		build(g)
		b.memories, b.fresh = g.memories, g.fresh
	}, b.settings.Graph)
}

// withCotangents returns loss + Σ end ⊙ cotangent.
func (g *Graph) withCotangents(loss *graph.Node) *graph.Node {
	for i, n := range g.end {
		if shape := g.Shape(n); len(shape) == 2 {
			loss = g.Add(loss, g.Dot(n, g.Input(cotangentName+g.memories[i].name, shape[0], shape[1])))
		}
	}
	return loss
}
