package cells_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/optim"
)

// A Janet is an LSTM with just a forget gate (van der Westhuizen and Lasenby 2018):
//
//	f = σ(x·Wf + h·Uf + bf)
//	g = tanh(x·Wg + h·Ug + bg)
//	h′ = f ⊙ h + (1 − f) ⊙ g
type Janet struct{ Forget, Candidate cells.Gate }

func (j Janet) Step(b *graph.Builder, x *graph.Node, prev cells.State) cells.State {
	h := prev.Hidden
	f := b.Named("f", b.Sigmoid(j.Forget.Of(b, x, h)))
	g := b.Named("g", b.Tanh(j.Candidate.Of(b, x, h)))
	h = b.Named("h", b.Add(b.Mul(f, h), b.Mul(b.Affine(f, -1, 1), g)))
	return cells.State{Hidden: h}
}

func (j Janet) Begin(node func(name string, width int) *graph.Node) cells.State {
	_, width := j.Candidate.U.Shape()
	return cells.State{Hidden: node("h", width)}
}

func (j Janet) Params() []*graph.Param { return append(j.Forget.Params(), j.Candidate.Params()...) }

func (j Janet) Gates() []cells.Gate { return []cells.Gate{j.Forget, j.Candidate} }

// A cell of one's own is its equations. It is differentiated, fused and trained like the cells
// of this package, and their combinators, presets and traces apply to it: here it learns to
// remember the first of twelve numbers.
func ExampleCell() {
	const steps, batch, hidden = 12, 32, 8
	rng := rand.New(rand.NewPCG(1, 2))
	cell := Janet{cells.NewGate("janet/f", 1, hidden), cells.NewGate("janet/g", 1, hidden)}
	for _, preset := range []string{"keras", "chrono:12"} {
		if err := cells.Initialise(preset, cell, rng); err != nil {
			fmt.Println(err)
			return
		}
	}
	head := cells.NewDense("head", hidden, 1, rng)
	program, err := graph.Compile(func(b *graph.Builder) {
		inputs := b.Unstack(b.Input("x", steps*batch, 1), steps)
		outputs, _ := cells.Unroll(b, cell, inputs, nil, cells.Zeros(b, cell, batch))
		b.Minimize(b.SquaredError(head.Of(b, outputs[steps-1]), b.Input("first", batch, 1), b.Ones(batch)))
	}, graph.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer program.Close()

	solver := optim.NewAdam(optim.Settings{LearningRate: 0.01})
	x := make([]float64, steps*batch)
	for step := range 501 {
		for i := range x {
			x[i] = 2*rng.Float64() - 1
		}
		program.SetFloats("x", x)
		program.SetFloats("first", x[:batch])
		if err := program.Run(); err != nil {
			fmt.Println(err)
			return
		}
		if step%500 == 0 {
			fmt.Printf("after %d steps the loss is %.1f\n", step, program.Scalar("loss"))
		}
		solver.Step(program.ValueGrads())
	}
	// Output:
	// after 0 steps the loss is 0.3
	// after 500 steps the loss is 0.0
}
