package graphgen

import (
	"math"
	"slices"
)

// This file holds the operations as plain loops over single numbers.

// A plain computes the value of a statement from those of its operands. Its error is errShape
// where they do not fit, errRange where an engine's rounding may matter.
type plain func(e *evaluation, s *Statement, in []array) (array, error)

// elementwise is f of each element, which must lie between low and high.
func elementwise(f func(float64) float64, low, high float64) plain {
	return func(e *evaluation, _ *Statement, in []array) (array, error) {
		y := array{rows: in[0].rows, cols: in[0].cols, scalar: in[0].scalar, x: slices.Clone(in[0].x)}
		if in[0].ints != nil {
			return y, errShape
		}
		for i, x := range y.x {
			if !e.within(x, low, high) {
				return y, errRange
			}
			y.x[i] = f(x)
		}
		return y, nil
	}
}

// pairwise is f of each pair of elements of operands of equal shape.
func pairwise(f func(x, y float64) float64) plain {
	return func(_ *evaluation, _ *Statement, in []array) (array, error) {
		if !in[0].like(in[1]) {
			return array{}, errShape
		}
		y := array{rows: in[0].rows, cols: in[0].cols, scalar: in[0].scalar, x: slices.Clone(in[0].x)}
		for i := range y.x {
			y.x[i] = f(in[0].x[i], in[1].x[i])
		}
		return y, nil
	}
}

// compared is pairwise for matrices of which one must be the larger for certain: f moves one of
// them, or is an indicator.
func compared(f func(x, y float64) float64, moves bool) plain {
	return func(e *evaluation, s *Statement, in []array) (array, error) {
		if in[0].scalar || !in[0].like(in[1]) {
			return array{}, errShape
		}
		exact := in[0].exact && in[1].exact
		for i, x := range in[0].x {
			if !e.decided(x, in[1].x[i], exact) {
				return array{}, errRange
			}
		}
		y, err := pairwise(f)(e, s, in)
		y.exact = exact || !moves
		return y, err
	}
}

func indicator(x, y float64) float64 {
	if x >= y {
		return 1
	}
	return 0
}

// quotient keeps divisors away from zero.
func quotient(e *evaluation, s *Statement, in []array) (array, error) {
	for _, d := range in[1].x {
		if !e.within(math.Abs(d), 0.25, math.Inf(1)) {
			return array{}, errRange
		}
	}
	return pairwise(func(x, y float64) float64 { return x / y })(e, s, in)
}

func affine(e *evaluation, s *Statement, in []array) (array, error) {
	return elementwise(func(x float64) float64 { return s.Numbers[0]*x + s.Numbers[1] }, math.Inf(-1), math.Inf(1))(e, s, in)
}

// clamped is Clamp between the first two numbers.
func clamped(e *evaluation, s *Statement, in []array) (array, error) {
	return clampTo(e, s, in, s.Numbers[0], s.Numbers[1])
}

func clampTo(e *evaluation, s *Statement, in []array, low, high float64) (array, error) {
	if in[0].scalar || !(low <= high) {
		return array{}, errShape
	}
	for _, x := range in[0].x {
		if !e.decided(x, low, in[0].exact) || !e.decided(x, high, in[0].exact) {
			return array{}, errRange
		}
	}
	y, err := elementwise(func(x float64) float64 { return min(max(x, low), high) }, math.Inf(-1), math.Inf(1))(e, s, in)
	y.exact = in[0].exact
	return y, err
}

func relu(e *evaluation, s *Statement, in []array) (array, error) {
	return clampTo(e, s, in, 0, math.Inf(1))
}

// logSigmoid has a kink at 0 in the form that engines compute, with equal slopes on both sides
// only in exact arithmetic.
func logSigmoid(e *evaluation, s *Statement, in []array) (array, error) {
	if in[0].scalar {
		return array{}, errShape
	}
	for _, x := range in[0].x {
		if !e.within(math.Abs(x), 1e-3, 12) {
			return array{}, errRange
		}
	}
	return elementwise(func(x float64) float64 { return -math.Log1p(math.Exp(-x)) }, math.Inf(-1), math.Inf(1))(e, s, in)
}

func product(_ *evaluation, _ *Statement, in []array) (array, error) {
	a, b := in[0], in[1]
	if a.scalar || b.scalar || a.cols != b.rows {
		return array{}, errShape
	}
	y := matrix(a.rows, b.cols)
	for i := range a.rows {
		out := y.row(i)
		for k, v := range a.row(i) {
			for j, w := range b.row(k) {
				out[j] += v * w
			}
		}
	}
	return y, nil
}

// withRow is f of each element and that of the row, the second operand, in its column.
func withRow(f func(x, r float64) float64) plain {
	return func(_ *evaluation, _ *Statement, in []array) (array, error) {
		x, r := in[0], in[1]
		if x.scalar || r.scalar || r.rows != 1 || r.cols != x.cols {
			return array{}, errShape
		}
		y := matrix(x.rows, x.cols)
		for i := range x.rows {
			for j, v := range x.row(i) {
				y.row(i)[j] = f(v, r.x[j])
			}
		}
		return y, nil
	}
}

// withColumn is f of each element and that of the column, the second operand, in its row.
func withColumn(f func(x, c float64) float64) plain {
	return func(_ *evaluation, _ *Statement, in []array) (array, error) {
		x, c := in[0], in[1]
		if x.scalar || c.scalar || c.cols != 1 || c.rows != x.rows {
			return array{}, errShape
		}
		y := matrix(x.rows, x.cols)
		for i := range x.rows {
			for j, v := range x.row(i) {
				y.row(i)[j] = f(v, c.x[i])
			}
		}
		return y, nil
	}
}

