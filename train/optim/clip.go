package optim

import (
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed-222a112c/lstm/graph/update"
)

// ErrNotFinite is the cause of an error of [ClipByGlobalNorm.Step] about gradients
// that are infinite or not a number.
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
}

var _ Solver = (*ClipByGlobalNorm)(nil)

// NewClipByGlobalNorm returns a solver that bounds the norm of the gradients by
// maxNorm and then steps inner. If maxNorm is not positive, it only measures the
// norm.
func NewClipByGlobalNorm(inner Solver, maxNorm float64) *ClipByGlobalNorm {
	return &ClipByGlobalNorm{inner: inner, maxNorm: maxNorm}
}

// Norm returns the norm of the gradients of the last step, before they were
// scaled. It is 0 before the first step.
func (c *ClipByGlobalNorm) Norm() float64 { return c.norm }

// Step scales the gradients in place if need be and steps the inner solver. If a
// gradient is infinite or not a number it fails with [ErrNotFinite], before any
// weight or gradient has changed: the weights are still good, the gradients must
// be discarded. The same goes for gradients so large that their squares overflow a
// float64.
func (c *ClipByGlobalNorm) Step(model []gorgonia.ValueGrad) error {
	total := 0.0
	for i, p := range model {
		_, g, err := operands(i, p)
		if err != nil {
			return err
		}
		total += sumOfSquares(g)
		c.norm = math.Sqrt(total)
		if math.IsNaN(total) || math.IsInf(total, 0) {
			return errors.Wrapf(ErrNotFinite, "optim: the norm of the gradients is %v from %s on", c.norm, describe(i, p))
		}
	}
	if c.maxNorm > 0 && c.norm > c.maxNorm {
		if err := scale(model, c.maxNorm/c.norm); err != nil {
			return err
		}
	}
	return c.inner.Step(model)
}

// scale multiplies the gradients of model by factor.
func scale(model []gorgonia.ValueGrad, factor float64) error {
	for i, p := range model {
		_, g, err := operands(i, p)
		if err != nil {
			return err
		}
		if g.Dtype() == tensor.Float32 {
			update.Scale(g.Float32s(), factor)
		} else {
			update.Scale(g.Float64s(), factor)
		}
	}
	return nil
}

// sumOfSquares adds in an order that depends on nothing but the size of d.
func sumOfSquares(d *tensor.Dense) float64 {
	if d.Dtype() == tensor.Float32 {
		return update.SumOfSquares(d.Float32s(), 0)
	}
	return update.SumOfSquares(d.Float64s(), 0)
}
