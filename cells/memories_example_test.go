package cells_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// A CoRNN is a layer of coupled, damped and driven oscillators with the positions y and the
// velocities z (Rusch and Mishra 2021):
//
//	z′ = z + Δt·(tanh(x·W + y·U + z·V + b) − γ·y − ε·z)
//	y′ = y + Δt·z′
type CoRNN struct {
	Force              cells.Gate   // W, U and b
	V                  *graph.Param // of shape (H, H)
	Dt, Gamma, Epsilon float64
}

func NewCoRNN(name string, inputSize, hiddenSize int, rng *rand.Rand) CoRNN {
	r := CoRNN{cells.NewGate(name, inputSize, hiddenSize), graph.NewParam(name+"/V", hiddenSize, hiddenSize), 0.1, 1, 0.01}
	for _, p := range r.Params() {
		graph.Uniform(p, 0.1, rng)
	}
	return r
}

func (r CoRNN) Step(b *graph.Builder, x *graph.Node, prev cells.State) cells.State {
	y, z := prev.Get("y"), prev.Get("z")
	force := b.Tanh(b.Add(r.Force.Of(b, x, y), b.MatMul(z, b.Param(r.V))))
	pull := b.Add(b.Affine(y, r.Gamma, 0), b.Affine(z, r.Epsilon, 0))
	z = b.Named("z", b.Add(z, b.Affine(b.Sub(force, pull), r.Dt, 0)))
	y = b.Named("y", b.Add(y, b.Affine(z, r.Dt, 0)))
	return cells.State{}.With("y", y).With("z", z)
}

func (r CoRNN) Begin(node func(name string, width int) *graph.Node) cells.State {
	_, width := r.V.Shape()
	return cells.State{}.With("y", node("y", width)).With("z", node("z", width))
}

func (r CoRNN) Params() []*graph.Param { return append(r.Force.Params(), r.V) }

func (r CoRNN) Gates() []cells.Gate { return []cells.Gate{r.Force} }

// A cell's memories have names of its own choice: here it is a pendulum, which nothing drives
// or brakes, and which is on the other side after half a period, 31 steps of 0.1 seconds.
func ExampleState_With() {
	const steps = 31
	pendulum := NewCoRNN("pendulum", 1, 1, rand.New(rand.NewPCG(1, 2)))
	pendulum.Epsilon = 0
	for _, p := range pendulum.Params() {
		graph.Constant(p, 0)
	}
	program, err := graph.Compile(func(b *graph.Builder) {
		inputs := b.Unstack(b.Input("x", steps, 1), steps)
		start := pendulum.Begin(func(name string, width int) *graph.Node { return b.Input(name, 1, width) })
		_, end := cells.Unroll(b, pendulum, inputs, nil, start)
		b.Output("position", end.Get("y"))
	}, graph.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer program.Close()
	program.SetFloats("y", []float64{1})
	if err := program.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q, from 1 to %.2f\n", cells.Memories(pendulum), program.Floats("position")[0])
	// Output:
	// ["y" "z"], from 1 to -1.00
}
