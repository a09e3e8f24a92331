package kernel

import (
	"math"
	"testing"
)

// adamFactors returns the factors of step t with β₁ = 0.9 and β₂ = 0.999.
func adamFactors(rate float64, t int, epsilon float64) AdamFactors {
	const beta1, beta2 = 0.9, 0.999
	return AdamFactors{
		Beta1: beta1, Rest1: 1 - beta1, Beta2: beta2, Rest2: 1 - beta2, Epsilon: epsilon,
		Correction: 1 / (1 - math.Pow(beta2, float64(t))), Rate: rate / (1 - math.Pow(beta1, float64(t))),
	}
}

// TestAdam catches a wrong formula, by ten steps in float64 as the paper writes
// them; bits that depend on the path; and writes outside of the slices.
func TestAdam(t *testing.T) {
	want := map[int][]float32{}
	onEveryPath(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 8, 16, 37, 100} {
			rng := newRand()
			w, m, v := guard(randoms[float32](rng, n), 3), guard(make([]float32, n), 5), guard(make([]float32, n), 0)
			exactW, exactM, exactV := make([]float64, n), make([]float64, n), make([]float64, n)
			for i, x := range w.slice {
				exactW[i] = float64(x)
			}
			for step := 1; step <= 10; step++ {
				g := guard(randoms[float32](rng, n), 1)
				AdamUpdate(w.slice, m.slice, v.slice, g.slice, adamFactors(0.01, step, 1e-8))
				for i, x := range g.slice {
					g := float64(x)
					exactM[i] = 0.9*exactM[i] + (1-0.9)*g
					exactV[i] = 0.999*exactV[i] + (1-0.999)*g*g
					mHat := exactM[i] / (1 - math.Pow(0.9, float64(step)))
					vHat := exactV[i] / (1 - math.Pow(0.999, float64(step)))
					exactW[i] -= 0.01 * mHat / (math.Sqrt(vHat) + 1e-8)
				}
			}
			for i := range n {
				if math.Abs(float64(w.slice[i])-exactW[i]) > 1e-6*(1+math.Abs(exactW[i])) {
					t.Errorf("weight %d is %v, want %v", i, w.slice[i], exactW[i])
				}
			}
			for _, g := range []guarded[float32]{w, m, v} {
				g.check(t, "AdamUpdate")
			}
			if Active() == Portable {
				want[n] = w.slice
			}
			wantBits(t, "weights, as on the portable path", w.slice, want[n])
		}
	})
}

// TestAdam64 catches a float64 version that rounds like float32 or differs in
// formula.
func TestAdam64(t *testing.T) {
	w, m, v := []float64{1, -2}, []float64{0, 0}, []float64{0, 0}
	AdamUpdate(w, m, v, []float64{0.3, -1e-3}, adamFactors(0.1, 1, 0))
	for i, want := range []float64{0.9, -1.9} { // the first step is the rate, whatever the gradient
		if math.Abs(w[i]-want) > 1e-13 {
			t.Errorf("weight %d is %v, want %v", i, w[i], want)
		}
	}
}
