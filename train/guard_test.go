package train

import "testing"

// A first loss that is small by chance does not make an ordinary one a divergence; a loss
// far above that of a model that knows nothing does. Catches a guard that knows only the
// first loss.
func TestGuardKnowsTheBaseline(t *testing.T) {
	for _, test := range []struct {
		losses   []float64
		diverged bool
	}{
		{[]float64{0.1, 0.9, 1.1}, false},
		{[]float64{0.1, 9, 9}, true},
		{[]float64{4, 11, 12}, false},
		{[]float64{4, 20, 20}, true},
	} {
		g := guard{Baseline: 1}
		var last *DivergedError
		for i, loss := range test.losses {
			last = g.check(i+1, loss)
		}
		if (last != nil) != test.diverged {
			t.Errorf("losses %v: %v", test.losses, last)
		}
	}
}
