package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// A CIFG is an LSTM with coupled input and forget gates: it writes where it forgets, and
// has a gate less,
//
//	i = σ(x·Wi + h·Ui + bi)     input gate
//	g = tanh(x·Wg + h·Ug + bg)  cell candidate
//	o = σ(x·Wo + h·Uo + bo)     output gate
//	c′ = (1 − i) ⊙ c + i ⊙ g
//	h′ = o ⊙ tanh(c′)
//
// (Greff et al. 2015, there with peepholes). ONNX calls it input_forget.
type CIFG struct {
	Input, Candidate, Output Gate
}

var (
	_ Cell  = (*CIFG)(nil)
	_ Gated = (*CIFG)(nil)
)

// NewCIFG returns a CIFG cell whose gates are named name/i, name/g and name/o. Weights are
// drawn from the uniform distribution on ±1/√H; biases are zero, but for the input gate's,
// which are −1, so that the cell starts by remembering, as an LSTM does. It panics if a size
// is not positive.
func NewCIFG(name string, inputSize, hiddenSize int, rng *rand.Rand) *CIFG {
	checkSizes("NewCIFG", inputSize, hiddenSize)
	l := &CIFG{
		Input:     drawnGate(name, "i", inputSize, hiddenSize, rng),
		Candidate: drawnGate(name, "g", inputSize, hiddenSize, rng),
		Output:    drawnGate(name, "o", inputSize, hiddenSize, rng),
	}
	graph.Constant(l.Input.B, -1)
	return l
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *CIFG) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell

	i := b.Named("i", b.Sigmoid(l.Input.Of(b, x, h)))
	f := b.Named("f", b.Affine(i, -1, 1)) // 1 − i
	g := b.Named("g", b.Tanh(l.Candidate.Of(b, x, h)))
	o := b.Named("o", b.Sigmoid(l.Output.Of(b, x, h)))

	c = b.Named("c", b.Add(b.Mul(f, c), b.Mul(i, g)))
	h = b.Named("h", b.Mul(o, b.Tanh(c)))
	return State{Hidden: h, Cell: c}
}

// Begin returns a state of the memories h and c.
func (l *CIFG) Begin(node func(name string, width int) *graph.Node) State {
	return beginLSTM(node, l.Input.hiddenSize())
}

// Params returns the parameters of i, g and o.
func (l *CIFG) Params() []*graph.Param { return gateParams(l.Gates()...) }

// Gates returns i, g and o.
func (l *CIFG) Gates() []Gate { return []Gate{l.Input, l.Candidate, l.Output} }

// setForgetBias sets the bias of i to the opposite, since f = 1 − σ(z) = σ(−z).
func (l *CIFG) setForgetBias(next func() float64) {
	l.Input.B.Fill(func() float64 { return -next() })
}
