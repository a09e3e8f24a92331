package optim_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/train/optim"
)

// A scalarSolver is a solver of one number, which returns the new weight after step t,
// counted from 1. What it keeps from step to step is its own.
type scalarSolver func(w, g, alpha float64, t int) float64

// references are the solvers as their papers write them, for one number, beside the
// settings that make them.
var references = []struct {
	name     string
	settings optim.Settings
	new      func() scalarSolver
}{
	{"sgd", optim.Settings{}, func() scalarSolver {
		return func(w, g, alpha float64, t int) float64 { return w - alpha*g }
	}},
	{"sgd", optim.Settings{WeightDecay: 0.05}, func() scalarSolver { // the loss has another ½·λ·w²
		return func(w, g, alpha float64, t int) float64 { return w - alpha*(g+0.05*w) }
	}},
	{"momentum", optim.Settings{}, func() scalarSolver { return newMomentum(0.9, 0) }},
	{"momentum", optim.Settings{Momentum: 0.5, WeightDecay: 0.05}, func() scalarSolver { return newMomentum(0.5, 0.05) }},
	{"nesterov", optim.Settings{}, func() scalarSolver { return newNesterov(0.9, 0) }},
	{"nesterov", optim.Settings{Momentum: 0.5, WeightDecay: 0.05}, func() scalarSolver { return newNesterov(0.5, 0.05) }},
	{"rmsprop", optim.Settings{}, func() scalarSolver { return newRMSProp(0.9, 1e-8, 0) }},
	{"rmsprop", optim.Settings{Decay: 0.95, Epsilon: 1e-3, WeightDecay: 0.05}, func() scalarSolver { return newRMSProp(0.95, 1e-3, 0.05) }},
	{"adamw", optim.Settings{}, func() scalarSolver { return newAdamW(0.9, 0.999, 1e-8, 0.01) }},
	{"adamw", optim.Settings{Beta1: 0.8, Beta2: 0.95, Epsilon: 1e-3, WeightDecay: 0.3}, func() scalarSolver { return newAdamW(0.8, 0.95, 1e-3, 0.3) }},
	{"gorgonia-sgd", optim.Settings{}, func() scalarSolver {
		return func(w, g, alpha float64, t int) float64 { return w - alpha*g }
	}},
	{"gorgonia-momentum", optim.Settings{Momentum: 0.5}, func() scalarSolver { return newMomentum(0.5, 0) }},
	{"gorgonia-rmsprop", optim.Settings{Decay: 0.95, Epsilon: 1e-3}, func() scalarSolver {
		v := 0.0
		return func(w, g, alpha float64, t int) float64 {
			v = 0.95*v + (1-0.95)*g*g
			return w - alpha*g/math.Sqrt(v+1e-3)
		}
	}},
}

// newMomentum is equations 1 and 2 of Sutskever and others (2013).
func newMomentum(mu, lambda float64) scalarSolver {
	v := 0.0
	return func(w, g, alpha float64, t int) float64 {
		v = mu*v - alpha*(g+lambda*w)
		return w + v
	}
}

// newNesterov is equations 3 and 4 of Sutskever and others (2013): the gradient is that
// at θ + μ·v, which is what the solver holds as its weight.
func newNesterov(mu, lambda float64) scalarSolver {
	var theta, v float64
	return func(w, g, alpha float64, t int) float64 {
		if t == 1 {
			theta = w
		}
		v = mu*v - alpha*(g+lambda*w)
		theta += v
		return theta + mu*v
	}
}

func newRMSProp(rho, epsilon, lambda float64) scalarSolver {
	v := 0.0
	return func(w, g, alpha float64, t int) float64 {
		g += lambda * w
		v = rho*v + (1-rho)*g*g
		return w - alpha*g/(math.Sqrt(v)+epsilon)
	}
}

// newAdamW is algorithm 2 of Loshchilov and Hutter (2019), with its η·λ written α·λ.
func newAdamW(beta1, beta2, epsilon, lambda float64) scalarSolver {
	var m, v float64
	return func(w, g, alpha float64, t int) float64 {
		m = beta1*m + (1-beta1)*g
		v = beta2*v + (1-beta2)*g*g
		mHat := m / (1 - math.Pow(beta1, float64(t)))
		vHat := v / (1 - math.Pow(beta2, float64(t)))
		return w - (alpha*mHat/(math.Sqrt(vHat)+epsilon) + alpha*lambda*w)
	}
}

// Catches a wrong formula, a wrong default, and settings or a learning rate that are not
// used: every solver against plain loops over single numbers.
func TestSolversEqualTheirPapers(t *testing.T) {
	for _, r := range references {
		t.Run(r.name+"/float64", func(t *testing.T) { testReference[float64](t, r.name, r.settings, r.new, unit64) })
		t.Run(r.name+"/float32", func(t *testing.T) { testReference[float32](t, r.name, r.settings, r.new, unit32) })
	}
}

func testReference[F optim.Float](t *testing.T, name string, settings optim.Settings, newScalar func() scalarSolver, u float64) {
	const steps = 100
	solver, err := optim.New(name, settings)
	if err != nil {
		t.Fatal(err)
	}
	rater, ok := solver.(optim.LearningRater)
	if !ok {
		t.Fatal("no learning rate")
	}
	model := newModel[F](rand.New(rand.NewPCG(5, 5)))
	weights, scalars := make([][]float64, len(model)), make([][]scalarSolver, len(model))
	for i := range model {
		for _, w := range elements[F](model, i, false) {
			weights[i], scalars[i] = append(weights[i], float64(w)), append(scalars[i], newScalar())
		}
	}
	alpha := rater.LearningRate()
	rng := rand.New(rand.NewPCG(6, 6))
	largest, change, drift := 0.0, 0.0, 0.0
	for n := range steps {
		if n == steps/2 {
			alpha /= 3
			rater.SetLearningRate(alpha)
		}
		setGradients[F](rng, model)
		for i := range weights {
			for j, g := range elements[F](model, i, true) {
				w := scalars[i][j](weights[i][j], float64(g), alpha, n+1)
				change = max(change, math.Abs(w-weights[i][j]))
				largest = max(largest, math.Abs(w))
				weights[i][j] = w
			}
		}
		step(t, solver, model)
		for i := range weights {
			for j, w := range elements[F](model, i, false) {
				drift = max(drift, math.Abs(float64(w)-weights[i][j]))
			}
		}
	}
	// Each step rounds the weight and its change. The change goes through about ten
	// operations, and what a mean forgets slowly, at the most 0.999 a step, keeps the
	// rounding of its factors: see tolerance.
	slowest := 10.0
	if name == "adamw" {
		slowest = 1000
	}
	bound := steps * u * (2*largest + change*(20+slowest))
	t.Logf("drift %.2g, bound %.2g, largest change %.2g", drift, bound, change)
	if !(drift <= bound) {
		t.Errorf("the weights differ by up to %v, expected at most %v", drift, bound)
	}
}
