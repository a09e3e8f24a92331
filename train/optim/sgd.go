package optim

import (
	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/graph/update"
)

// SGD is stochastic gradient descent. From the gradient g, a step changes each
// parameter w by
//
//	w ← w − α·(g + λ·w)
//
// where λ, the weight decay, is zero unless it is set.
type SGD struct{ base }

var (
	_ Solver        = (*SGD)(nil)
	_ Stateful      = (*SGD)(nil)
	_ LearningRater = (*SGD)(nil)
)

// NewSGD returns an SGD. It panics where [New] returns an error.
func NewSGD(s Settings) *SGD { return &SGD{newBase("sgd", s)} }

// Step changes the weights of model in place and zeroes their gradients. It fails where
// [Adam.Step] does.
func (s *SGD) Step(model []gorgonia.ValueGrad) error {
	if err := s.advance(model); err != nil {
		return err
	}
	s.memory.apply(s)
	return nil
}

func (s *SGD) apply32(b block[float32]) { sgdStep(b, s.settings) }
func (s *SGD) apply64(b block[float64]) { sgdStep(b, s.settings) }

func sgdStep[F Float](b block[F], s Settings) {
	addDecay(b, s)
	update.AddScaled(b.w, -s.LearningRate, b.g)
	clear(b.g)
}

// addDecay adds λ·w to the gradient, the derivative of ½·λ·w².
func addDecay[F Float](b block[F], s Settings) {
	if s.WeightDecay != 0 {
		update.AddScaled(b.g, s.WeightDecay, b.w)
	}
}
