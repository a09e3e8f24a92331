package cells

import (
	"math"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An LSTMP is an LSTM with a projection: its output, which the next step reads too, is
// narrower than its memory of H units,
//
//	i = σ(x·Wi + h·Ui + bi)     input gate
//	f = σ(x·Wf + h·Uf + bf)     forget gate
//	g = tanh(x·Wg + h·Ug + bg)  cell candidate
//	o = σ(x·Wo + h·Uo + bo)     output gate
//	c′ = f ⊙ c + i ⊙ g
//	h′ = (o ⊙ tanh(c′))·P
//
// (Sak, Senior and Beaufays 2014, without peepholes). PyTorch calls it proj_size.
type LSTMP struct {
	Input, Forget, Candidate, Output Gate // with U of shape (R, H)

	Projection *graph.Param // P, of shape (H, R)
}

var (
	_ Cell  = (*LSTMP)(nil)
	_ Gated = (*LSTMP)(nil)
)

// NewLSTMP returns an LSTMP cell of H = cellSize memory units and R = outputSize outputs,
// whose gates are named name/i, name/f, name/g and name/o, and the projection name/P.
// Weights and biases start as those of an LSTM, P like the weights. It panics if a size is
// not positive.
func NewLSTMP(name string, inputSize, cellSize, outputSize int, rng *rand.Rand) *LSTMP {
	checkSizes("NewLSTMP", inputSize, cellSize, outputSize)
	l := &LSTMP{
		Input:      drawnGateOf(name, "i", inputSize, outputSize, cellSize, rng),
		Forget:     drawnGateOf(name, "f", inputSize, outputSize, cellSize, rng),
		Candidate:  drawnGateOf(name, "g", inputSize, outputSize, cellSize, rng),
		Output:     drawnGateOf(name, "o", inputSize, outputSize, cellSize, rng),
		Projection: graph.NewParam(name+"/P", cellSize, outputSize),
	}
	graph.Uniform(l.Projection, 1/math.Sqrt(float64(cellSize)), rng)
	return l
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *LSTMP) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell

	i := b.Named("i", b.Sigmoid(l.Input.Of(b, x, h)))
	f := b.Named("f", b.Sigmoid(l.Forget.Of(b, x, h)))
	g := b.Named("g", b.Tanh(l.Candidate.Of(b, x, h)))
	o := b.Named("o", b.Sigmoid(l.Output.Of(b, x, h)))

	c = b.Named("c", b.Add(b.Mul(f, c), b.Mul(i, g)))
	h = b.Named("h", b.MatMul(b.Mul(o, b.Tanh(c)), b.Param(l.Projection)))
	return State{Hidden: h, Cell: c}
}

// Begin returns a state of the memories h, of width R, and c, of width H.
func (l *LSTMP) Begin(node func(name string, width int) *graph.Node) State {
	cellSize, outputSize := l.Projection.Shape()
	return State{Hidden: node("h", outputSize), Cell: node("c", cellSize)}
}

// Params returns the parameters of i, f, g and o, and then P.
func (l *LSTMP) Params() []*graph.Param { return append(gateParams(l.Gates()...), l.Projection) }

// Gates returns i, f, g and o, PyTorch's order.
func (l *LSTMP) Gates() []Gate { return []Gate{l.Input, l.Forget, l.Candidate, l.Output} }
