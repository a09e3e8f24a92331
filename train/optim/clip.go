package optim

import (
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
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
			multiply(g.Float32s(), float32(factor))
		} else {
			multiply(g.Float64s(), factor)
		}
	}
	return nil
}

func multiply[F Float](x []F, factor F) {
	for i := range x {
		x[i] *= factor
	}
}

// sumOfSquares adds in an order that depends on nothing but the size of d.
func sumOfSquares(d *tensor.Dense) float64 {
	if d.Dtype() == tensor.Float32 {
		return addSquares(d.Float32s())
	}
	return addSquares(d.Float64s())
}

// addSquares adds in four sums, so that an addition need not wait for the one
// before. The conversions of products forbid the compiler to fuse them with the
// addition, which would change bits by machine.
func addSquares[F Float](x []F) float64 {
	var a, b, c, d float64
	for ; len(x) >= 4; x = x[4:] {
		x0, x1, x2, x3 := float64(x[0]), float64(x[1]), float64(x[2]), float64(x[3])
		a += float64(x0 * x0)
		b += float64(x1 * x1)
		c += float64(x2 * x2)
		d += float64(x3 * x3)
	}
	for _, v := range x {
		a += float64(float64(v) * float64(v))
	}
	return (a + b) + (c + d)
}
