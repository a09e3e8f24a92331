package optim

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// Groups is a solver that leaves each parameter to one of several solvers: those of a part of
// the model that has been trained before, say, to one with a lower learning rate. The learning
// rate of a Groups is that of its first solver; when it is set, those of the others change by
// the same factor.
type Groups struct {
	solvers []Solver
	groupOf func(parameter string) int
	rates   []float64 // of the solvers when they were handed over, 0 for one that has none
	parts   [][]gorgonia.ValueGrad
}

var (
	_ Solver        = (*Groups)(nil)
	_ Stateful      = (*Groups)(nil)
	_ Observer      = (*Groups)(nil)
	_ LearningRater = (*Groups)(nil)
)

// NewGroups returns a solver that leaves a parameter to the solver whose index groupOf returns
// for its name. It is an error if there is no solver, or if one of them stands twice or is nil.
func NewGroups(solvers []Solver, groupOf func(parameter string) int) (*Groups, error) {
	if len(solvers) == 0 {
		return nil, errors.New("optim: groups without a solver")
	}
	g := &Groups{solvers: solvers, groupOf: groupOf, rates: make([]float64, len(solvers)), parts: make([][]gorgonia.ValueGrad, len(solvers))}
	seen := map[Solver]bool{}
	for i, s := range solvers {
		if s == nil || seen[s] {
			return nil, errors.Errorf("optim: the solver of group %d is nil or that of another group; each needs its own", i)
		}
		seen[s] = true
		if r, ok := Find[LearningRater](s); ok {
			g.rates[i] = r.LearningRate()
		}
	}
	return g, nil
}

// LearningRate returns that of the next step of the first solver, 0 if it has none.
func (g *Groups) LearningRate() float64 {
	if r, ok := Find[LearningRater](g.solvers[0]); ok {
		return r.LearningRate()
	}
	return 0
}

// SetLearningRate sets that of the first solver, and those of the others by the same factor of
// what they were at first.
func (g *Groups) SetLearningRate(rate float64) {
	for i, s := range g.solvers {
		r, ok := Find[LearningRater](s)
		switch {
		case !ok:
		case i == 0:
			r.SetLearningRate(rate)
		case g.rates[0] != 0:
			r.SetLearningRate(g.rates[i] * (rate / g.rates[0]))
		}
	}
}

// Observe tells all solvers the loss of a validation.
func (g *Groups) Observe(loss float64) {
	for _, s := range g.solvers {
		Observe(s, loss)
	}
}

// Step steps every solver that has parameters. When one of them fails, those before it have
// changed theirs.
func (g *Groups) Step(model []gorgonia.ValueGrad) error {
	for i := range g.parts {
		g.parts[i] = g.parts[i][:0]
	}
	for i, p := range model {
		group := g.groupOf(parameterName(p))
		if group < 0 || group >= len(g.solvers) {
			return errors.Errorf("optim: %s is of group %d, expected one from 0 to below %d", describe(i, p), group, len(g.solvers))
		}
		g.parts[group] = append(g.parts[group], p)
	}
	for i, s := range g.solvers {
		if len(g.parts[i]) == 0 {
			continue
		}
		if err := s.Step(g.parts[i]); err != nil {
			return errors.WithMessagef(err, "optim: group %d", i)
		}
	}
	return nil
}

// parameterName returns the name of a parameter, empty if it has none.
func parameterName(p gorgonia.ValueGrad) string {
	if n, ok := p.(gorgonia.Namer); ok {
		return n.Name()
	}
	return ""
}

func groupPrefix(i int) string { return fmt.Sprintf("group%d/", i) }

// State returns a copy of the states of all solvers.
func (g *Groups) State() State {
	all := newState("")
	kinds := make([]string, len(g.solvers))
	for i, s := range g.solvers {
		inner := stateful(s).State()
		kinds[i] = inner.Kind
		all.put(groupPrefix(i), inner)
	}
	all.Kind = "groups(" + strings.Join(kinds, ",") + ")"
	return all
}

// SetState makes the next step the one that follows a copy of state.
func (g *Groups) SetState(state State) error {
	before := g.State()
	if state.Kind != before.Kind {
		return errors.Errorf("optim: a state of kind %q, expected %q", state.Kind, before.Kind)
	}
	set := func(state State) error {
		rest := newState("groups")
		rest.put("", state)
		for i, s := range g.solvers {
			inner := rest.take(groupPrefix(i), stateful(s).State().Kind)
			if err := stateful(s).SetState(inner); err != nil {
				return errors.WithMessagef(err, "optim: group %d", i)
			}
		}
		return rest.checkNumbers("groups")
	}
	err := set(state)
	if err != nil {
		_ = set(before) // its own states, which they take
	}
	return err
}

// resumable returns an error if the state of one of the solvers cannot be saved.
func (g *Groups) resumable() error {
	for _, s := range g.solvers {
		if err := Resumable(s); err != nil {
			return err
		}
	}
	return nil
}

// workers returns how many goroutines the first solver uses.
func (g *Groups) workers() int { return workersOf(g.solvers[0]) }
