package graph_test

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph"
)

// The gradient of a squared error with respect to a weight: with y = 3x and w = 1, it is
// the mean of 2·(w·x − y)·x = −4x².
func Example() {
	w := graph.NewParam("w", 1, 1)
	w.Set(0, 0, 1)
	p, err := graph.Compile(func(b *graph.Builder) {
		x, y := b.Input("x", 2, 1), b.Input("y", 2, 1)
		b.Minimize(b.SquaredError(b.MatMul(x, b.Param(w)), y, b.Ones(2)))
	}, graph.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()
	for name, values := range map[string][]float64{"x": {1, 2}, "y": {3, 6}} {
		if err := p.SetFloats(name, values); err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("loss", p.Scalar("loss"), "gradient", p.Grad(w))
	// Output: loss 10 gradient [-10]
}
