package optim

import (
	"strings"

	"github.com/pkg/errors"
)

// Settings are the constants of solvers. Each solver has some of them, as its equations
// and [New] say; the others must be zero.
type Settings struct {
	LearningRate float64 // α, the step size; 0 means the solver's default
	Beta1        float64 // β₁, the decay of the mean of the gradients; 0 means 0.9
	Beta2        float64 // β₂, the decay of the mean of their squares; 0 means 0.999
	Decay        float64 // ρ, the same for RMSProp; 0 means 0.9
	Epsilon      float64 // ε, added to the root of that mean; 0 means 1e-8
	Momentum     float64 // μ, the decay of the velocity; 0 means 0.9
	WeightDecay  float64 // λ; 0 means 0.01 for AdamW and none for the others
	Workers      int     // goroutines that share a step, as many as processors if 0; no bit depends on it
}

// A kind is a kind of solver.
type kind struct {
	name     string
	defaults Settings // zero where there is no such setting
	noDecay  string   // why there is no WeightDecay; empty if there is one
	make     func(Settings) Solver
}

// kinds are the solvers by name. init fills it, since solvers look themselves up.
var kinds []kind

func init() {
	adam := Settings{LearningRate: 0.001, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
	adamw := adam
	adamw.WeightDecay = 0.01
	sgd := Settings{LearningRate: 0.1}
	momentum := Settings{LearningRate: 0.01, Momentum: 0.9}
	rmsprop := Settings{LearningRate: 0.001, Decay: 0.9, Epsilon: 1e-8}
	kinds = []kind{
		{"adam", adam, "use adamw", func(s Settings) Solver { return NewAdam(s) }},
		{"adamw", adamw, "", func(s Settings) Solver { return NewAdamW(s) }},
		{"sgd", sgd, "", func(s Settings) Solver { return NewSGD(s) }},
		{"momentum", momentum, "", func(s Settings) Solver { return NewMomentum(s) }},
		{"nesterov", momentum, "", func(s Settings) Solver { return NewNesterov(s) }},
		{"rmsprop", rmsprop, "", func(s Settings) Solver { return NewRMSProp(s) }},
		{"asgd", sgd, "", func(s Settings) Solver { return NewAverage(NewSGD(s), AverageSettings{NonMonotone: 5}) }},
		{"gorgonia-adam", adam, "use adamw", func(s Settings) Solver { return GorgoniaAdam(s) }},
		{"gorgonia-sgd", sgd, "use sgd", func(s Settings) Solver { return GorgoniaSGD(s) }},
		{"gorgonia-momentum", momentum, "Gorgonia's acts on the velocity and not on the weights; use momentum", func(s Settings) Solver { return GorgoniaMomentum(s) }},
		{"gorgonia-rmsprop", rmsprop, "Gorgonia's does not follow the learning rate; use rmsprop", func(s Settings) Solver { return GorgoniaRMSProp(s) }},
	}
}

// Names returns the names that [New] knows.
func Names() []string {
	var all []string
	for _, k := range kinds {
		all = append(all, k.name)
	}
	return all
}

// New returns the solver with the given name. It is an error if there is none, if a
// setting is out of range, or if one is given that the solver does not have.
//
//	adam       LearningRate 0.001, Beta1, Beta2, Epsilon
//	adamw      the same, and WeightDecay 0.01
//	sgd, asgd  LearningRate 0.1, WeightDecay; asgd is an [Average] that waits for 5 validations
//	momentum   LearningRate 0.01, Momentum, WeightDecay
//	nesterov   the same
//	rmsprop    LearningRate 0.001, Decay, Epsilon, WeightDecay
//
// After the prefix "gorgonia-", adam, sgd, momentum and rmsprop are Gorgonia's own, without
// WeightDecay. Those of Gorgonia's solvers that are wrong are refused with the reason.
func New(name string, s Settings) (Solver, error) {
	k, err := kindOf(name)
	if err != nil {
		return nil, err
	}
	if s, err = k.complete(s); err != nil {
		return nil, err
	}
	return k.make(s), nil
}

func kindOf(name string) (*kind, error) {
	for i := range kinds {
		if kinds[i].name == name {
			return &kinds[i], nil
		}
	}
	if reason := wrongInGorgonia[name]; reason != "" {
		return nil, errors.Errorf("optim: %s is refused: %s", name, reason)
	}
	return nil, errors.Errorf("optim: no solver %q; there are %s", name, strings.Join(Names(), ", "))
}

// A setting is a field of Settings by its name and the numbers that it may have.
type setting struct {
	name   string
	of     func(*Settings) *float64
	limits string
	valid  func(float64) bool
}

var settings = []setting{
	{"learning rate", func(s *Settings) *float64 { return &s.LearningRate }, "above 0", positive},
	{"beta1", func(s *Settings) *float64 { return &s.Beta1 }, "from 0 to below 1", fraction},
	{"beta2", func(s *Settings) *float64 { return &s.Beta2 }, "from 0 to below 1", fraction},
	{"decay", func(s *Settings) *float64 { return &s.Decay }, "from 0 to below 1", fraction},
	{"epsilon", func(s *Settings) *float64 { return &s.Epsilon }, "above 0", positive},
	{"momentum", func(s *Settings) *float64 { return &s.Momentum }, "from 0 to below 1", fraction},
	{"weight decay", func(s *Settings) *float64 { return &s.WeightDecay }, "0 or above", func(x float64) bool { return x >= 0 }},
}

func positive(x float64) bool { return x > 0 }
func fraction(x float64) bool { return x >= 0 && x < 1 }

// complete returns the settings with the defaults filled in.
func (k *kind) complete(s Settings) (Settings, error) {
	for _, f := range settings {
		x := f.of(&s)
		switch {
		case *x == 0:
			*x = *f.of(&k.defaults)
		case f.name == "weight decay" && k.noDecay != "":
			return s, errors.Errorf("optim: %s has no weight decay: %s", k.name, k.noDecay)
		case !k.has(f):
			return s, errors.Errorf("optim: %s has no %s, which is %v; it has %s", k.name, f.name, *x, k.list())
		case !f.valid(*x):
			return s, errors.Errorf("optim: %s with %s %v, expected a number %s", k.name, f.name, *x, f.limits)
		}
	}
	if s.Workers < 0 {
		return s, errors.Errorf("optim: %s with %d workers, expected 0 or more", k.name, s.Workers)
	}
	return s, nil
}

// has reports whether the solver has a setting.
func (k *kind) has(f setting) bool {
	if f.name == "weight decay" {
		return k.noDecay == ""
	}
	return *f.of(&k.defaults) != 0
}

// list names the settings of the solver.
func (k *kind) list() string {
	var names []string
	for _, f := range settings {
		if k.has(f) {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, ", ")
}
