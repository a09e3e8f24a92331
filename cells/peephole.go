package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// A PeepholeGate is a Gate that also sees the cell's memory, one unit its own number,
//
//	z = x·W + h·U + c ⊙ p + b
type PeepholeGate struct {
	Gate
	P *graph.Param // peephole weights, of shape (1, H)
}

// newPeepholeGate returns a PeepholeGate named name/letter. Its peephole weights start at
// zero, so that the cell starts as one without.
func newPeepholeGate(name, letter string, inputSize, hiddenSize int, rng *rand.Rand) PeepholeGate {
	return PeepholeGate{
		Gate: drawnGate(name, letter, inputSize, hiddenSize, rng),
		P:    graph.NewParam(name+"/"+letter+"/p", 1, hiddenSize),
	}
}

// Of adds the gate's map of x, of shape (B, I), and h and c, of shape (B, H), to the graph.
func (g PeepholeGate) Of(b *graph.Builder, x, h, c *graph.Node) *graph.Node {
	return b.Add(g.Gate.Of(b, x, h), b.MulRow(c, b.Param(g.P)))
}

// Params returns W, U, b and p.
func (g PeepholeGate) Params() []*graph.Param { return append(g.Gate.Params(), g.P) }

// A Peephole is an LSTM whose gates see its memory. The output gate sees the new memory:
//
//	i = σ(x·Wi + h·Ui + c ⊙ pi + bi)   input gate
//	f = σ(x·Wf + h·Uf + c ⊙ pf + bf)   forget gate
//	g = tanh(x·Wg + h·Ug + bg)         cell candidate
//	c′ = f ⊙ c + i ⊙ g
//	o = σ(x·Wo + h·Uo + c′ ⊙ po + bo)  output gate
//	h′ = o ⊙ tanh(c′)
//
// (Gers, Schraudolph and Schmidhuber 2002). It is what Greff et al. (2015) call the vanilla
// LSTM, and the cell that their variants NIG, NFG, NOG, NIAF, NOAF and FGR differ from.
type Peephole struct {
	Input, Forget PeepholeGate
	Candidate     Gate
	Output        PeepholeGate
}

var (
	_ Cell  = (*Peephole)(nil)
	_ Gated = (*Peephole)(nil)
)

// NewPeephole returns a Peephole cell whose gates are named name/i, name/f, name/g and
// name/o. Weights and biases start as those of an LSTM, peephole weights at zero. It panics
// if a size is not positive.
func NewPeephole(name string, inputSize, hiddenSize int, rng *rand.Rand) *Peephole {
	checkSizes("NewPeephole", inputSize, hiddenSize)
	return &Peephole{
		Input:     newPeepholeGate(name, "i", inputSize, hiddenSize, rng),
		Forget:    newPeepholeGate(name, "f", inputSize, hiddenSize, rng),
		Candidate: drawnGate(name, "g", inputSize, hiddenSize, rng),
		Output:    newPeepholeGate(name, "o", inputSize, hiddenSize, rng),
	}
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (p *Peephole) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell

	i := b.Named("i", b.Sigmoid(p.Input.Of(b, x, h, c)))
	f := b.Named("f", b.Sigmoid(p.Forget.Of(b, x, h, c)))
	g := b.Named("g", b.Tanh(p.Candidate.Of(b, x, h)))
	c = b.Named("c", b.Add(b.Mul(f, c), b.Mul(i, g)))
	o := b.Named("o", b.Sigmoid(p.Output.Of(b, x, h, c)))
	h = b.Named("h", b.Mul(o, b.Tanh(c)))
	return State{Hidden: h, Cell: c}
}

// Begin returns a state of the memories h and c.
func (p *Peephole) Begin(node func(name string, width int) *graph.Node) State {
	return beginLSTM(node, p.Candidate.hiddenSize())
}

// Params returns the parameters of i, f, g and o.
func (p *Peephole) Params() []*graph.Param {
	return concat(p.Input.Params(), p.Forget.Params(), p.Candidate.Params(), p.Output.Params())
}

// Gates returns i, f, g and o without their peepholes.
func (p *Peephole) Gates() []Gate {
	return []Gate{p.Input.Gate, p.Forget.Gate, p.Candidate, p.Output.Gate}
}
