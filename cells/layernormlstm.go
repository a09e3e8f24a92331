package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// normEpsilon is added to a variance before its root is taken; PyTorch's default.
const normEpsilon = 1e-5

// A LayerNormLSTM is an LSTM that normalises the products with the input and with the
// output of the step before, each over the units of all four gates at once, and the memory
// where it is read:
//
//	[zi zf zg zo] = LN(x·[Wi Wf Wg Wo]) ⊙ α + LN(h·[Ui Uf Ug Uo]) ⊙ β + [bi bf bg bo]
//	i = σ(zi)
//	f = σ(zf)
//	g = tanh(zg)
//	o = σ(zo)
//	c′ = f ⊙ c + i ⊙ g
//	h′ = o ⊙ tanh(LN(c′) ⊙ γ + δ)
//
// LN gives each row mean 0 and variance 1; the memory that is carried is not normalised
// (Ba, Kiros and Hinton 2016).
type LayerNormLSTM struct {
	Input, Forget, Candidate, Output Gate

	InputGain     *graph.Param // α, of shape (1, 4H), in the order i, f, g, o
	RecurrentGain *graph.Param // β, likewise
	CellGain      *graph.Param // γ, of shape (1, H)
	CellBias      *graph.Param // δ, of shape (1, H)
}

var (
	_ Cell  = (*LayerNormLSTM)(nil)
	_ Gated = (*LayerNormLSTM)(nil)
)

// NewLayerNormLSTM returns a LayerNormLSTM cell whose gates are named name/i, name/f,
// name/g and name/o. Weights and biases start as those of an LSTM, gains at one, and the
// memory's bias at zero. It panics if a size is not positive.
func NewLayerNormLSTM(name string, inputSize, hiddenSize int, rng *rand.Rand) *LayerNormLSTM {
	checkSizes("NewLayerNormLSTM", inputSize, hiddenSize)
	l := &LayerNormLSTM{
		Input:     drawnGate(name, "i", inputSize, hiddenSize, rng),
		Forget:    drawnGate(name, "f", inputSize, hiddenSize, rng),
		Candidate: drawnGate(name, "g", inputSize, hiddenSize, rng),
		Output:    drawnGate(name, "o", inputSize, hiddenSize, rng),

		InputGain:     graph.NewParam(name+"/input/gain", 1, 4*hiddenSize),
		RecurrentGain: graph.NewParam(name+"/recurrent/gain", 1, 4*hiddenSize),
		CellGain:      graph.NewParam(name+"/cell/gain", 1, hiddenSize),
		CellBias:      graph.NewParam(name+"/cell/b", 1, hiddenSize),
	}
	for _, gain := range []*graph.Param{l.InputGain, l.RecurrentGain, l.CellGain} {
		graph.Constant(gain, 1)
	}
	return l
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *LayerNormLSTM) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c := prev.Hidden, prev.Cell

	z := l.products(b, x, h)
	i := b.Named("i", b.Sigmoid(z[0]))
	f := b.Named("f", b.Sigmoid(z[1]))
	g := b.Named("g", b.Tanh(z[2]))
	o := b.Named("o", b.Sigmoid(z[3]))

	c = b.Named("c", b.Add(b.Mul(f, c), b.Mul(i, g)))
	read := b.AddRow(b.MulRow(b.LayerNorm(c, normEpsilon), b.Param(l.CellGain)), b.Param(l.CellBias))
	h = b.Named("h", b.Mul(o, b.Tanh(read)))
	return State{Hidden: h, Cell: c}
}

// products returns zi, zf, zg and zo.
func (l *LayerNormLSTM) products(b *graph.Builder, x, h *graph.Node) [4]*graph.Node {
	var xs, hs, bs []*graph.Node
	for _, g := range l.Gates() {
		xs = append(xs, b.MatMul(x, b.Param(g.W)))
		hs = append(hs, b.MatMul(h, b.Param(g.U)))
		bs = append(bs, b.Param(g.B))
	}
	fresh := b.MulRow(b.LayerNorm(b.ConcatColumns(xs...), normEpsilon), b.Param(l.InputGain))
	past := b.MulRow(b.LayerNorm(b.ConcatColumns(hs...), normEpsilon), b.Param(l.RecurrentGain))
	z := b.Add(fresh, past)
	var gates [4]*graph.Node
	for k, bias := range bs {
		size := l.Input.hiddenSize()
		gates[k] = b.AddRow(b.ColumnBlock(z, k*size, (k+1)*size), bias)
	}
	return gates
}

// Begin returns a state of the memories h and c.
func (l *LayerNormLSTM) Begin(node func(name string, width int) *graph.Node) State {
	return beginLSTM(node, l.Input.hiddenSize())
}

// Params returns the parameters of i, f, g and o, and then α, β, γ and δ.
func (l *LayerNormLSTM) Params() []*graph.Param {
	return append(gateParams(l.Gates()...), l.InputGain, l.RecurrentGain, l.CellGain, l.CellBias)
}

// Gates returns i, f, g and o.
func (l *LayerNormLSTM) Gates() []Gate { return []Gate{l.Input, l.Forget, l.Candidate, l.Output} }
