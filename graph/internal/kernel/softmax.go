package kernel

// Softmax sets every row of dst to the softmax of that row of x,
//
//	dst[i,j] = e^(x[i,j]-m) / Σⱼ e^(x[i,j]-m)
//
// with m the row's largest number. dst may be x. Softmax panics if the shapes differ.
func Softmax[T Float](dst, x Matrix[T]) {
	checkSameShape("softmax", dst, x)
	for i := range x.Rows {
		row := dst.Row(i)
		_, sum := ExpSum(row, x.Row(i))
		Scale(row, row, T(1/sum))
	}
}

// ExpSum sets dst = e^(x-m), m the largest number of x, and returns m and the [Sum]
// of dst: the softmax of x without the division. dst may be x.
func ExpSum[T Float](dst, x []T) (m T, sum float64) {
	checkLengths(len(dst), len(x))
	m = largest(x)
	var lanes [reductionLanes]float64
	done := 0
	if d, ok := any(dst).([]float32); ok {
		done = expSumVectors(&lanes, d, any(x).([]float32), float32(-m))
	}
	expShifted(dst[done:], x[done:], -m)
	for j, e := range dst[done:] {
		lanes[j%reductionLanes] += float64(e) // done is a multiple of the lanes
	}
	return m, joinLanes(&lanes)
}
