package optim_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
)

// Catches a mean of other weights than those after each step, a mean that forgets too
// fast or too slowly, and a swap that is not undone by a second one.
func TestAverage(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testAverage[float32](t, 0, unit32) })
	t.Run("float64", func(t *testing.T) { testAverage[float64](t, 0, unit64) })
	t.Run("float64, exponential", func(t *testing.T) { testAverage[float64](t, 0.9, unit64) })
}

func testAverage[F optim.Float](t *testing.T, decay, u float64) {
	const steps = 100
	model := newModel[F](rand.New(rand.NewPCG(1, 1)))
	solver := optim.NewAverage(optim.NewSGD(optim.Settings{}), optim.AverageSettings{Decay: decay})
	rng := rand.New(rand.NewPCG(2, 2))
	var history []float64 // of one weight
	for range steps {
		setGradients[F](rng, model)
		step(t, solver, model)
		history = append(history, float64(elements[F](model, 1, false)[3]))
	}
	want := mean(history)
	if decay > 0 {
		// The mean of the first 1/(1 − β) weights, and from there on β of what was.
		start := int(math.Round(1 / (1 - decay)))
		want = mean(history[:start])
		for _, w := range history[start:] {
			want = decay*want + (1-decay)*w
		}
	}
	if solver.Count() != steps {
		t.Errorf("%d weights averaged, expected %d", solver.Count(), steps)
	}
	swap(t, solver, model)
	if got := float64(elements[F](model, 1, false)[3]); !(math.Abs(got-want) <= 3*steps*u*max(slices.Max(history), -slices.Min(history))) {
		t.Errorf("average %v, expected %v", got, want)
	}
	if err := solver.Step(model); err == nil {
		t.Error("no error for a step while the model holds the averages")
	}
	swap(t, solver, model)
	if got := float64(elements[F](model, 1, false)[3]); got != history[steps-1] {
		t.Errorf("weight %v after two swaps, expected %v", got, history[steps-1])
	}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func swap(t *testing.T, a *optim.Average, model []gorgonia.ValueGrad) {
	t.Helper()
	if err := a.Swap(model); err != nil {
		t.Fatal(err)
	}
}

// Catches a trigger that comes too early, too late or never, one that compares with
// recent validations, and an average that holds weights from before it: the algorithm of
// Merity and others (2018), in a loop of its own.
func TestNonMonotoneTrigger(t *testing.T) {
	for seed := range uint64(20) {
		const steps, n, interval, alpha = 100, 3, 4, 0.05
		rng := rand.New(rand.NewPCG(seed, 3))
		solver := optim.NewAverage(optim.NewSGD(optim.Settings{LearningRate: alpha}), optim.AverageSettings{NonMonotone: n})
		model := params(optimtest.NewParam([]int{1}, []float64{5}, []float64{0}))
		w := 5.0
		var logs, averaged []float64
		triggered := false
		for k := 1; k <= steps; k++ {
			g := w + 3*rng.NormFloat64()
			elements[float64](model, 0, true)[0] = g
			step(t, solver, model)
			if w -= alpha * g; triggered {
				averaged = append(averaged, w)
			}
			if k%interval != 0 {
				continue
			}
			loss := w*w + rng.Float64()
			optim.Observe(optim.NewClipByGlobalNorm(solver, 1), loss)
			if !triggered && len(logs) > n {
				for _, older := range logs[:len(logs)-n] {
					triggered = triggered || loss > older
				}
			}
			logs = append(logs, loss)
		}
		if solver.Count() != len(averaged) || len(averaged) == 0 {
			t.Errorf("seed %d: %d weights averaged, expected %d, and more than none", seed, solver.Count(), len(averaged))
			continue
		}
		swap(t, solver, model)
		if got, want := elements[float64](model, 0, false)[0], mean(averaged); !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("seed %d: average %v, expected %v", seed, got, want)
		}
	}
}

// Catches a trigger that a loss which is not a number disarms or pulls.
func TestTriggerAfterNaN(t *testing.T) {
	solver := optim.NewAverage(optim.NewSGD(optim.Settings{}), optim.AverageSettings{NonMonotone: 1})
	for i, loss := range []float64{math.NaN(), 2, 3, 3} {
		solver.Observe(loss)
		if got, want := solver.State().Scalars["started"] == 1, i == 3; got != want {
			t.Errorf("after validation %d triggered: %t, expected %t: the second 3 is more than 2", i+1, got, want)
		}
	}
}

// Catches a swap before there is an average, which would leave zeros.
func TestSwapBeforeTheTrigger(t *testing.T) {
	solver := optim.NewAverage(optim.NewSGD(optim.Settings{}), optim.AverageSettings{NonMonotone: 5})
	model := params(optimtest.NewParam([]int{1}, []float64{5}, []float64{0}))
	step(t, solver, model)
	swap(t, solver, model)
	if w := elements[float64](model, 0, false)[0]; w != 5 {
		t.Errorf("weight %v, expected 5", w)
	}
	step(t, solver, model)
}

// Catches settings that make no sense and go unnoticed, and a state in the middle of a
// swap, which would be that of other weights.
func TestAveragePanics(t *testing.T) {
	sgd := optim.NewSGD(optim.Settings{})
	wantPanic(t, "a decay of 1", func() { optim.NewAverage(sgd, optim.AverageSettings{Decay: 1}) })
	wantPanic(t, "a negative decay", func() { optim.NewAverage(sgd, optim.AverageSettings{Decay: -0.1}) })
	wantPanic(t, "a negative number of validations", func() { optim.NewAverage(sgd, optim.AverageSettings{NonMonotone: -1}) })
	solver := optim.NewAverage(sgd, optim.AverageSettings{})
	model := params(optimtest.NewParam([]int{1}, []float64{5}, []float64{0}))
	step(t, solver, model)
	swap(t, solver, model)
	wantPanic(t, "State between swaps", func() { solver.State() })
}

func wantPanic(t *testing.T, what string, do func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("no panic for %s", what)
		}
	}()
	do()
}
