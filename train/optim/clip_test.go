package optim_test

import (
	"math"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
)

// A recorder is a solver that does nothing but remember the gradients it gets.
type recorder struct {
	steps     int
	gradients [][]float64
	err       error
}

func (r *recorder) Step(model []gorgonia.ValueGrad) error {
	r.steps++
	r.gradients = nil
	for _, p := range model {
		g := p.(*optimtest.Param).G
		var values []float64
		for i := range g.DataSize() {
			switch v := g.Get(i).(type) {
			case float32:
				values = append(values, float64(v))
			case float64:
				values = append(values, v)
			}
		}
		r.gradients = append(r.gradients, values)
	}
	return r.err
}

// gradients3412 has gradients of norm 13 over two parameters: 3, 4, then 12.
func gradients3412() []gorgonia.ValueGrad {
	return params(
		optimtest.NewParam([]int{1, 5}, make([]float64, 5), []float64{3, 0, 0, 0, -4}),
		optimtest.NewParam([]int{2, 1}, make([]float32, 2), []float32{0, 12}))
}

// Catches a norm by parameter instead of over all, one of the clipped gradients, a
// scale of the wrong direction, and gradients below the maximum that are changed.
func TestClipByGlobalNorm(t *testing.T) {
	third := func(x float64) float64 { return x / 13 }
	for _, c := range []struct {
		maxNorm float64
		want    [][]float64
	}{
		{1, [][]float64{{third(3), 0, 0, 0, third(-4)}, {0, third(12)}}},
		{13, [][]float64{{3, 0, 0, 0, -4}, {0, 12}}},
		{14, [][]float64{{3, 0, 0, 0, -4}, {0, 12}}},
		{0, [][]float64{{3, 0, 0, 0, -4}, {0, 12}}},
		{-1, [][]float64{{3, 0, 0, 0, -4}, {0, 12}}},
	} {
		inner := &recorder{}
		solver := optim.NewClipByGlobalNorm(inner, c.maxNorm)
		step(t, solver, gradients3412())
		if solver.Norm() != 13 {
			t.Errorf("maximum %v: norm %v, expected 13", c.maxNorm, solver.Norm())
		}
		for i, want := range c.want {
			for j := range want {
				// Two roundings in float32.
				if got := inner.gradients[i][j]; math.Abs(got-want[j]) > 2*unit32*math.Abs(want[j]) {
					t.Errorf("maximum %v: gradient %d is %v, expected %v", c.maxNorm, i, inner.gradients[i], want)
				}
			}
		}
	}
}

// Catches elements that the norm leaves out or counts twice, at every length, and
// sums in float32, in which 16,777,216 + 1 = 16,777,216.
func TestNormCountsEveryElement(t *testing.T) {
	for n := range 20 {
		g := []float32{1 << 12} // whose square is 16,777,216
		want := 1.0 * (1 << 24)
		for i := range n {
			g = append(g, float32(2*i+1))
			want += float64((2*i + 1) * (2*i + 1))
		}
		solver := optim.NewClipByGlobalNorm(&recorder{}, 0)
		step(t, solver, params(optimtest.NewParam([]int{n + 1}, make([]float32, n+1), g)))
		if got := solver.Norm(); got != math.Sqrt(want) {
			t.Errorf("%d elements: norm %v, expected %v", n+1, got, math.Sqrt(want))
		}
	}
}

// Catches weights or gradients that a bad gradient spoils, and an error by which
// the caller cannot tell that this is what happened.
func TestClipRefusesWhatIsNotFinite(t *testing.T) {
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
		for _, maxNorm := range []float64{0, 1} {
			model := append(gradients3412(), optimtest.NewParam([]int{1}, []float32{1}, []float32{bad}))
			inner := &recorder{}
			solver := optim.NewClipByGlobalNorm(inner, maxNorm)
			err := solver.Step(model)
			if !errors.Is(err, optim.ErrNotFinite) || !strings.Contains(err.Error(), "parameter 2") {
				t.Errorf("gradient %v: error %v, expected ErrNotFinite for parameter 2", bad, err)
			}
			if inner.steps > 0 {
				t.Errorf("gradient %v: the inner solver was stepped", bad)
			}
			if g := elements[float64](model, 0, true); g[0] != 3 {
				t.Errorf("gradient %v: the first gradient became %v", bad, g)
			}
			if n := solver.Norm(); !math.IsNaN(n) && !math.IsInf(n, 1) {
				t.Errorf("gradient %v: norm %v", bad, n)
			}
		}
	}
}

// Catches an error of the inner solver that is lost.
func TestClipReportsTheInnerError(t *testing.T) {
	want := errors.New("inner")
	if err := optim.NewClipByGlobalNorm(&recorder{err: want}, 1).Step(gradients3412()); !errors.Is(err, want) {
		t.Errorf("error %v, expected %v", err, want)
	}
}
