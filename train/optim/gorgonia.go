package optim

import "gorgonia.org/gorgonia"

// A GorgoniaSolver is one of Gorgonia's own solvers, to compare with. They are several
// times slower, allocate, and their state cannot be saved. Options of Gorgonia, such as
// gorgonia.WithClip, can be applied to the solver inside at any time; see [New] for
// those that do not do what they say.
type GorgoniaSolver struct {
	gorgonia.Solver
	name string
	rate float64
}

var (
	_ Solver        = (*GorgoniaSolver)(nil)
	_ LearningRater = (*GorgoniaSolver)(nil)
)

// GorgoniaAdam returns Gorgonia's Adam, which computes what [Adam] does. It panics where
// [New] returns an error, as do the other functions.
func GorgoniaAdam(s Settings) *GorgoniaSolver {
	s = newBase("gorgonia-adam", s).settings
	return newGorgonia("gorgonia-adam", s.LearningRate, gorgonia.NewAdamSolver(
		gorgonia.WithBeta1(s.Beta1),
		gorgonia.WithBeta2(s.Beta2),
		gorgonia.WithEps(s.Epsilon),
	))
}

// GorgoniaSGD returns Gorgonia's VanillaSolver, which computes what [SGD] does.
func GorgoniaSGD(s Settings) *GorgoniaSolver {
	s = newBase("gorgonia-sgd", s).settings
	return newGorgonia("gorgonia-sgd", s.LearningRate, gorgonia.NewVanillaSolver())
}

// GorgoniaMomentum returns Gorgonia's Momentum, which computes what [Momentum] does.
func GorgoniaMomentum(s Settings) *GorgoniaSolver {
	s = newBase("gorgonia-momentum", s).settings
	return newGorgonia("gorgonia-momentum", s.LearningRate, gorgonia.NewMomentum(gorgonia.WithMomentum(s.Momentum)))
}

// GorgoniaRMSProp returns Gorgonia's RMSPropSolver, which computes what [RMSProp] does,
// but for ε, which it adds under the root: √(v + ε).
func GorgoniaRMSProp(s Settings) *GorgoniaSolver {
	s = newBase("gorgonia-rmsprop", s).settings
	return newGorgonia("gorgonia-rmsprop", s.LearningRate, gorgonia.NewRMSPropSolver(
		gorgonia.WithRho(s.Decay),
		gorgonia.WithEps(s.Epsilon),
	))
}

func newGorgonia(name string, rate float64, inner gorgonia.Solver) *GorgoniaSolver {
	s := &GorgoniaSolver{Solver: inner, name: name}
	s.SetLearningRate(rate)
	return s
}

// Name returns the name by which [New] knows the solver.
func (s *GorgoniaSolver) Name() string { return s.name }

// LearningRate returns the learning rate of the next step.
func (s *GorgoniaSolver) LearningRate() float64 { return s.rate }

// SetLearningRate sets the learning rate of the steps to come, by
// gorgonia.WithLearnRate, which is an option that works at any time.
func (s *GorgoniaSolver) SetLearningRate(rate float64) {
	s.rate = rate
	gorgonia.WithLearnRate(rate)(s.Solver)
}

// wrongInGorgonia says why solvers of Gorgonia are not to be had.
var wrongInGorgonia = map[string]string{
	"gorgonia-adamw":   "it never changes the weights: it updates a copy; use adamw",
	"gorgonia-adagrad": "its learning rate cannot be set and is always 0.001; use rmsprop or adam",
}
