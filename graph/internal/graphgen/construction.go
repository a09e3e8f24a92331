package graphgen

import (
	"fmt"
	"hash"
	"hash/fnv"
	"io"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A construction adds the nodes of a program to a Builder.
type construction struct {
	b       *graph.Builder
	params  map[int]*graph.Param
	nodes   map[int]*graph.Node
	unstack map[[2]int][]*graph.Node // by operand and number of steps: one call for all steps
}

// build adds the nodes of the program, whose parameters params are.
func (p *Program) build(b *graph.Builder, params map[int]*graph.Param) *construction {
	c := &construction{b: b, params: params, nodes: map[int]*graph.Node{}, unstack: map[[2]int][]*graph.Node{}}
	for i := range p.Statements {
		s := &p.Statements[i]
		in := make([]*graph.Node, len(s.Operands))
		for k, id := range s.Operands {
			in[k] = c.nodes[id]
		}
		c.nodes[s.ID] = operations[s.Op].build(c, s, in)
	}
	return c
}

// newParams returns the parameters of the program by the numbers of their statements.
func (p *Program) newParams(d graph.Dtype) map[int]*graph.Param {
	params := map[int]*graph.Param{}
	for i := range p.Statements {
		if s := &p.Statements[i]; s.Op == "Param" {
			param := graph.NewParam(name(s.ID), s.int(0), s.int(1))
			graph.Convert(d, param)
			params[s.ID] = param
		}
	}
	return params
}

func buildInput(c *construction, s *Statement, _ []*graph.Node) *graph.Node {
	return c.b.Input(name(s.ID), s.int(0), s.int(1))
}

func buildUnsetInput(c *construction, s *Statement, _ []*graph.Node) *graph.Node {
	return c.b.UnsetInput(name(s.ID), s.int(0), s.int(1), "set it")
}

func buildInputWith(c *construction, s *Statement, _ []*graph.Node) *graph.Node {
	return c.b.InputWith(name(s.ID), s.int(0), s.int(1), s.Numbers[2])
}

func buildConstant(c *construction, s *Statement, _ []*graph.Node) *graph.Node {
	return c.b.Constant(s.Numbers[2], s.int(0), s.int(1))
}

func buildOnes(c *construction, s *Statement, _ []*graph.Node) *graph.Node { return c.b.Ones(s.int(0)) }

func buildParam(c *construction, s *Statement, _ []*graph.Node) *graph.Node {
	return c.b.Param(c.params[s.ID])
}

func buildIndices(c *construction, s *Statement, _ []*graph.Node) *graph.Node {
	return c.b.Indices(name(s.ID), s.int(0))
}

func buildAffine(c *construction, s *Statement, in []*graph.Node) *graph.Node {
	return c.b.Affine(in[0], s.Numbers[0], s.Numbers[1])
}

func buildClamp(c *construction, s *Statement, in []*graph.Node) *graph.Node {
	return c.b.Clamp(in[0], s.Numbers[0], s.Numbers[1])
}

func buildLayerNorm(c *construction, s *Statement, in []*graph.Node) *graph.Node {
	return c.b.LayerNorm(in[0], s.Numbers[0])
}

func buildStack(c *construction, _ *Statement, in []*graph.Node) *graph.Node { return c.b.Stack(in) }

func buildConcatColumns(c *construction, _ *Statement, in []*graph.Node) *graph.Node {
	return c.b.ConcatColumns(in...)
}

func buildUnstack(c *construction, s *Statement, in []*graph.Node) *graph.Node {
	key := [2]int{s.Operands[0], s.int(0)}
	if c.unstack[key] == nil {
		c.unstack[key] = c.b.Unstack(in[0], s.int(0))
	}
	return c.unstack[key][s.int(1)]
}

func buildCrossEntropy(c *construction, s *Statement, in []*graph.Node) *graph.Node {
	settings := graph.CrossEntropySettings{Smoothing: s.Numbers[0]}
	if len(s.Numbers) > 1 {
		settings.ClassWeights = s.Numbers[1:]
	}
	return c.b.CrossEntropy(in[0], in[1], in[2], settings)
}

func buildOutput(c *construction, s *Statement, in []*graph.Node) *graph.Node {
	c.b.Output(name(s.ID), in[0])
	return in[0]
}

func buildMinimize(c *construction, _ *Statement, in []*graph.Node) *graph.Node {
	c.b.Minimize(in[0])
	return in[0]
}

func buildGradient(c *construction, s *Statement, in []*graph.Node) *graph.Node {
	return c.b.Gradient(name(s.ID), in[0])
}

func buildSubstitute(c *construction, s *Statement, in []*graph.Node) *graph.Node {
	c.b.Substitute(c.params[s.Operands[0]], in[1])
	return c.b.Param(c.params[s.Operands[0]])
}

func buildApply(c *construction, s *Statement, in []*graph.Node) *graph.Node {
	return c.b.Apply(&halfSquareOp{key: s.ID, shape: in[0].Shape().Clone(), of: in[0].Dtype()}, in[0])
}

// A halfSquareOp is x²/2, elementwise: an operation that no engine knows, with a gradient.
type halfSquareOp struct {
	key   int
	shape tensor.Shape
	of    tensor.Dtype
}

var _ gorgonia.SDOp = (*halfSquareOp)(nil)

// Arity returns 1.
func (o *halfSquareOp) Arity() int { return 1 }

// Type returns that of a function from matrices to matrices.
func (o *halfSquareOp) Type() hm.Type {
	m := func() hm.Type { return gorgonia.TensorType{Dims: 2, Of: o.of} }
	return hm.NewFnType(m(), m())
}

// InferShape returns the operand's shape.
func (o *halfSquareOp) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return o.shape.Clone(), nil
}

// Do computes the halves of the squares.
func (o *halfSquareOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	out := tensor.New(tensor.Of(o.of), tensor.WithShape(o.shape.Clone()...))
	switch x := in[0].Data().(type) {
	case []float32:
		for i, v := range x {
			out.Float32s()[i] = v * v / 2
		}
	case []float64:
		for i, v := range x {
			out.Float64s()[i] = v * v / 2
		}
	default:
		return nil, errors.Errorf("graphgen: %v of a %T", o, x)
	}
	return out, nil
}

// DiffWRT says that the operand has a gradient.
func (o *halfSquareOp) DiffWRT(int) []bool { return []bool{true} }

// SymDiff returns dx = dy ⊙ x.
func (o *halfSquareOp) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := gorgonia.HadamardProd(dy, in[0])
	return gorgonia.Nodes{dx}, err
}

// ReturnsPtr, CallsExtern and OverwritesInput tell a TapeMachine to call Do and nothing else.
func (o *halfSquareOp) ReturnsPtr() bool     { return true }
func (o *halfSquareOp) CallsExtern() bool    { return false }
func (o *halfSquareOp) OverwritesInput() int { return -1 }

// WriteHash writes what tells the operation from others.
func (o *halfSquareOp) WriteHash(h hash.Hash) { io.WriteString(h, o.String()) }

// Hashcode returns the hash.
func (o *halfSquareOp) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

func (o *halfSquareOp) String() string { return fmt.Sprintf("halfSquare %d", o.key) }
