package optim

import (
	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/graph/update"
)

// RMSProp is the solver of Tieleman and Hinton (2012, lecture 6.5), which divides the
// gradient by a running root of its mean square. From the gradient g, a step changes
// each parameter w and the mean square v, which starts at zero, by
//
//	g ← g + λ·w
//	v ← ρ·v + (1 − ρ)·g²
//	w ← w − α · g / (√v + ε)
//
// where λ, the weight decay, is zero unless it is set.
type RMSProp struct{ base }

var (
	_ Solver        = (*RMSProp)(nil)
	_ Stateful      = (*RMSProp)(nil)
	_ LearningRater = (*RMSProp)(nil)
)

// NewRMSProp returns an RMSProp that has not taken a step. It panics where [New]
// returns an error.
func NewRMSProp(s Settings) *RMSProp { return &RMSProp{newBase("rmsprop", s, "v")} }

// Step changes the weights of model in place and zeroes their gradients. It fails where
// [Adam.Step] does.
func (r *RMSProp) Step(model []gorgonia.ValueGrad) error {
	if err := r.advance(model); err != nil {
		return err
	}
	r.memory.apply(r)
	return nil
}

func (r *RMSProp) apply32(b block[float32]) { rmspropStep(b, r.settings) }
func (r *RMSProp) apply64(b block[float64]) { rmspropStep(b, r.settings) }

// rmspropStep is a step of Adam whose first moment is the gradient and whose means are
// not corrected.
func rmspropStep[F Float](b block[F], s Settings) {
	addDecay(b, s)
	var m [update.Block]F
	update.AdamStep(b.w, m[:len(b.w)], b.kept[0], b.g, update.Adam{
		Beta1: 0, Rest1: 1,
		Beta2: s.Decay, Rest2: 1 - s.Decay,
		Correction: 1,
		Epsilon:    s.Epsilon,
		Rate:       s.LearningRate,
	})
	clear(b.g)
}
