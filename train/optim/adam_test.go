package optim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
)

// The unit roundoffs of the dtypes.
const (
	unit32 = 1.0 / (1 << 24)
	unit64 = 1.0 / (1 << 53)
)

var shapes = [][]int{{3, 5}, {1, 7}, {1}, {4}, {2, 3, 2}}

// newModel returns parameters of the shapes, with weights drawn from N(0, 1) and
// rounded to float32, so that a model of either dtype starts at the same place.
func newModel[F optim.Float](rng *rand.Rand) []gorgonia.ValueGrad {
	var model []gorgonia.ValueGrad
	for _, shape := range shapes {
		w := make([]F, tensor.Shape(shape).TotalSize())
		for j := range w {
			w[j] = F(float32(rng.NormFloat64()))
		}
		model = append(model, optimtest.NewParam(shape, w, make([]F, len(w))))
	}
	return model
}

// setGradients draws gradients, rounded to float32, around a mean of their own and
// of sizes from 1 down to 1e-6, at which ε counts.
func setGradients[F optim.Float](rng *rand.Rand, models ...[]gorgonia.ValueGrad) {
	for i := range models[0] {
		size := math.Pow(10, -1.5*float64(i))
		for j := range elements[F](models[0], i, false) {
			value := F(float32(size * (rng.NormFloat64() + math.Sin(float64(j)))))
			for _, model := range models {
				elements[F](model, i, true)[j] = value
			}
		}
	}
}

// elements returns the weights or the gradient of parameter i.
func elements[F optim.Float](model []gorgonia.ValueGrad, i int, gradient bool) []F {
	p := model[i].(*optimtest.Param)
	d := p.W
	if gradient {
		d = p.G
	}
	if x, ok := any(d.Float64s).(func() []F); ok {
		return x()
	}
	return any(d.Float32s).(func() []F)()
}

func step(t testing.TB, s optim.Solver, model []gorgonia.ValueGrad) {
	t.Helper()
	if err := s.Step(model); err != nil {
		t.Fatal(err)
	}
}

// tolerance bounds how far two Adams drift apart in a number of steps, if w bounds
// the weights and both round to a dtype of unit roundoff u. In each step each of
// the two rounds w, by u·|w|, and its change, which is at most
// α·(1−β₁)/√(1−β₂), through about ten operations. A rounding of β₂ or of 1−β₂ by u
// changes v by u/(1−β₂) of it, and √v by half of that; both Adams do so.
func tolerance(steps int, u, w float64, s optim.Settings) float64 {
	change := s.LearningRate * (1 - s.Beta1) / math.Sqrt(1-s.Beta2)
	return float64(steps) * (2*u*w + change*(2*10+1/(1-s.Beta2))*u)
}

// allSettings holds the defaults, spelled out, and others.
var allSettings = []optim.Settings{
	{LearningRate: 0.001, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8},
	{LearningRate: 0.01, Beta1: 0.8, Beta2: 0.95, Epsilon: 1e-3},
}

// Catches a difference from Gorgonia's Adam in the formula, in the order of the
// parameters, in the settings or in the learning rate, which changes on the way.
func TestAdamEqualsGorgonia(t *testing.T) {
	for i, s := range allSettings {
		t.Run(fmt.Sprintf("float64/%d", i), func(t *testing.T) { testAgainstGorgonia[float64](t, s, unit64) })
		t.Run(fmt.Sprintf("float32/%d", i), func(t *testing.T) { testAgainstGorgonia[float32](t, s, unit32) })
	}
}

func testAgainstGorgonia[F optim.Float](t *testing.T, s optim.Settings, u float64) {
	const steps = 1000
	ours, theirs := newModel[F](rand.New(rand.NewPCG(1, 1))), newModel[F](rand.New(rand.NewPCG(1, 1)))
	adam, oracle := optim.NewAdam(s), optim.GorgoniaAdam(s)
	rng := rand.New(rand.NewPCG(2, 2))
	rate := adam.LearningRate()
	for i := range steps {
		if i == steps/2 {
			for _, solver := range []optim.LearningRater{adam, oracle} {
				solver.SetLearningRate(rate / 3)
			}
		}
		setGradients[F](rng, ours, theirs)
		step(t, adam, ours)
		step(t, oracle, theirs)
	}
	largest, drift := 1.0, 0.0
	for i := range ours {
		for j, w := range elements[F](ours, i, false) {
			largest = max(largest, math.Abs(float64(w)))
			drift = max(drift, math.Abs(float64(w-elements[F](theirs, i, false)[j])))
		}
	}
	bound := tolerance(steps, u, largest, s)
	t.Logf("drift %.2g, bound %.2g", drift, bound)
	if !(drift <= bound) {
		t.Errorf("after %d steps the weights differ by %v, expected at most %v", steps, drift, bound)
	}
}