func outerRows(_ *evaluation, _ *Statement, in []array) (array, error) {
	a, b := in[0], in[1]
	if a.scalar || b.scalar || a.rows != b.rows {
		return array{}, errShape
	}
	y := matrix(a.rows, a.cols*b.cols)
	for i := range a.rows {
		for j, v := range a.row(i) {
			for k, w := range b.row(i) {
				y.row(i)[j*b.cols+k] = v * w
			}
		}
	}
	return y, nil
}

func matVecRows(_ *evaluation, _ *Statement, in []array) (array, error) {
	m, v := in[0], in[1]
	if m.scalar || v.scalar || m.rows != v.rows || m.cols%v.cols != 0 {
		return array{}, errShape
	}
	y := matrix(m.rows, m.cols/v.cols)
	for i := range m.rows {
		for j := range y.cols {
			for k, w := range v.row(i) {
				y.row(i)[j] += m.row(i)[j*v.cols+k] * w
			}
		}
	}
	return y, nil
}

// minDeviation is the smallest deviation of a row that layer norms may divide by.
const minDeviation = 0.05

func layerNorm(e *evaluation, s *Statement, in []array) (array, error) {
	x := in[0]
	if x.scalar || !(s.Numbers[0] > 0) {
		return array{}, errShape
	}
	y := matrix(x.rows, x.cols)
	for i := range x.rows {
		mean, variance := 0.0, 0.0
		for _, v := range x.row(i) {
			mean += v / float64(x.cols)
		}
		for _, v := range x.row(i) {
			variance += (v - mean) * (v - mean) / float64(x.cols)
		}
		if x.cols > 1 && !e.within(math.Sqrt(variance), minDeviation, math.Inf(1)) {
			return y, errRange
		}
		for j, v := range x.row(i) {
			y.row(i)[j] = (v - mean) / math.Sqrt(variance+s.Numbers[0])
		}
	}
	return y, nil
}

// logSumExp returns log Σ exp(x).
func logSumExp(row []float64) float64 {
	most, sum := slices.Max(row), 0.0
	for _, x := range row {
		sum += math.Exp(x - most)
	}
	return most + math.Log(sum)
}

func softmax(_ *evaluation, _ *Statement, in []array) (array, error) {
	if in[0].scalar {
		return array{}, errShape
	}
	y := matrix(in[0].rows, in[0].cols)
	for i := range y.rows {
		total := logSumExp(in[0].row(i))
		for j, x := range in[0].row(i) {
			y.row(i)[j] = math.Exp(x - total)
		}
	}
	return y, nil
}

// crossEntropy has the label smoothing as its first number, and then the weights of the
// classes or nothing.
func crossEntropy(_ *evaluation, s *Statement, in []array) (array, error) {
	logits, targets, w := in[0], in[1], in[2]
	class := s.Numbers[1:]
	if logits.scalar || w.scalar || len(targets.ints) != logits.rows || w.rows != logits.rows || w.cols != 1 ||
		len(class) > 0 && len(class) != logits.cols {
		return array{}, errShape
	}
	weight := func(k int) float64 {
		if len(class) == 0 {
			return 1
		}
		return class[k]
	}
	sum, total, smoothing := 0.0, 0.0, s.Numbers[0]
	for i, k := range targets.ints {
		if k >= logits.cols {
			return array{}, errShape
		}
		lse := logSumExp(logits.row(i))
		for j, x := range logits.row(i) {
			q := smoothing / float64(logits.cols) * weight(j)
			if j == k {
				q += (1 - smoothing) * weight(k)
			}
			sum += w.x[i] * q * (lse - x)
		}
		total += w.x[i] * weight(k)
	}
	if total == 0 {
		return scalar(0), nil
	}
	return scalar(sum / total), nil
}

// weighted is a loss: the mean over rows, weighted by the third operand, of the sum over columns
// of f.
func weighted(f func(x, y float64) float64, ofColumns bool) plain {
	return func(_ *evaluation, _ *Statement, in []array) (array, error) {
		x, y, w := in[0], in[1], in[2]
		if x.scalar || !x.like(y) || w.scalar || w.rows != x.rows || w.cols != 1 {
			return array{}, errShape
		}
		sum, total := 0.0, 0.0
		for i := range x.rows {
			for j, v := range x.row(i) {
				sum += w.x[i] * f(v, y.row(i)[j])
			}
			total += w.x[i]
		}
		if ofColumns {
			total *= float64(x.cols)
		}
		if total == 0 {
			return scalar(0), nil
		}
		return scalar(sum / total), nil
	}
}

func binaryCrossEntropy(x, y float64) float64 {
	return max(x, 0) - x*y + math.Log1p(math.Exp(-math.Abs(x)))
}

func dot(_ *evaluation, _ *Statement, in []array) (array, error) {
	if in[0].scalar || !in[0].like(in[1]) {
		return array{}, errShape
	}
	sum := 0.0
	for i, x := range in[0].x {
		sum += x * in[1].x[i]
	}
	return scalar(sum), nil
}

// halfSquare is the operation that Apply adds.
var halfSquare = elementwise(func(x float64) float64 { return x * x / 2 }, math.Inf(-1), math.Inf(1))

// same is the operand itself, of any shape.
func same(_ *evaluation, _ *Statement, in []array) (array, error) { return in[0], nil }
