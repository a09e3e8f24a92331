package irtest

import "github.com/seed-222a112c/lstm/graph/internal/ir"

// motifs are what autodiff and unrolled cells make of equations, and what the passes look for.
var motifs = []func(g *generator){recurrence, weightGradient, pieces, tableGradient, gates, views, rights}

// recurrence adds some steps of h ← tanh(x_t·W + h·U + b + …), of rows of one matrix, of a
// table's, or of matrices of their own, with something else that may occur in the sum.
func recurrence(g *generator) {
	steps, rows, in, width := 2+g.IntN(3), []int{1, 2, 3, 16}[g.IntN(4)], g.size(), g.size()
	w, u, bias := g.leaf(ir.Param, in, width), g.leaf(ir.Param, width, width), g.row(width)
	xs := g.inputs(steps, rows, in)
	h := g.leaf(ir.Input, rows, width)
	extra := g.IntN(7)
	var outputs []*ir.Value
	for _, x := range xs {
		z := g.sum(g.product(x, w, false), g.product(h, u, g.IntN(8) == 0), bias)
		switch extra {
		case 0:
			z = g.sum(z, bias)
		case 1:
			z = g.sum(z, g.product(g.make(ir.Sigmoid, nil, x), w, false))
		case 2:
			z = g.sum(z, g.product(x, g.make(ir.Transpose, nil, g.leaf(ir.Param, width, in)), false))
		case 3:
			z = g.sum(z, g.make(ir.Softmax, nil, g.product(x, w, false)))
		case 4:
			norm := g.make(ir.LayerNorm, ir.Epsilon(0.1), g.product(x, w, false))
			z = g.sum(z, g.make(ir.Mul, nil, norm, bias))
		}
		h = g.small(z)
		if g.IntN(3) == 0 {
			h = g.make(ir.Choose, nil, g.mask(rows), h, outputs0(outputs, h))
		}
		outputs = append(outputs, h)
	}
	g.add(h)
	g.add(g.make(ir.Stack, nil, outputs...))
}

// outputs0 returns the last of the outputs, or h if there is none.
func outputs0(outputs []*ir.Value, h *ir.Value) *ir.Value {
	if len(outputs) == 0 {
		return h
	}
	return outputs[len(outputs)-1]
}

// inputs returns matrices of (rows, in) for so many steps.
func (g *generator) inputs(steps, rows, in int) []*ir.Value {
	var xs []*ir.Value
	source := g.IntN(3)
	whole := g.leaf(ir.Input, steps*rows, in)
	if source == 1 {
		table := g.leaf([]ir.Kind{ir.Param, ir.Input}[g.IntN(2)], 1+g.IntN(6), in)
		whole = g.make(ir.Lookup, ir.Range{Size: steps * rows}, table, g.index(steps*rows, table.Rows))
	}
	for t := range steps {
		if source == 2 {
			xs = append(xs, g.leaf(ir.Input, rows, in))
		} else {
			xs = append(xs, g.make(ir.RowBlock, ir.Range{From: t * rows, Size: rows}, whole))
		}
	}
	return xs
}

// weightGradient adds Σ_t a_tᵀ·b_t and Σ_t of the rows of b_t, from the last step to the first.
func weightGradient(g *generator) {
	steps, rows, in, width := 2+g.IntN(3), 1+g.IntN(3), g.size(), g.size()
	as := g.inputs(steps, rows, in)
	scale := g.leaf(ir.Input, rows, width)
	var outers, sums []*ir.Value
	for t := steps - 1; t >= 0; t-- {
		b := g.leaf(ir.Input, rows, width)
		outers = append(outers, g.make(ir.Outer, nil, as[t], b))
		if g.IntN(2) == 0 {
			b = g.make(ir.Mul, nil, b, scale)
		}
		sums = append(sums, g.make(ir.SumRows, nil, b))
	}
	g.add(g.small(g.sum(outers...)))
	g.add(g.small(g.sum(sums...)))
}

// pieces adds a matrix that has been cut in rows, or in columns, padded and added up.
func pieces(g *generator) {
	n, size, other := 2+g.IntN(3), 1+g.IntN(3), g.size()
	byRows := g.IntN(2) == 0
	var parts []*ir.Value
	for _, i := range g.Perm(n) {
		if g.IntN(8) == 0 && len(parts) > 0 {
			continue // not all of it
		}
		pad := ir.Pad{From: i * size, Size: n * size}
		if byRows {
			parts = append(parts, g.make(ir.PadRows, pad, g.leaf(ir.Input, size, other)))
		} else {
			parts = append(parts, g.make(ir.PadColumns, pad, g.leaf(ir.Input, other, size)))
		}
	}
	g.add(g.sum(append(parts, g.like(parts[0], false))...))
}

