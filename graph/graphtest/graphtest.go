// Package graphtest helps to test graphs: a numerical gradient check and a comparison
// with tolerance.
package graphtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
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

// CheckGradientAlong is CheckGradient along a few random directions for each parameter in
// place of each of its elements: a check of a model of many weights in few runs, which a wrong
// element escapes only if it is nearly orthogonal to all of them.
func CheckGradientAlong(t testing.TB, p *graph.Program, directions int, rng *rand.Rand) {
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
		slopes, numeric := make([]float64, directions), make([]float64, directions)
		for k := range directions {
			direction := make([]float64, len(at))
			for i := range direction {
				direction[i] = rng.NormFloat64() / math.Sqrt(float64(len(at)))
			}
			slopes[k] = floats.Dot(direction, grads[param])
			numeric[k] = fd.Derivative(func(s float64) float64 {
				moved := slices.Clone(at)
				floats.AddScaled(moved, s, direction)
				set(t, param, moved)
				run(t, p)
				return p.Scalar("loss")
			}, 0, &fd.Settings{Formula: fd.Central})
		}
		set(t, param, at)
		checkOne(t, param.Name(), slopes, numeric)
	}
}

func checkOne(t testing.TB, name string, grad, numeric []float64) {
	t.Helper()
	zero := true
	for i, g := range grad {
		zero = zero && g == 0
		if d := math.Abs(g - numeric[i]); !(d <= GradientTolerance*math.Max(1, math.Abs(g))) {
			t.Errorf("gradient of %s, number %d: %.12g, but the central difference is %.12g", name, i, g, numeric[i])
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
