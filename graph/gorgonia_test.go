package graph_test

import (
	"fmt"
	"hash"
	"hash/fnv"
	"reflect"
	"testing"

	"github.com/chewxy/hm"
	_ "go4.org/unsafe/assume-no-moving-gc" // a version that lets Gorgonia start on this Go
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// The files gorgonia_*test.go pin what Gorgonia v0.9.18 gets wrong, one test a
// trap, and a few things that it does in a way that this module relies on. The
// comment of a test says which decision follows. A test passes while Gorgonia
// behaves as described; when it fails, its message says what may go, or what
// must be mended, after an upgrade of Gorgonia.
//
// This file: nodes that are taken for the same one though they are not.

// A pin is a graph in which a test shows one behaviour of Gorgonia.
type pin struct {
	*testing.T
	g *G.ExprGraph
}

func newPin(t *testing.T) pin { return pin{t, G.NewGraph()} }

// input adds an input node that holds a tensor over the slice data itself.
func (p pin) input(name string, data any, shape ...int) *G.Node {
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	return G.NewTensor(p.g, v.Dtype(), len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(v))
}

// read returns a function that returns the numbers of n in the latest run.
func (p pin) read(n *G.Node) func() any {
	var v G.Value
	G.Read(n, &v)
	return func() any { return v.Data() }
}

// run compiles the graph and runs it once.
func (p pin) run(opts ...G.VMOpt) G.VM {
	p.Helper()
	m := G.NewTapeMachine(p.g, opts...)
	p.Cleanup(func() { m.Close() })
	p.must(m.RunAll())
	return m
}

// grad differentiates the cost with respect to the nodes.
func (p pin) grad(cost *G.Node, wrt ...*G.Node) G.Nodes {
	p.Helper()
	grads, err := G.Grad(cost, wrt...)
	p.must(err)
	return grads
}

// must ends the test at an error that no pinned behaviour explains.
func (p pin) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// want fails with the message if got is not what Gorgonia is pinned to give.
func (p pin) want(got, pinned any, message string) {
	p.Helper()
	if !reflect.DeepEqual(got, pinned) {
		p.Errorf("%s (got %v, pinned %v)", message, got, pinned)
	}
}

// A pinnedOp is an op of one operand as an importer of Gorgonia writes it.
type pinnedOp struct {
	name string
	do   func(x G.Value) (G.Value, error)
}

func (o *pinnedOp) Arity() int                        { return 1 }
func (o *pinnedOp) Do(vs ...G.Value) (G.Value, error) { return o.do(vs[0]) }
func (o *pinnedOp) ReturnsPtr() bool                  { return true }
func (o *pinnedOp) CallsExtern() bool                 { return false }
func (o *pinnedOp) OverwritesInput() int              { return -1 }
func (o *pinnedOp) WriteHash(h hash.Hash)             { fmt.Fprint(h, o.name) }
func (o *pinnedOp) String() string                    { return o.name }

func (o *pinnedOp) Type() hm.Type {
	return hm.NewFnType(hm.TypeVariable('a'), hm.TypeVariable('a'))
}

func (o *pinnedOp) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

func (o *pinnedOp) InferShape(ds ...G.DimSizer) (tensor.Shape, error) {
	return ds[0].(tensor.Shape), nil
}

// fill returns f(0), ..., f(n-1).
func fill(n int, f func(i int) float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = f(i)
	}
	return s
}

func counting(i int) float64 { return float64(i) }

func one(int) float64 { return 1 }

// Gorgonia hashes a slice's bounds as bytes and takes nodes of equal hash for
// the same node, so that row 256 is row 0. Hence no builtin slice is used: RowBlock,
// an op of ours, takes rows.
func TestGorgoniaSlicesRow256AsRow0(t *testing.T) {
	p := newPin(t)
	x := p.input("x", fill(2*257, counting), 257, 2)
	row0 := p.read(G.Must(G.Slice(x, G.S(0, 1))))
	row256 := p.read(G.Must(G.Slice(x, G.S(256, 257))))
	p.run()
	p.want(row0(), []float64{0, 1}, "Gorgonia no longer slices row 0 rightly: this test misreads it")
	p.want(row256(), []float64{0, 1}, "Gorgonia now slices rightly at 256: RowBlock may go")
}

