// Package graphtest helps to test graphs: a numerical gradient check and a comparison
// with tolerance.
package graphtest

import (
	"math"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"gonum.org/v1/gonum/diff/fd"
)

// GradientTolerance bounds the difference between a gradient and its central
// difference in float64, relative to the larger of 1 and the gradient. A central
// difference with the step h that gonum takes, 6·10⁻⁶, is off by h²·|f‴|/6, about
// 10⁻¹¹, and by ε/h·|f|, about 10⁻¹⁰; with sums of some hundred terms 10⁻⁷ leaves room
// and is far below any gradient of a wrong formula.
const GradientTolerance = 1e-7

// CheckGradient compares the gradient of a program's objective with respect to each of
// its parameters with central differences. The parameters must be of float64; they are
// left as they were. A gradient that is zero everywhere fails the check, for it proves
// nothing.
func CheckGradient(t testing.TB, p *graph.Program) {
	t.Helper()
	if len(p.Params()) == 0 {
		t.Fatal("graphtest: the program has no gradients to check")
	}
	run(t, p)
	grads := map[*graph.Param][]float64{}
	for _, param := range p.Params() {
		grads[param] = p.Grad(param)
	}
	for _, param := range p.Params() {
		at := param.Floats()
		numeric := fd.Gradient(nil, func(x []float64) float64 {
			set(t, param, x)
			run(t, p)
			return p.Scalar("loss")
		}, at, &fd.Settings{Formula: fd.Central})
		set(t, param, at)
		checkOne(t, param.Name(), grads[param], numeric)
	}
}

func checkOne(t testing.TB, name string, grad, numeric []float64) {
	t.Helper()
	zero := true
	for i, g := range grad {
		zero = zero && g == 0
		if d := math.Abs(g - numeric[i]); !(d <= GradientTolerance*math.Max(1, math.Abs(g))) {
			t.Errorf("gradient of %s, element %d: %.12g, but the central difference is %.12g", name, i, g, numeric[i])
		}
	}
	if zero {
		t.Errorf("gradient of %s is zero everywhere, which proves nothing", name)
	}
}

func run(t testing.TB, p *graph.Program) {
	t.Helper()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
}

func set(t testing.TB, p *graph.Param, x []float64) {
	t.Helper()
	if err := p.SetFloats(x); err != nil {
		t.Fatal(err)
	}
}

// CheckClose fails the test unless got and want have equal lengths and differ by at most
// tolerance, relative to the larger of 1 and the wanted value. NaN is close to NaN only.
func CheckClose(t testing.TB, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for i, w := range want {
		same := got[i] == w || math.IsNaN(got[i]) && math.IsNaN(w)
		if d := math.Abs(got[i] - w); !same && !(d <= tolerance*math.Max(1, math.Abs(w))) {
			t.Errorf("%s, element %d: %.17g, want %.17g", what, i, got[i], w)
		}
	}
}
