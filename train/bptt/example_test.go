package bptt_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/bptt"
)

// The gradient of a thousand steps, through graphs of at most a hundred. The loss is the
// sum of all outputs.
func Example() {
	cell := cells.NewGRU("gru", 1, 4, rand.New(rand.NewPCG(1, 2)))
	inputs := make([]float64, 1000)
	for t := range inputs {
		inputs[t] = math.Sin(float64(t) / 10)
	}
	unroll := func(g *bptt.Graph, steps int) []*graph.Node {
		outputs, end := cells.Unroll(g.Builder, cell, g.Unstack(g.Input("x", steps, 1), steps), nil, g.Start(cell, 1))
		g.End(end)
		return outputs
	}
	recurrence := bptt.Recurrence{
		Loss: func(g *bptt.Graph, steps int) *graph.Node {
			return g.Dot(g.Stack(unroll(g, steps)), g.Constant(1, steps, 4))
		},
		Advance: func(g *bptt.Graph, steps int) { unroll(g, steps) },
	}
	gradient := func(block int) float64 {
		blocks, err := bptt.Compile(recurrence, len(inputs), bptt.Settings{Block: block})
		if err != nil {
			panic(err)
		}
		defer blocks.Close()
		for _, pass := range blocks.Passes() {
			if err := pass.Program.SetFloats("x", inputs[pass.From:pass.To]); err != nil {
				panic(err)
			}
			if _, err := blocks.Run(pass); err != nil {
				panic(err)
			}
		}
		return blocks.Program().Grad(cell.Params()[0])[0]
	}
	a, b := gradient(100), gradient(77)
	fmt.Println("the same gradient in blocks of 77:", math.Abs(a-b) < 1e-4*math.Abs(a))
	// Output: the same gradient in blocks of 77: true
}
