package optim

import (
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/graph/update"
)

// ErrNotFinite is the cause of an error of [ClipByGlobalNorm.Step] and
// [ClipByValue.Step] about gradients that are infinite or not a number.
var ErrNotFinite = errors.New("the gradients are not finite")

// A ClipByGlobalNorm is a solver that first bounds the gradients of a model, as
// Pascanu, Mikolov and Bengio (2013) do against exploding gradients: if their
// norm, the root of the sum of the squares of all gradients of all parameters, is
// above a maximum, all are scaled so that it is the maximum. Their direction stays
// the same.
type ClipByGlobalNorm struct {
	inner   Solver
	maxNorm float64
	norm    float64
	factor  float64 // by which gradients are scaled
	memory  memory
}

var (
	_ Wrapper  = (*ClipByGlobalNorm)(nil)
	_ Stateful = (*ClipByGlobalNorm)(nil)
)

// NewClipByGlobalNorm returns a solver that bounds the norm of the gradients by
// maxNorm and then steps inner. If maxNorm is not positive, it only measures the
// norm.
func NewClipByGlobalNorm(inner Solver, maxNorm float64) *ClipByGlobalNorm {
	return &ClipByGlobalNorm{inner: inner, maxNorm: maxNorm, memory: newMemory("clip-norm", workersOf(inner))}
}

// Norm returns the norm of the gradients of the last step, before they were
// scaled. It is 0 before the first step.
func (c *ClipByGlobalNorm) Norm() float64 { return c.norm }

// Unwrap returns the solver inside.
func (c *ClipByGlobalNorm) Unwrap() Solver { return c.inner }

// Step scales the gradients in place if need be and steps the inner solver. If a
// gradient is infinite or not a number it fails with [ErrNotFinite], before any
// weight or gradient has changed: the weights are still good, the gradients must
// be discarded. The same goes for gradients so large that their squares overflow a
// float64.
func (c *ClipByGlobalNorm) Step(model []gorgonia.ValueGrad) error {
	if err := c.memory.bind(model); err != nil {
		return err
	}
	total := 0.0
	for i, p := range c.memory.parameters {
		total += p.sumOfSquares(c.memory.workers)
		c.norm = math.Sqrt(total)
		if math.IsNaN(total) || math.IsInf(total, 0) {
			return errors.Wrapf(ErrNotFinite, "optim: the norm of the gradients is %v from %s on", c.norm, describe(i, model[i]))
		}
	}
	if c.maxNorm > 0 && c.norm > c.maxNorm {
		c.factor = c.maxNorm / c.norm
		c.memory.apply(c)
	}
	return c.inner.Step(model)
}

func (c *ClipByGlobalNorm) apply32(b block[float32]) { update.Scale(b.g, c.factor) }
func (c *ClipByGlobalNorm) apply64(b block[float64]) { update.Scale(b.g, c.factor) }

// State returns the state of the solver inside; there is no other.
func (c *ClipByGlobalNorm) State() State {
	return newState("clip-norm").around(stateful(c.inner).State())
}

// SetState sets the state of the solver inside.
func (c *ClipByGlobalNorm) SetState(s State) error {
	return setInner("clip-norm", s, c.inner)
}

// setInner sets the state of what is inside a wrapper that has none of its own.
func setInner(kind string, s State, inner Solver) error {
	outer, rest, err := s.split(kind)
	if err != nil {
		return err
	}
	if err := outer.checkNumbers(kind); err != nil {
		return err
	}
	return stateful(inner).SetState(rest)
}
