package optim

import "gorgonia.org/gorgonia"

// A GorgoniaAdamSolver is Gorgonia's own Adam, against which [Adam] is tested. It
// is several times slower, allocates, and its state cannot be saved. Options of
// Gorgonia, such as gorgonia.WithClip, can be applied to the AdamSolver inside at
// any time.
type GorgoniaAdamSolver struct {
	*gorgonia.AdamSolver
}

var (
	_ Solver             = (*GorgoniaAdamSolver)(nil)
	_ LearningRateSetter = (*GorgoniaAdamSolver)(nil)
)

// GorgoniaAdam returns Gorgonia's Adam with the settings, and the defaults, of
// [NewAdam]. It panics where NewAdam does.
func GorgoniaAdam(settings Settings) *GorgoniaAdamSolver {
	s := newBase("gorgonia-adam", settings).settings
	return &GorgoniaAdamSolver{gorgonia.NewAdamSolver(
		gorgonia.WithLearnRate(s.LearningRate),
		gorgonia.WithBeta1(s.Beta1),
		gorgonia.WithBeta2(s.Beta2),
		gorgonia.WithEps(s.Epsilon),
	)}
}

// SetLearningRate sets the learning rate of the steps to come, by
// gorgonia.WithLearnRate, which is an option that works at any time.
func (s *GorgoniaAdamSolver) SetLearningRate(rate float64) {
	gorgonia.WithLearnRate(rate)(s.AdamSolver)
}
