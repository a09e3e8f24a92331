package kernel

import (
	"fmt"
	"math"
)

// The functions of this file, of compare.go and of activation.go compute every
// element of dst from the elements of the operands at the same place. All slices
// must be equally long; the functions panic otherwise. dst may be one of the
// operands but must not overlap them in another way.

// Add sets dst = a + b.
func Add[T Float](dst, a, b []T) { binary(dst, a, b, vector.add, add[float32], add[float64]) }

// Sub sets dst = a - b.
func Sub[T Float](dst, a, b []T) { binary(dst, a, b, vector.sub, sub[float32], sub[float64]) }

// MulElements sets dst = a ⊙ b.
func MulElements[T Float](dst, a, b []T) {
	binary(dst, a, b, vector.mul, mul[float32], mul[float64])
}

// Div sets dst = a / b.
func Div[T Float](dst, a, b []T) { binary(dst, a, b, vector.div, div[float32], div[float64]) }

// MulAddElements sets dst = a ⊙ b + c, rounded once.
func MulAddElements[T Float](dst, a, b, c []T) {
	ternary(dst, a, b, c, vector.mulAdd, fma32, math.FMA)
}

// Scale sets dst = s·a.
func Scale[T Float](dst, a []T, s T) { scaled(dst, a, s, vector.scale, mul[float32], mul[float64]) }

// Shift sets dst = a + s.
func Shift[T Float](dst, a []T, s T) { scaled(dst, a, s, vector.shift, add[float32], add[float64]) }

// ScaleAdd sets dst = s·a + b, rounded once.
func ScaleAdd[T Float](dst, a, b []T, s T) {
	checkLengths(len(dst), len(a), len(b))
	switch dst := any(dst).(type) {
	case []float32:
		a, b, s := any(a).([]float32), any(b).([]float32), float32(s)
		if vector.scaleAdd != nil {
			vector.scaleAdd(dst, a, b, s)
			return
		}
		for i := range dst {
			dst[i] = fma32(a[i], s, b[i])
		}
	case []float64:
		a, b, s := any(a).([]float64), any(b).([]float64), float64(s)
		for i := range dst {
			dst[i] = math.FMA(a[i], s, b[i])
		}
	}
}

// Affine sets dst = scale·a + shift, where the product is rounded before the
// addition.
func Affine[T Float](dst, a []T, scale, shift T) {
	checkLengths(len(dst), len(a))
	if d, ok := any(dst).([]float32); ok && vector.affine != nil {
		vector.affine(d, any(a).([]float32), float32(scale), float32(shift))
		return
	}
	for i, x := range a {
		dst[i] = T(scale*x) + shift
	}
}

// Neg sets dst = -a.
func Neg[T Float](dst, a []T) { unary(dst, a, vector.neg, neg[float32], neg[float64]) }

// Sqrt sets dst = √a, correctly rounded.
func Sqrt[T Float](dst, a []T) { unary(dst, a, vector.sqrt, sqrt32, math.Sqrt) }

// Relu sets dst to a, or to zero where a is negative.
func Relu[T Float](dst, a []T) { unary(dst, a, vector.relu, relu[float32], relu[float64]) }

// Fill sets all elements of dst to s.
func Fill[T Float](dst []T, s T) {
	if d, ok := any(dst).([]float32); ok && vector.fill != nil {
		vector.fill(d, float32(s))
		return
	}
	for i := range dst {
		dst[i] = s
	}
}

func add[T Float](a, b T) T { return a + b }
func sub[T Float](a, b T) T { return a - b }
func mul[T Float](a, b T) T { return a * b }
func div[T Float](a, b T) T { return a / b }
func neg[T Float](a T) T    { return -a }

func relu[T Float](a T) T {
	if 0 > a {
		return 0
	}
	return a
}

// sqrt32 returns √a; rounding the float64 root again is harmless, since that has
// more than twice as many bits.
func sqrt32(a float32) float32 { return float32(math.Sqrt(float64(a))) }

// checkLengths panics unless all lengths are n.
func checkLengths(n int, lengths ...int) {
	for _, l := range lengths {
		if l != n {
			panic(fmt.Sprintf("kernel: operand of %d numbers for a result of %d", l, n))
		}
	}
}
