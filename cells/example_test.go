package cells_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// With all weights zero but the candidate's W = 1, and x = h = c = 1, every gate is half
// open: c′ = ½·1 + ½·tanh 1 and h′ = ½·tanh c′.
func ExampleLSTM() {
	cell := cells.NewLSTM("lstm", 1, 1, rand.New(rand.NewPCG(1, 1)))
	for _, p := range cell.Params() {
		graph.Constant(p, 0)
	}
	cell.Candidate.W.Set(0, 0, 1)

	p, err := graph.Compile(func(b *graph.Builder) {
		one := b.Constant(1, 1, 1)
		next := cell.Step(b, one, cells.State{Hidden: one, Cell: one})
		b.Output("h", next.Hidden)
		b.Output("c", next.Cell)
	}, graph.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("c′ = %.6f, h′ = %.6f\n", p.Scalar("c"), p.Scalar("h"))
	// Output: c′ = 0.880797, h′ = 0.353409
}
