package kernel

// vectorFunctions are the assembly of a path for whole slices.
type vectorFunctions struct {
	add, sub, mul, div               func(dst, a, b []float32)
	less, lessEqual, equal, notEqual func(dst, a, b []float32)
	sigmoidGrad, tanhGrad            func(dst, y, d []float32)
	mulAdd                           func(dst, a, b, c []float32)
	choose                           func(dst, condition, a, b []float32)
	scaleAdd                         func(dst, a, b []float32, s float32)
	neg, sqrt, relu                  func(dst, a []float32)
	sigmoid, tanh, log               func(dst, a []float32)
	scale, shift, exp                func(dst, a []float32, s float32)
	fill                             func(dst []float32, s float32)
	affine                           func(dst, a []float32, s, t float32)
	normalize                        func(dst, a, gain, bias []float32, shift, scale float32)
	normalizeGrad                    func(dst, dy, gain, normal []float32, shift, slope, scale float32)
}

// vector holds the functions of the path in use: nil ones for the portable path.
var vector = vectorsOf(active)
