package optim

import (
	"fmt"

	"github.com/pkg/errors"
)

// A Wrapper is a solver that changes what another solver, inside it, gets or does.
// Wrappers may be nested.
type Wrapper interface {
	Solver
	Unwrap() Solver
}

// Find returns the first solver that is a T, from s inwards.
func Find[T any](s Solver) (found T, ok bool) {
	for s != nil {
		if found, ok = s.(T); ok {
			return found, true
		}
		s = inside(s)
	}
	return found, false
}

// inside returns the solver inside a wrapper, or nil.
func inside(s Solver) Solver {
	if w, ok := s.(Wrapper); ok {
		return w.Unwrap()
	}
	return nil
}

// Resumable returns an error if s or a solver inside it is not [Stateful], so that a run
// could not be resumed. The State and SetState of a wrapper panic in that case.
func Resumable(s Solver) error {
	for ; s != nil; s = inside(s) {
		if _, ok := s.(Stateful); !ok {
			return errors.Errorf("optim: the state of %s cannot be saved, so that a run could not be resumed", nameOf(s))
		}
		if g, ok := s.(*Groups); ok {
			return g.resumable()
		}
	}
	return nil
}

func nameOf(s Solver) string {
	if n, ok := s.(interface{ Name() string }); ok {
		return n.Name()
	}
	return fmt.Sprintf("a %T", s)
}

// An Observer wants to know the loss of each validation: plateaus and averages that wait
// for one.
type Observer interface {
	Observe(loss float64)
}

// Observe tells the loss of a validation to all observers, from s inwards.
func Observe(s Solver, loss float64) {
	for ; s != nil; s = inside(s) {
		if o, ok := s.(Observer); ok {
			o.Observe(loss)
		}
	}
}

// stateful returns the solver inside a wrapper as what has a state.
func stateful(inner Solver) Stateful {
	s, ok := inner.(Stateful)
	if !ok {
		panic(Resumable(inner).Error())
	}
	return s
}

// workersOf returns how many goroutines the solver inside a wrapper uses, so that the
// wrapper uses as many; 0 if it does not say.
func workersOf(s Solver) int {
	if b, ok := Find[interface{ workers() int }](s); ok {
		return b.workers()
	}
	return 0
}
