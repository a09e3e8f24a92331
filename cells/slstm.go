package cells

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An SLSTM is the scalar-memory cell of the xLSTM, with an exponential input gate, a
// normaliser n, and a stabiliser m that keeps the exponential in range:
//
//	ĩ = x·Wi + h·Ui + bi               logarithm of the input gate
//	f̃ = log σ(x·Wf + h·Uf + bf)        logarithm of the forget gate
//	g = tanh(x·Wg + h·Ug + bg)         cell candidate, z in the paper
//	o = σ(x·Wo + h·Uo + bo)            output gate
//	m′ = max(f̃ + m, ĩ), or ĩ where n = 0
//	i = exp(ĩ − m′)
//	f = exp(f̃ + m − m′)
//	c′ = f ⊙ c + i ⊙ g
//	n′ = f ⊙ n + i
//	h′ = o ⊙ c′ / n′
//
// (Beck et al. 2024). With several heads each reads only its own part of h: U is block
// diagonal. The stabiliser cancels out of h; without it exp(ĩ) overflows.
type SLSTM struct {
	Input, Forget, Candidate, Output Gate // with U of shape (H, H/heads), the blocks on top of one another
}

var (
	_ Cell      = (*SLSTM)(nil)
	_ Gated     = (*SLSTM)(nil)
	_ Entangled = (*SLSTM)(nil)
)

// NewSLSTM returns an SLSTM cell of several heads, whose gates are named name/i, name/f,
// name/g and name/o. Weights are drawn from the uniform distribution on ±1/√H; biases are
// zero, but for the forget gate's, which are one. It panics if a size is not positive or
// heads does not divide hiddenSize.
func NewSLSTM(name string, inputSize, hiddenSize, heads int, rng *rand.Rand) *SLSTM {
	checkSizes("NewSLSTM", inputSize, hiddenSize, heads)
	checkHeads("NewSLSTM", hiddenSize, heads)
	gate := func(letter string) Gate {
		g := newGate(name+"/"+letter, inputSize, 0, hiddenSize)
		g.U = graph.NewParam(name+"/"+letter+"/U", hiddenSize, hiddenSize/heads)
		g.uniform(rng)
		return g
	}
	l := &SLSTM{Input: gate("i"), Forget: gate("f"), Candidate: gate("g"), Output: gate("o")}
	graph.Constant(l.Forget.B, 1)
	return l
}

// checkHeads panics, on behalf of a constructor, if a layer does not fall into equal heads.
func checkHeads(constructor string, hiddenSize, heads int) {
	if hiddenSize%heads != 0 {
		panic(fmt.Sprintf("cells: %s with %d units in %d heads", constructor, hiddenSize, heads))
	}
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *SLSTM) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h, c, n, m := prev.Hidden, prev.Cell, prev.Get("n"), prev.Get("m")

	logI := headed(b, l.Input, x, h)
	logF := b.LogSigmoid(headed(b, l.Forget, x, h))
	g := b.Named("g", b.Tanh(headed(b, l.Candidate, x, h)))
	o := b.Named("o", b.Sigmoid(headed(b, l.Output, x, h)))

	i, f, m := stabilised(b.Named, b, logI, logF, b.Add(m, nothingWhere(b, n)))
	c = b.Named("c", b.Add(b.Mul(f, c), b.Mul(i, g)))
	n = b.Named("n", b.Add(b.Mul(f, n), i))
	h = b.Named("h", b.Div(b.Mul(o, c), n))
	return State{Hidden: h, Cell: c}.With("n", n).With("m", m)
}

// nothingWhere returns the logarithm, near enough, of the scale of an empty memory: −10³⁰
// where the normaliser n is zero, else 0. A state of zeros so begins with m′ = ĩ.
func nothingWhere(b *graph.Builder, n *graph.Node) *graph.Node {
	empty := b.AtLeast(b.Affine(n, -1, 0), n) // −n ≥ n
	return b.Affine(empty, -1e30, 0)
}

// headed is the affine map of a gate whose U is block diagonal.
func headed(b *graph.Builder, g Gate, x, h *graph.Node) *graph.Node {
	size, width := g.U.Shape()
	if width == size {
		return g.Of(b, x, h)
	}
	u := b.Param(g.U)
	var products []*graph.Node
	for from := 0; from < size; from += width {
		products = append(products, b.MatMul(b.ColumnBlock(h, from, from+width), b.RowBlock(u, from, from+width)))
	}
	return b.AddRow(b.Add(b.MatMul(x, b.Param(g.W)), b.ConcatColumns(products...)), b.Param(g.B))
}

// Begin returns a state of the memories h, c, n and m.
func (l *SLSTM) Begin(node func(name string, width int) *graph.Node) State {
	size := l.Input.hiddenSize()
	return beginLSTM(node, size).With("n", node("n", size)).With("m", node("m", size))
}

// CheckZoneout returns an error for c, n and m.
func (l *SLSTM) CheckZoneout(memory string) error { return checkStabilised(memory) }

// Params returns the parameters of i, f, g and o.
func (l *SLSTM) Params() []*graph.Param { return gateParams(l.Gates()...) }

// Gates returns i, f, g and o.
func (l *SLSTM) Gates() []Gate { return []Gate{l.Input, l.Forget, l.Candidate, l.Output} }
