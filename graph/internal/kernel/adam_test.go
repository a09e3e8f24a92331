package kernel

import (
	"math"
	"testing"
)

// TestAdam catches a wrong formula, by ten steps in float64 as the paper writes
// them; bits that depend on the path; and writes outside of the slices.
func TestAdam(t *testing.T) {
	settings := Adam{Rate: 0.01, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
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
				AdamStep(w.slice, m.slice, v.slice, g.slice, step, settings)
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
				g.check(t, "AdamStep")
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
	AdamStep(w, m, v, []float64{0.3, -1e-3}, 1, Adam{Rate: 0.1, Beta1: 0.9, Beta2: 0.999})
	for i, want := range []float64{0.9, -1.9} { // the first step is the rate, whatever the gradient
		if math.Abs(w[i]-want) > 1e-13 {
			t.Errorf("weight %d is %v, want %v", i, w[i], want)
		}
	}
}

// TestAdamKeepsPadding catches an update that makes padding of packed weights
// other than zero.
func TestAdamKeepsPadding(t *testing.T) {
	w, m, v, g := NewPacked[float32](1, 3), NewPacked[float32](1, 3), NewPacked[float32](1, 3), NewPacked[float32](1, 3)
	g.Pack(Matrix[float32]{Data: []float32{1, 2, 3}, Rows: 1, Cols: 3})
	AdamStep(w.Data(), m.Data(), v.Data(), g.Data(), 1, Adam{Rate: 0.1, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8})
	wantBits(t, "padding", w.Data()[3:], make([]float32, 29))
}