// The same with the four stacked gates of a cell: at a hidden size of 128 the
// last two gates are the first two, at 256 all are the first. Hence a gate has
// parameters of its own, and no stacked gates are ever sliced.
func TestGorgoniaSlicesGatesOfHidden128And256Wrongly(t *testing.T) {
	for hidden, pinned := range map[int][4]float64{
		64:  {0, 64, 128, 192}, // right: the control
		128: {0, 128, 0, 128},
		256: {0, 0, 0, 0},
	} {
		p := newPin(t)
		x := p.input("x", fill(4*hidden, counting), 1, 4*hidden)
		var gates [4]func() any
		for k := range gates {
			gates[k] = p.read(G.Must(G.Slice(x, nil, G.S(k*hidden, (k+1)*hidden))))
		}
		p.run()
		var first [4]float64
		for k, gate := range gates {
			first[k] = gate().([]float64)[0]
		}
		p.want(first, pinned, fmt.Sprintf("Gorgonia now slices gates of size %d otherwise: "+
			"if rightly, parameters of each gate's own are a choice again", hidden))
	}
}

// SoftMax and LogSoftMax have the same hash, so whichever comes second is the
// first. Hence cross-entropy and softmax are ops of ours.
func TestGorgoniaMergesSoftMaxAndLogSoftMax(t *testing.T) {
	p := newPin(t)
	x := p.input("x", []float64{1, 2}, 1, 2)
	prob, logProb := G.Must(G.SoftMax(x)), G.Must(G.LogSoftMax(x))
	p.want(prob == logProb, true, "Gorgonia now tells SoftMax from LogSoftMax: "+
		"one reason for our own softmax is gone")
}

// Log(SoftMax(x)) switches the SoftMax node itself to logarithms, so that
// probabilities kept for later are log-probabilities. Hence the same.
func TestGorgoniaTurnsSoftMaxIntoItsLog(t *testing.T) {
	p := newPin(t)
	prob := G.Must(G.SoftMax(p.input("x", []float64{1, 1}, 1, 2), 1))
	logProb := G.Must(G.Log(prob))
	p.run()
	negative := prob.Value().Data().([]float64)[0] < 0
	p.want(negative && prob == logProb, true, "Gorgonia now keeps SoftMax(x) when Log is taken of it: "+
		"one reason for our own softmax is gone")
}

// The hash of Dropout lacks its probability. Hence dropout multiplies by a mask
// that is an input node.
func TestGorgoniaMergesDropouts(t *testing.T) {
	p := newPin(t)
	x := p.input("x", []float64{1, 2}, 2)
	p.want(G.Must(G.Dropout(x, 0.2)) == G.Must(G.Dropout(x, 0.8)), true,
		"Gorgonia now tells Dropouts apart: one reason for dropout by an input mask is gone")
}

// Unnamed constants are the same if they print the same; long tensors are
// printed abridged. Hence the builder's constants are inputs with names of
// their own.
func TestGorgoniaMergesConstantsThatPrintAlike(t *testing.T) {
	p := newPin(t)
	x := p.input("x", fill(100*100, one), 100, 100)
	sum := func(middle float64) func() any {
		data := make([]float64, 100*100)
		data[5000] = middle
		c := G.NewConstant(tensor.New(tensor.WithShape(100, 100), tensor.WithBacking(data)))
		return p.read(G.Must(G.Sum(G.Must(G.HadamardProd(x, c)))))
	}
	first, second := sum(1), sum(2)
	p.run()
	p.want(first(), 1.0, "Gorgonia no longer sums the first constant rightly: this test misreads it")
	p.want(second(), 1.0, "Gorgonia now tells large constants apart: the builder may use them")

	three32, three64 := p.g.AddNode(G.NewConstant(float32(3))), p.g.AddNode(G.NewConstant(3.0))
	p.want(three32 == three64, true,
		"Gorgonia now tells a float32 from a float64 constant: the builder may use them")
}

