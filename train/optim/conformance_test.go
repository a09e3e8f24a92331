package optim_test

import (
	"testing"

	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
)

// scheduled returns a solver that follows a schedule.
func scheduled(t *testing.T, inner optim.Solver, schedule optim.Schedule) *optim.Scheduled {
	t.Helper()
	s, err := optim.NewScheduled(inner, schedule)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wrapped holds wrappers, each around a solver with a state, and all of them together.
func wrapped(t *testing.T) map[string]func() optimtest.Resumable {
	adam := func() optim.Solver { return optim.NewAdam(optim.Settings{}) }
	momentum := func() optim.Solver { return optim.NewMomentum(optim.Settings{}) }
	plateau := func() optim.Schedule {
		return optim.WarmUp{Steps: 5, Then: optim.NewPlateau(0.5, 0.1, 2)}
	}
	return map[string]func() optimtest.Resumable{
		"ClipByGlobalNorm": func() optimtest.Resumable { return optim.NewClipByGlobalNorm(adam(), 0.5) },
		"ClipByValue":      func() optimtest.Resumable { return optim.NewClipByValue(momentum(), 0.1) },
		"Accumulate":       func() optimtest.Resumable { return optim.NewAccumulate(adam(), 5) },
		"Accumulate of 1":  func() optimtest.Resumable { return optim.NewAccumulate(adam(), 1) },
		"Average":          func() optimtest.Resumable { return optim.NewAverage(adam(), optim.AverageSettings{}) },
		"Average that forgets": func() optimtest.Resumable {
			return optim.NewAverage(adam(), optim.AverageSettings{Decay: 0.8, NonMonotone: 2})
		},
		"Scheduled":              func() optimtest.Resumable { return scheduled(t, adam(), optim.Noam{WarmUp: 6}) },
		"Scheduled by a plateau": func() optimtest.Resumable { return scheduled(t, momentum(), plateau()) },
		"Groups": func() optimtest.Resumable {
			g, err := optim.NewGroups([]optim.Solver{adam(), momentum()}, func(string) int { return 1 })
			if err != nil {
				t.Fatal(err)
			}
			return optim.NewClipByGlobalNorm(g, 1)
		},
		"all": func() optimtest.Resumable {
			clipped := optim.NewClipByValue(scheduled(t, adam(), plateau()), 0.3)
			average := optim.NewAverage(optim.NewClipByGlobalNorm(clipped, 1), optim.AverageSettings{NonMonotone: 1})
			return optim.NewAccumulate(average, 3)
		},
	}
}

func TestSolversConform(t *testing.T) {
	for _, name := range optim.Names() {
		t.Run(name, func(t *testing.T) {
			newSolver := func() optim.Solver {
				s, err := optim.New(name, optim.Settings{LearningRate: 0.001})
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			optimtest.TestSolver(t, newSolver)
			if optim.Resumable(newSolver()) == nil {
				optimtest.TestState(t, func() optimtest.Resumable { return newSolver().(optimtest.Resumable) })
			}
		})
	}
	for name, newSolver := range wrapped(t) {
		t.Run(name, func(t *testing.T) {
			optimtest.TestSolver(t, func() gorgonia.Solver { return newSolver() })
			optimtest.TestState(t, newSolver)
		})
	}
}

// Catches a solver that loses its state without a word.
func TestResumable(t *testing.T) {
	for _, name := range optim.Names() {
		s, err := optim.New(name, optim.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		gorgonias := len(name) > 8 && name[:9] == "gorgonia-"
		if err := optim.Resumable(optim.NewClipByGlobalNorm(s, 1)); (err != nil) != gorgonias {
			t.Errorf("%s: error %v", name, err)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for the state of a solver that has none")
		}
	}()
	optim.NewClipByGlobalNorm(optim.GorgoniaAdam(optim.Settings{}), 1).State()
}
