package optim

import (
	"math"

	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/graph/update"
)

// Adam is the solver of Kingma and Ba (2015), "Adam: a method for stochastic
// optimization". From the gradient g, step t changes each parameter w by
//
//	m ← β₁·m + (1 − β₁)·g
//	v ← β₂·v + (1 − β₂)·g²
//	w ← w − α/(1 − β₁ᵗ) · m / (√(v/(1 − β₂ᵗ)) + ε)
//
// where m and v start at zero. It computes what gorgonia.AdamSolver computes, but
// in one pass over memory and without that one's garbage, and its state can be saved.
type Adam struct {
	base
	factors update.Adam // of the step under way
}

var (
	_ Solver        = (*Adam)(nil)
	_ Stateful      = (*Adam)(nil)
	_ LearningRater = (*Adam)(nil)
)

// NewAdam returns an Adam that has not taken a step. It panics where [New] returns an
// error.
func NewAdam(s Settings) *Adam { return &Adam{base: newBase("adam", s, "m", "v")} }

// Step changes the weights of model in place and zeroes their gradients. It fails,
// before it has changed anything, if a parameter has no gradient, if its weights or
// gradient are not a contiguous *tensor.Dense of float32 or float64, or if the
// number of parameters, or the dtype or size of one, is not that of the step
// before.
func (a *Adam) Step(model []gorgonia.ValueGrad) error {
	if err := a.advance(model); err != nil {
		return err
	}
	a.factors = adamFactors(a.settings, a.step)
	a.memory.apply(a)
	return nil
}

func (a *Adam) apply32(b block[float32]) { adamStep(b, a.factors) }
func (a *Adam) apply64(b block[float64]) { adamStep(b, a.factors) }

func adamStep[F Float](b block[F], c update.Adam) {
	update.AdamStep(b.w, b.kept[0], b.kept[1], b.g, c)
	clear(b.g)
}

// adamFactors returns the numbers of a step that are the same for all elements.
func adamFactors(s Settings, step int) update.Adam {
	t := float64(step)
	return update.Adam{
		Beta1: s.Beta1, Rest1: 1 - s.Beta1,
		Beta2: s.Beta2, Rest2: 1 - s.Beta2,
		Correction: 1 / (1 - math.Pow(s.Beta2, t)),
		Epsilon:    s.Epsilon,
		Rate:       s.LearningRate / (1 - math.Pow(s.Beta1, t)),
	}
}
