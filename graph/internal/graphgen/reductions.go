package graphgen

import (
	"math"
	"slices"
)

// This file holds the operations that make one number of a row or of a column, as plain loops.

func sumOf(x []float64) (sum float64) {
	for _, v := range x {
		sum += v
	}
	return sum
}

func sumAll(_ *evaluation, _ *Statement, in []array) (array, error) {
	if in[0].scalar || in[0].ints != nil {
		return array{}, errShape
	}
	return scalar(sumOf(in[0].x)), nil
}

// ofEachRow is a column: f of each row.
func ofEachRow(f func([]float64) float64) plain {
	return func(_ *evaluation, _ *Statement, in []array) (array, error) {
		if in[0].scalar || in[0].ints != nil {
			return array{}, errShape
		}
		y := matrix(in[0].rows, 1)
		for i := range y.x {
			y.x[i] = f(in[0].row(i))
		}
		return y, nil
	}
}

// ofEachColumn is a row: what f makes of the transpose, transposed.
func ofEachColumn(f plain) plain {
	return func(e *evaluation, s *Statement, in []array) (array, error) {
		x, err := transpose(e, s, in)
		if err != nil {
			return x, err
		}
		y, err := f(e, s, []array{x})
		if err != nil {
			return y, err
		}
		return transpose(e, s, []array{y})
	}
}

// largestOfRows is the maximum of each row, which must be the largest by far, or equal others
// exactly.
func largestOfRows(e *evaluation, s *Statement, in []array) (array, error) {
	y, err := ofEachRow(slices.Max[[]float64])(e, s, in)
	if err != nil {
		return y, err
	}
	for i, most := range y.x {
		at := slices.Index(in[0].row(i), most)
		for j, x := range in[0].row(i) {
			if j != at && !e.decided(most, x, in[0].exact) {
				return y, errRange
			}
		}
	}
	y.exact = in[0].exact
	return y, nil
}

func absolute(e *evaluation, s *Statement, in []array) (array, error) {
	if in[0].scalar {
		return array{}, errShape
	}
	for _, x := range in[0].x {
		if !e.decided(x, 0, in[0].exact) {
			return array{}, errRange
		}
	}
	y, err := elementwise(math.Abs, math.Inf(-1), math.Inf(1))(e, s, in)
	y.exact = in[0].exact
	return y, err
}

// scaled is its first operand times the second, a scalar.
func scaled(_ *evaluation, _ *Statement, in []array) (array, error) {
	if in[0].ints != nil || !in[1].scalar {
		return array{}, errShape
	}
	y := array{rows: in[0].rows, cols: in[0].cols, scalar: in[0].scalar, x: slices.Clone(in[0].x)}
	for i := range y.x {
		y.x[i] *= in[1].x[0]
	}
	return y, nil
}

// gathered is a column: of each row the element whose column the numbers say.
func gathered(_ *evaluation, _ *Statement, in []array) (array, error) {
	x, numbers := in[0], in[1].ints
	if x.scalar || x.ints != nil || len(numbers) != x.rows || slices.Max(numbers) >= x.cols {
		return array{}, errShape
	}
	y := matrix(x.rows, 1)
	y.exact = x.exact
	for i, k := range numbers {
		y.x[i] = x.row(i)[k]
	}
	return y, nil
}
