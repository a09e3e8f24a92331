package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An FGR is a Peephole LSTM with full gate recurrence: each gate also sees all three gates
// of the step before, through nine more matrices V,
//
//	i′ = σ(x·Wi + h·Ui + i·Vii + f·Vfi + o·Voi + c ⊙ pi + bi)   input gate
//	f′ = σ(x·Wf + h·Uf + i·Vif + f·Vff + o·Vof + c ⊙ pf + bf)   forget gate
//	g = tanh(x·Wg + h·Ug + bg)                                  cell candidate
//	c′ = f′ ⊙ c + i′ ⊙ g
//	o′ = σ(x·Wo + h·Uo + i·Vio + f·Vfo + o·Voo + c′ ⊙ po + bo)  output gate
//	h′ = o′ ⊙ tanh(c′)
//
// (Greff et al. 2015), as in the cell of 1997. The gates' U holds U and the three V on top
// of one another: it multiplies [h i f o].
type FGR struct {
	Input, Forget PeepholeGate // with U of shape (4H, H)
	Candidate     Gate
	Output        PeepholeGate
}

var (
	_ Cell  = (*FGR)(nil)
	_ Gated = (*FGR)(nil)
)

// NewFGR returns an FGR cell whose gates are named name/i, name/f, name/g and name/o.
// Parameters start as those of a Peephole, V like U. It panics if a size is not positive.
func NewFGR(name string, inputSize, hiddenSize int, rng *rand.Rand) *FGR {
	checkSizes("NewFGR", inputSize, hiddenSize)
	recurrent := func(letter string) PeepholeGate {
		return PeepholeGate{
			Gate: drawnGateOf(name, letter, inputSize, 4*hiddenSize, hiddenSize, rng),
			P:    graph.NewParam(name+"/"+letter+"/p", 1, hiddenSize),
		}
	}
	return &FGR{
		Input:     recurrent("i"),
		Forget:    recurrent("f"),
		Candidate: drawnGate(name, "g", inputSize, hiddenSize, rng),
		Output:    recurrent("o"),
	}
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *FGR) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell
	past := b.ConcatColumns(h, prev.Get("i"), prev.Get("f"), prev.Get("o"))

	i := b.Named("i", b.Sigmoid(l.Input.Of(b, x, past, c)))
	f := b.Named("f", b.Sigmoid(l.Forget.Of(b, x, past, c)))
	g := b.Named("g", b.Tanh(l.Candidate.Of(b, x, h)))
	c = b.Named("c", b.Add(b.Mul(f, c), b.Mul(i, g)))
	o := b.Named("o", b.Sigmoid(l.Output.Of(b, x, past, c)))
	h = b.Named("h", b.Mul(o, b.Tanh(c)))
	return State{Hidden: h, Cell: c}.With("i", i).With("f", f).With("o", o)
}

// Begin returns a state of the memories h, c, i, f and o.
func (l *FGR) Begin(node func(name string, width int) *graph.Node) State {
	n := l.Candidate.hiddenSize()
	return beginLSTM(node, n).With("i", node("i", n)).With("f", node("f", n)).With("o", node("o", n))
}

// Params returns the parameters of i, f, g and o.
func (l *FGR) Params() []*graph.Param {
	return concat(l.Input.Params(), l.Forget.Params(), l.Candidate.Params(), l.Output.Params())
}

// Gates returns i, f, g and o without their peepholes.
func (l *FGR) Gates() []Gate {
	return []Gate{l.Input.Gate, l.Forget.Gate, l.Candidate, l.Output.Gate}
}
