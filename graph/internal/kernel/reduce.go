package kernel

import (
	"math"
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/kernel/simd"
)

// reductionLanes is the number of running results of a reduction: element i
// belongs to lane i mod 16, and the lanes are joined by a binary tree.
const reductionLanes = simd.ReductionLanes

// Sum returns the sum of a, added in float64 in an order that depends on len(a)
// alone.
func Sum[T Float](a []T) float64 {
	var lanes [reductionLanes]float64
	done := 0
	if x, ok := any(a).([]float32); ok {
		done = sumVectors(&lanes, x)
	}
	for i := done; i < len(a); i++ {
		lanes[i%reductionLanes] += float64(a[i])
	}
	return joinLanes(&lanes)
}

// Dot returns the sum of the products of the elements of a and b, added in
// float64 in an order that depends on len(a) alone. It panics if the lengths
// differ.
func Dot[T Float](a, b []T) float64 {
	checkLengths(len(a), len(b))
	var lanes [reductionLanes]float64
	done := 0
	if x, ok := any(a).([]float32); ok {
		done = dotVectors(&lanes, x, any(b).([]float32))
	}
	for i := done; i < len(a); i++ {
		lanes[i%reductionLanes] += float64(float64(a[i]) * float64(b[i]))
	}
	return joinLanes(&lanes)
}

// sumSquares returns the sum of (a-center)², each difference and each square
// rounded to float64.
func sumSquares[T Float](a []T, center float64) float64 {
	var lanes [reductionLanes]float64
	done := 0
	if x, ok := any(a).([]float32); ok {
		done = squaresVectors(&lanes, x, center)
	}
	for i := done; i < len(a); i++ {
		d := float64(a[i]) - center
		lanes[i%reductionLanes] += float64(d * d)
	}
	return joinLanes(&lanes)
}

// joinLanes returns the sum of the lanes: halves, quarters, and so on, are added
// to each other.
func joinLanes(lanes *[reductionLanes]float64) float64 {
	for n := reductionLanes / 2; n > 0; n /= 2 {
		for j := range n {
			lanes[j] += lanes[j+n]
		}
	}
	return lanes[0]
}

// ArgmaxRows sets indices[i] to the column of the largest number of row i of x: of
// the first one where there are several, 0 in a row of NaNs, which are passed over. It
// panics if there is not one index a row.
func ArgmaxRows[T Float](indices []int, x Matrix[T]) {
	x.check()
	checkLengths(len(indices), x.Rows)
	for i := range indices {
		row := x.Row(i)
		indices[i] = max(slices.Index(row, largest(row)), 0)
	}
}

// largest returns the largest number in a, passing over NaNs, or -Inf if there is
// none.
func largest[T Float](a []T) T {
	var lanes [reductionLanes]float32
	for j := range lanes {
		lanes[j] = float32(math.Inf(-1))
	}
	done := 0
	if x, ok := any(a).([]float32); ok {
		done = largestVectors(&lanes, x)
	}
	m := T(math.Inf(-1))
	for _, x := range lanes {
		if T(x) > m {
			m = T(x)
		}
	}
	for _, x := range a[done:] {
		if x > m {
			m = x
		}
	}
	return m
}

// AddRows adds every row to dst, one after the other: the gradient of a bias. It
// panics if their width is not len(dst).
func AddRows[T Float](dst []T, rows Rows[T]) {
	checkLengths(len(dst), rows.width)
	for i := range rows.Len() {
		Add(dst, dst, rows.row(i))
	}
}

// SumRows sets dst to the sum of the rows, added one after the other in the float64 numbers
// of sums: the gradient of a bias. It panics if the widths differ.
func SumRows[T Float](dst []T, rows Rows[T], sums []float64) {
	checkLengths(len(dst), rows.width, len(sums))
	clear(sums)
	done := 0
	if r, ok := any(rows).(Rows[float32]); ok {
		done = sumRowsVectors(sums, r)
	}
	for i := range rows.Len() {
		row := rows.row(i)
		for j := done; j < len(row); j++ {
			sums[j] += float64(row[j])
		}
	}
	for j, s := range sums {
		dst[j] = T(s)
	}
}

// SumProducts sets dst to the sum of the rows of a, each multiplied element by element by the
// same row of b, added one after the other in the float64 numbers of sums: the gradient of
// what scales columns. It panics if the widths or the numbers of rows differ.
func SumProducts[T Float](dst []T, a, b Rows[T], sums []float64) {
	checkLengths(len(dst), a.width, b.width, len(sums))
	checkLengths(a.Len(), b.Len())
	clear(sums)
	done := 0
	if a, ok := any(a).(Rows[float32]); ok {
		done = sumProductsVectors(sums, a, any(b).(Rows[float32]))
	}
	for i := range a.Len() {
		x, y := a.row(i), b.row(i)
		for j := done; j < len(x); j++ {
			sums[j] += float64(float64(x[j]) * float64(y[j]))
		}
	}
	for j, s := range sums {
		dst[j] = T(s)
	}
}
