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
// The factors that do not depend on the element are computed in float64 and
// rounded. The first two sums are fused multiply-adds of m and v; the root and the
// division are correctly rounded. AdamStep panics if the lengths differ.
func AdamStep[T Float](w, m, v, g []T, t int, a Adam) {
	checkLengths(len(w), len(m), len(v), len(g))
	c := coefficients[T]{
		T(a.Beta1), T(1 - a.Beta1), T(a.Beta2), T(1 - a.Beta2),
		T(1 / (1 - math.Pow(a.Beta2, float64(t)))), T(a.Epsilon),
		T(a.Rate / (1 - math.Pow(a.Beta1, float64(t)))),
	}
	switch w := any(w).(type) {
	case []float32:
		m, v, g := any(m).([]float32), any(v).([]float32), any(g).([]float32)
		c := any(&c).(*coefficients[float32])
		if !adamVectors(w, m, v, g, (*[7]float32)(c)) {
			adamLoop(w, m, v, g, c, fma32, sqrt32)
		}
	case []float64:
		m, v, g := any(m).([]float64), any(v).([]float64), any(g).([]float64)
		adamLoop(w, m, v, g, any(&c).(*coefficients[float64]), math.FMA, math.Sqrt)
	}
}

// coefficients are β₁, 1-β₁, β₂, 1-β₂, 1/(1-β₂ᵗ), ε and α/(1-β₁ᵗ).
type coefficients[T Float] [7]T

func adamLoop[T Float](w, m, v, g []T, c *coefficients[T], fma func(a, b, c T) T, sqrt func(T) T) {
	beta1, rest1, beta2, rest2, correction, epsilon, rate := c[0], c[1], c[2], c[3], c[4], c[5], c[6]
	for i, x := range g {
		m[i] = fma(m[i], beta1, T(x*rest1))
		v[i] = fma(v[i], beta2, T(T(x*x)*rest2))
		root := sqrt(T(v[i] * correction))
		w[i] -= T(m[i]*rate) / (root + epsilon)
	}
}
