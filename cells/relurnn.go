package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// A ReluRNN is the plain recurrent cell with the rectifier,
//
//	h′ = max(x·W + h·U + b, 0)
//
// PyTorch calls it nonlinearity='relu'. Its memory does not fade where U is the identity, with
// which Le, Jaitly and Hinton (2015) start it.
type ReluRNN struct {
	Update Gate
}

var (
	_ Cell  = (*ReluRNN)(nil)
	_ Gated = (*ReluRNN)(nil)
)

// NewReluRNN returns a ReluRNN cell whose parameters are named name/W, name/U and name/b.
// Weights are drawn from the uniform distribution on ±1/√H and biases are zero. It panics if
// a size is not positive.
func NewReluRNN(name string, inputSize, hiddenSize int, rng *rand.Rand) *ReluRNN {
	checkSizes("NewReluRNN", inputSize, hiddenSize)
	r := &ReluRNN{Update: NewGate(name, inputSize, hiddenSize)}
	r.Update.uniform(rng)
	return r
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (r *ReluRNN) Step(b *graph.Builder, x *graph.Node, prev State) State {
	return State{Hidden: b.Named("h", b.Relu(r.Update.Of(b, x, prev.Hidden)))}
}

// Begin returns a state of the memory h.
func (r *ReluRNN) Begin(node func(name string, width int) *graph.Node) State {
	return State{Hidden: node("h", r.Update.hiddenSize())}
}

// Params returns the parameters W, U and b.
func (r *ReluRNN) Params() []*graph.Param { return r.Update.Params() }

// Gates returns the one affine map.
func (r *ReluRNN) Gates() []Gate { return []Gate{r.Update} }
