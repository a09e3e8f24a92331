package kernel

import (
	"math"

	"github.com/seed-222a112c/lstm/graph/internal/kernel/simd"
)

// AdamFactors are the numbers of step t of Adam (Kingma and Ba 2015), counted from 1,
// that do not depend on the element.
type AdamFactors struct {
	Beta1, Rest1 float64 // β₁ and 1-β₁
	Beta2, Rest2 float64 // β₂ and 1-β₂
	Correction   float64 // 1/(1-β₂ᵗ)
	Epsilon      float64 // ε
	Rate         float64 // α/(1-β₁ᵗ)
}

// AdamUpdate makes a step of Adam with the gradient g. It updates the moments m and v
// and the weights w:
//
//	m = β₁·m + (1-β₁)·g
//	v = β₂·v + (1-β₂)·g²
//	w = w - α·m/(1-β₁ᵗ) / (√(v/(1-β₂ᵗ)) + ε)
//
// The factors are rounded to T. The first two sums are fused multiply-adds of m and v;
// the root and the division are correctly rounded. AdamUpdate panics if the lengths
// differ.
func AdamUpdate[T Float](w, m, v, g []T, f AdamFactors) {
	checkLengths(len(w), len(m), len(v), len(g))
	switch w := any(w).(type) {
	case []float32:
		m, v, g := any(m).([]float32), any(v).([]float32), any(g).([]float32)
		c := coefficients[float32](f)
		if !adamVectors(w, m, v, g, &c) {
			adamLoop32(w, m, v, g, &c)
		}
	case []float64:
		c := coefficients[float64](f)
		adamLoop64(w, any(m).([]float64), any(v).([]float64), any(g).([]float64), &c)
	}
}

// coefficients returns β₁, 1-β₁, β₂, 1-β₂, 1/(1-β₂ᵗ), ε and α/(1-β₁ᵗ).
func coefficients[T Float](f AdamFactors) [simd.AdamFactors]T {
	return [simd.AdamFactors]T{
		simd.AdamBeta1: T(f.Beta1), simd.AdamRest1: T(f.Rest1), simd.AdamBeta2: T(f.Beta2), simd.AdamRest2: T(f.Rest2),
		simd.AdamCorrection: T(f.Correction), simd.AdamEpsilon: T(f.Epsilon), simd.AdamRate: T(f.Rate),
	}
}

func adamLoop32(w, m, v, g []float32, c *[simd.AdamFactors]float32) {
	beta1, rest1, beta2, rest2 := c[simd.AdamBeta1], c[simd.AdamRest1], c[simd.AdamBeta2], c[simd.AdamRest2]
	correction, epsilon, rate := c[simd.AdamCorrection], c[simd.AdamEpsilon], c[simd.AdamRate]
	for i, x := range g {
		m[i] = fma32(m[i], beta1, float32(x*rest1))
		v[i] = fma32(v[i], beta2, float32(float32(x*x)*rest2))
		root := sqrt32(float32(v[i] * correction))
		w[i] -= float32(m[i]*rate) / (root + epsilon)
	}
}

// adamLoop64 is adamLoop32 for float64. The two are not one generic function because
// FMA and Sqrt are single instructions only where they are called by name.
func adamLoop64(w, m, v, g []float64, c *[simd.AdamFactors]float64) {
	beta1, rest1, beta2, rest2 := c[simd.AdamBeta1], c[simd.AdamRest1], c[simd.AdamBeta2], c[simd.AdamRest2]
	correction, epsilon, rate := c[simd.AdamCorrection], c[simd.AdamEpsilon], c[simd.AdamRate]
	w, m, v = w[:len(g)], m[:len(g)], v[:len(g)]
	for i, x := range g {
		m[i] = math.FMA(m[i], beta1, float64(x*rest1))
		v[i] = math.FMA(v[i], beta2, float64(float64(x*x)*rest2))
		root := math.Sqrt(float64(v[i] * correction))
		w[i] -= float64(m[i]*rate) / (root + epsilon)
	}
}
