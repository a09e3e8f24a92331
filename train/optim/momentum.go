package optim

import (
	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/graph/update"
)

// Momentum is gradient descent with the momentum of Polyak (1964), as Sutskever,
// Martens, Dahl and Hinton (2013) write it. From the gradient g, a step changes each
// parameter w and its velocity v, which starts at zero, by
//
//	v ← μ·v − α·(g + λ·w)
//	w ← w + v
//
// where λ, the weight decay, is zero unless it is set.
type Momentum struct{ base }

var (
	_ Solver        = (*Momentum)(nil)
	_ Stateful      = (*Momentum)(nil)
	_ LearningRater = (*Momentum)(nil)
)

// NewMomentum returns a Momentum that has not taken a step. It panics where [New]
// returns an error.
func NewMomentum(s Settings) *Momentum { return &Momentum{newBase("momentum", s, "v")} }

// Step changes the weights of model in place and zeroes their gradients. It fails where
// [Adam.Step] does.
func (m *Momentum) Step(model []gorgonia.ValueGrad) error {
	if err := m.advance(model); err != nil {
		return err
	}
	m.memory.apply(m)
	return nil
}

func (m *Momentum) apply32(b block[float32]) { momentumStep(b, m.settings) }
func (m *Momentum) apply64(b block[float64]) { momentumStep(b, m.settings) }

func momentumStep[F Float](b block[F], s Settings) {
	v := b.kept[0]
	accelerate(v, b, s)
	update.Add(b.w, v)
	clear(b.g)
}

// accelerate changes the velocity.
func accelerate[F Float](v []F, b block[F], s Settings) {
	addDecay(b, s)
	update.Scale(v, s.Momentum)
	update.AddScaled(v, -s.LearningRate, b.g)
}
