package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An LSTM is a long short-term memory cell with a forget gate and without peephole
// connections. From the input x and the state (h, c) it computes
//
//	i = σ(x·Wi + h·Ui + bi)     input gate
//	f = σ(x·Wf + h·Uf + bf)     forget gate
//	g = tanh(x·Wg + h·Ug + bg)  cell candidate
//	o = σ(x·Wo + h·Uo + bo)     output gate
//	c′ = f ⊙ c + i ⊙ g
//	h′ = o ⊙ tanh(c′)
//
// where σ is the logistic function and ⊙ the elementwise product. It is the cell of
// Hochreiter and Schmidhuber (1997) with the forget gate of Gers, Schmidhuber and
// Cummins (2000), in the notation of [torch.nn.LSTM].
//
// [torch.nn.LSTM]: https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
type LSTM struct {
	Input, Forget, Candidate, Output Gate
}

var (
	_ Cell  = (*LSTM)(nil)
	_ Gated = (*LSTM)(nil)
)

// NewLSTM returns an LSTM cell whose gates are named name/i, name/f, name/g and
// name/o. Weights are drawn from the uniform distribution on ±1/√H; biases are zero,
// but for the forget gate's, which are one, so that the cell starts by remembering
// (Jozefowicz, Zaremba and Sutskever 2015). NewLSTM panics if a size is not positive.
func NewLSTM(name string, inputSize, hiddenSize int, rng *rand.Rand) *LSTM {
	checkSizes("NewLSTM", inputSize, hiddenSize)
	return &LSTM{
		Input:     drawnGate(name, "i", inputSize, hiddenSize, rng),
		Forget:    drawnGate(name, "f", inputSize, hiddenSize, rng),
		Candidate: drawnGate(name, "g", inputSize, hiddenSize, rng),
		Output:    drawnGate(name, "o", inputSize, hiddenSize, rng),
	}
}

// Step adds one time step to the graph and returns the new state. The input x has
// shape (B, I).
func (l *LSTM) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell

	i := b.Named("i", b.Sigmoid(l.Input.Of(b, x, h)))
	f := b.Named("f", b.Sigmoid(l.Forget.Of(b, x, h)))
	g := b.Named("g", b.Tanh(l.Candidate.Of(b, x, h)))
	o := b.Named("o", b.Sigmoid(l.Output.Of(b, x, h)))

	c = b.Named("c", b.Add(b.Mul(f, c), b.Mul(i, g)))
	h = b.Named("h", b.Mul(o, b.Tanh(c)))
	return State{Hidden: h, Cell: c}
}

// Begin returns a state of the memories h and c.
func (l *LSTM) Begin(node func(name string, width int) *graph.Node) State {
	n := l.Input.hiddenSize()
	return State{Hidden: node("h", n), Cell: node("c", n)}
}

// Params returns the parameters of the gates i, f, g and o.
func (l *LSTM) Params() []*graph.Param { return gateParams(l.Gates()...) }

// Gates returns the gates in PyTorch's order, i, f, g, o.
func (l *LSTM) Gates() []Gate { return []Gate{l.Input, l.Forget, l.Candidate, l.Output} }
