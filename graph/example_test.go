package graph_test

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
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

// The gradient of Σ x³ with respect to x, as a node, is 3·x², and that one's sum has the gradient
// 6·x: the second derivative.
func ExampleBuilder_Gradients() {
	x := graph.NewParam("x", 1, 3)
	if err := x.SetFloats([]float64{1, 2, -0.5}); err != nil {
		fmt.Println(err)
		return
	}
	p, err := graph.Compile(func(b *graph.Builder) {
		cube := b.Mul(b.Param(x), b.Mul(b.Param(x), b.Param(x)))
		slope := b.Gradients(b.Sum(cube), b.Param(x))[0]
		b.Output("slope", slope)
		b.Minimize(b.Sum(slope))
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
	fmt.Println("first", p.Floats("slope"), "second", p.Grad(x))
	// Output: first [3 12 0.75] second [6 12 -3]
}

// A logistic regression that was built with Gorgonia alone runs on the fused engine.
func ExampleAccelerate() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithShape(2, 2),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{1, 2, 3, 4}))))
	w := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("w"), gorgonia.WithShape(2, 1),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1, -1}))))
	p := gorgonia.Must(gorgonia.Sigmoid(gorgonia.Must(gorgonia.Mul(x, w))))
	cost := gorgonia.Must(gorgonia.Sum(p))
	if _, err := gorgonia.Grad(cost, w); err != nil {
		panic(err)
	}
	machine, err := graph.Accelerate(g) // instead of gorgonia.NewTapeMachine(g)
	if err != nil {
		panic(err)
	}
	defer machine.Close()
	if err := machine.RunAll(); err != nil {
		panic(err)
	}
	gradient, err := w.Grad()
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.4f %.4f\n", cost.Value().Data(), gradient.Data())
	// Output: 0.5379 [0.7864 1.1797]
}
