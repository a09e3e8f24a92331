//go:build !purego

package kernel

import "github.com/seed-222a112c/lstm/graph/internal/kernel/simd"

// The assembly of SSE2 does whole vectors, up to one with a sum that it does not know, and returns
// how many numbers it has done. The functions below do the others number by number and go on.

const vectorSSE2 = 4 // numbers of a vector

// vectorsSSE2 returns the functions of the path, without those that are rarely called.
func vectorsSSE2() vectorFunctions {
	return vectorFunctions{
		add: wholeBinary(simd.AddSSE2, add[float32]), sub: wholeBinary(simd.SubSSE2, sub[float32]),
		mul: wholeBinary(simd.MulSSE2, mul[float32]), div: wholeBinary(simd.DivSSE2, div[float32]),
		max:         wholeBinary(simd.MaxSSE2, larger[float32]),
		lessEqual:   wholeBinary(simd.LessEqualSSE2, lessEqual[float32]),
		sigmoidGrad: wholeBinary(simd.SigmoidGradSSE2, sigmoidGrad[float32]),
		tanhGrad:    wholeBinary(simd.TanhGradSSE2, tanhGrad[float32]),
		mulAdd:      wholeTernary(simd.MulAddSSE2, fma32),
		choose:      wholeTernary(simd.ChooseSSE2, choose[float32]),
		neg:         wholeUnary(simd.NegSSE2, neg[float32]), sqrt: wholeUnary(simd.SqrtSSE2, sqrt32),
		sigmoid: wholeUnary(simd.SigmoidSSE2, sigmoid32), tanh: wholeUnary(simd.TanhSSE2, tanh32),
		log:   wholeUnary(simd.LogSSE2, log32),
		scale: wholeScaled(simd.ScaleSSE2, mul[float32]), shift: wholeScaled(simd.ShiftSSE2, add[float32]),
		exp:    wholeScaled(simd.ExpSSE2, expShifted32),
		affine: wholeTwice(simd.AffineSSE2, affine[float32]), normalize: wholeTwice(simd.NormalizeSSE2, normalize[float32]),
		clamp: wholeTwice(simd.ClampSSE2, clamp[float32]), within: wholeTwice(simd.WithinSSE2, within[float32]),
		scaleAdd: func(dst, a, b []float32, s float32) {
			for i := 0; i < len(dst); {
				i += simd.ScaleAddSSE2(dst[i:], a[i:], b[i:], s)
				for end := min(i+vectorSSE2, len(dst)); i < end; i++ {
					dst[i] = fma32(a[i], s, b[i])
				}
			}
		},
	}
}

func wholeUnary(vectors func(dst, a []float32) int, scalar func(float32) float32) func(dst, a []float32) {
	return func(dst, a []float32) {
		for i := 0; i < len(dst); {
			i += vectors(dst[i:], a[i:])
			for end := min(i+vectorSSE2, len(dst)); i < end; i++ {
				dst[i] = scalar(a[i])
			}
		}
	}
}

func wholeBinary(vectors func(dst, a, b []float32) int, scalar func(a, b float32) float32) func(dst, a, b []float32) {
	return func(dst, a, b []float32) {
		for i := 0; i < len(dst); {
			i += vectors(dst[i:], a[i:], b[i:])
			for end := min(i+vectorSSE2, len(dst)); i < end; i++ {
				dst[i] = scalar(a[i], b[i])
			}
		}
	}
}

func wholeTernary(vectors func(dst, a, b, c []float32) int, scalar func(a, b, c float32) float32) func(dst, a, b, c []float32) {
	return func(dst, a, b, c []float32) {
		for i := 0; i < len(dst); {
			i += vectors(dst[i:], a[i:], b[i:], c[i:])
			for end := min(i+vectorSSE2, len(dst)); i < end; i++ {
				dst[i] = scalar(a[i], b[i], c[i])
			}
		}
	}
}

func wholeScaled(vectors func(dst, a []float32, s float32) int, scalar func(a, s float32) float32) func(dst, a []float32, s float32) {
	return func(dst, a []float32, s float32) {
		for i := 0; i < len(dst); {
			i += vectors(dst[i:], a[i:], s)
			for end := min(i+vectorSSE2, len(dst)); i < end; i++ {
				dst[i] = scalar(a[i], s)
			}
		}
	}
}

func wholeTwice(vectors func(dst, a []float32, s, t float32) int, scalar func(a, s, t float32) float32) func(dst, a []float32, s, t float32) {
	return func(dst, a []float32, s, t float32) {
		for i := 0; i < len(dst); {
			i += vectors(dst[i:], a[i:], s, t)
			for end := min(i+vectorSSE2, len(dst)); i < end; i++ {
				dst[i] = scalar(a[i], s, t)
			}
		}
	}
}

func adamSSE2(w, m, v, g []float32, c *[simd.AdamFactors]float32) {
	for i := 0; i < len(g); {
		i += simd.AdamSSE2(w[i:], m[i:], v[i:], g[i:], c)
		end := min(i+vectorSSE2, len(g))
		adamLoop32(w[i:end], m[i:end], v[i:end], g[i:end], c)
		i = end
	}
}
