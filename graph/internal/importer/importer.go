// Package importer turns a Gorgonia graph into a program of the compiler's own form, one value
// a node and nothing simplified. An operation that it does not recognise becomes an opaque
// value, which later runs by its own Do.
//
// An operation of graph/internal/ops, or of a program that mixes in its own, is recognised
// without a word here if it is an [Elementwise]. Others have a line in recognise or builtin.
package importer

import (
	"reflect"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// An Elementwise operation of Gorgonia says which row of the compiler's table it is, and its
// attribute if the row has one. Its operands are those of the row, in the same order; it is
// then fused with others and divided among workers.
type Elementwise interface {
	gorgonia.Op
	Row() (op ir.Op, attr ir.Attr)
}

// A Graph is what was imported.
type Graph struct {
	*ir.Program
	Nodes    int  // of the whole graph
	Products int  // of matrices, among the nodes that are needed
	Float64  bool // else float32
}

// An importer has the values by number of their node.
type importer struct {
	Graph
	of     []*ir.Value
	params map[*gorgonia.Node]bool
	dtype  tensor.Dtype
	draft  ir.Value // the value whose shape is asked for
}

// Import returns the program that computes the wanted nodes. The parameters are those leaves
// that do not change while a program is frozen. It is an error if the graph cannot be run but
// as it stands.
func Import(wanted, params []*gorgonia.Node) (*Graph, error) {
	order := ops.Needed(wanted)
	if len(order) == 0 {
		return nil, errors.New("importer: nothing is wanted")
	}
	im := &importer{
		Graph:  Graph{Program: ir.NewProgram(), Nodes: len(wanted[0].Graph().AllNodes())},
		of:     make([]*ir.Value, order[len(order)-1].ID()+1),
		params: make(map[*gorgonia.Node]bool, len(params)),
	}
	for _, n := range params {
		im.params[n] = true
	}
	for _, n := range order {
		if err := im.node(n); err != nil {
			return nil, err
		}
	}
	for _, n := range wanted {
		im.Outputs = append(im.Outputs, im.of[n.ID()])
	}
	im.Order()
	im.Float64 = im.dtype == tensor.Float64
	return &im.Graph, nil
}

// node imports one node whose operands have been imported.
func (im *importer) node(n *gorgonia.Node) error {
	if op := n.Op(); op != nil && isStatement(op) {
		return errors.Errorf("importer: the graph has a statement, %v", op)
	}
	if n.Dtype() == tensor.Float32 || n.Dtype() == tensor.Float64 {
		if im.dtype == (tensor.Dtype{}) {
			im.dtype = n.Dtype()
		}
		if im.dtype != n.Dtype() {
			return errors.Errorf("importer: a graph of both %v and %v", im.dtype, n.Dtype())
		}
	}
	op := n.Op()
	switch {
	case op == nil:
		im.of[n.ID()] = im.leaf(n)
		return nil
	case isConstant(op):
		if x, ok := number(n.Value()); ok {
			im.of[n.ID()] = im.New(ir.Constant, ir.Number(x))
		} else {
			im.of[n.ID()] = im.leaf(n)
		}
		return nil
	}
	v := im.recognise(n, op)
	if v == nil {
		v = im.opaque(n)
	}
	im.of[n.ID()] = v
	return nil
}

// shapeOf returns the matrix that a node's tensor is seen as: of the same elements, with the
// last axis as columns.
func shapeOf(n *gorgonia.Node) (rows, cols int) {
	shape := n.Shape()
	if len(shape) == 0 {
		return 1, 1
	}
	cols = shape[len(shape)-1]
	return shape.TotalSize() / max(cols, 1), cols
}

func (im *importer) leaf(n *gorgonia.Node) *ir.Value {
	rows, cols := shapeOf(n)
	kind := ir.Input
	switch {
	case im.params[n]:
		kind = ir.Param
	case n.Dtype() == tensor.Int:
		kind = ir.Index
	}
	return im.Raw(ir.Value{Op: ir.Leaf, Attr: ir.Memory{Kind: kind, Name: n.Name(), Rows: rows, Cols: cols, Source: n}, Rows: rows, Cols: cols})
}

func (im *importer) opaque(n *gorgonia.Node) *ir.Value {
	rows, cols := shapeOf(n)
	v := ir.Value{Op: ir.Opaque, Attr: ir.Foreign{Text: n.Op().String(), Rows: rows, Cols: cols, Source: n}, In: im.operands(n), Rows: rows, Cols: cols}
	return im.Raw(v)
}

func (im *importer) operands(n *gorgonia.Node) []*ir.Value {
	nodes := ops.Operands(n)
	in := im.Program.Operands(len(nodes))
	for i, c := range nodes {
		in[i] = im.of[c.ID()]
	}
	return in
}

// IsConstant tells whether a node is one of Gorgonia's constants.
func IsConstant(n *gorgonia.Node) bool { return n.Op() != nil && isConstant(n.Op()) }

func isConstant(op gorgonia.Op) bool {
	name := reflect.TypeOf(op).String()
	return name == "gorgonia.constantScalar" || name == "gorgonia.constantTensor"
}

// isStatement tells operations that do something besides computing a value.
func isStatement(op gorgonia.Op) bool {
	switch reflect.TypeOf(op).String() {
	case "gorgonia.letOp", "gorgonia.readOp", "gorgonia.devTrans":
		return true
	}
	return false
}

// number returns the value of a scalar.
func number(v gorgonia.Value) (float64, bool) {
	if v == nil {
		return 0, false
	}
	switch x := v.Data().(type) {
	case float32:
		return float64(x), true
	case float64:
		return x, true
	}
	return 0, false
}
