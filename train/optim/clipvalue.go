package optim

import (
	"fmt"
	"sync/atomic"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/graph/update"
)

// A ClipByValue is a solver that first bounds every element of the gradients of a model
// to an interval,
//
//	g ← min(max(g, −c), c)
//
// as Graves (2013) does. It may change the direction of the gradient.
type ClipByValue struct {
	inner  Solver
	bound  float64
	memory memory
	bad    atomic.Bool // whether the step under way met what is not finite
}

var (
	_ Wrapper  = (*ClipByValue)(nil)
	_ Stateful = (*ClipByValue)(nil)
)

// NewClipByValue returns a solver that bounds the elements of gradients to the interval
// from −bound to bound and then steps inner. It panics if bound is not positive.
func NewClipByValue(inner Solver, bound float64) *ClipByValue {
	if !(bound > 0) {
		panic(fmt.Sprintf("optim: clipping at %v, expected a number above 0", bound))
	}
	return &ClipByValue{inner: inner, bound: bound, memory: newMemory("clip-value", workersOf(inner))}
}

// Unwrap returns the solver inside.
func (c *ClipByValue) Unwrap() Solver { return c.inner }

// Step bounds the gradients in place and steps the inner solver. If a gradient is
// infinite or not a number it fails with [ErrNotFinite]: the weights are still good, the
// gradients must be discarded.
func (c *ClipByValue) Step(model []gorgonia.ValueGrad) error {
	if err := c.memory.bind(model); err != nil {
		return err
	}
	c.bad.Store(false)
	c.memory.apply(c)
	if c.bad.Load() {
		return errors.Wrap(ErrNotFinite, "optim: clipping by value")
	}
	return c.inner.Step(model)
}

func (c *ClipByValue) apply32(b block[float32]) { clipValues(c, b.g) }
func (c *ClipByValue) apply64(b block[float64]) { clipValues(c, b.g) }

func clipValues[F Float](c *ClipByValue, g []F) {
	if !update.Clip(g, c.bound) {
		c.bad.Store(true)
	}
}

// State returns the state of the solver inside; there is no other.
func (c *ClipByValue) State() State {
	return newState("clip-value").around(stateful(c.inner).State())
}

// SetState sets the state of the solver inside.
func (c *ClipByValue) SetState(s State) error { return setInner("clip-value", s, c.inner) }
