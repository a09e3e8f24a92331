package optim

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// A Scheduled is a solver that sets the learning rate of the solver inside it before
// every step, by a schedule.
type Scheduled struct {
	inner    Solver
	rater    LearningRater // the solver inside that has a rate
	schedule Schedule
	rate     float64 // the full rate
	step     int     // the number of steps taken
}

var (
	_ Wrapper       = (*Scheduled)(nil)
	_ Stateful      = (*Scheduled)(nil)
	_ Observer      = (*Scheduled)(nil)
	_ LearningRater = (*Scheduled)(nil)
)

// NewScheduled returns a solver that steps inner at the learning rate which that has now,
// times the factor of the schedule. It is an error if inner has no learning rate.
func NewScheduled(inner Solver, schedule Schedule) (*Scheduled, error) {
	rater, ok := Find[LearningRater](inner)
	if !ok {
		return nil, errors.Errorf("optim: %s has no learning rate that a schedule could set", nameOf(inner))
	}
	return &Scheduled{inner: inner, rater: rater, schedule: schedule, rate: rater.LearningRate()}, nil
}

// Unwrap returns the solver inside.
func (s *Scheduled) Unwrap() Solver { return s.inner }

// LearningRate returns the learning rate of the next step.
func (s *Scheduled) LearningRate() float64 { return s.rate * s.schedule.Factor(s.step+1) }

// SetLearningRate sets the full rate, which the schedule multiplies.
func (s *Scheduled) SetLearningRate(rate float64) { s.rate = rate }

// Observe tells the schedule the loss of a validation.
func (s *Scheduled) Observe(loss float64) {
	if a, ok := adaptive(s.schedule); ok {
		a.Observe(loss)
	}
}

// Step sets the learning rate and steps the inner solver. A step that fails is not
// counted.
func (s *Scheduled) Step(model []gorgonia.ValueGrad) error {
	s.rater.SetLearningRate(s.LearningRate())
	if err := s.inner.Step(model); err != nil {
		return err
	}
	s.step++
	return nil
}

// schedulePrefix starts the names of the numbers of a schedule.
const schedulePrefix = "schedule/"

// kind is "scheduled", with the kind of an adaptive schedule behind a dash.
func (s *Scheduled) kind() string {
	if a, ok := adaptive(s.schedule); ok {
		return "scheduled-" + a.State().Kind
	}
	return "scheduled"
}

// State returns a copy of the state: the number of steps, and what an adaptive schedule
// has learnt.
func (s *Scheduled) State() State {
	state := newState(s.kind())
	state.Scalars["step"] = float64(s.step)
	if a, ok := adaptive(s.schedule); ok {
		state.put(schedulePrefix, a.State())
	}
	return state.around(stateful(s.inner).State())
}

// SetState makes the next step the one that follows a copy of state.
func (s *Scheduled) SetState(state State) error {
	outer, rest, err := state.split(s.kind())
	if err != nil {
		return err
	}
	a, learns := adaptive(s.schedule)
	var learnt, before State
	if learns {
		before = a.State()
		learnt = outer.take(schedulePrefix, before.Kind)
	}
	if err := outer.checkNumbers(s.kind(), "step"); err != nil {
		return err
	}
	step, err := outer.count("step")
	if err != nil {
		return err
	}
	if !learns {
		err = stateful(s.inner).SetState(rest)
	} else if err = a.SetState(learnt); err == nil {
		if err = stateful(s.inner).SetState(rest); err != nil {
			_ = a.SetState(before) // its own state, which it takes
		}
	}
	if err == nil {
		s.step = step
	}
	return err
}
