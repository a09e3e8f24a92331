package kernel

import (
	"fmt"
	"math"
)

// LayerNorm normalises every row of x (Ba, Kiros and Hinton 2016): with μ the mean
// of row i and σ² its mean squared deviation,
//
//	dst[i,j] = (x[i,j]-μ)/√(σ²+ε) · gain[j] + bias[j]
//
// It keeps μ in means[i] and 1/√(σ²+ε) in scales[i] for [LayerNormGrad]. Both are
// computed in float64, with sums in the order of [Sum], and rounded once where they
// are applied. dst may be x. LayerNorm panics if the shapes do not fit.
func LayerNorm[T Float](dst, x Matrix[T], gain, bias []T, epsilon float64, means, scales []float64) {
	checkSameShape("layer norm", dst, x)
	checkLengths(x.Cols, len(gain), len(bias))
	checkLengths(x.Rows, len(means), len(scales))
	n := float64(x.Cols)
	for i := range x.Rows {
		row := x.Row(i)
		mean := Sum(row) / n
		scale := 1 / math.Sqrt(sumSquares(row, mean)/n+epsilon)
		normalize(dst.Row(i), row, gain, bias, T(-mean), T(scale))
		means[i], scales[i] = mean, scale
	}
}

// normalize sets dst = ((a+shift)·scale)·gain + bias; the last two steps are one
// fused multiply-add.
func normalize[T Float](dst, a, gain, bias []T, shift, scale T) {
	switch dst := any(dst).(type) {
	case []float32:
		a, gain, bias, shift, scale := any(a).([]float32), any(gain).([]float32), any(bias).([]float32), float32(shift), float32(scale)
		if vector.normalize != nil {
			vector.normalize(dst, a, gain, bias, shift, scale)
			return
		}
		for j, x := range a {
			dst[j] = fma32(float32((x+shift)*scale), gain[j], bias[j])
		}
	case []float64:
		gain, bias := any(gain).([]float64), any(bias).([]float64)
		for j, x := range any(a).([]float64) {
			dst[j] = math.FMA(float64((x+float64(shift))*float64(scale)), gain[j], bias[j])
		}
	}
}

// LayerNormGrad computes the gradients of [LayerNorm] from that of its result, dy.
// With z[i,j] = (x[i,j]-μ)·s, s = 1/√(σ²+ε), and means over the row,
//
//	dx[i,j] = s · (dy[i,j]·gain[j] - mean(dy·gain) - z[i,j]·mean(dy·gain·z))
//	dgain[j] += Σᵢ dy[i,j]·z[i,j]
//	dbias[j] += Σᵢ dy[i,j]
//
// The last two sums are in ascending order of i. dx must not be x or dy.
// LayerNormGrad panics if the shapes do not fit.
func LayerNormGrad[T Float](dx Matrix[T], dgain, dbias []T, dy, x Matrix[T], gain []T, means, scales []float64) {
	checkSameShape("gradient of layer norm", dx, x)
	checkSameShape("gradient of layer norm", dy, x)
	checkLengths(x.Cols, len(dgain), len(dbias), len(gain))
	checkLengths(x.Rows, len(means), len(scales))
	n := float64(x.Cols)
	for i := range x.Rows {
		z, dRow, scale := dx.Row(i), dy.Row(i), T(scales[i])
		Shift(z, x.Row(i), T(-means[i]))
		Scale(z, z, scale)
		MulAddElements(dgain, dRow, z, dgain)
		Add(dbias, dbias, dRow)
		shift := T(-Dot(dRow, gain) / n)
		slope := T(-tripleDot(dRow, gain, z) / n)
		normalizeGrad(z, dRow, gain, z, shift, slope, scale)
	}
}

// normalizeGrad sets dst = (dy·gain + shift + normal·slope)·scale; the second
// addition and the product before it are one fused multiply-add.
func normalizeGrad[T Float](dst, dy, gain, normal []T, shift, slope, scale T) {
	switch dst := any(dst).(type) {
	case []float32:
		dy, gain, normal := any(dy).([]float32), any(gain).([]float32), any(normal).([]float32)
		if vector.normalizeGrad != nil {
			vector.normalizeGrad(dst, dy, gain, normal, float32(shift), float32(slope), float32(scale))
			return
		}
		for j, d := range dy {
			dst[j] = fma32(normal[j], float32(slope), float32(d*gain[j])+float32(shift)) * float32(scale)
		}
	case []float64:
		gain, normal := any(gain).([]float64), any(normal).([]float64)
		for j, d := range any(dy).([]float64) {
			dst[j] = math.FMA(normal[j], float64(slope), float64(d*gain[j])+float64(shift)) * float64(scale)
		}
	}
}

// checkSameShape panics unless both matrices are whole and of one shape.
func checkSameShape[T Float](what string, a, b Matrix[T]) {
	a.check()
	b.check()
	if a.Rows != b.Rows || a.Cols != b.Cols {
		panic(fmt.Sprintf("kernel: %s with matrices of %d×%d and %d×%d", what, a.Rows, a.Cols, b.Rows, b.Cols))
	}
}
