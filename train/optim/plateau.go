package optim

import (
	"fmt"

	"github.com/pkg/errors"
)

// A Plateau lets the learning rate fall by a factor whenever a number of validations in
// a row have not been better than the best one so far.
type Plateau struct {
	gamma    float64
	floor    float64
	patience int

	factor float64
	seen   int     // validations so far
	best   float64 // smallest loss of them
	bad    int     // how many since the best one or the last fall
}

var _ Adaptive = (*Plateau)(nil)

// NewPlateau returns a schedule that multiplies the learning rate by gamma, but leaves it
// at floor times the full rate or more, after each patience validations without a
// smaller loss. It panics if gamma or floor is not in [0, 1) or patience is not positive.
func NewPlateau(gamma, floor float64, patience int) *Plateau {
	if !fraction(gamma) || !fraction(floor) || patience < 1 {
		panic(fmt.Sprintf("optim: NewPlateau(%v, %v, %d), expected two numbers from 0 to below 1, and 1 or more", gamma, floor, patience))
	}
	return &Plateau{gamma: gamma, floor: floor, patience: patience, factor: 1}
}

// Factor returns what the learning rate has fallen to.
func (p *Plateau) Factor(int) float64 { return p.factor }

// Observe is told the loss of each validation. One that is not a number is not better.
func (p *Plateau) Observe(loss float64) {
	p.seen++
	if loss < p.best || p.seen == 1 && loss == loss {
		p.best, p.bad = loss, 0
		return
	}
	if p.bad++; p.bad == p.patience {
		p.factor, p.bad = max(p.floor, p.factor*p.gamma), 0
	}
}

// State returns a copy of the state.
func (p *Plateau) State() State {
	s := newState("plateau")
	s.Scalars["factor"], s.Scalars["best"] = p.factor, p.best
	s.Scalars["seen"], s.Scalars["bad"] = float64(p.seen), float64(p.bad)
	return s
}

// SetState makes the next factor that of a copy of s.
func (p *Plateau) SetState(s State) error {
	if err := s.checkNumbers("plateau", "factor", "best", "seen", "bad"); err != nil {
		return err
	}
	seen, err := s.count("seen")
	if err != nil {
		return err
	}
	bad, err := s.count("bad")
	if err != nil {
		return err
	}
	factor := s.Scalars["factor"]
	if !(factor >= 0 && factor <= 1) || bad >= p.patience || bad > seen {
		return errors.Errorf("optim: the state of a plateau has factor %v after %d validations, %d of them bad; expected a factor from 0 to 1, and fewer than %d bad",
			factor, seen, bad, p.patience)
	}
	p.factor, p.best, p.seen, p.bad = factor, s.Scalars["best"], seen, bad
	return nil
}