// Inputs of one name and shape are one node. Hence the builder refuses a second
// input of a name.
func TestGorgoniaMergesInputsOfOneName(t *testing.T) {
	p := newPin(t)
	a, b := p.input("w", []float64{1}, 1), p.input("w", []float64{2}, 1)
	p.want(a == b, true, "Gorgonia now keeps inputs of one name apart: the check for used names may go")
}

// collidingNames returns two names of equal hash. The names tried are cubes
// because FNV keeps names apart that differ in a few last digits only.
func collidingNames(t *testing.T, hash func(name string) uint32) (string, string) {
	t.Helper()
	seen := make(map[uint32]string)
	for i := range 200_000 {
		name := fmt.Sprint(i * i * i)
		h := hash(name)
		if other, ok := seen[h]; ok {
			return other, name
		}
		seen[h] = name
	}
	t.Fatal("Gorgonia's hash now keeps 200,000 names apart: try other names; " +
		"if it is longer than 32 bits, one build of a graph may do")
	return "", ""
}

// Compiling takes nodes of equal 32-bit hash for the same node, so that one
// silently gets the value of the other. Hence Compile looks for equal hashes, and
// builds a graph that holds one twice again, under other names.
func TestGorgoniaCompilesCollidingNodesAsOne(t *testing.T) {
	nameA, nameB := collidingNames(t, func(name string) uint32 {
		return newPin(t).input(name, []float64{0}, 1).Hashcode()
	})
	p := newPin(t)
	a, b := p.input(nameA, []float64{2}, 1), p.input(nameB, []float64{3}, 1)
	if a == b {
		t.Fatal("Gorgonia now merges colliding inputs when they are added: check for it then")
	}
	square, neg := p.read(G.Must(G.Square(a))), p.read(G.Must(G.Neg(b)))
	p.run()
	right := reflect.DeepEqual(square(), []float64{4}) && reflect.DeepEqual(neg(), []float64{-3})
	p.want(right, false, "Gorgonia now compiles nodes of equal hash rightly: Compile need not look for equal hashes")
}

// Adding a node of equal hash, op and shape returns the node that is there,
// even if its operands are others. The graph then lacks a node, and no hash in it
// tells. Hence Compile counts edges, and where that leaves a doubt it builds a graph
// under two sets of names and wants both of one structure.
func TestGorgoniaBuildsCollidingNodesAsOne(t *testing.T) {
	nameA, nameB := collidingNames(t, func(name string) uint32 {
		return G.Must(G.Tanh(newPin(t).input(name, []float64{0}, 1))).Hashcode()
	})
	p := newPin(t)
	a, b := p.input(nameA, []float64{2}, 1), p.input(nameB, []float64{3}, 1)
	if a.Hashcode() == b.Hashcode() {
		t.Fatal("the inputs' hashes collide: this test needs names for which only those of Tanh do")
	}
	p.want(G.Must(G.Tanh(a)) == G.Must(G.Tanh(b)), true,
		"Gorgonia now compares operands when it adds a node: one build of a graph may do")
}

// A node that is asked for twice is one, but its edges are listed twice, which is how
// merges.go tells that nodes have become one. Where this fails, leavesTraces fails too,
// and every graph is built twice.
func TestGorgoniaListsEdgesForEveryRequest(t *testing.T) {
	p := newPin(t)
	x := p.input("x", []float64{2}, 1)
	once := G.Must(G.Tanh(x))
	p.want(p.g.Edges().Len(), 1, "a node of one operand has other edges than one")
	p.want(G.Must(G.Tanh(x)) == once, true, "Gorgonia makes equal nodes two")
	p.want(p.g.Edges().Len(), 2, "a node that is asked for twice no longer lists its edges twice: merges.go needs other evidence")
}
