package optim

import (
	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/graph/update"
)

// Nesterov is gradient descent with Nesterov's accelerated gradient, as Sutskever,
// Martens, Dahl and Hinton (2013) write it, which takes the gradient where the velocity
// is about to lead:
//
//	v ← μ·v − α·∇f(θ + μ·v)
//	θ ← θ + v
//
// The weights that the model holds are w = θ + μ·v, so that the gradient g is taken
// where the model stands, as Bengio, Boulanger-Lewandowski and Pascanu (2013) propose:
//
//	v ← μ·v − α·(g + λ·w)
//	w ← w + μ·v − α·(g + λ·w)
//
// where λ, the weight decay, is zero unless it is set.
type Nesterov struct{ base }

var (
	_ Solver        = (*Nesterov)(nil)
	_ Stateful      = (*Nesterov)(nil)
	_ LearningRater = (*Nesterov)(nil)
)

// NewNesterov returns a Nesterov that has not taken a step. It panics where [New]
// returns an error.
func NewNesterov(s Settings) *Nesterov { return &Nesterov{newBase("nesterov", s, "v")} }

// Step changes the weights of model in place and zeroes their gradients. It fails where
// [Adam.Step] does.
func (n *Nesterov) Step(model []gorgonia.ValueGrad) error {
	if err := n.advance(model); err != nil {
		return err
	}
	n.memory.apply(n)
	return nil
}

func (n *Nesterov) apply32(b block[float32]) { nesterovStep(b, n.settings) }
func (n *Nesterov) apply64(b block[float64]) { nesterovStep(b, n.settings) }

func nesterovStep[F Float](b block[F], s Settings) {
	v := b.kept[0]
	accelerate(v, b, s)
	update.AddScaled(b.w, s.Momentum, v)
	update.AddScaled(b.w, -s.LearningRate, b.g)
	clear(b.g)
}
