package irtest

import "github.com/seed-222a112c/lstm/graph/internal/ir"

// operation adds a random operation of the table on values that are there.
func (g *generator) operation() {
	all := ir.Ops()
	op := all[g.IntN(len(all))]
	x := g.any()
	if op.Is(ir.Elementwise) {
		g.add(g.elementwise(op, x))
		return
	}
	if add := operations[op]; add != nil {
		g.add(add(g, x))
	}
}

// elementwise returns an elementwise operation on operands for which it is smooth and bounded.
func (g *generator) elementwise(op ir.Op, x *ir.Value) *ir.Value {
	positive := func(v *ir.Value) *ir.Value { return g.make(ir.Affine, ir.Linear{Scale: 1, Shift: 1.5}, g.small(v)) }
	switch op {
	case ir.Exp:
		return g.make(op, nil, g.small(x))
	case ir.Log, ir.Sqrt:
		return g.make(op, nil, positive(x))
	case ir.Div:
		return g.make(op, nil, g.like(x, true), positive(x))
	case ir.Affine:
		return g.make(op, ir.Linear{Scale: []float64{-1, 1, 0.5}[g.IntN(3)], Shift: g.Float64()}, g.small(x))
	case ir.Clamp, ir.Within:
		return g.make(op, ir.Bounds{Low: -0.3, High: 0.4}, x)
	case ir.Choose, ir.Keep, ir.Drop:
		in := []*ir.Value{g.mask(x.Rows), x}
		if g.IntN(3) == 0 {
			in[0] = g.like(x, false)
		}
		if op == ir.Choose {
			in = append(in, g.like(x, true))
		}
		return g.make(op, nil, in...)
	case ir.Mul, ir.Square, ir.MulAdd, ir.SigmoidGrad, ir.TanhGrad: // bounded in long chains
		x = g.small(x)
	}
	var attr ir.Attr
	in := []*ir.Value{x}
	for len(in) < op.Row().Arity {
		in = append(in, g.like(x, true))
	}
	if g.IntN(2) == 0 && len(in) == 2 {
		in[0], in[1] = in[1], in[0]
	}
	return g.make(op, attr, in...)
}

// operations add the operations that are not elementwise, on x and others. What it takes to
// add an operation here is a line.
var operations = map[ir.Op]func(g *generator, x *ir.Value) *ir.Value{
	ir.Constant: func(g *generator, x *ir.Value) *ir.Value {
		return g.make(ir.Mul, nil, g.make(ir.Constant, ir.Number(g.Float64())), x)
	},
	ir.Sum: func(g *generator, x *ir.Value) *ir.Value {
		if g.IntN(2) == 0 {
			return g.small(g.product(x, g.leaf(ir.Param, x.Cols, g.size()), false))
		}
		return g.small(g.product(x, g.leaf(ir.Param, g.size(), x.Cols), true))
	},
	ir.Outer: func(g *generator, x *ir.Value) *ir.Value {
		return g.small(g.make(ir.Outer, nil, x, g.leaf(ir.Input, x.Rows, g.size())))
	},
	ir.SumRows: func(g *generator, x *ir.Value) *ir.Value {
		if g.IntN(2) == 0 {
			return g.small(g.make(ir.SumRows, nil, x, g.like(x, false)))
		}
		return g.small(g.make(ir.SumRows, nil, x))
	},
	ir.RowBlock:    func(g *generator, x *ir.Value) *ir.Value { return g.make(ir.RowBlock, g.span(x.Rows), x) },
	ir.ColumnBlock: func(g *generator, x *ir.Value) *ir.Value { return g.make(ir.ColumnBlock, g.span(x.Cols), x) },
	ir.PadRows: func(g *generator, x *ir.Value) *ir.Value {
		from := g.IntN(3)
		return g.make(ir.PadRows, ir.Pad{From: from, Size: from + x.Rows + g.IntN(3)}, x)
	},
	ir.PadColumns: func(g *generator, x *ir.Value) *ir.Value {
		from := g.IntN(3)
		return g.make(ir.PadColumns, ir.Pad{From: from, Size: from + x.Cols + g.IntN(3)}, x)
	},
	ir.Stack: func(g *generator, x *ir.Value) *ir.Value {
		return g.make(ir.Stack, nil, x, g.like(x, false), g.leaf(ir.Input, 2, x.Cols))
	},
	ir.Concat: func(g *generator, x *ir.Value) *ir.Value {
		return g.make(ir.Concat, nil, g.like(x, false), x, g.leaf(ir.Input, x.Rows, 2))
	},
	ir.Reshape: func(g *generator, x *ir.Value) *ir.Value {
		if g.IntN(2) == 0 {
			return g.make(ir.Reshape, ir.Shape{Rows: x.Cols, Cols: x.Rows}, x)
		}
		return g.make(ir.Reshape, ir.Shape{Rows: 1, Cols: x.Size()}, x)
	},
	ir.Transpose: func(g *generator, x *ir.Value) *ir.Value { return g.make(ir.Transpose, nil, x) },
	ir.LayerNorm: func(g *generator, x *ir.Value) *ir.Value { return g.make(ir.LayerNorm, ir.Epsilon(0.1), x) },
	ir.LayerNormGrad: func(g *generator, x *ir.Value) *ir.Value {
		y := g.make(ir.LayerNorm, ir.Epsilon(0.1), x)
		return g.small(g.make(ir.LayerNormGrad, ir.Epsilon(0.1), x, y, g.like(x, false)))
	},
	ir.Softmax: func(g *generator, x *ir.Value) *ir.Value { return g.make(ir.Softmax, nil, x) },
	ir.Lookup: func(g *generator, x *ir.Value) *ir.Value {
		n := 1 + g.IntN(12)
		return g.make(ir.Lookup, g.span(n), x, g.index(n, x.Rows))
	},
	ir.Scatter: func(g *generator, x *ir.Value) *ir.Value {
		rows := g.size()
		return g.small(g.make(ir.Scatter, ir.Rows(rows), x, g.index(x.Rows, rows)))
	},
	ir.CrossEntropy: func(g *generator, x *ir.Value) *ir.Value {
		return g.make(ir.CrossEntropy, nil, x, g.index(x.Rows, x.Cols), g.weights(x.Rows))
	},
	ir.CrossEntropyGrad: func(g *generator, x *ir.Value) *ir.Value {
		targets, weights := g.index(x.Rows, x.Cols), g.weights(x.Rows)
		loss := g.make(ir.CrossEntropy, nil, x, targets, weights)
		return g.make(ir.CrossEntropyGrad, nil, x, targets, weights, []*ir.Value{loss, g.leaf(ir.Input, 1, 1), g.make(ir.Constant, ir.Number(1))}[g.IntN(3)])
	},
}

// weights returns weights of so many rows, sometimes a column of a matrix, or computed.
func (g *generator) weights(rows int) *ir.Value {
	switch g.IntN(4) {
	case 0:
		return g.make(ir.ColumnBlock, ir.Range{From: g.IntN(2), Size: 1}, g.make(ir.Sigmoid, nil, g.leaf(ir.Input, rows, 3)))
	case 1:
		w := g.make(ir.Sigmoid, nil, g.leaf(ir.Input, rows, 1))
		g.add(g.make(ir.Concat, nil, w, g.leaf(ir.Input, rows, 2)))
		return w
	}
	return g.mask(rows)
}
