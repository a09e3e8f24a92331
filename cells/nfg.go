package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An NFG is a Peephole LSTM without a forget gate: what it has written stays, as in the cell
// of 1997.
//
//	i = σ(x·Wi + h·Ui + c ⊙ pi + bi)   input gate
//	g = tanh(x·Wg + h·Ug + bg)         cell candidate
//	c′ = c + i ⊙ g
//	o = σ(x·Wo + h·Uo + c′ ⊙ po + bo)  output gate
//	h′ = o ⊙ tanh(c′)
//
// (Greff et al. 2015).
type NFG struct {
	Input     PeepholeGate
	Candidate Gate
	Output    PeepholeGate
}

var (
	_ Cell  = (*NFG)(nil)
	_ Gated = (*NFG)(nil)
)

// NewNFG returns an NFG cell whose gates are named name/i, name/g and name/o.
// Parameters start as those of a Peephole. It panics if a size is not positive.
func NewNFG(name string, inputSize, hiddenSize int, rng *rand.Rand) *NFG {
	checkSizes("NewNFG", inputSize, hiddenSize)
	return &NFG{
		Input:     newPeepholeGate(name, "i", inputSize, hiddenSize, rng),
		Candidate: drawnGate(name, "g", inputSize, hiddenSize, rng),
		Output:    newPeepholeGate(name, "o", inputSize, hiddenSize, rng),
	}
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *NFG) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell

	i := b.Named("i", b.Sigmoid(l.Input.Of(b, x, h, c)))
	g := b.Named("g", b.Tanh(l.Candidate.Of(b, x, h)))
	c = b.Named("c", b.Add(c, b.Mul(i, g)))
	o := b.Named("o", b.Sigmoid(l.Output.Of(b, x, h, c)))
	h = b.Named("h", b.Mul(o, b.Tanh(c)))
	return State{Hidden: h, Cell: c}
}

// Begin returns a state of the memories h and c.
func (l *NFG) Begin(node func(name string, width int) *graph.Node) State {
	return beginLSTM(node, l.Candidate.hiddenSize())
}

// Params returns the parameters of i, g and o.
func (l *NFG) Params() []*graph.Param {
	return concat(l.Input.Params(), l.Candidate.Params(), l.Output.Params())
}

// Gates returns i, g and o without their peepholes.
func (l *NFG) Gates() []Gate {
	return []Gate{l.Input.Gate, l.Candidate, l.Output.Gate}
}
