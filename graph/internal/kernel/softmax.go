package kernel

import (
	"fmt"
	"math"
)

// Softmax sets every row of dst to the softmax of that row of x,
//
//	dst[i,j] = e^(x[i,j]-m) / Σⱼ e^(x[i,j]-m)
//
// with m the row's largest number. If logSumExp is not nil, its element i becomes
// ln Σⱼ e^x[i,j]. dst may be x. Softmax panics if the shapes differ.
func Softmax[T Float](dst, x Matrix[T], logSumExp []float64) {
	dst.check()
	x.check()
	if dst.Rows != x.Rows || dst.Cols != x.Cols || logSumExp != nil && len(logSumExp) != x.Rows {
		panic(fmt.Sprintf("kernel: softmax of %d×%d into %d×%d and %d sums", x.Rows, x.Cols, dst.Rows, dst.Cols, len(logSumExp)))
	}
	for i := range x.Rows {
		sum := softmaxRow(dst.Row(i), x.Row(i))
		if logSumExp != nil {
			logSumExp[i] = sum
		}
	}
}

// softmaxRow sets dst to the softmax of x and returns ln Σ eˣ.
func softmaxRow[T Float](dst, x []T) float64 {
	largest, sum := ExpSum(dst, x)
	Scale(dst, dst, T(1/sum))
	return float64(largest) + math.Log(sum)
}

// ExpSum sets dst = e^(x-m), m the largest number of x, and returns m and the [Sum]
// of dst: the softmax of x without the division. dst may be x.
func ExpSum[T Float](dst, x []T) (largest T, sum float64) {
	checkLengths(len(dst), len(x))
	largest = Max(x)
	var lanes [reductionLanes]float64
	done := 0
	if d, ok := any(dst).([]float32); ok {
		done = expSumVectors(&lanes, d, any(x).([]float32), float32(-largest))
	}
	ExpShifted(dst[done:], x[done:], -largest)
	for j, e := range dst[done:] {
		lanes[j%reductionLanes] += float64(e) // done is a multiple of the lanes
	}
	return largest, joinLanes(&lanes)
}
