//go:build !purego

package kernel

func vectorsOf(p Path) vectorFunctions {
	switch p {
	case AVX2:
		return vectorFunctions{
			add: addAVX2, sub: subAVX2, mul: mulAVX2, div: divAVX2, max: maxAVX2, lessEqual: lessEqualAVX2,
			sigmoidGrad: sigmoidGradAVX2, tanhGrad: tanhGradAVX2,
			mulAdd: mulAddAVX2, choose: chooseAVX2, scaleAdd: scaleAddAVX2,
			neg: negAVX2, sqrt: sqrtAVX2,
			sigmoid: sigmoidAVX2, tanh: tanhAVX2, log: logAVX2,
			scale: scaleAVX2, shift: shiftAVX2, exp: expAVX2, fill: fillAVX2,
			affine: affineAVX2, normalize: normalizeAVX2, clamp: clampAVX2, within: withinAVX2,
		}
	case AVX512:
		return vectorFunctions{
			add: addAVX512, sub: subAVX512, mul: mulAVX512, div: divAVX512, max: maxAVX512, lessEqual: lessEqualAVX512,
			sigmoidGrad: sigmoidGradAVX512, tanhGrad: tanhGradAVX512,
			mulAdd: mulAddAVX512, choose: chooseAVX512, scaleAdd: scaleAddAVX512,
			neg: negAVX512, sqrt: sqrtAVX512,
			sigmoid: sigmoidAVX512, tanh: tanhAVX512, log: logAVX512,
			scale: scaleAVX512, shift: shiftAVX512, exp: expAVX512, fill: fillAVX512,
			affine: affineAVX512, normalize: normalizeAVX512, clamp: clampAVX512, within: withinAVX512,
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
	const group = 32
	if active < AVX2 || rows.Len() == 0 {
		return 0
	}
	for ; columns+group <= rows.width; columns += group {
		to, offset := (*[group]float64)(sums[columns:]), 4*(rows.offset+columns)
		if active == AVX2 {
			sumRowsAVX2(&rows.first[0], rows.Len(), offset, to)
		} else {
			sumRowsAVX512(&rows.first[0], rows.Len(), offset, to)
		}
	}
	return columns
}

// sumProductsVectors does the same with the products of the elements of two lists of rows.
func sumProductsVectors(sums []float64, a, b Rows[float32]) (columns int) {
	const group = 32
	if active < AVX2 || a.Len() == 0 {
		return 0
	}
	for ; columns+group <= a.width; columns += group {
		to, offsetA, offsetB := (*[group]float64)(sums[columns:]), 4*(a.offset+columns), 4*(b.offset+columns)
		if active == AVX2 {
			sumProductsAVX2(&a.first[0], offsetA, &b.first[0], offsetB, a.Len(), to)
		} else {
			sumProductsAVX512(&a.first[0], offsetA, &b.first[0], offsetB, a.Len(), to)
		}
	}
	return columns
}

func sumVectors(lanes *[reductionLanes]float64, a []float32) (taken int) {
	switch active {
	case AVX2:
		sumAVX2(lanes, a)
	case AVX512:
		sumAVX512(lanes, a)
	default:
		return 0
	}
	return wholeGroups(a)
}

func dotVectors(lanes *[reductionLanes]float64, a, b []float32) (taken int) {
	switch active {
	case AVX2:
		dotAVX2(lanes, a, b)
	case AVX512:
		dotAVX512(lanes, a, b)
	default:
		return 0
	}
	return wholeGroups(a)
}

func squaresVectors(lanes *[reductionLanes]float64, a []float32, center float64) (taken int) {
	switch active {
	case AVX2:
		squaresAVX2(lanes, a, center)
	case AVX512:
		squaresAVX512(lanes, a, center)
	default:
		return 0
	}
	return wholeGroups(a)
}

func expSumVectors(lanes *[reductionLanes]float64, dst, a []float32, shift float32) (taken int) {
	switch active {
	case AVX2:
		expSumAVX2(lanes, dst, a, shift)
	case AVX512:
		expSumAVX512(lanes, dst, a, shift)
	default:
		return 0
	}
	return wholeGroups(a)
}

func largestVectors(lanes *[reductionLanes]float32, a []float32) (taken int) {
	switch active {
	case AVX2:
		largestAVX2(lanes, a)
	case AVX512:
		largestAVX512(lanes, a)
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
		copyLanesAVX2(dst, src, 4*dstStride, 4*srcStride, rows)
	case AVX512:
		copyLanesAVX512(dst, src, 4*dstStride, 4*srcStride, rows)
	default:
		return false
	}
	return true
}

func gatherVectors(dst *float32, step int, rows **float32, offset, count, panels, lastCols int) bool {
	switch active {
	case AVX2:
		gatherRowsAVX2(dst, 4*step, rows, 4*offset, count, panels, lastCols)
	case AVX512:
		gatherRowsAVX512(dst, 4*step, rows, 4*offset, count, panels, lastCols)
	default:
		return false
	}
	return true
}

func transposeVectors(dst, src *float32, stride, blocks int) bool {
	switch active {
	case AVX2:
		transposeAVX2(dst, src, 4*stride, blocks)
	case AVX512:
		transposeAVX512(dst, src, 4*stride, blocks)
	default:
		return false
	}
	return true
}

func adamVectors(w, m, v, g []float32, c *[7]float32) bool {
	switch active {
	case AVX2:
		adamAVX2(w, m, v, g, c)
	case AVX512:
		adamAVX512(w, m, v, g, c)
	default:
		return false
	}
	return true
}