// tableGradient adds the gradients of rows of a table, times a matrix, and of the matrix.
func tableGradient(g *generator) {
	n, in, width := 4+g.IntN(8), g.size(), g.size()
	table := g.leaf(ir.Param, 1+g.IntN(4), in)
	numbers := g.index(n, table.Rows)
	x := g.make(ir.Lookup, ir.Range{Size: n}, table, numbers)
	w, d := g.leaf(ir.Param, in, width), g.leaf(ir.Input, n, width)
	g.add(g.small(g.product(x, w, false)))
	g.add(g.small(g.make(ir.Scatter, ir.Rows(table.Rows), g.product(d, w, true), numbers)))
	g.add(g.small(g.make(ir.Outer, nil, x, d)))
}

// gates adds gates with their derivatives, and a product that is added.
func gates(g *generator) {
	x, d := g.any(), g.leaf(ir.Input, 1, 1)
	d = g.make(ir.Mul, nil, d, g.make(ir.Tanh, nil, x))
	s, t := g.make(ir.Sigmoid, nil, x), g.make(ir.Tanh, nil, g.make(ir.Neg, nil, x))
	one := g.make(ir.Constant, ir.Number(1))
	ds := g.make(ir.Mul, nil, g.make(ir.Mul, nil, s, g.make(ir.Affine, ir.Linear{Scale: -1, Shift: 1}, s)), d)
	square := g.make(ir.Square, nil, t)
	if g.IntN(2) == 0 {
		square = g.make(ir.Mul, nil, t, t)
	}
	dt := g.make(ir.Mul, nil, d, g.make(ir.Affine, ir.Linear{Scale: -1, Shift: 1}, square))
	g.add(g.make(ir.Add, nil, ds, dt))
	power := g.make(ir.Mul, nil, g.small(s), g.small(s)) // it is read twice after what it is made of is not needed
	power = g.make(ir.Mul, nil, power, power)
	g.add(g.make(ir.Add, nil, g.make(ir.Exp, nil, power), g.make(ir.Sigmoid, nil, power)))
	g.add(g.make(ir.Add, nil, g.make(ir.Sub, nil, one, g.make(ir.Sigmoid, nil, g.make(ir.Neg, nil, x))), g.make(ir.Mul, nil, s, t)))
}

// views adds views of views.
func views(g *generator) {
	x := g.leaf(ir.Input, 6, 5)
	rows := g.make(ir.RowBlock, ir.Range{From: 1, Size: 4}, x)
	cut := g.make(ir.ColumnBlock, ir.Range{From: 1, Size: 3}, rows)
	g.add(g.make(ir.RowBlock, ir.Range{From: 1, Size: 2}, cut))
	g.add(g.make(ir.Reshape, ir.Shape{Rows: 2, Cols: 6}, cut))
	g.add(g.make(ir.Transpose, nil, g.make(ir.Transpose, nil, cut)))
	halves := []*ir.Value{g.make(ir.RowBlock, ir.Range{Size: 3}, x), g.make(ir.RowBlock, ir.Range{From: 3, Size: 3}, x)}
	if g.IntN(2) == 0 {
		halves[0], halves[1] = halves[1], halves[0]
	}
	g.add(g.make(ir.Stack, nil, g.make(ir.Stack, nil, halves...), halves[0]))
	g.add(g.make(ir.Concat, nil, g.make(ir.ColumnBlock, ir.Range{Size: 2}, x), g.make(ir.ColumnBlock, ir.Range{From: 2, Size: 3}, x)))
}

// rights adds products whose right operands are put together, cut or looked up.
func rights(g *generator) {
	in, width := 2*g.size(), g.size()
	x := g.leaf(ir.Input, g.size(), in)
	half := func() *ir.Value { return g.make(ir.Tanh, nil, g.leaf(ir.Input, in/2, width)) }
	right := []*ir.Value{
		g.make(ir.Stack, nil, half(), half()),
		g.make(ir.Lookup, ir.Range{Size: in}, g.leaf(ir.Param, 3, width), g.index(in, 3)),
		g.make(ir.RowBlock, ir.Range{From: 1, Size: in}, g.leaf(ir.Param, in+1, width)),
		g.make(ir.ColumnBlock, ir.Range{From: 1, Size: width}, g.leaf(ir.Param, in, width+1)),
		g.make(ir.Transpose, nil, g.make(ir.Stack, nil, g.leaf(ir.Input, width, in))),
		g.make(ir.RowBlock, ir.Range{From: 1, Size: in}, g.make(ir.Stack, nil, half(), g.leaf(ir.Input, in, width))),
	}[g.IntN(6)]
	g.add(g.small(g.product(x, right, false)))
	g.add(g.small(g.product(g.leaf(ir.Input, 2, width), right, true)))
}
