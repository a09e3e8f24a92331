package kernel

import (
	"fmt"
	"math"
)

// reductionLanes is the number of running results of a reduction: element i
// belongs to lane i mod 16, and the lanes are joined by a binary tree.
const reductionLanes = 16

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

// tripleDot returns the sum of (a·b)·c over their elements, each product rounded to
// float64.
func tripleDot[T Float](a, b, c []T) float64 {
	checkLengths(len(a), len(b), len(c))
	var lanes [reductionLanes]float64
	done := 0
	if x, ok := any(a).([]float32); ok {
		done = tripleDotVectors(&lanes, x, any(b).([]float32), any(c).([]float32))
	}
	for i := done; i < len(a); i++ {
		product := float64(float64(a[i]) * float64(b[i]))
		lanes[i%reductionLanes] += float64(product * float64(c[i]))
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

// Max returns the largest number in a, passing over NaNs, or -Inf if there is
// none.
func Max[T Float](a []T) T {
	var lanes [reductionLanes]float32
	for j := range lanes {
		lanes[j] = float32(math.Inf(-1))
	}
	done := 0
	if x, ok := any(a).([]float32); ok {
		done = maxVectors(&lanes, x)
	}
	largest := T(math.Inf(-1))
	for _, x := range lanes {
		largest = larger(largest, T(x))
	}
	for _, x := range a[done:] {
		largest = larger(largest, x)
	}
	return largest
}

func larger[T Float](a, b T) T {
	if b > a {
		return b
	}
	return a
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

// ScatterAdd adds row i of rows to row indices[i] of the table, for one i after
// the other: the gradient of a lookup. It panics if the shapes do not fit or an
// index is out of range.
func ScatterAdd[T Float](table Matrix[T], indices []int, rows Rows[T]) {
	table.check()
	if len(indices) != rows.Len() || table.Cols != rows.width {
		panic(fmt.Sprintf("kernel: %d indices for %d rows of width %d, into a table of width %d",
			len(indices), rows.Len(), rows.width, table.Cols))
	}
	for i, index := range indices {
		if index < 0 || index >= table.Rows {
			panic(fmt.Sprintf("kernel: row %d of a table of %d rows", index, table.Rows))
		}
		row := table.Row(index)
		Add(row, row, rows.row(i))
	}
}
