package kernel

// vectorFunctions are the assembly of a path for whole slices.
type vectorFunctions struct {
	add, sub, mul, div, max, lessEqual func(dst, a, b []float32)
	sigmoidGrad, tanhGrad              func(dst, y, d []float32)
	mulAdd                             func(dst, a, b, c []float32)
	choose                             func(dst, condition, a, b []float32)
	scaleAdd                           func(dst, a, b []float32, s float32)
	neg, sqrt                          func(dst, a []float32)
	sigmoid, tanh, log                 func(dst, a []float32)
	scale, shift, exp                  func(dst, a []float32, s float32)
	fill                               func(dst []float32, s float32)
	affine, normalize                  func(dst, a []float32, s, t float32)
	clamp, within                      func(dst, a []float32, low, high float32)
}

// vector holds the functions of the path in use: nil ones for the portable path.
var vector = vectorsOf(active)
