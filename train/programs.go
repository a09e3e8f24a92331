package train

import (
	"cmp"

	"github.com/pkg/errors"
)

// programs are a model's programs, compiled when a batch of their size first comes.
type programs[B any] struct {
	model    Model[B]
	settings Settings
	compiled map[size]*Program[B]
}

// A size is what a program is compiled for.
type size struct {
	batch    any
	training bool
}

// mostSteps is the most steps of a graph if no other number is given: what is compiled in
// some seconds.
const mostSteps = 512

func newPrograms[B any](m Model[B], s Settings) *programs[B] {
	return &programs[B]{model: m, settings: s, compiled: map[size]*Program[B]{}}
}

// Compilation returns how Fit compiles a model that it trains or, if it is not for training,
// validates.
func (s Settings) Compilation(training bool) Compilation {
	c := Compilation{Training: training, Block: cmp.Or(s.Block, mostSteps), Graph: s.Graph}
	if !training {
		return c
	}
	c.Frozen = s.frozen()
	if s.BPTT > 0 {
		c.Block, c.Truncate = s.BPTT, true
	}
	return c
}

// of returns the program for a batch.
func (p *programs[B]) of(batch *B, training bool) (*Program[B], error) {
	key := size{p.model.Size(batch), training}
	if program := p.compiled[key]; program != nil {
		return program, nil
	}
	program, err := Compile(p.model, batch, p.settings.Compilation(training))
	if err != nil {
		return nil, err
	}
	if p.compiled[key] = program; !training {
		program.Freeze()
	}
	return program, nil
}

// freeze says that the weights, which have changed, stay as they are while the model is
// evaluated.
func (p *programs[B]) freeze() {
	for size, program := range p.compiled {
		if !size.training {
			program.Freeze()
		}
	}
}

func (p *programs[B]) close() {
	for _, program := range p.compiled {
		program.Close()
	}
}

// A carrier hands the state that a batch leaves to the program of the next, whatever its size.
type carrier[B any] struct {
	programs *programs[B]
	training bool
	current  *Program[B]          // of the batch before, which has the state
	waiting  map[string][]float64 // the state, if there was no batch yet
	missing  bool                 // it should be there, of a training that continues
}

// next returns the program for a batch, with the state that it starts from.
func (c *carrier[B]) next(batch *B, index int) (*Program[B], error) {
	program, err := c.programs.of(batch, c.training)
	if err != nil || program == c.current {
		return program, err
	}
	if c.current != nil {
		c.waiting = c.current.Carried()
	}
	if !resets(c.programs.model, batch, index) {
		switch {
		case c.waiting != nil:
			err = program.SetCarried(c.waiting)
		case c.missing && program.Carried() != nil:
			err = errors.Errorf("train: it has no tensors %s… of the state that batch %d starts from", carriedState, index+1)
		}
	}
	c.current, c.waiting, c.missing = program, nil, false
	return program, err
}

// state returns the state that the next batch starts from, nil if there is none.
func (c *carrier[B]) state() map[string][]float64 {
	if c.current != nil {
		return c.current.Carried()
	}
	return c.waiting
}