// Catches a formula that is wrong in ours and in Gorgonia's, and a wrong default:
// these are the lines of algorithm 1 of Kingma and Ba, in float64.
func TestAdamEqualsThePaper(t *testing.T) {
	for i, s := range allSettings {
		t.Run(fmt.Sprintf("float64/%d", i), func(t *testing.T) { testAgainstPaper[float64](t, s, unit64) })
		t.Run(fmt.Sprintf("float32/%d", i), func(t *testing.T) { testAgainstPaper[float32](t, s, unit32) })
	}
}

func testAgainstPaper[F optim.Float](t *testing.T, s optim.Settings, u float64) {
	const steps = 300
	alpha, beta1, beta2, epsilon := s.LearningRate, s.Beta1, s.Beta2, s.Epsilon
	model := newModel[F](rand.New(rand.NewPCG(3, 3)))
	theta := make([][]float64, len(model))
	m, v := make([][]float64, len(model)), make([][]float64, len(model))
	for i := range model {
		for _, w := range elements[F](model, i, false) {
			theta[i] = append(theta[i], float64(w))
		}
		m[i], v[i] = make([]float64, len(theta[i])), make([]float64, len(theta[i]))
	}
	adam := optim.NewAdam(s)
	if s == allSettings[0] {
		adam = optim.NewAdam(optim.Settings{})
	}
	rng := rand.New(rand.NewPCG(4, 4))
	largest, drift := 1.0, 0.0
	for n := range steps {
		setGradients[F](rng, model)
		for i := range theta {
			for j, g := range elements[F](model, i, true) {
				gt := float64(g)
				m[i][j] = beta1*m[i][j] + (1-beta1)*gt
				v[i][j] = beta2*v[i][j] + (1-beta2)*gt*gt
				mHat := m[i][j] / (1 - math.Pow(beta1, float64(n+1)))
				vHat := v[i][j] / (1 - math.Pow(beta2, float64(n+1)))
				theta[i][j] -= alpha * mHat / (math.Sqrt(vHat) + epsilon)
			}
		}
		step(t, adam, model)
		for i := range theta {
			for j, w := range elements[F](model, i, false) {
				largest = max(largest, math.Abs(theta[i][j]))
				drift = max(drift, math.Abs(float64(w)-theta[i][j]))
			}
		}
	}
	bound := tolerance(steps, u, largest, s)
	t.Logf("drift %.2g, bound %.2g", drift, bound)
	if !(drift <= bound) {
		t.Errorf("the weights differ from the paper's by up to %v, expected at most %v", drift, bound)
	}
}

// Catches a learning rate of zero taken for the default, and settings that are not
// what LearningRate says.
func TestAdamLearningRate(t *testing.T) {
	if got := optim.NewAdam(optim.Settings{}).LearningRate(); got != 0.001 {
		t.Errorf("default learning rate %v, expected 0.001", got)
	}
	model := newModel[float64](rand.New(rand.NewPCG(1, 1)))
	setGradients[float64](rand.New(rand.NewPCG(1, 2)), model)
	before := slices.Clone(elements[float64](model, 0, false))
	adam := optim.NewAdam(optim.Settings{LearningRate: 0.5})
	adam.SetLearningRate(0)
	step(t, adam, model)
	if after := elements[float64](model, 0, false); !slices.Equal(before, after) || adam.LearningRate() != 0 {
		t.Errorf("at learning rate %v the weights went from %v to %v", adam.LearningRate(), before, after)
	}
}

// Catches settings that make no sense and go unnoticed.
func TestSettingsOutOfRange(t *testing.T) {
	for _, s := range []optim.Settings{
		{LearningRate: -1}, {LearningRate: math.NaN()}, {Beta1: 1}, {Beta1: -0.1}, {Beta2: 1}, {Beta2: -1}, {Epsilon: -1e-8},
		{Workers: -1}, {Momentum: 0.9},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic for %+v", s)
				}
			}()
			optim.NewAdam(s)
		}()
	}
}

