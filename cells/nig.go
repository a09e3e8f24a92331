package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An NIG is a Peephole LSTM without an input gate: it writes every candidate into its
// memory.
//
//	f = σ(x·Wf + h·Uf + c ⊙ pf + bf)   forget gate
//	g = tanh(x·Wg + h·Ug + bg)         cell candidate
//	c′ = f ⊙ c + g
//	o = σ(x·Wo + h·Uo + c′ ⊙ po + bo)  output gate
//	h′ = o ⊙ tanh(c′)
//
// (Greff et al. 2015).
type NIG struct {
	Forget    PeepholeGate
	Candidate Gate
	Output    PeepholeGate
}

var (
	_ Cell  = (*NIG)(nil)
	_ Gated = (*NIG)(nil)
)

// NewNIG returns an NIG cell whose gates are named name/f, name/g and name/o.
// Parameters start as those of a Peephole. It panics if a size is not positive.
func NewNIG(name string, inputSize, hiddenSize int, rng *rand.Rand) *NIG {
	checkSizes("NewNIG", inputSize, hiddenSize)
	return &NIG{
		Forget:    newPeepholeGate(name, "f", inputSize, hiddenSize, rng),
		Candidate: drawnGate(name, "g", inputSize, hiddenSize, rng),
		Output:    newPeepholeGate(name, "o", inputSize, hiddenSize, rng),
	}
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *NIG) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell

	f := b.Named("f", b.Sigmoid(l.Forget.Of(b, x, h, c)))
	g := b.Named("g", b.Tanh(l.Candidate.Of(b, x, h)))
	c = b.Named("c", b.Add(b.Mul(f, c), g))
	o := b.Named("o", b.Sigmoid(l.Output.Of(b, x, h, c)))
	h = b.Named("h", b.Mul(o, b.Tanh(c)))
	return State{Hidden: h, Cell: c}
}

// Begin returns a state of the memories h and c.
func (l *NIG) Begin(node func(name string, width int) *graph.Node) State {
	return beginLSTM(node, l.Candidate.hiddenSize())
}

// Params returns the parameters of f, g and o.
func (l *NIG) Params() []*graph.Param {
	return concat(l.Forget.Params(), l.Candidate.Params(), l.Output.Params())
}

// Gates returns f, g and o without their peepholes.
func (l *NIG) Gates() []Gate {
	return []Gate{l.Forget.Gate, l.Candidate, l.Output.Gate}
}
