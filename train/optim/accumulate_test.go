package optim_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
)

// Catches a sum where the mean is due, gradients that stay in the sum for the next step,
// gradients that are counted twice because they were not zeroed, and steps at other times
// than every nth.
func TestAccumulate(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testAccumulate[float32](t, unit32) })
	t.Run("float64", func(t *testing.T) { testAccumulate[float64](t, unit64) })
}

func testAccumulate[F optim.Float](t *testing.T, u float64) {
	const n, steps = 4, 100
	model := newModel[F](rand.New(rand.NewPCG(1, 1)))
	inner := &recorder{}
	solver := optim.NewAccumulate(inner, n)
	rng := rand.New(rand.NewPCG(2, 2))
	sum, size := 0.0, 0.0 // of one gradient, and of its absolute values
	for k := 1; k <= n*steps; k++ {
		setGradients[F](rng, model)
		g := float64(elements[F](model, 0, true)[7])
		sum, size = sum+g, size+math.Abs(g)
		step(t, solver, model)
		if inner.steps != k/n || solver.Pending() != k%n {
			t.Fatalf("after %d batches %d steps and %d batches to come, expected one step every %d", k, inner.steps, solver.Pending(), n)
		}
		if k%n != 0 {
			if g := elements[F](model, 0, true); slices.ContainsFunc(g, func(v F) bool { return v != 0 }) {
				t.Fatalf("after batch %d the gradient is %v, expected zeros", k, g)
			}
			continue
		}
		if got := inner.gradients[0][7]; !(math.Abs(got-sum/n) <= 2*n*u*size) {
			t.Errorf("after batch %d the gradient is %v, expected %v", k, got, sum/n)
		}
		sum, size = 0, 0
	}
}

// Catches gradients of a step that failed which come back in the next one.
func TestAccumulateAfterAnError(t *testing.T) {
	inner := &recorder{err: errors.New("inner")}
	solver := optim.NewAccumulate(inner, 2)
	model := params(optimtest.NewParam([]int{1}, []float64{0}, []float64{0}))
	give := func(g float64) error {
		elements[float64](model, 0, true)[0] = g
		return solver.Step(model)
	}
	if err := errors.Cause(errorsOf(give(100), give(100))); err == nil {
		t.Fatal("the error of the inner solver is lost")
	}
	inner.err = nil
	if err := errorsOf(give(1), give(3)); err != nil {
		t.Fatal(err)
	}
	if got := inner.gradients[0][0]; got != 2 {
		t.Errorf("gradient %v, expected 2", got)
	}
}

func errorsOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// Catches a bound on one side only, one that is scaled, and gradients within it that
// change.
func TestClipByValue(t *testing.T) {
	inner := &recorder{}
	step(t, optim.NewClipByValue(inner, 2.5), gradients3412())
	want := [][]float64{{2.5, 0, 0, 0, -2.5}, {0, 2.5}}
	if !slices.EqualFunc(inner.gradients, want, slices.Equal[[]float64]) {
		t.Errorf("gradients %v, expected %v", inner.gradients, want)
	}
	step(t, optim.NewClipByValue(inner, 100), gradients3412())
	if want := [][]float64{{3, 0, 0, 0, -4}, {0, 12}}; !slices.EqualFunc(inner.gradients, want, slices.Equal[[]float64]) {
		t.Errorf("gradients %v, expected %v", inner.gradients, want)
	}
}

// Catches a bad gradient that clipping makes look good.
func TestClipByValueRefusesWhatIsNotFinite(t *testing.T) {
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
		inner := &recorder{}
		solver := optim.NewClipByValue(inner, 1)
		model := append(gradients3412(), optimtest.NewParam([]int{1}, []float32{1}, []float32{bad}))
		if err := solver.Step(model); !errors.Is(err, optim.ErrNotFinite) || inner.steps > 0 {
			t.Errorf("gradient %v: error %v after %d steps, expected ErrNotFinite before any", bad, err, inner.steps)
		}
		if err := solver.Step(gradients3412()[:2]); err == nil || !strings.Contains(err.Error(), "3 parameters, the model has 2") {
			t.Errorf("error %v, expected one about another model", err)
		}
		model[2] = optimtest.NewParam([]int{1}, []float32{1}, []float32{0})
		step(t, solver, model) // the bad one is forgotten
	}
}

// Catches settings that make no sense and go unnoticed.
func TestWrapperPanics(t *testing.T) {
	sgd := optim.NewSGD(optim.Settings{})
	wantPanic(t, "clipping at 0", func() { optim.NewClipByValue(sgd, 0) })
	wantPanic(t, "clipping at NaN", func() { optim.NewClipByValue(sgd, math.NaN()) })
	wantPanic(t, "accumulating 0 batches", func() { optim.NewAccumulate(sgd, 0) })
}

// Catches a state that waits for more batches than there are to come.
func TestAccumulateRefusesAnotherNumberOfBatches(t *testing.T) {
	sgd := func() optim.Solver { return optim.NewSGD(optim.Settings{}) }
	five := optim.NewAccumulate(sgd(), 5)
	for range 4 {
		step(t, five, gradients3412())
	}
	for n, ok := range map[int]bool{3: false, 4: false, 5: true, 6: true} {
		if err := optim.NewAccumulate(sgd(), n).SetState(five.State()); (err == nil) != ok {
			t.Errorf("4 of %d batches: error %v", n, err)
		}
	}
}
