//go:build !purego

package kernel

import "github.com/seed-222a112c/lstm/graph/internal/kernel/simd"

func vectorsOf(p Path) vectorFunctions {
	switch p {
	case SSE2, AVX:
		return vectorsSSE2()
	case AVX2:
		return vectorFunctions{
			add: simd.AddAVX2, sub: simd.SubAVX2, mul: simd.MulAVX2, div: simd.DivAVX2, max: simd.MaxAVX2, lessEqual: simd.LessEqualAVX2,
			sigmoidGrad: simd.SigmoidGradAVX2, tanhGrad: simd.TanhGradAVX2,
			mulAdd: simd.MulAddAVX2, choose: simd.ChooseAVX2, scaleAdd: simd.ScaleAddAVX2,
			neg: simd.NegAVX2, sqrt: simd.SqrtAVX2,
			sigmoid: simd.SigmoidAVX2, tanh: simd.TanhAVX2, log: simd.LogAVX2,
			scale: simd.ScaleAVX2, shift: simd.ShiftAVX2, exp: simd.ExpAVX2, fill: simd.FillAVX2,
			affine: simd.AffineAVX2, normalize: simd.NormalizeAVX2, clamp: simd.ClampAVX2, within: simd.WithinAVX2,
		}
	case AVX512:
		return vectorFunctions{
			add: simd.AddAVX512, sub: simd.SubAVX512, mul: simd.MulAVX512, div: simd.DivAVX512, max: simd.MaxAVX512, lessEqual: simd.LessEqualAVX512,
			sigmoidGrad: simd.SigmoidGradAVX512, tanhGrad: simd.TanhGradAVX512,
			mulAdd: simd.MulAddAVX512, choose: simd.ChooseAVX512, scaleAdd: simd.ScaleAddAVX512,
			neg: simd.NegAVX512, sqrt: simd.SqrtAVX512,
			sigmoid: simd.SigmoidAVX512, tanh: simd.TanhAVX512, log: simd.LogAVX512,
			scale: simd.ScaleAVX512, shift: simd.ShiftAVX512, exp: simd.ExpAVX512, fill: simd.FillAVX512,
			affine: simd.AffineAVX512, normalize: simd.NormalizeAVX512, clamp: simd.ClampAVX512, within: simd.WithinAVX512,
		}
	}
	return vectorFunctions{}
}

// The functions below call the assembly directly, not through a variable, so that
// what their arguments point to may stay on the stack. Those of a reduction return
// how many elements they have taken.

// sumRowsVectors adds as many columns as there are whole groups of 32, and returns their
// number.
func sumRowsVectors(sums []float64, rows Rows[float32]) (columns int) {
	const group = simd.SumRowsColumns
	if active < AVX2 || rows.Len() == 0 {
		return 0
	}
	for ; columns+group <= rows.width; columns += group {
		to, offset := (*[group]float64)(sums[columns:]), 4*(rows.offset+columns)
		if active == AVX2 {
			simd.SumRowsAVX2(&rows.first[0], rows.Len(), offset, to)
		} else {
			simd.SumRowsAVX512(&rows.first[0], rows.Len(), offset, to)
		}
	}
	return columns
}

// sumProductsVectors does the same with the products of the elements of two lists of rows.
func sumProductsVectors(sums []float64, a, b Rows[float32]) (columns int) {
	const group = simd.SumRowsColumns
	if active < AVX2 || a.Len() == 0 {
		return 0
	}
	for ; columns+group <= a.width; columns += group {
		to, offsetA, offsetB := (*[group]float64)(sums[columns:]), 4*(a.offset+columns), 4*(b.offset+columns)
		if active == AVX2 {
			simd.SumProductsAVX2(&a.first[0], offsetA, &b.first[0], offsetB, a.Len(), to)
		} else {
			simd.SumProductsAVX512(&a.first[0], offsetA, &b.first[0], offsetB, a.Len(), to)
		}
	}
	return columns
}

func sumVectors(lanes *[reductionLanes]float64, a []float32) (taken int) {
	switch active {
	case AVX2:
		simd.SumAVX2(lanes, a)
	case AVX512:
		simd.SumAVX512(lanes, a)
	default:
		return 0
	}
	return wholeGroups(a)
}

func dotVectors(lanes *[reductionLanes]float64, a, b []float32) (taken int) {
	switch active {
	case AVX2:
		simd.DotAVX2(lanes, a, b)
	case AVX512:
		simd.DotAVX512(lanes, a, b)
	default:
		return 0
	}
	return wholeGroups(a)
}

func squaresVectors(lanes *[reductionLanes]float64, a []float32, center float64) (taken int) {
	switch active {
	case AVX2:
		simd.SquaresAVX2(lanes, a, center)
	case AVX512:
		simd.SquaresAVX512(lanes, a, center)
	default:
		return 0
	}
	return wholeGroups(a)
}

func expSumVectors(lanes *[reductionLanes]float64, dst, a []float32, shift float32) (taken int) {
	switch active {
	case AVX2:
		simd.ExpSumAVX2(lanes, dst, a, shift)
	case AVX512:
		simd.ExpSumAVX512(lanes, dst, a, shift)
	default:
		return 0
	}
	return wholeGroups(a)
}

func largestVectors(lanes *[reductionLanes]float32, a []float32) (taken int) {
	switch active {
	case AVX2:
		simd.LargestAVX2(lanes, a)
	case AVX512:
		simd.LargestAVX512(lanes, a)
	default:
		return 0
	}
	return wholeGroups(a)
}

func wholeGroups(a []float32) int { return len(a) / reductionLanes * reductionLanes }

// The functions below return whether the path in use has assembly for them.

func copyLanesVectors(dst, src *float32, dstStride, srcStride, rows int) bool {
	switch active {
	case AVX2:
		simd.CopyLanesAVX2(dst, src, 4*dstStride, 4*srcStride, rows)
	case AVX512:
		simd.CopyLanesAVX512(dst, src, 4*dstStride, 4*srcStride, rows)
	default:
		return false
	}
	return true
}

func gatherVectors(dst *float32, step int, rows **float32, offset, count, panels, lastCols int) bool {
	switch active {
	case AVX2:
		simd.GatherRowsAVX2(dst, 4*step, rows, 4*offset, count, panels, lastCols)
	case AVX512:
		simd.GatherRowsAVX512(dst, 4*step, rows, 4*offset, count, panels, lastCols)
	default:
		return false
	}
	return true
}

func transposeVectors(dst, src *float32, stride, blocks int) bool {
	switch active {
	case AVX2:
		simd.TransposeAVX2(dst, src, 4*stride, blocks)
	case AVX512:
		simd.TransposeAVX512(dst, src, 4*stride, blocks)
	default:
		return false
	}
	return true
}

func adamVectors(w, m, v, g []float32, c *[simd.AdamFactors]float32) bool {
	switch active {
	case SSE2, AVX:
		adamSSE2(w, m, v, g, c)
	case AVX2:
		simd.AdamAVX2(w, m, v, g, c)
	case AVX512:
		simd.AdamAVX512(w, m, v, g, c)
	default:
		return false
	}
	return true
}
