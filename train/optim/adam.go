package optim

import (
	"cmp"
	"fmt"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// AdamSettings are the constants of Adam, by the names of Kingma and Ba (2015).
type AdamSettings struct {
	LearningRate float64 // α, the step size; 0 means 0.001
	Beta1        float64 // β₁, the decay of the mean of the gradients; 0 means 0.9
	Beta2        float64 // β₂, the decay of the mean of their squares; 0 means 0.999
	Epsilon      float64 // ε, added to the root of that mean; 0 means 1e-8
}

// withDefaults fills in what is zero. It panics if a constant is out of range.
func (s AdamSettings) withDefaults() AdamSettings {
	s.LearningRate = cmp.Or(s.LearningRate, 0.001)
	s.Beta1 = cmp.Or(s.Beta1, 0.9)
	s.Beta2 = cmp.Or(s.Beta2, 0.999)
	s.Epsilon = cmp.Or(s.Epsilon, 1e-8)
	if !(s.LearningRate > 0 && s.Beta1 >= 0 && s.Beta1 < 1 && s.Beta2 >= 0 && s.Beta2 < 1 && s.Epsilon > 0) {
		panic(fmt.Sprintf("optim: settings of Adam out of range: %+v", s))
	}
	return s
}

// Adam is the solver of Kingma and Ba (2015), "Adam: a method for stochastic
// optimization". From the gradient g, step t changes each parameter w by
//
//	m ← β₁·m + (1 − β₁)·g
//	v ← β₂·v + (1 − β₂)·g²
//	w ← w − α/(1 − β₁ᵗ) · m / (√(v/(1 − β₂ᵗ)) + ε)
//
// where m and v start at zero. It computes what gorgonia.AdamSolver computes, but
// in one pass over memory and without allocating, and its state can be saved.
//
// The arithmetic is that of the parameter's dtype. Every operation is rounded, and
// in the same order on every machine, so the same gradients give the same bits.
type Adam struct {
	settings   AdamSettings
	step       int
	parameters []parameter // by position; nil until the first step
}

var (
	_ Solver             = (*Adam)(nil)
	_ LearningRateSetter = (*Adam)(nil)
)

// NewAdam returns an Adam that has not taken a step. It panics if LearningRate or
// Epsilon is negative or if Beta1 or Beta2 is not in [0, 1).
func NewAdam(settings AdamSettings) *Adam {
	return &Adam{settings: settings.withDefaults()}
}

// LearningRate returns the learning rate of the next step.
func (a *Adam) LearningRate() float64 { return a.settings.LearningRate }

// SetLearningRate sets the learning rate of the steps to come.
func (a *Adam) SetLearningRate(rate float64) { a.settings.LearningRate = rate }

// Step changes the weights of model in place and zeroes their gradients. It fails,
// before it has changed anything, if a parameter has no gradient, if its weights or
// gradient are not a contiguous *tensor.Dense of float32 or float64, or if the
// number of parameters, or the dtype or size of one, is not that of the step
// before.
func (a *Adam) Step(model []gorgonia.ValueGrad) error {
	if err := a.bind(model); err != nil {
		return err
	}
	a.step++
	c := a.settings.coefficients(a.step)
	for _, p := range a.parameters {
		p.update(c)
	}
	return nil
}

// bind points each parameter to its weights and its gradient.
func (a *Adam) bind(model []gorgonia.ValueGrad) error {
	parameters := a.parameters
	first := parameters == nil
	if first {
		parameters = make([]parameter, len(model))
	}
	if len(model) != len(parameters) {
		return errors.Errorf("optim: Adam has the state of %d parameters, the model has %d", len(parameters), len(model))
	}
	for i, p := range model {
		w, g, err := operands(i, p)
		if err != nil {
			return err
		}
		if first {
			parameters[i] = newParameter(w)
		}
		if !parameters[i].bind(w, g) {
			return errors.Errorf("optim: %s is now %v of shape %v, Adam has its state as %s; expected the same parameters in the same order",
				describe(i, p), w.Dtype(), w.Shape(), parameters[i])
		}
	}
	a.parameters = parameters
	return nil
}

// coefficients are what a step multiplies and adds.
type coefficients struct {
	beta1, rest1 float64 // β₁ and 1 − β₁
	beta2, rest2 float64 // β₂ and 1 − β₂
	rate         float64 // α/(1 − β₁ᵗ)
	unbias       float64 // 1/(1 − β₂ᵗ)
	epsilon      float64 // ε
}

func (s AdamSettings) coefficients(step int) coefficients {
	t := float64(step)
	return coefficients{
		beta1: s.Beta1, rest1: 1 - s.Beta1,
		beta2: s.Beta2, rest2: 1 - s.Beta2,
		rate:    s.LearningRate / (1 - math.Pow(s.Beta1, t)),
		unbias:  1 / (1 - math.Pow(s.Beta2, t)),
		epsilon: s.Epsilon,
	}
}

// A parameter is what Adam knows of one parameter, whatever its dtype.
type parameter interface {
	// bind sets the memory of the weights and of the gradient, and reports
	// whether they are of the dtype and size of the moments.
	bind(w, g *tensor.Dense) bool
	update(coefficients)
	moments() Moments
	String() string
}

func newParameter(w *tensor.Dense) parameter {
	if w.Dtype() == tensor.Float32 {
		n := len(w.Float32s())
		return &floatParameter[float32]{m: make([]float32, n), v: make([]float32, n)}
	}
	n := len(w.Float64s())
	return &floatParameter[float64]{m: make([]float64, n), v: make([]float64, n)}
}

type floatParameter[F Float] struct {
	m, v []F // running means of the gradient and of its square
	w, g []F // the weights and the gradient, borrowed from the model
}

func (p *floatParameter[F]) bind(w, g *tensor.Dense) bool {
	if _, is32 := any(p.m).([]float32); is32 != (w.Dtype() == tensor.Float32) {
		return false
	}
	p.w, p.g = floats[F](w), floats[F](g)
	return len(p.w) == len(p.m)
}

func (p *floatParameter[F]) String() string {
	return fmt.Sprintf("%T of %d elements", F(0), len(p.m))
}

// update takes a step. The conversions of products forbid the compiler to fuse
// them with the addition that follows, which would change bits by machine.
func (p *floatParameter[F]) update(c coefficients) {
	beta1, rest1 := F(c.beta1), F(c.rest1)
	beta2, rest2 := F(c.beta2), F(c.rest2)
	rate, unbias, epsilon := F(c.rate), F(c.unbias), F(c.epsilon)

	w := p.w
	g, m, v := p.g[:len(w)], p.m[:len(w)], p.v[:len(w)]
	for i, gi := range g {
		mi := F(beta1*m[i]) + F(rest1*gi)
		vi := F(beta2*v[i]) + F(rest2*F(gi*gi))
		root := F(math.Sqrt(float64(vi * unbias)))
		w[i] -= rate * mi / (root + epsilon)
		m[i], v[i], g[i] = mi, vi, 0
	}
}
