package fuse

import (
	"math"
	"reflect"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// An importer turns Gorgonia's nodes into values.
type importer struct {
	*module
	of []*value // by number of the node
}

// importGraph returns the module that computes the wanted nodes. It is an error if the
// graph cannot be run but as it stands.
func importGraph(wanted, params []*gorgonia.Node, off map[string]bool) (*module, error) {
	order := ops.Needed(wanted)
	if len(order) == 0 {
		return nil, errors.New("fuse: nothing is wanted")
	}
	im := &importer{
		module: &module{known: make(map[string]*value, len(order)), off: off},
		of:     make([]*value, order[len(order)-1].ID()+1),
	}
	for _, n := range order {
		if err := im.node(n); err != nil {
			return nil, err
		}
	}
	for _, n := range wanted {
		im.outputs = append(im.outputs, im.of[n.ID()])
	}
	for _, n := range params {
		if id := int(n.ID()); id < len(im.of) && im.of[id] != nil {
			im.of[id].steady = true
		}
	}
	return im.module, nil
}

// node imports one node whose operands have been imported.
func (im *importer) node(n *gorgonia.Node) error {
	if n.Dtype() == tensor.Float32 || n.Dtype() == tensor.Float64 {
		if im.dtype == (tensor.Dtype{}) {
			im.dtype = n.Dtype()
		}
		if im.dtype != n.Dtype() {
			return errors.Errorf("fuse: a graph of both %v and %v", im.dtype, n.Dtype())
		}
	}
	v := value{rows: 1, cols: 1, node: n}
	if shape := n.Shape(); len(shape) > 0 {
		v.cols = shape[len(shape)-1]
		v.rows = shape.TotalSize() / max(v.cols, 1)
	}
	op := n.Op()
	switch {
	case op == nil:
		v.op = leaf
		im.of[n.ID()] = im.make(v)
		return nil
	case isConstant(op):
		if x, ok := number(n.Value()); ok {
			im.of[n.ID()] = im.constant(x)
			return nil
		}
		v.op = leaf
		im.of[n.ID()] = im.make(v)
		return nil
	case isStatement(op):
		return errors.Errorf("fuse: the graph has a statement, %v", op)
	}
	for _, c := range ops.Operands(n) {
		v.in = append(v.in, im.of[c.ID()])
	}
	if known := im.recognise(op, v); known != nil {
		im.of[n.ID()] = known
		return nil
	}
	v.op = opaque
	im.of[n.ID()] = im.make(v)
	return nil
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

// recognise returns the value of an operation that the passes know, or nil. The value v
// has the operation's shape, operands and node.
func (im *importer) recognise(op gorgonia.Op, v value) *value {
	w := value{rows: v.rows, cols: v.cols, in: v.in}
	switch o := op.(type) {
	case *ops.AddRow:
		w.op = add
		w.in[1].isRow = true
	case *ops.Affine:
		w.op = affine
		w.scale, w.shift = o.Coefficients()
	case *ops.ScaleBy:
		w.op = mul
	case *ops.Select:
		w.op = choose
	case *ops.MaskRows:
		w.op = drop
		if o.Where() {
			w.op = keep
		}
	case *ops.MulRow:
		w.op = mul
		w.in[1].isRow = true
	case *ops.OuterRows:
		if w.op = mul; w.in[0].cols != 1 {
			return nil
		}
	case *ops.Max:
		w.op = maximum
	case *ops.AtLeast:
		w.op = atLeast
	case *ops.Clamp:
		w.op = clamp
		w.scale, w.shift = o.Bounds()
	case *ops.Within:
		w.op = within
		w.scale, w.shift = o.Bounds()
	case *ops.SumRows:
		w.op = sumRows
	case *ops.Rows:
		if w.op = lookup; w.in[1].op != leaf {
			return nil
		}
	case *ops.ScatterRows:
		if w.op = scatter; w.in[1].op != leaf {
			return nil
		}
	case *ops.RowBlock:
		return im.block(w.in[0], o.From(), w.rows)
	case *ops.PadRows:
		w.op, w.from = padRows, o.From()
	case *ops.Stack:
		return im.stack(w.in)
	case *ops.ColumnBlock:
		return im.columns(w.in[0], o.From(), w.cols)
	case *ops.PadColumns:
		w.op, w.from = padColumns, o.From()
	case *ops.ConcatColumns:
		return im.concat(w.in)
	case *ops.Reshape:
		w.op = reshape
	case *ops.Transpose:
		return im.transposed(w.in[0])
	case *ops.LayerNorm:
		w.op, w.scale = layerNorm, o.Epsilon()
	case *ops.LayerNormGrad:
		if w.op = layerNormGrad; w.in[1].op != layerNorm {
			return nil
		}
	case *ops.Softmax:
		w.op = softmax
	case *ops.Keep:
		return w.in[0]
	case *ops.CrossEntropy:
		if w.op = crossEntropy; !o.Plain() {
			return nil
		}
	case *ops.CrossEntropyGrad:
		if w.op = crossEntropyGrad; !o.Plain() {
			return nil
		}
	default:
		return im.builtin(op, w)
	}
	return im.make(w)
}

// builtin recognises Gorgonia's own operations, by their type and text: their types are
// not exported.
func (im *importer) builtin(op gorgonia.Op, w value) *value {
	switch reflect.TypeOf(op).String() {
	case "gorgonia.linAlgBinOp":
		return im.product(op.String(), w)
	case "gorgonia.elemUnaryOp":
		return im.unary(op.String(), w)
	case "gorgonia.elemBinOp":
		return im.binary(op.String(), w)
	}
	return nil
}

func (im *importer) product(text string, w value) *value {
	p := product{left: w.in[0], right: w.in[1]}
	switch text {
	case "A × B":
	case "A × Bᵀ":
		p.transR = true
	case "Aᵀ × B":
		p.transL = true
	default: // vectors, batches, both transposed
		return nil
	}
	if len(w.in[0].nodeShape()) != 2 || len(w.in[1].nodeShape()) != 2 {
		return nil
	}
	im.matmuls++
	if p.right.op == transpose && !p.transL {
		p.right, p.transR = p.right.in[0], !p.transR
	}
	if p.transL {
		return im.make(value{op: outer, rows: w.rows, cols: w.cols, in: []*value{p.left, p.right}})
	}
	return im.make(value{op: sum, rows: w.rows, cols: w.cols, products: []product{p}})
}

// nodeShape returns the shape of the node that v stands for; values that stand for none
// are matrices.
func (v *value) nodeShape() []int {
	if v.node == nil {
		return []int{v.rows, v.cols}
	}
	return v.node.Shape()
}

var unaryOps = map[string]opcode{"neg": neg, "sigmoid": sigmoid, "tanh": tanh, "exp": exp, "ln": log, "sqrt": sqrt, "square": square}

func (im *importer) unary(text string, w value) *value {
	op, known := unaryOps[text]
	if !known {
		return nil
	}
	x := w.in[0]
	switch {
	case x.op == constant:
		return im.constant(unaryOn[op](x.shift))
	case op == neg && x.op == neg:
		return x.in[0]
	case op == sigmoid && x.op == neg: // σ(−x) = 1 − σ(x), which is there already in a gradient
		y := im.make(value{op: sigmoid, rows: w.rows, cols: w.cols, in: x.in})
		return im.make(value{op: affine, rows: w.rows, cols: w.cols, scale: -1, shift: 1, in: []*value{y}})
	}
	w.op = op
	return im.make(w)
}

// unaryOn are the operations on a constant.
var unaryOn = map[opcode]func(float64) float64{
	neg:     func(x float64) float64 { return -x },
	sigmoid: func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	tanh:    math.Tanh, exp: math.Exp, log: math.Log, sqrt: math.Sqrt,
	square: func(x float64) float64 { return x * x },
}

// binaryOn are the operations on two constants.
var binaryOn = map[opcode]func(x, y float64) float64{
	add: func(x, y float64) float64 { return x + y },
	sub: func(x, y float64) float64 { return x - y },
	mul: func(x, y float64) float64 { return x * y },
	div: func(x, y float64) float64 { return x / y },
}

func (im *importer) constant(x float64) *value {
	return im.make(value{op: constant, rows: 1, cols: 1, shift: x})
}

var binaryOps = map[string]opcode{"+ false": add, "- false": sub, "⊙ false": mul, "÷ false": div}

func (im *importer) binary(text string, w value) *value {
	op, known := binaryOps[text]
	x, y := w.in[0], w.in[1]
	if !known || w.rows*w.cols != max(x.size(), y.size()) {
		return nil
	}
	for _, u := range w.in {
		if u.size() != 1 && !u.sameShape(&w) {
			return nil
		}
	}
	linear := func(u *value, scale, shift float64) *value {
		return im.make(value{op: affine, rows: w.rows, cols: w.cols, scale: scale, shift: shift, in: []*value{u}})
	}
	switch {
	case x.op == constant && y.op == constant:
		return im.constant(binaryOn[op](x.shift, y.shift))
	case x.op == constant && y.sameShape(&w) && op == add:
		return linear(y, 1, x.shift)
	case x.op == constant && y.sameShape(&w) && op == sub:
		return linear(y, -1, x.shift)
	case x.op == constant && y.sameShape(&w) && op == mul:
		return linear(y, x.shift, 0)
	case y.op == constant && x.sameShape(&w) && op == add:
		return linear(x, 1, y.shift)
	case y.op == constant && x.sameShape(&w) && op == sub:
		return linear(x, 1, -y.shift)
	case y.op == constant && x.sameShape(&w) && op == mul:
		return linear(x, y.shift, 0)
	}
	w.op = op
	return im.make(w)
}

// block returns rows of x from from on.
func (m *module) block(x *value, from, rows int) *value {
	switch {
	case rows == x.rows:
		return x
	case x.op == rowBlock:
		return m.block(x.in[0], x.from+from, rows)
	case x.op == stack:
		at := 0
		for _, part := range x.in {
			if from >= at && from+rows <= at+part.rows {
				return m.block(part, from-at, rows)
			}
			at += part.rows
		}
	}
	return m.make(value{op: rowBlock, rows: rows, cols: x.cols, from: from, in: []*value{x}})
}

// stack returns the parts on top of one another: what they were cut from, if it is that.
func (m *module) stack(parts []*value) *value {
	var flat []*value
	for _, p := range parts {
		if p.op == stack {
			flat = append(flat, p.in...)
		} else {
			flat = append(flat, p)
		}
	}
	if len(flat) == 1 {
		return flat[0]
	}
	rows := 0
	whole := flat[0].op == rowBlock
	for _, p := range flat {
		whole = whole && p.op == rowBlock && p.in[0] == flat[0].in[0] && p.from == flat[0].from+rows
		rows += p.rows
	}
	if whole {
		return m.block(flat[0].in[0], flat[0].from, rows)
	}
	return m.make(value{op: stack, rows: rows, cols: flat[0].cols, in: flat})
}

// columns returns columns of x from from on.
func (m *module) columns(x *value, from, cols int) *value {
	switch {
	case cols == x.cols:
		return x
	case x.op == columnBlock:
		return m.columns(x.in[0], x.from+from, cols)
	case x.op == concat:
		at := 0
		for _, part := range x.in {
			if from >= at && from+cols <= at+part.cols {
				return m.columns(part, from-at, cols)
			}
			at += part.cols
		}
	}
	return m.make(value{op: columnBlock, rows: x.rows, cols: cols, from: from, in: []*value{x}})
}

// concat returns the parts side by side: what they were cut from, if it is that.
func (m *module) concat(parts []*value) *value {
	if len(parts) == 1 {
		return parts[0]
	}
	cols := 0
	whole := parts[0].op == columnBlock
	for _, p := range parts {
		whole = whole && p.op == columnBlock && p.in[0] == parts[0].in[0] && p.from == parts[0].from+cols
		cols += p.cols
	}
	if whole {
		return m.columns(parts[0].in[0], parts[0].from, cols)
	}
	return m.make(value{op: concat, rows: parts[0].rows, cols: cols, in: parts})
}

// transposed returns the transpose of x.
func (m *module) transposed(x *value) *value {
	switch x.op {
	case transpose:
		return x.in[0]
	case outer: // (aᵀ·b)ᵀ = bᵀ·a
		return m.make(value{op: outer, rows: x.cols, cols: x.rows, in: []*value{x.in[1], x.in[0]}})
	}
	return m.make(value{op: transpose, rows: x.cols, cols: x.rows, in: []*value{x}})
}
