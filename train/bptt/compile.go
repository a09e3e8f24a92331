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
	lossName      = "loss of block"
)

// forwardProgram returns the program that computes the state after a whole block.
func (b *Blocks) forwardProgram() (*graph.Program, error) {
	if b.forward != nil {
		return b.forward, nil
	}
	var err error
	b.forward, err = graph.Compile(func(g *graph.Builder) {
		_, end := b.recurrence.Unroll(g, b.settings.Block, b.begin(g))
		outputs(g, end)
	}, b.settings.Graph)
	return b.forward, err
}

// backwardProgram returns the program that computes the gradients of a block.
func (b *Blocks) backwardProgram(steps int) (*graph.Program, error) {
	if p := b.backward[steps]; p != nil {
		return p, nil
	}
	p, err := graph.Compile(func(g *graph.Builder) {
		g.Frozen(b.settings.Frozen...)
		b.differentiated(g, steps)
	}, b.settings.Graph)
	if err == nil {
		b.backward[steps] = p
	}
	return p, err
}

// differentiated adds a block with its objective, loss + Σ end ⊙ cotangent, or with its
// loss alone.
func (b *Blocks) differentiated(g *graph.Builder, steps int) {
	start := b.begin(g)
	if !b.single() {
		start = start.Map(func(name string, n *graph.Node) *graph.Node { return g.Gradient(gradientName+name, n) })
	}
	steady, end := b.recurrence.Unroll(g, steps, start)
	objective := b.recurrence.Loss(g, steady, end)
	g.Output(lossName, objective)
	outputs(g, end)
	if !b.single() {
		end.Map(func(name string, n *graph.Node) *graph.Node {
			if shape := g.Shape(n); len(shape) == 2 {
				objective = g.Add(objective, g.Dot(n, g.Input(cotangentName+name, shape[0], shape[1])))
			}
			return n
		})
	}
	if !b.settings.LossOnly {
		g.Minimize(objective)
	}
}

// begin declares the state that a block starts from.
func (b *Blocks) begin(g *graph.Builder) cells.State {
	return b.recurrence.Cell.Begin(func(name string, width int) *graph.Node {
		return g.Input(startName+name, b.recurrence.Rows, width)
	})
}

// outputs makes a state readable.
func outputs(g *graph.Builder, end cells.State) {
	end.Map(func(name string, n *graph.Node) *graph.Node {
		g.Output(endName+name, n)
		return n
	})
}
