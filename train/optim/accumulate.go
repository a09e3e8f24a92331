package optim

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/graph/update"
)

// An Accumulate is a solver that gathers the gradients of n small batches and steps the
// solver inside with their mean, as one batch n times as large would, if it fitted into
// memory. Of each n calls of Step, the first n − 1 leave the weights as they are.
type Accumulate struct {
	inner   Solver
	n       int
	pending int // the number of batches that were gathered since the last step
	last    bool
	memory  memory
}

var (
	_ Wrapper  = (*Accumulate)(nil)
	_ Stateful = (*Accumulate)(nil)
)

// NewAccumulate returns a solver that steps inner at every nth call. It panics if n is
// not positive.
func NewAccumulate(inner Solver, n int) *Accumulate {
	if n < 1 {
		panic(fmt.Sprintf("optim: accumulating %d batches, expected 1 or more", n))
	}
	return &Accumulate{inner: inner, n: n, memory: newMemory("accumulate", workersOf(inner), "sum")}
}

// Unwrap returns the solver inside.
func (a *Accumulate) Unwrap() Solver { return a.inner }

// Pending returns how many batches wait for a step.
func (a *Accumulate) Pending() int { return a.pending }

// Step takes up the gradients of model and zeroes them; at every nth call it steps the
// inner solver. When that fails, the gradients of all n batches are lost.
func (a *Accumulate) Step(model []gorgonia.ValueGrad) error {
	if a.n == 1 {
		return a.inner.Step(model)
	}
	if err := a.memory.bind(model); err != nil {
		return err
	}
	a.last = a.pending == a.n-1
	a.memory.apply(a)
	if !a.last {
		a.pending++
		return nil
	}
	a.pending = 0
	return a.inner.Step(model)
}

func (a *Accumulate) apply32(b block[float32]) { gather(a, b.kept[0], b.g) }
func (a *Accumulate) apply64(b block[float64]) { gather(a, b.kept[0], b.g) }

// gather adds a gradient to the sum, or puts the mean into the gradient if it is the
// last one.
func gather[F Float](a *Accumulate, sum, g []F) {
	update.Add(sum, g)
	clear(g)
	if a.last {
		update.AddScaled(g, 1/float64(a.n), sum)
		clear(sum)
	}
}

// State returns a copy of the state: the sums of the gradients that wait for a step.
func (a *Accumulate) State() State {
	s := newState("accumulate")
	s.Scalars["pending"] = float64(a.pending)
	if a.pending > 0 {
		a.memory.save(s)
	}
	return s.around(stateful(a.inner).State())
}

// SetState makes the next step the one that follows a copy of s.
func (a *Accumulate) SetState(s State) error {
	outer, rest, err := s.split("accumulate")
	if err != nil {
		return err
	}
	if err := outer.check("accumulate", "pending"); err != nil {
		return err
	}
	pending, err := outer.count("pending")
	if err != nil {
		return err
	}
	if pending >= a.n {
		return errors.Errorf("optim: a state in which %d batches wait for a step, expected fewer than %d", pending, a.n)
	}
	sums, err := a.memory.load(outer)
	if err != nil {
		return err
	}
	if (pending > 0) != (sums != nil) {
		return errors.Errorf("optim: a state in which %d batches wait for a step, with sums of %d parameters", pending, len(sums))
	}
	if err := stateful(a.inner).SetState(rest); err != nil {
		return err
	}
	a.pending, a.memory.parameters = pending, sums
	return nil
}
