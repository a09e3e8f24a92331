package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An RNN is the plain recurrent cell of Elman (1990) with the hyperbolic tangent,
//
//	h′ = tanh(x·W + h·U + b)
//
// It is the control in every experiment on what gates are good for.
type RNN struct {
	Update Gate
}

var (
	_ Cell  = (*RNN)(nil)
	_ Gated = (*RNN)(nil)
)

// NewRNN returns an RNN cell whose parameters are named name/W, name/U and name/b.
// Weights are drawn from the uniform distribution on ±1/√H and biases are zero. NewRNN
// panics if a size is not positive.
func NewRNN(name string, inputSize, hiddenSize int, rng *rand.Rand) *RNN {
	checkSizes("NewRNN", inputSize, hiddenSize)
	r := &RNN{Update: NewGate(name, inputSize, hiddenSize)}
	r.Update.uniform(rng)
	return r
}

// Step adds one time step to the graph and returns the new state. The input x has
// shape (B, I).
func (r *RNN) Step(b *graph.Builder, x *graph.Node, prev State) State {
	return State{Hidden: b.Named("h", b.Tanh(r.Update.Of(b, x, prev.Hidden)))}
}

// Begin returns a state of the memory h.
func (r *RNN) Begin(node func(name string, width int) *graph.Node) State {
	return State{Hidden: node("h", r.Update.hiddenSize())}
}

// Params returns the parameters W, U and b.
func (r *RNN) Params() []*graph.Param { return r.Update.Params() }

// Gates returns the one affine map.
func (r *RNN) Gates() []Gate { return []Gate{r.Update} }
