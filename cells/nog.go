package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An NOG is a Peephole LSTM without an output gate: it always shows its memory.
//
//	i = σ(x·Wi + h·Ui + c ⊙ pi + bi)  input gate
//	f = σ(x·Wf + h·Uf + c ⊙ pf + bf)  forget gate
//	g = tanh(x·Wg + h·Ug + bg)        cell candidate
//	c′ = f ⊙ c + i ⊙ g
//	h′ = tanh(c′)
//
// (Greff et al. 2015).
type NOG struct {
	Input     PeepholeGate
	Forget    PeepholeGate
	Candidate Gate
}

var (
	_ Cell  = (*NOG)(nil)
	_ Gated = (*NOG)(nil)
)

// NewNOG returns an NOG cell whose gates are named name/i, name/f and name/g.
// Parameters start as those of a Peephole. It panics if a size is not positive.
func NewNOG(name string, inputSize, hiddenSize int, rng *rand.Rand) *NOG {
	checkSizes("NewNOG", inputSize, hiddenSize)
	return &NOG{
		Input:     newPeepholeGate(name, "i", inputSize, hiddenSize, rng),
		Forget:    newPeepholeGate(name, "f", inputSize, hiddenSize, rng),
		Candidate: drawnGate(name, "g", inputSize, hiddenSize, rng),
	}
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *NOG) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell

	i := b.Named("i", b.Sigmoid(l.Input.Of(b, x, h, c)))
	f := b.Named("f", b.Sigmoid(l.Forget.Of(b, x, h, c)))
	g := b.Named("g", b.Tanh(l.Candidate.Of(b, x, h)))
	c = b.Named("c", b.Add(b.Mul(f, c), b.Mul(i, g)))
	h = b.Named("h", b.Tanh(c))
	return State{Hidden: h, Cell: c}
}

// Begin returns a state of the memories h and c.
func (l *NOG) Begin(node func(name string, width int) *graph.Node) State {
	return beginLSTM(node, l.Candidate.hiddenSize())
}

// Params returns the parameters of i, f and g.
func (l *NOG) Params() []*graph.Param {
	return concat(l.Input.Params(), l.Forget.Params(), l.Candidate.Params())
}

// Gates returns i, f and g without their peepholes.
func (l *NOG) Gates() []Gate {
	return []Gate{l.Input.Gate, l.Forget.Gate, l.Candidate}
}
