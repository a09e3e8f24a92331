package importer_test

import (
	"fmt"
	"hash"
	"strings"
	"testing"

	"github.com/chewxy/hm"
	"github.com/seed-222a112c/lstm/graph/internal/importer"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Nodes of a graph that tests import.
type nodes struct {
	*G.ExprGraph
	t                *testing.T
	x, y, w, b, c, s *G.Node
	index, cube      *G.Node
}

func newNodes(t *testing.T) *nodes {
	g := G.NewGraph()
	matrix := func(name string, rows, cols int) *G.Node {
		return G.NewMatrix(g, G.Float64, G.WithShape(rows, cols), G.WithName(name))
	}
	return &nodes{ExprGraph: g, t: t, x: matrix("x", 4, 3), y: matrix("y", 4, 3), w: matrix("w", 3, 5), b: matrix("b", 1, 3),
		c: matrix("c", 4, 1), s: G.NewScalar(g, G.Float64, G.WithName("s")),
		index: G.NewVector(g, G.Int, G.WithShape(4), G.WithName("k")),
		cube:  G.NewTensor(g, G.Float64, 3, G.WithShape(2, 2, 3), G.WithName("cube"))}
}

// must returns the node of an operation that cannot fail.
func (n *nodes) must(node *G.Node, err error) *G.Node {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
	return node
}

// Each operation that has a row is taken for it, with its settings; what is none is opaque.
// Catches settings that are lost or exchanged, operands in another order, rows that are not
// marked, and operations on tensors that are taken for ones on matrices.
func TestImport(t *testing.T) {
	for want, build := range map[string]func(n *nodes) *G.Node{
		"v = add(x, b)":                          func(n *nodes) *G.Node { return n.must(ops.NewAddRow("1", n.x, n.b)) },
		"v = mul(x, b)":                          func(n *nodes) *G.Node { return n.must(ops.NewMulRow("1", n.x, n.b)) },
		"v = affine[2, -1](x)":                   func(n *nodes) *G.Node { return n.must(ops.NewAffine("1", n.x, 2, -1)) },
		"v = mul(x, s)":                          func(n *nodes) *G.Node { return n.must(ops.NewScaleBy("1", n.x, n.s)) },
		"v = choose(c, x, y)":                    func(n *nodes) *G.Node { return n.must(ops.NewSelect("1", n.c, n.x, n.y)) },
		"v = keep(c, x)":                         func(n *nodes) *G.Node { return n.must(ops.NewMaskRows("1", n.c, n.x, true)) },
		"v = drop(c, x)":                         func(n *nodes) *G.Node { return n.must(ops.NewMaskRows("1", n.c, n.x, false)) },
		"v = mul(c, x)":                          func(n *nodes) *G.Node { return n.must(ops.NewOuterRows("1", n.c, n.x)) },
		"v = opaque[4x9 \"outerRows(3)\"](x, y)": func(n *nodes) *G.Node { return n.must(ops.NewOuterRows("1", n.x, n.y)) },
		"v = max(x, y)":                          func(n *nodes) *G.Node { return n.must(ops.NewMax("1", n.x, n.y)) },
		"v = atleast(x, y)":                      func(n *nodes) *G.Node { return n.must(ops.NewAtLeast("1", n.x, n.y)) },
		"v = clamp[-1, 2](x)":                    func(n *nodes) *G.Node { return n.must(ops.NewClamp("1", n.x, -1, 2)) },
		"v = sumrows(x)":                         func(n *nodes) *G.Node { return n.must(ops.NewSumRows("1", n.x)) },
		"v = lookup[0:4](x, k)":                  func(n *nodes) *G.Node { return n.must(ops.NewRows("1", n.x, n.index)) },
		"v = scatter[9](x, k)":                   func(n *nodes) *G.Node { return n.must(ops.NewScatterRows("1", n.x, n.index, 9)) },
		"v = rows[1:3](x)":                       func(n *nodes) *G.Node { return n.must(ops.NewRowBlock("1", n.x, 1, 3)) },
		"v = padrows[2 of 7](x)":                 func(n *nodes) *G.Node { return n.must(ops.NewPadRows("1", n.x, 2, 7)) },
		"v = columns[1:2](x)":                    func(n *nodes) *G.Node { return n.must(ops.NewColumnBlock("1", n.x, 1, 2)) },
		"v = stack(x, y)":                        func(n *nodes) *G.Node { return n.must(ops.NewStack("1", n.x, n.y)) },
		"v = concat(x, c)":                       func(n *nodes) *G.Node { return n.must(ops.NewConcatColumns("1", n.x, n.c)) },
		"v = reshape[2x6](x)":                    func(n *nodes) *G.Node { return n.must(ops.NewReshape("1", n.x, 2, 6)) },
		"v = transpose(x)":                       func(n *nodes) *G.Node { return n.must(ops.NewTranspose("1", n.x)) },
		"v = layernorm[0.25](x)":                 func(n *nodes) *G.Node { return n.must(ops.NewLayerNorm("1", n.x, 0.25)) },
		"v = softmax(x)":                         func(n *nodes) *G.Node { return n.must(ops.NewSoftmax("1", n.x)) },
		"v = crossentropy(x, k, c)":              func(n *nodes) *G.Node { return n.must(ops.NewCrossEntropy("1", n.x, n.index, n.c, nil, 0)) },
		"v = opaque[1x1 \"crossEntropy([],0.1)\"](x, k, c)": func(n *nodes) *G.Node {
			return n.must(ops.NewCrossEntropy("1", n.x, n.index, n.c, nil, 0.1))
		},
		"v = opaque[1x1 \"crossEntropy([1 2 3],0)\"](x, k, c)": func(n *nodes) *G.Node {
			return n.must(ops.NewCrossEntropy("1", n.x, n.index, n.c, []float64{1, 2, 3}, 0))
		},
		"v = sum(x*w)":       func(n *nodes) *G.Node { return n.must(G.Mul(n.x, n.w)) },
		"v = add(x, y)":      func(n *nodes) *G.Node { return n.must(G.Add(n.x, n.y)) },
		"v = sub(x, y)":      func(n *nodes) *G.Node { return n.must(G.Sub(n.x, n.y)) },
		"v = mul(x, y)":      func(n *nodes) *G.Node { return n.must(G.HadamardProd(n.x, n.y)) },
		"v = div(x, y)":      func(n *nodes) *G.Node { return n.must(G.HadamardDiv(n.x, n.y)) },
		"v = sigmoid(x)":     func(n *nodes) *G.Node { return n.must(G.Sigmoid(n.x)) },
		"v = log(x)":         func(n *nodes) *G.Node { return n.must(G.Log(n.x)) },
		"v = sqrt(x)":        func(n *nodes) *G.Node { return n.must(G.Sqrt(n.x)) },
		"v = square(x)":      func(n *nodes) *G.Node { return n.must(G.Square(n.x)) },
		"v = neg(x)":         func(n *nodes) *G.Node { return n.must(G.Neg(n.x)) },
		"v = tanh(cube)":     func(n *nodes) *G.Node { return n.must(G.Tanh(n.cube)) },
		"v = clamp[0, 1](x)": func(n *nodes) *G.Node { return n.must(G.ApplyOp(&rowOp{ir.Clamp, ir.Bounds{High: 1}}, n.x)) },
	} {
		n := newNodes(t)
		g, err := importer.Import([]*G.Node{build(n)}, nil)
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		text := strings.TrimSpace(g.String())
		lines := strings.Split(text, "\n")
		line := lines[len(lines)-2]
		_, got, _ := strings.Cut(line, " = ")
		if "v = "+got != want {
			t.Errorf("a node has become %s, want %s", line, want)
		}
		if marked := strings.Contains(text, "b = input 1x3 row"); marked != strings.HasSuffix(want, ", b)") {
			t.Errorf("%s: the row is marked: %v", want, marked)
		}
		if err := g.Verify(); err != nil {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// A rowOp is a Gorgonia operation that says which row of the table it is.
type rowOp struct {
	op   ir.Op
	attr ir.Attr
}

func (o *rowOp) Row() (ir.Op, ir.Attr)             { return o.op, o.attr }
func (o *rowOp) Do(in ...G.Value) (G.Value, error) { return in[0], nil }
func (o *rowOp) Arity() int                        { return 1 }
func (o *rowOp) Type() hm.Type {
	m := G.TensorType{Dims: 2, Of: tensor.Float64}
	return hm.NewFnType(m, m)
}
func (o *rowOp) InferShape(in ...G.DimSizer) (tensor.Shape, error) { return in[0].(tensor.Shape), nil }
func (o *rowOp) ReturnsPtr() bool                                  { return false }
func (o *rowOp) CallsExtern() bool                                 { return false }
func (o *rowOp) OverwritesInput() int                              { return -1 }
func (o *rowOp) WriteHash(h hash.Hash)                             { fmt.Fprint(h, o.op) }
func (o *rowOp) Hashcode() uint32                                  { return 777 }
func (o *rowOp) String() string                                    { return "row" }

// Leaves of another kind or shape, constants that are leaves, what is not needed.
func TestImportOfLeaves(t *testing.T) {
	n := newNodes(t)
	two := G.NewConstant(2.0)
	scaled := n.must(G.HadamardProd(n.x, two))
	n.must(G.Tanh(n.y)) // nobody wants it
	product := n.must(G.Mul(scaled, n.w))
	v := G.NewVector(n.ExprGraph, G.Float64, G.WithShape(5), G.WithName("vector"))
	outer := n.must(ops.NewRows("1", product, n.index))
	g, err := importer.Import([]*G.Node{outer, n.must(G.Tanh(v))}, []*G.Node{n.w})
	if err != nil {
		t.Fatal(err)
	}
	want := `x = input 4x3
v1 = constant[2]()
v2 = mul(x, v1)
w = param 3x5
v4 = sum(v2*w)
k = index 1x4
v6 = lookup[0:4](v4, k)
v7 = input 1x5 "vector"
v8 = tanh(v7)
return v6, v8
`
	if got := g.String(); got != want {
		t.Errorf("the program is\n%s\nwant\n%s", got, want)
	}
	if g.Products != 1 || g.Nodes != len(n.AllNodes()) || !g.Float64 {
		t.Errorf("%d products, %d nodes, float64 %v, want 1, %d, true", g.Products, g.Nodes, g.Float64, len(n.AllNodes()))
	}
}

// The gradients of a layer norm, of a product and of blocks, as autodiff writes them.
func TestImportOfGradients(t *testing.T) {
	n := newNodes(t)
	norm := n.must(ops.NewLayerNorm("1", n.x, 0.25))
	cost := n.must(ops.NewDot("2", n.must(G.Mul(norm, n.w)), n.must(G.Mul(n.y, n.w))))
	grads, err := G.Grad(cost, n.x, n.w)
	if err != nil {
		t.Fatal(err)
	}
	g, err := importer.Import(grads, []*G.Node{n.w})
	if err != nil {
		t.Fatal(err)
	}
	text := g.String()
	for _, part := range []string{"layernormgrad[0.25](x, ", "*w')", "outer("} {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in\n%s", part, text)
		}
	}
	if strings.Contains(text, "opaque") || g.Verify() != nil {
		t.Errorf("%v in\n%s", g.Verify(), text)
	}
}

// Graphs that only a TapeMachine can run.
func TestImportRefuses(t *testing.T) {
	n := newNodes(t)
	other := G.NewMatrix(n.ExprGraph, G.Float32, G.WithShape(4, 3), G.WithName("other"))
	var read G.Value
	for want, wanted := range map[string][]*G.Node{
		"both":              {n.must(G.Tanh(n.x)), n.must(G.Tanh(other))},
		"a statement":       {G.Read(n.x, &read)},
		"nothing is wanted": nil,
	} {
		if _, err := importer.Import(wanted, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want one with %q", err, want)
		}
	}
}
