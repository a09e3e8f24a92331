package importer

import (
	"reflect"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
)

// recognise returns the value of an operation that is in the table, or nil. An operation whose
// rule gives another shape than the node has, as of tensors that are no matrices, is not
// recognised.
func (im *importer) recognise(n *gorgonia.Node, op gorgonia.Op) *ir.Value {
	rows, cols := shapeOf(n)
	in := im.operands(n)
	v := ir.Value{In: in, Rows: rows, Cols: cols}
	switch o := op.(type) {
	case Elementwise:
		v.Op, v.Attr = o.Row()
	case *ops.AddRow:
		v.Op = ir.Add
	case *ops.Affine:
		scale, shift := o.Coefficients()
		v.Op, v.Attr = ir.Affine, ir.Linear{Scale: scale, Shift: shift}
	case *ops.ScaleBy, *ops.MulRow:
		v.Op = ir.Mul
	case *ops.Select:
		v.Op = ir.Choose
	case *ops.MaskRows:
		v.Op = ir.Drop
		if o.Where() {
			v.Op = ir.Keep
		}
	case *ops.OuterRows:
		if v.Op = ir.Mul; in[0].Cols != 1 {
			return nil
		}
	case *ops.Max:
		v.Op = ir.Max
	case *ops.AtLeast:
		v.Op = ir.AtLeast
	case *ops.Clamp:
		v.Op, v.Attr = ir.Clamp, bounds(o)
	case *ops.Within:
		v.Op, v.Attr = ir.Within, bounds(o)
	case *ops.SumRows:
		v.Op = ir.SumRows
	case *ops.Rows:
		v.Op, v.Attr = ir.Lookup, ir.Range{Size: rows}
	case *ops.ScatterRows:
		v.Op, v.Attr = ir.Scatter, ir.Rows(rows)
	case *ops.RowBlock:
		v.Op, v.Attr = ir.RowBlock, ir.Range{From: o.From(), Size: rows}
	case *ops.PadRows:
		v.Op, v.Attr = ir.PadRows, ir.Pad{From: o.From(), Size: rows}
	case *ops.Stack:
		v.Op = ir.Stack
	case *ops.ColumnBlock:
		v.Op, v.Attr = ir.ColumnBlock, ir.Range{From: o.From(), Size: cols}
	case *ops.PadColumns:
		v.Op, v.Attr = ir.PadColumns, ir.Pad{From: o.From(), Size: cols}
	case *ops.ConcatColumns:
		v.Op = ir.Concat
	case *ops.Reshape:
		v.Op, v.Attr = ir.Reshape, ir.Shape{Rows: rows, Cols: cols}
	case *ops.Transpose:
		v.Op = ir.Transpose
	case *ops.LayerNorm:
		v.Op, v.Attr = ir.LayerNorm, ir.Epsilon(o.Epsilon())
	case *ops.LayerNormGrad: // it uses what its layer norm has computed
		if in[1].Op != ir.LayerNorm {
			return nil
		}
		v.Op, v.Attr = ir.LayerNormGrad, in[1].Attr
	case *ops.Softmax:
		v.Op = ir.Softmax
	case *ops.Keep, *ops.StopGradient:
		return in[0]
	case *ops.CrossEntropy:
		if v.Op = ir.CrossEntropy; !o.Plain() {
			return nil
		}
	case *ops.CrossEntropyGrad:
		if v.Op = ir.CrossEntropyGrad; !o.Plain() {
			return nil
		}
	default:
		if !im.builtin(n, op, &v) {
			return nil
		}
	}
	im.draft = v
	if r, c, err := v.Op.Row().Shape(&im.draft); err != nil || r != rows || c != cols {
		return nil
	}
	switch op.(type) {
	case *ops.AddRow, *ops.MulRow:
		in[1].Row = true
	}
	return im.Raw(v)
}

// bounds returns the attribute of an operation with two bounds.
func bounds(o interface{ Bounds() (low, high float64) }) ir.Bounds {
	low, high := o.Bounds()
	return ir.Bounds{Low: low, High: high}
}

// builtin recognises Gorgonia's own operations, by their type and text: their types are not
// exported.
func (im *importer) builtin(n *gorgonia.Node, op gorgonia.Op, v *ir.Value) (known bool) {
	switch reflect.TypeOf(op).String() {
	case "gorgonia.linAlgBinOp":
		return im.product(n, op.String(), v)
	case "gorgonia.elemUnaryOp":
		v.Op, known = unaryOps[op.String()]
	case "gorgonia.elemBinOp":
		v.Op, known = binaryOps[op.String()]
		for _, u := range v.In {
			known = known && (u.Size() == 1 || u.SameShape(v))
		}
		known = known && v.Size() == max(v.In[0].Size(), v.In[1].Size())
	}
	return known
}

var unaryOps = map[string]ir.Op{"neg": ir.Neg, "sigmoid": ir.Sigmoid, "tanh": ir.Tanh, "exp": ir.Exp, "ln": ir.Log, "sqrt": ir.Sqrt, "square": ir.Square}

var binaryOps = map[string]ir.Op{"+ false": ir.Add, "- false": ir.Sub, "⊙ false": ir.Mul, "÷ false": ir.Div}

// product recognises products of two matrices, but for those with both transposed.
func (im *importer) product(n *gorgonia.Node, text string, v *ir.Value) bool {
	for _, c := range ops.Operands(n) {
		if c.Shape().Dims() != 2 {
			return false
		}
	}
	switch text {
	case "A × B", "A × Bᵀ":
		v.Op, v.Products, v.In = ir.Sum, []ir.Product{{Left: v.In[0], Right: v.In[1], Trans: text == "A × Bᵀ"}}, nil
	case "Aᵀ × B":
		v.Op = ir.Outer
	default:
		return false
	}
	im.Products++
	return true
}
