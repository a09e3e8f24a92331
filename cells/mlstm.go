package cells

import (
	"math"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An MLSTM is the matrix-memory cell of the xLSTM. Each of its heads, of d units, stores
// values v under keys k in a (d, d) matrix C and reads them with queries q:
//
//	q = x·Wq + bq                   query
//	k = x·Wk/√d + bk                key
//	v = x·Wv + bv                   value
//	o = σ(x·Wo + bo)                output gate
//	ĩ = x·Wi + bi                   logarithm of the input gate, one number a head
//	f̃ = log σ(x·Wf + bf)            logarithm of the forget gate, one number a head
//	m′ = max(f̃ + m, ĩ)
//	i = exp(ĩ − m′)
//	f = exp(f̃ + m − m′)
//	C′ = f·C + i·v⊗k
//	n′ = f·n + i·k
//	y = o ⊙ C′q / max(|n′·q|, exp(−m′))
//
// (Beck et al. 2024). No gate sees the output of the step before.
type MLSTM struct {
	Query, Key, Value, Output Gate // without U; of width H
	Input, Forget             Gate // without U; of width heads
}

var (
	_ Cell      = (*MLSTM)(nil)
	_ Gated     = (*MLSTM)(nil)
	_ Entangled = (*MLSTM)(nil)
)

// NewMLSTM returns an MLSTM cell of H = hiddenSize units in several heads, whose maps are
// named name/q, name/k, name/v, name/o, name/i and name/f. Weights are drawn from the uniform
// distribution on ±1/√I; biases are zero, but for the forget gates', which are one. It panics
// if a size is not positive or heads does not divide hiddenSize.
func NewMLSTM(name string, inputSize, hiddenSize, heads int, rng *rand.Rand) *MLSTM {
	checkSizes("NewMLSTM", inputSize, hiddenSize, heads)
	checkHeads("NewMLSTM", hiddenSize, heads)
	l := &MLSTM{
		Query:  newGate(name+"/q", inputSize, 0, hiddenSize),
		Key:    newGate(name+"/k", inputSize, 0, hiddenSize),
		Value:  newGate(name+"/v", inputSize, 0, hiddenSize),
		Output: newGate(name+"/o", inputSize, 0, hiddenSize),
		Input:  newGate(name+"/i", inputSize, 0, heads),
		Forget: newGate(name+"/f", inputSize, 0, heads),
	}
	for _, g := range l.Gates() {
		graph.Uniform(g.W, 1/math.Sqrt(float64(inputSize)), rng)
	}
	graph.Constant(l.Forget.B, 1)
	return l
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I). Heads are rows of their own, of shape (B·heads, d), while the memory is written.
func (l *MLSTM) Step(b *graph.Builder, x *graph.Node, prev State) State {
	heads, d := l.Input.hiddenSize(), l.Query.hiddenSize()/l.Input.hiddenSize()
	C, n, m := toWidth(b, prev.Get("C"), d*d), toWidth(b, prev.Get("n"), d), toWidth(b, prev.Get("m"), 1)

	q := toWidth(b, l.Query.Of(b, x, nil), d)
	scaled := b.Affine(b.MatMul(x, b.Param(l.Key.W)), 1/math.Sqrt(float64(d)), 0)
	k := toWidth(b, b.AddRow(scaled, b.Param(l.Key.B)), d)
	v := toWidth(b, l.Value.Of(b, x, nil), d)
	o := b.Named("o", b.Sigmoid(l.Output.Of(b, x, nil)))
	logI := toWidth(b, l.Input.Of(b, x, nil), 1)
	logF := toWidth(b, b.LogSigmoid(l.Forget.Of(b, x, nil)), 1)

	named := l.named(b)
	i, f, m := stabilised(named, b, logI, logF, m)
	C = named("C", b.Add(b.MulCol(C, f), b.OuterRows(b.MulCol(v, i), k)))
	n = named("n", b.Add(b.MulCol(n, f), b.MulCol(k, i)))
	y := b.Named("h", b.Mul(o, toWidth(b, read(b, C, n, m, q), heads*d)))
	return State{Out: y}.
		With("n", toWidth(b, n, heads*d)).
		With("m", toWidth(b, m, heads)).
		With("C", toWidth(b, C, heads*d*d))
}

// read returns Cq / max(|n·q|, exp(−m)). The exponent is bounded so that a memory that
// has all but faded reads as zero, with a gradient of zero, and not as 0/∞.
func read(b *graph.Builder, C, n, m, q *graph.Node) *graph.Node {
	weight := b.MatVecRows(n, q)
	weight = b.Max(weight, b.Affine(weight, -1, 0)) // |n·q|
	floor := b.Exp(b.Clamp(b.Affine(m, -1, 0), math.Inf(-1), 80))
	weight = b.Max(weight, floor)
	one := b.Affine(weight, 0, 1)
	return b.MulCol(b.MatVecRows(C, q), b.Div(one, weight))
}

// toWidth cuts or joins rows so that they have the given width: heads become rows of their
// own, or one row of their example again.
func toWidth(b *graph.Builder, n *graph.Node, width int) *graph.Node {
	size := 1
	for _, d := range b.Shape(n) {
		size *= d
	}
	return b.Reshape(n, size/width, width)
}

// named returns what names a gate or memory of the heads, which are rows of their own, as one
// row of each example.
func (l *MLSTM) named(b *graph.Builder) func(name string, n *graph.Node) *graph.Node {
	return func(name string, n *graph.Node) *graph.Node {
		shape := b.Shape(n)
		if !b.Watched() || len(shape) != 2 {
			return n
		}
		return toWidth(b, b.Named(name, toWidth(b, n, l.Input.hiddenSize()*shape[1])), shape[1])
	}
}

// CheckZoneout returns an error for n, m and C.
func (l *MLSTM) CheckZoneout(memory string) error { return checkStabilised(memory) }

// Begin returns a state of the memories n, of width H, m, of width heads, and C, of width H·d.
func (l *MLSTM) Begin(node func(name string, width int) *graph.Node) State {
	heads, size := l.Input.hiddenSize(), l.Query.hiddenSize()
	return State{}.With("n", node("n", size)).With("m", node("m", heads)).With("C", node("C", size*size/heads))
}

// Params returns the parameters of q, k, v, o, i and f.
func (l *MLSTM) Params() []*graph.Param { return gateParams(l.Gates()...) }

// Gates returns q, k, v, o, i and f.
func (l *MLSTM) Gates() []Gate {
	return []Gate{l.Query, l.Key, l.Value, l.Output, l.Input, l.Forget}
}
