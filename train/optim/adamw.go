package optim

import (
	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/graph/update"
)

// AdamW is Adam with the decoupled weight decay of Loshchilov and Hutter (2019): the
// step of [Adam], from weights that were first made smaller,
//
//	w ← (1 − α·λ)·w
//
// so that the decay, unlike one in the gradient, is not divided by √v. As in PyTorch, it
// follows the learning rate.
type AdamW struct {
	base
	factors update.Adam // of the step under way
}

var (
	_ Solver        = (*AdamW)(nil)
	_ Stateful      = (*AdamW)(nil)
	_ LearningRater = (*AdamW)(nil)
)

// NewAdamW returns an AdamW that has not taken a step. It panics where [New] returns an
// error.
func NewAdamW(s Settings) *AdamW { return &AdamW{base: newBase("adamw", s, "m", "v")} }

// Step changes the weights of model in place and zeroes their gradients. It fails where
// [Adam.Step] does.
func (a *AdamW) Step(model []gorgonia.ValueGrad) error {
	if err := a.advance(model); err != nil {
		return err
	}
	a.factors = adamFactors(a.settings, a.step)
	a.memory.apply(a)
	return nil
}

func (a *AdamW) apply32(b block[float32]) { adamwStep(b, a.settings, a.factors) }
func (a *AdamW) apply64(b block[float64]) { adamwStep(b, a.settings, a.factors) }

func adamwStep[F Float](b block[F], s Settings, c update.Adam) {
	update.Scale(b.w, 1-s.LearningRate*s.WeightDecay)
	adamStep(b, c)
}