// Catches a step that goes on with the wrong state, or that has changed weights
// when it fails.
func TestAdamRefuses(t *testing.T) {
	wide := func(n int) *optimtest.Param {
		return optimtest.NewParam([]int{n}, make([]float64, n), slices.Repeat([]float64{1}, n))
	}
	narrow := optimtest.NewParam([]int{2}, []float32{0, 0}, []float32{1, 1})
	six32 := optimtest.NewParam([]int{6}, make([]float32, 6), make([]float32, 6))
	withGradient := func(g *tensor.Dense) *optimtest.Param {
		p := wide(6)
		p.G = g
		return p
	}
	turned := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(make([]float64, 6)))
	if err := turned.T(); err != nil {
		t.Fatal(err)
	}
	columns := tensor.New(tensor.WithShape(2, 3), tensor.AsFortran(make([]float64, 6)))
	square := optimtest.NewParam([]int{2, 3}, make([]float64, 6), make([]float64, 6))
	square.G = columns
	for _, c := range []struct {
		want          string
		first, second []gorgonia.ValueGrad
	}{
		{"state of 2 parameters, the model has 1", params(wide(2), wide(6)), params(wide(2))},
		{"state of 1 parameters, the model has 2", params(wide(2)), params(wide(2), wide(6))},
		{"parameter 1 is now float64 of shape (3), adam has its state as float64 of 2", params(wide(2), wide(2)), params(wide(2), wide(3))},
		{"parameter 1 is now float32 of shape (2), adam has its state as float64 of 2", params(wide(2), wide(2)), params(wide(2), narrow)},
		{"parameter 1 has no gradient", nil, params(wide(2), withGradient(nil))},
		{"parameter 1 is float64 of shape (6), its gradient float32", nil, params(wide(2), withGradient(six32.G))},
		{"its gradient float64 of shape (2)", nil, params(wide(2), withGradient(wide(2).G))},
		{"gradient of parameter 1: is of int", nil, params(wide(2), withGradient(tensor.New(tensor.WithBacking(make([]int, 6)))))},
		{"expected contiguous rows", nil, params(wide(2), withGradient(turned))},
		{"expected contiguous rows", nil, params(wide(2), square)},
		{"value of parameter 1 (scalar): is a *gorgonia.F64, expected a *tensor.Dense", nil, params(wide(2), scalar{})},
	} {
		adam := optim.NewAdam(optim.Settings{})
		if c.first != nil {
			step(t, adam, c.first)
		}
		steps := adam.State().Scalars["step"]
		err := adam.Step(c.second)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, expected one with %q", err, c.want)
		}
		if w := elements[float64](c.second, 0, false); w[0] != 0 {
			t.Errorf("%s: the first parameter became %v", c.want, w)
		}
		if adam.State().Scalars["step"] != steps {
			t.Errorf("%s: the failed step was counted", c.want)
		}
	}
}

func params(p ...gorgonia.ValueGrad) []gorgonia.ValueGrad { return p }

// A scalar is a parameter that is no tensor.
type scalar struct{}

func (scalar) Name() string                  { return "scalar" }
func (scalar) Value() gorgonia.Value         { return gorgonia.NewF64(1) }
func (scalar) Grad() (gorgonia.Value, error) { return gorgonia.NewF64(1), nil }

// Catches work for the garbage collector in the inner loop of training.
func TestStepDoesNotAllocate(t *testing.T) {
	model := append(newModel[float32](rand.New(rand.NewPCG(1, 1))), newModel[float64](rand.New(rand.NewPCG(1, 1)))...)
	solver := optim.NewClipByGlobalNorm(optim.NewAdam(optim.Settings{}), 1e-9)
	step(t, solver, model)
	n := testing.AllocsPerRun(100, func() {
		model[0].(*optimtest.Param).G.Float32s()[0] = 1 // so that it is clipped
		step(t, solver, model)
	})
	if n != 0 {
		t.Errorf("%v allocations a step, expected none", n)
	}
}

// BenchmarkAdam compares the solvers; a million parameters do not fit the caches.
func BenchmarkAdam(b *testing.B) {
	const n = 1 << 20
	model := params(optimtest.NewParam([]int{n}, make([]float32, n), make([]float32, n)))
	for name, solver := range map[string]optim.Solver{
		"Adam":         optim.NewAdam(optim.Settings{}),
		"Clip":         optim.NewClipByGlobalNorm(optim.NewAdam(optim.Settings{}), 1),
		"GorgoniaAdam": optim.GorgoniaAdam(optim.Settings{}),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g := elements[float32](model, 0, true)
				for i := range g {
					g[i] = float32(i%7) - 3
				}
				step(b, solver, model)
			}
		})
	}
}
