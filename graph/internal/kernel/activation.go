package kernel

import (
	"math"

	"github.com/seed-222a112c/lstm/graph/internal/kernel/simd"
)

// Exp sets dst = eᵃ. In float32 the error is below 1 unit in the last place.
func Exp[T Float](dst, a []T) { expShifted(dst, a, 0) }

// expShifted sets dst = e^(a+shift), where the sum is rounded.
func expShifted[T Float](dst, a []T, shift T) {
	scaled(dst, a, shift, vector.exp, expShifted32, expShifted64)
}

// Sigmoid sets dst = 1/(1+e⁻ᵃ). In float32 the error is below 2 units in the last
// place.
func Sigmoid[T Float](dst, a []T) { unary(dst, a, vector.sigmoid, sigmoid32, sigmoid64) }

// Tanh sets dst = tanh a. In float32 the error is below 2 units in the last place.
func Tanh[T Float](dst, a []T) { unary(dst, a, vector.tanh, tanh32, math.Tanh) }

// SigmoidGrad sets dst = (1-y)·y·d, the gradient with respect to x of y = σ(x) where that
// with respect to y is d.
func SigmoidGrad[T Float](dst, y, d []T) {
	binary(dst, y, d, vector.sigmoidGrad, sigmoidGrad[float32], sigmoidGrad[float64])
}

// TanhGrad sets dst = (1-y²)·d, the gradient with respect to x of y = tanh x where that with
// respect to y is d.
func TanhGrad[T Float](dst, y, d []T) {
	binary(dst, y, d, vector.tanhGrad, tanhGrad[float32], tanhGrad[float64])
}

func sigmoidGrad[T Float](y, d T) T { return T(T(1-y)*y) * d }

func tanhGrad[T Float](y, d T) T { return (1 - T(y*y)) * d }

// Log sets dst = ln a: -Inf at zero, NaN below. In float32 the error is below 1
// unit in the last place.
func Log[T Float](dst, a []T) { unary(dst, a, vector.log, log32, math.Log) }

func expShifted32(a, shift float32) float32 { return exp32(a + shift) }
func expShifted64(a, shift float64) float64 { return math.Exp(a + shift) }

func sigmoid64(x float64) float64 {
	e := math.Exp(-math.Abs(x)) // never overflows
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// The float32 functions below are written for vectors: without branches but
// choices, with few constants, each step one IEEE operation. The assembly takes
// the same steps with the same numbers, those of package simd. A product that is to
// be rounded before it is added is converted explicitly, or a compiler might fuse the
// two.

// expm1Reduced returns p and n such that eˣ = 2ⁿ·(1+p) and |p| < 0.42. To that end
// x = n·ln 2 + r, and p = eʳ - 1 = r + r²·q(r) with a polynomial for
// q(r) = (eʳ - 1 - r)/r², best in the maximum norm over |r| ≤ ½ ln 2.
func expm1Reduced(x float32) (p float32, n int32) {
	t := fma32(simd.Log2E, x, simd.Rounding)
	whole := t - simd.Rounding
	r := fma32(-simd.Ln2Hi, whole, x)
	r = fma32(-simd.Ln2Lo, whole, r)

	q := float32(simd.Exp0)
	q = fma32(q, r, simd.Exp1)
	q = fma32(q, r, simd.Exp2)
	q = fma32(q, r, simd.Exp3)
	q = fma32(q, r, simd.Exp4)
	q = fma32(q, r, simd.Exp5)
	p = fma32(q, float32(r*r), r)
	return p, int32(math.Float32bits(t) - math.Float32bits(simd.Rounding))
}

// powerOfTwo returns 2ⁿ for n from -126 to 127.
func powerOfTwo(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

// exp32 returns eˣ. The power of two is applied in two halves, so that infinite
// and subnormal results come out of one last rounding.
func exp32(x float32) float32 {
	if simd.ExpMax < x {
		x = simd.ExpMax
	}
	if simd.ExpMin > x {
		x = simd.ExpMin
	}
	p, n := expm1Reduced(x)
	half := n >> 1
	return (1 + p) * powerOfTwo(half) * powerOfTwo(n-half)
}

// sigmoid32 returns 1/(1+e⁻ˣ) as 2⁻ʰ/(2⁻ʰ·(1+e⁻ˣ)), where h halves the exponent of
// e⁻ˣ = 2ⁿ·(1+p), so that nothing overflows and subnormal results come out of the
// division. The denominator is 2⁻ʰ + 2ⁿ⁻ʰ + 2ⁿ⁻ʰ·p. The two powers of two are added
// first, which is exact unless the second is negligible. The first one never is: at
// n = 24 it is half a unit in the last place of the sum, so for a positive n it goes
// with the product.
func sigmoid32(x float32) float32 {
	y := -x
	if simd.SigmoidMax < y {
		y = simd.SigmoidMax
	}
	if -simd.SigmoidMax > y {
		y = -simd.SigmoidMax
	}
	p, n := expm1Reduced(y)
	half := n >> 1
	one, rest := powerOfTwo(-half), powerOfTwo(n-half)
	inner, outer := one+rest, float32(0)
	if one < rest {
		inner, outer = one, rest
	}
	return one / (fma32(p, rest, inner) + outer)
}

// tanh32 returns, for a positive x, 1 - 2/(1+e²ˣ) or, where that would cancel,
// x + x³·P(x²) with a polynomial for P(x²) = (tanh x - x)/x³, best in the maximum
// norm. From 9.02 on the result is 1, so that a larger x need not overflow.
func tanh32(x float32) float32 {
	y := abs32(x)
	square := float32(y * y)
	result := float32(simd.Tanh0)
	result = fma32(result, square, simd.Tanh1)
	result = fma32(result, square, simd.Tanh2)
	result = fma32(result, square, simd.Tanh3)
	result = fma32(result, square, simd.Tanh4)
	result = fma32(result, float32(square*y), y)
	if !(y < simd.TanhSmall) {
		if simd.TanhMax < y {
			y = simd.TanhMax
		}
		p, n := expm1Reduced(y + y)
		power := powerOfTwo(n)
		result = 1 - 2/fma32(p, power, 1+power)
	}
	return math.Float32frombits(math.Float32bits(result) | math.Float32bits(x)&(1<<31))
}

func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// log32 returns ln x = k·ln 2 + ln m with m from √½ to √2, and ln m by the series
// in s = f/(2+f), f = m-1, of FreeBSD's logf.
func log32(x float32) float32 {
	m, bias := x, float32(0)
	if x < 0x1p-126 {
		m, bias = x*simd.LogScale, simd.LogBias
	}
	bits := math.Float32bits(m)
	exponent := int32(bits-simd.SqrtHalf) >> 23
	m = math.Float32frombits(bits - uint32(exponent)<<23)
	k := float32(exponent) + bias

	f := m - 1
	s := f / (f + 2)
	z := float32(s * s)
	r := float32(simd.Log0)
	r = fma32(r, z, simd.Log1)
	r = fma32(r, z, simd.Log2)
	r = fma32(r, z, simd.Log3)
	half := float32(float32(0.5*f) * f)
	r = float32(r*z) + half
	low := fma32(s, r, float32(k*simd.LogLn2Lo))
	result := fma32(simd.LogLn2Hi, k, f-(half-low))

	switch {
	case x == 0:
		result = float32(math.Inf(-1))
	case x < 0:
		result = float32(math.NaN())
	case !(x < float32(math.Inf(1))):
		result = x
	}
	return result
}
