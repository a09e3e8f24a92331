package optim

import (
	"fmt"
	"math"

	"github.com/pkg/errors"
)

// A Plateau lets the learning rate fall by a factor whenever a number of validations in
// a row have not been better than the best one so far.
type Plateau struct {
	gamma    float64
	floor    float64
	patience int

	factor float64
	found  bool    // whether there was a loss that is a number
	best   float64 // the smallest one
	bad    int     // how many since that or the last fall
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
	if loss < p.best || !p.found && !math.IsNaN(loss) {
		p.found, p.best, p.bad = true, loss, 0
		return
	}
	if p.bad++; p.bad == p.patience {
		p.factor, p.bad = max(p.floor, p.factor*p.gamma), 0
	}
}

// State returns a copy of the state.
func (p *Plateau) State() State {
	s := newState("plateau")
	s.Scalars["factor"], s.Scalars["best"], s.Scalars["bad"] = p.factor, p.best, float64(p.bad)
	s.setFlag("found", p.found)
	return s
}

// SetState makes the next factor that of a copy of s.
func (p *Plateau) SetState(s State) error {
	if err := s.checkNumbers("plateau", "factor", "best", "found", "bad"); err != nil {
		return err
	}
	bad, err := s.count("bad")
	if err != nil {
		return err
	}
	found, err := s.flag("found")
	if err != nil {
		return err
	}
	factor := s.Scalars["factor"]
	if !(factor >= 0 && factor <= 1) || bad >= p.patience {
		return errors.Errorf("optim: the state of a plateau has factor %v and %d bad validations, expected a factor from 0 to 1, and fewer than %d",
			factor, bad, p.patience)
	}
	p.factor, p.best, p.found, p.bad = factor, s.Scalars["best"], found, bad
	return nil
}
