package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// A ClippedLSTM is an LSTM that bounds what its nonlinearities read,
//
//	i = σ(clip(x·Wi + h·Ui + bi))     input gate
//	f = σ(clip(x·Wf + h·Uf + bf))     forget gate
//	g = tanh(clip(x·Wg + h·Ug + bg))  cell candidate
//	o = σ(clip(x·Wo + h·Uo + bo))     output gate
//	c′ = f ⊙ c + i ⊙ g
//	h′ = o ⊙ tanh(c′)
//
// with clip(z) = min(max(z, −Limit), Limit): ONNX's attribute clip. Gates so stay open by
// σ(−Limit) at least.
type ClippedLSTM struct {
	Input, Forget, Candidate, Output Gate
	Limit                            float64
}

var (
	_ Cell  = (*ClippedLSTM)(nil)
	_ Gated = (*ClippedLSTM)(nil)
)

// NewClippedLSTM returns a ClippedLSTM cell that starts as an LSTM of the same name does. It
// panics if a size or the limit is not positive.
func NewClippedLSTM(name string, inputSize, hiddenSize int, limit float64, rng *rand.Rand) *ClippedLSTM {
	if !(limit > 0) {
		panic("cells: NewClippedLSTM with a limit that is not positive")
	}
	l := NewLSTM(name, inputSize, hiddenSize, rng)
	return &ClippedLSTM{Input: l.Input, Forget: l.Forget, Candidate: l.Candidate, Output: l.Output, Limit: limit}
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *ClippedLSTM) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell
	clip := func(z *graph.Node) *graph.Node { return b.Clamp(z, -l.Limit, l.Limit) }

	i := b.Named("i", b.Sigmoid(clip(l.Input.Of(b, x, h))))
	f := b.Named("f", b.Sigmoid(clip(l.Forget.Of(b, x, h))))
	g := b.Named("g", b.Tanh(clip(l.Candidate.Of(b, x, h))))
	o := b.Named("o", b.Sigmoid(clip(l.Output.Of(b, x, h))))

	c = b.Named("c", b.Add(b.Mul(f, c), b.Mul(i, g)))
	h = b.Named("h", b.Mul(o, b.Tanh(c)))
	return State{Hidden: h, Cell: c}
}

// Begin returns a state of the memories h and c.
func (l *ClippedLSTM) Begin(node func(name string, width int) *graph.Node) State {
	return beginLSTM(node, l.Input.hiddenSize())
}

// Params returns the parameters of i, f, g and o.
func (l *ClippedLSTM) Params() []*graph.Param { return gateParams(l.Gates()...) }

// Gates returns i, f, g and o.
func (l *ClippedLSTM) Gates() []Gate { return []Gate{l.Input, l.Forget, l.Candidate, l.Output} }
