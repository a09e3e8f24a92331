package graphgen

import "slices"

// This file holds the operations that move elements, as plain loops.

// rowBlock takes rows from its first number up to but not including its second.
func rowBlock(_ *evaluation, s *Statement, in []array) (array, error) {
	return rowsOf(in[0], s.int(0), s.int(1))
}

func rowsOf(x array, from, to int) (array, error) {
	if x.scalar || x.ints != nil || from < 0 || from >= to || to > x.rows {
		return array{}, errShape
	}
	return array{rows: to - from, cols: x.cols, x: x.x[from*x.cols : to*x.cols], exact: x.exact}, nil
}

// unstack is step number two of as many steps as number one.
func unstack(_ *evaluation, s *Statement, in []array) (array, error) {
	steps, step := s.int(0), s.int(1)
	if steps < 1 || step < 0 || step >= steps || in[0].rows%steps != 0 {
		return array{}, errShape
	}
	rows := in[0].rows / steps
	return rowsOf(in[0], step*rows, (step+1)*rows)
}

func columnBlock(_ *evaluation, s *Statement, in []array) (array, error) {
	x, from, to := in[0], s.int(0), s.int(1)
	if x.scalar || x.ints != nil || from < 0 || from >= to || to > x.cols {
		return array{}, errShape
	}
	y := matrix(x.rows, to-from)
	y.exact = x.exact
	for i := range y.rows {
		copy(y.row(i), x.row(i)[from:to])
	}
	return y, nil
}

func stack(_ *evaluation, _ *Statement, in []array) (array, error) {
	y := array{cols: in[0].cols, exact: true}
	for _, x := range in {
		if x.scalar || x.ints != nil || x.cols != y.cols {
			return y, errShape
		}
		y.x = append(y.x, x.x...)
		y.rows += x.rows
		y.exact = y.exact && x.exact
	}
	return y, nil
}

func concatColumns(_ *evaluation, _ *Statement, in []array) (array, error) {
	cols, exact := 0, true
	for _, x := range in {
		if x.scalar || x.ints != nil || x.rows != in[0].rows {
			return array{}, errShape
		}
		cols += x.cols
		exact = exact && x.exact
	}
	y := matrix(in[0].rows, cols)
	y.exact = exact
	for i := range y.rows {
		at := 0
		for _, x := range in {
			at += copy(y.row(i)[at:], x.row(i))
		}
	}
	return y, nil
}

func reshape(_ *evaluation, s *Statement, in []array) (array, error) {
	rows, cols := s.int(0), s.int(1)
	if in[0].scalar || in[0].ints != nil || rows < 1 || cols < 1 || rows > len(in[0].x) || rows*cols != len(in[0].x) {
		return array{}, errShape
	}
	return array{rows: rows, cols: cols, x: in[0].x, exact: in[0].exact}, nil
}

func transpose(_ *evaluation, _ *Statement, in []array) (array, error) {
	if in[0].scalar || in[0].ints != nil {
		return array{}, errShape
	}
	y := matrix(in[0].cols, in[0].rows)
	y.exact = in[0].exact
	for i := range y.rows {
		for j := range y.cols {
			y.row(i)[j] = in[0].row(j)[i]
		}
	}
	return y, nil
}

func lookup(_ *evaluation, _ *Statement, in []array) (array, error) {
	x, numbers := in[0], in[1].ints
	if x.scalar || x.ints != nil || len(numbers) == 0 || slices.Max(numbers) >= x.rows {
		return array{}, errShape
	}
	y := array{rows: len(numbers), cols: x.cols, exact: x.exact}
	for _, k := range numbers {
		y.x = append(y.x, x.row(k)...)
	}
	return y, nil
}

// selected takes rows of its second operand where the first, a column, is not zero, else of
// its third. A mask must be exact: whether it is zero is decided bit for bit.
func selected(_ *evaluation, _ *Statement, in []array) (array, error) {
	mask, x, z := in[0], in[1], in[2]
	if x.scalar || !x.like(z) || mask.scalar || mask.rows != x.rows || mask.cols != 1 {
		return array{}, errShape
	}
	if !mask.exact {
		return array{}, errRange
	}
	y := matrix(x.rows, x.cols)
	y.exact = x.exact && z.exact
	for i, m := range mask.x {
		from := x
		if m == 0 {
			from = z
		}
		copy(y.row(i), from.row(i))
	}
	return y, nil
}
