package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An NOAF is a Peephole LSTM without an output activation function: its output is not bounded.
//
//	i = σ(x·Wi + h·Ui + c ⊙ pi + bi)   input gate
//	f = σ(x·Wf + h·Uf + c ⊙ pf + bf)   forget gate
//	g = tanh(x·Wg + h·Ug + bg)         cell candidate
//	c′ = f ⊙ c + i ⊙ g
//	o = σ(x·Wo + h·Uo + c′ ⊙ po + bo)  output gate
//	h′ = o ⊙ c′
//
// (Greff et al. 2015).
type NOAF struct {
	Input     PeepholeGate
	Forget    PeepholeGate
	Candidate Gate
	Output    PeepholeGate
}

var (
	_ Cell  = (*NOAF)(nil)
	_ Gated = (*NOAF)(nil)
)

// NewNOAF returns an NOAF cell whose gates are named name/i, name/f, name/g and name/o.
// Parameters start as those of a Peephole. It panics if a size is not positive.
func NewNOAF(name string, inputSize, hiddenSize int, rng *rand.Rand) *NOAF {
	checkSizes("NewNOAF", inputSize, hiddenSize)
	return &NOAF{
		Input:     newPeepholeGate(name, "i", inputSize, hiddenSize, rng),
		Forget:    newPeepholeGate(name, "f", inputSize, hiddenSize, rng),
		Candidate: drawnGate(name, "g", inputSize, hiddenSize, rng),
		Output:    newPeepholeGate(name, "o", inputSize, hiddenSize, rng),
	}
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *NOAF) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell

	i := b.Named("i", b.Sigmoid(l.Input.Of(b, x, h, c)))
	f := b.Named("f", b.Sigmoid(l.Forget.Of(b, x, h, c)))
	g := b.Named("g", b.Tanh(l.Candidate.Of(b, x, h)))
	c = b.Named("c", b.Add(b.Mul(f, c), b.Mul(i, g)))
	o := b.Named("o", b.Sigmoid(l.Output.Of(b, x, h, c)))
	h = b.Named("h", b.Mul(o, c))
	return State{Hidden: h, Cell: c}
}

// Begin returns a state of the memories h and c.
func (l *NOAF) Begin(node func(name string, width int) *graph.Node) State {
	return beginLSTM(node, l.Candidate.hiddenSize())
}

// Params returns the parameters of i, f, g and o.
func (l *NOAF) Params() []*graph.Param {
	return concat(l.Input.Params(), l.Forget.Params(), l.Candidate.Params(), l.Output.Params())
}

// Gates returns i, f, g and o without their peepholes.
func (l *NOAF) Gates() []Gate {
	return []Gate{l.Input.Gate, l.Forget.Gate, l.Candidate, l.Output.Gate}
}
