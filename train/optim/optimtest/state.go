package optimtest

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/train/optim"
)

// A Resumable is a solver whose state can be saved.
type Resumable interface {
	optim.Solver
	optim.Stateful
}

// TestState checks the state of the solvers that newSolver returns, each without any
// steps taken: a run that is resumed from it, by another solver, ends in the same bits as
// one that goes on, wherever it is stopped; a state shares no memory with a solver;
// damaged ones are refused and leave the solver as it was. Solvers that learn from
// validations are told a loss now and then.
func TestState(t *testing.T, newSolver func() Resumable) {
	t.Run("float32", func(t *testing.T) { testState[float32](t, newSolver) })
	t.Run("float64", func(t *testing.T) { testState[float64](t, newSolver) })
}

func testState[F float32 | float64](t *testing.T, newSolver func() Resumable) {
	const steps = 24
	straight := newRun[F](newSolver())
	straight.advance(t, 0, steps)
	for _, stop := range []int{0, 1, 2, 7, 8, 12, 23} {
		first := newRun[F](newSolver())
		first.advance(t, 0, stop)
		state := first.solver.State()
		frozen := clone(state)
		spoil(first.solver.State())
		if got := first.solver.State(); !reflect.DeepEqual(got, frozen) {
			t.Errorf("stopped at %d: the solver changed with a state that it gave, to %v from %v", stop, got, frozen)
		}
		second := newRun[F](newSolver())
		second.setWeights(first)
		first.advance(t, stop, steps)
		if !reflect.DeepEqual(state, frozen) {
			t.Errorf("stopped at %d: the state changed with the solver", stop)
		}

		if err := second.solver.SetState(state); err != nil {
			t.Fatal(err)
		}
		if got := second.solver.State(); !reflect.DeepEqual(got, frozen) {
			t.Errorf("stopped at %d: the state is %v after SetState of %v", stop, got, frozen)
		}
		second.testRefusals(t)
		spoil(state)
		second.advance(t, stop, steps)
		if !reflect.DeepEqual(second.weights, straight.weights) {
			t.Errorf("stopped at %d: weights %v, expected %v as without a stop", stop, second.weights, straight.weights)
		}
		if got, want := second.solver.State(), straight.solver.State(); !reflect.DeepEqual(got, want) {
			t.Errorf("stopped at %d: at the end the state is %v, expected %v", stop, got, want)
		}
	}
}

// testRefusals checks that damaged states are refused, and change nothing. What only the
// model can tell, that the arrays are not those of its parameters, the next step refuses.
func (r *run[F]) testRefusals(t *testing.T) {
	t.Helper()
	good := r.solver.State()
	refuse := func(what string, stepMay bool, damage func(*optim.State)) {
		t.Helper()
		bad := clone(good)
		damage(&bad)
		err := r.solver.SetState(bad)
		if err == nil && stepMay {
			err = r.stepsUntilError()
			if setErr := r.solver.SetState(good); setErr != nil {
				t.Fatal(setErr)
			}
		}
		if err == nil {
			t.Errorf("no error for a state with %s", what)
		}
		if got := r.solver.State(); !reflect.DeepEqual(got, good) {
			t.Fatalf("a state with %s, which was refused, made the state %v, expected %v", what, got, good)
		}
	}
	refuse("another kind", false, func(s *optim.State) { s.Kind += "x" })
	refuse("a kind around it", false, func(s *optim.State) { s.Kind = "x/" + s.Kind })
	refuse("one number more", false, func(s *optim.State) { s.Scalars["unknown"] = 1 })
	refuse("one array more", false, func(s *optim.State) { s.Tensors["unknown/0"] = []float32{1} })
	for _, name := range slices.Sorted(maps.Keys(good.Scalars)) {
		refuse("no "+name, false, func(s *optim.State) { delete(s.Scalars, name) })
	}
	for _, name := range slices.Sorted(maps.Keys(good.Tensors)) {
		refuse("no "+name, true, func(s *optim.State) { delete(s.Tensors, name) })
		refuse(name+" of ints", false, func(s *optim.State) { s.Tensors[name] = []int{1} })
	}
}

// stepsUntilError takes steps on a copy of the model until one fails, some at most: a
// solver that gathers gradients looks at its arrays late.
func (r *run[F]) stepsUntilError() error {
	other := newRun[F](r.solver)
	for range 8 {
		if err := r.solver.Step(other.model); err != nil {
			return err
		}
	}
	return nil
}

func clone(s optim.State) optim.State {
	c := optim.State{Kind: s.Kind, Scalars: maps.Clone(s.Scalars), Tensors: map[string]any{}}
	for name, x := range s.Tensors {
		switch x := x.(type) {
		case []float32:
			c.Tensors[name] = slices.Clone(x)
		case []float64:
			c.Tensors[name] = slices.Clone(x)
		}
	}
	return c
}

// spoil overwrites what a state holds.
func spoil(s optim.State) {
	for _, x := range s.Tensors {
		switch x := x.(type) {
		case []float32:
			for i := range x {
				x[i] = 99
			}
		case []float64:
			for i := range x {
				x[i] = 99
			}
		}
	}
	for name := range s.Scalars {
		s.Scalars[name] = 99
	}
}

// A run is a model and the solver that trains it.
type run[F float32 | float64] struct {
	solver             Resumable
	model              []gorgonia.ValueGrad
	weights, gradients [][]F
}

func newRun[F float32 | float64](s Resumable) *run[F] {
	r := &run[F]{solver: s}
	rng := rand.New(rand.NewPCG(7, 8))
	for _, shape := range [][]int{{2, 3}, {1}, {1, 4}} {
		w := make([]F, product(shape))
		for j := range w {
			w[j] = F(rng.NormFloat64())
		}
		p := NewParam(shape, w, make([]F, len(w)))
		r.model = append(r.model, p)
		r.weights = append(r.weights, p.W.Data().([]F))
		r.gradients = append(r.gradients, p.G.Data().([]F))
	}
	return r
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func (r *run[F]) setWeights(of *run[F]) {
	for i, w := range of.weights {
		copy(r.weights[i], w)
	}
}

// advance takes steps, with gradients that depend on the step alone, and every third
// time a validation.
func (r *run[F]) advance(t *testing.T, from, to int) {
	t.Helper()
	for step := from; step < to; step++ {
		rng := rand.New(rand.NewPCG(9, uint64(step)))
		for _, g := range r.gradients {
			for j := range g {
				g[j] = F(rng.NormFloat64())
			}
		}
		if err := r.solver.Step(r.model); err != nil {
			t.Fatal(err)
		}
		if step%3 == 2 {
			optim.Observe(r.solver, 1+rng.Float64())
		}
	}
}
