package kernel

import "math"

// LayerNorm gives every row of x mean 0 and variance 1 (Ba, Kiros and Hinton 2016): with
// μ the mean of row i and σ² its mean squared deviation,
//
//	dst[i,j] = (x[i,j]-μ)·scales[i],  scales[i] = 1/√(σ²+ε)
//
// μ and the scale are computed in float64, with sums in the order of [Sum], and rounded
// once. dst may be x. LayerNorm panics if the shapes do not fit.
func LayerNorm[T Float](dst, x Matrix[T], epsilon float64, scales []T) {
	checkSameShape("layer norm", dst, x)
	checkLengths(x.Rows, len(scales))
	n := float64(x.Cols)
	for i := range x.Rows {
		row := x.Row(i)
		mean := Sum(row) / n
		scales[i] = T(1 / math.Sqrt(sumSquares(row, mean)/n+epsilon))
		twice(dst.Row(i), row, T(-mean), scales[i], vector.normalize, normalize[T])
	}
}

func normalize[T Float](a, shift, scale T) T { return (a + shift) * scale }
