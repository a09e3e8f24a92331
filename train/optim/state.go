package optim

import (
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// A State is what a solver carries from one step to the next, in a form that any
// file of named arrays can hold, so that a run that is stopped can be resumed to
// the same bits. Settings are not part of it: a state is given back to a solver that
// was made with the same settings.
//
// A wrapper's state holds that of the solver inside it: its kind follows after a
// slash, and the names of its numbers follow the prefix "inner/".
type State struct {
	Kind    string             // the solvers that it is of, from the outside in, such as "clip-norm/adam"
	Scalars map[string]float64 // numbers by name; whole numbers up to 2⁵³ are exact
	Tensors map[string]any     // arrays by name, each a []float32 or a []float64; a parameter's is its elements, row by row
}

// Stateful is implemented by solvers and schedules whose state can be saved.
type Stateful interface {
	// State returns a copy of the state.
	State() State

	// SetState makes the next step the one that follows a copy of the state. It
	// fails, and changes nothing, if the state is of another kind or is not one
	// that State can return. That it fits the model is checked by the next step.
	SetState(State) error
}

// innerPrefix starts the names of what belongs to the solver inside a wrapper.
const innerPrefix = "inner/"

// newState returns a state without any numbers.
func newState(kind string) State {
	return State{Kind: kind, Scalars: map[string]float64{}, Tensors: map[string]any{}}
}

// around returns the state of a wrapper and of what is inside it.
func (s State) around(inner State) State {
	s.Kind += "/" + inner.Kind
	s.put(innerPrefix, inner)
	return s
}

// split undoes around for a wrapper of the given kind.
func (s State) split(kind string) (outer, inner State, err error) {
	rest, ok := strings.CutPrefix(s.Kind, kind+"/")
	if !ok {
		return State{}, State{}, errors.Errorf("optim: a state of kind %q, expected one of %s and a solver inside it", s.Kind, kind)
	}
	outer = State{Kind: kind, Scalars: maps.Clone(s.Scalars), Tensors: maps.Clone(s.Tensors)}
	return outer, outer.take(innerPrefix, rest), nil
}

// put adds the numbers of another state, their names behind a prefix.
func (s State) put(prefix string, other State) {
	for name, x := range other.Scalars {
		s.Scalars[prefix+name] = x
	}
	for name, x := range other.Tensors {
		s.Tensors[prefix+name] = x
	}
}

// take removes the numbers behind a prefix and returns them as a state of a kind.
func (s State) take(prefix, kind string) State {
	taken := newState(kind)
	move(taken.Scalars, s.Scalars, prefix)
	move(taken.Tensors, s.Tensors, prefix)
	return taken
}

func move[V any](to, from map[string]V, prefix string) {
	for name, x := range from {
		if short, ok := strings.CutPrefix(name, prefix); ok {
			to[short] = x
			delete(from, name)
		}
	}
}

// check returns an error unless the state is of the given kind and has exactly the
// given scalars. Tensors are its reader's to check.
func (s State) check(kind string, scalars ...string) error {
	if s.Kind != kind {
		return errors.Errorf("optim: a state of kind %q, expected %q", s.Kind, kind)
	}
	for _, name := range scalars {
		if _, ok := s.Scalars[name]; !ok {
			return errors.Errorf("optim: the state of %s has no number %q", kind, name)
		}
	}
	if len(s.Scalars) != len(scalars) {
		return errors.Errorf("optim: the state of %s has the numbers %v, expected %v", kind, slices.Sorted(maps.Keys(s.Scalars)), scalars)
	}
	return nil
}

// checkNumbers is check for what has no tensors.
func (s State) checkNumbers(kind string, scalars ...string) error {
	if len(s.Tensors) > 0 {
		return errors.Errorf("optim: the state of %s has the arrays %v, expected none", kind, slices.Sorted(maps.Keys(s.Tensors)))
	}
	return s.check(kind, scalars...)
}

// count returns a scalar that counts something.
func (s State) count(name string) (int, error) {
	x := s.Scalars[name]
	if n := int(x); x >= 0 && x <= 1<<53 && float64(n) == x {
		return n, nil
	}
	return 0, errors.Errorf("optim: %q of the state of %s is %v, expected a whole number that is not negative", name, s.Kind, x)
}

// setFlag stores a truth value as 1 or 0.
func (s State) setFlag(name string, set bool) {
	s.Scalars[name] = 0
	if set {
		s.Scalars[name] = 1
	}
}

// flag returns what setFlag stored.
func (s State) flag(name string) (bool, error) {
	x := s.Scalars[name]
	if x != 0 && x != 1 {
		return false, errors.Errorf("optim: %q of the state of %s is %v, expected 0 or 1", name, s.Kind, x)
	}
	return x == 1, nil
}
