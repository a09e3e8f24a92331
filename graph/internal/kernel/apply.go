package kernel

// The functions below run an elementwise operation: by the vector function of the
// path in use if there is one, otherwise number by number.

func unary[T Float](dst, a []T, vector func(dst, a []float32), f32 func(float32) float32, f64 func(float64) float64) {
	checkLengths(len(dst), len(a))
	switch dst := any(dst).(type) {
	case []float32:
		a := any(a).([]float32)
		if vector != nil {
			vector(dst, a)
			return
		}
		for i, x := range a {
			dst[i] = f32(x)
		}
	case []float64:
		for i, x := range any(a).([]float64) {
			dst[i] = f64(x)
		}
	}
}

func scaled[T Float](dst, a []T, s T, vector func(dst, a []float32, s float32), f32 func(a, s float32) float32, f64 func(a, s float64) float64) {
	checkLengths(len(dst), len(a))
	switch dst := any(dst).(type) {
	case []float32:
		a, s := any(a).([]float32), float32(s)
		if vector != nil {
			vector(dst, a, s)
			return
		}
		for i, x := range a {
			dst[i] = f32(x, s)
		}
	case []float64:
		for i, x := range any(a).([]float64) {
			dst[i] = f64(x, float64(s))
		}
	}
}

func twice[T Float](dst, a []T, s, t T, vector func(dst, a []float32, s, t float32), scalar func(a, s, t T) T) {
	checkLengths(len(dst), len(a))
	if d, ok := any(dst).([]float32); ok && vector != nil {
		vector(d, any(a).([]float32), float32(s), float32(t))
		return
	}
	for i, x := range a {
		dst[i] = scalar(x, s, t)
	}
}

func binary[T Float](dst, a, b []T, vector func(dst, a, b []float32), f32 func(a, b float32) float32, f64 func(a, b float64) float64) {
	checkLengths(len(dst), len(a), len(b))
	switch dst := any(dst).(type) {
	case []float32:
		a, b := any(a).([]float32), any(b).([]float32)
		if vector != nil {
			vector(dst, a, b)
			return
		}
		for i, x := range a {
			dst[i] = f32(x, b[i])
		}
	case []float64:
		a, b := any(a).([]float64), any(b).([]float64)
		for i, x := range a {
			dst[i] = f64(x, b[i])
		}
	}
}

func ternary[T Float](dst, a, b, c []T, vector func(dst, a, b, c []float32), f32 func(a, b, c float32) float32, f64 func(a, b, c float64) float64) {
	checkLengths(len(dst), len(a), len(b), len(c))
	switch dst := any(dst).(type) {
	case []float32:
		a, b, c := any(a).([]float32), any(b).([]float32), any(c).([]float32)
		if vector != nil {
			vector(dst, a, b, c)
			return
		}
		for i, x := range a {
			dst[i] = f32(x, b[i], c[i])
		}
	case []float64:
		a, b, c := any(a).([]float64), any(b).([]float64), any(c).([]float64)
		for i, x := range a {
			dst[i] = f64(x, b[i], c[i])
		}
	}
}
