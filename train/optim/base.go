package optim

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// A base is what the solvers have in common that treat every element by one formula.
type base struct {
	kind     *kind
	settings Settings
	step     int // the number of steps taken
	memory   memory
}

// newBase returns a base that keeps arrays of the given names. It panics if a setting is
// out of range or does not apply.
func newBase(name string, s Settings, arrays ...string) base {
	k, err := kindOf(name)
	if err == nil {
		s, err = k.complete(s)
	}
	if err != nil {
		panic(err.Error())
	}
	return base{kind: k, settings: s, memory: newMemory(name, s.Workers, arrays...)}
}

// LearningRate returns the learning rate of the next step.
func (b *base) LearningRate() float64 { return b.settings.LearningRate }

// SetLearningRate sets the learning rate of the steps to come.
func (b *base) SetLearningRate(rate float64) { b.settings.LearningRate = rate }

// State returns a copy of the state: the number of steps and what the solver keeps of
// each parameter, by position, such as "m/0". Before the first step there is none.
func (b *base) State() State {
	s := newState(b.kind.name)
	s.Scalars["step"] = float64(b.step)
	b.memory.save(s)
	return s
}

// SetState makes the next step the one that follows a copy of s.
func (b *base) SetState(s State) error {
	if err := s.check(b.kind.name, "step"); err != nil {
		return err
	}
	step, err := s.count("step")
	if err != nil {
		return err
	}
	parameters, err := b.memory.load(s)
	if err != nil {
		return err
	}
	if step == 0 && parameters != nil || step > 0 && parameters == nil && len(b.memory.names) > 0 {
		return errors.Errorf("optim: the state of %s after step %d has arrays of %d parameters", b.kind.name, step, len(parameters))
	}
	b.step, b.memory.parameters = step, parameters
	return nil
}

// Name returns the name by which [New] knows the solver.
func (b *base) Name() string { return b.kind.name }

func (b *base) workers() int { return b.settings.Workers }

// advance binds the model and counts the step that is about to change it.
func (b *base) advance(model []gorgonia.ValueGrad) error {
	if err := b.memory.bind(model); err != nil {
		return err
	}
	b.step++
	return nil
}
