package kernel

import "math"

// Adam holds the settings of [AdamStep], after Kingma and Ba (2015).
type Adam struct {
	Rate         float64 // step size α
	Beta1, Beta2 float64 // decay of the two moments
	Epsilon      float64 // added to the root of the second moment
}

// AdamStep makes step t, counted from 1, with the gradient g. It updates the
// moments m and v and the weights w:
//
//	m = β₁·m + (1-β₁)·g
//	v = β₂·v + (1-β₂)·g²
//	w = w - α·m/(1-β₁ᵗ) / (√(v/(1-β₂ᵗ)) + ε)
//
// It panics if the lengths differ.
func AdamStep[T Float](w, m, v, g []T, t int, a Adam) { AdamUpdate(w, m, v, g, a.Factors(t)) }

// AdamFactors are the numbers of a step of Adam that do not depend on the element.
type AdamFactors struct {
	Beta1, Rest1 float64 // β₁ and 1-β₁
	Beta2, Rest2 float64 // β₂ and 1-β₂
	Correction   float64 // 1/(1-β₂ᵗ)
	Epsilon      float64 // ε
	Rate         float64 // α/(1-β₁ᵗ)
}

// Factors returns the factors of step t, counted from 1.
func (a Adam) Factors(t int) AdamFactors {
	return AdamFactors{
		Beta1: a.Beta1, Rest1: 1 - a.Beta1,
		Beta2: a.Beta2, Rest2: 1 - a.Beta2,
		Correction: 1 / (1 - math.Pow(a.Beta2, float64(t))),
		Epsilon:    a.Epsilon,
		Rate:       a.Rate / (1 - math.Pow(a.Beta1, float64(t))),
	}
}

// AdamUpdate is [AdamStep] with factors that were computed before, which are rounded
// to T. The first two sums are fused multiply-adds of m and v; the root and the
// division are correctly rounded.
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
func coefficients[T Float](f AdamFactors) [7]T {
	return [7]T{T(f.Beta1), T(f.Rest1), T(f.Beta2), T(f.Rest2), T(f.Correction), T(f.Epsilon), T(f.Rate)}
}

func adamLoop32(w, m, v, g []float32, c *[7]float32) {
	beta1, rest1, beta2, rest2, correction, epsilon, rate := c[0], c[1], c[2], c[3], c[4], c[5], c[6]
	for i, x := range g {
		m[i] = fma32(m[i], beta1, float32(x*rest1))
		v[i] = fma32(v[i], beta2, float32(float32(x*x)*rest2))
		root := sqrt32(float32(v[i] * correction))
		w[i] -= float32(m[i]*rate) / (root + epsilon)
	}
}

// adamLoop64 is adamLoop32 for float64. The two are not one generic function because
// FMA and Sqrt are single instructions only where they are called by name.
func adamLoop64(w, m, v, g []float64, c *[7]float64) {
	beta1, rest1, beta2, rest2, correction, epsilon, rate := c[0], c[1], c[2], c[3], c[4], c[5], c[6]
	w, m, v = w[:len(g)], m[:len(g)], v[:len(g)]
	for i, x := range g {
		m[i] = math.FMA(m[i], beta1, float64(x*rest1))
		v[i] = math.FMA(v[i], beta2, float64(float64(x*x)*rest2))
		root := math.Sqrt(float64(v[i] * correction))
		w[i] -= float64(m[i]*rate) / (root + epsilon)
	}
}
