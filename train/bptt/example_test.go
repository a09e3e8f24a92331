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
	recurrence := bptt.Recurrence{
		Cell: cell, Rows: 1,
		Unroll: func(b *graph.Builder, steps int, start cells.State) ([]*graph.Node, cells.State) {
			return cells.Unroll(b, cell, b.Unstack(b.Input("x", steps, 1), steps), nil, start)
		},
		Loss: func(b *graph.Builder, outputs []*graph.Node, _ cells.State) *graph.Node {
			return b.Dot(b.Stack(outputs), b.Constant(1, len(outputs), 4))
		},
		SetInputs:  func(p *graph.Program, from, to int) error { return p.SetFloats("x", inputs[from:to]) },
		SetTargets: func(*graph.Program, int, int) error { return nil },
	}
	gradient := func(block int) float64 {
		blocks := bptt.New(recurrence, bptt.Settings{Block: block})
		defer blocks.Close()
		if _, err := blocks.Run(len(inputs)); err != nil {
			panic(err)
		}
		return blocks.Program().Grad(cell.Params()[0])[0]
	}
	a, b := gradient(100), gradient(77)
	fmt.Println("the same gradient in blocks of 77:", math.Abs(a-b) < 1e-4*math.Abs(a))
	// Output: the same gradient in blocks of 77: true
}
