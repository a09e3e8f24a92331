package train

import (
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// A Program is a model compiled for batches of one size. It carries state from one batch to the
// next, if the model does.
type Program[B any] interface {
	// Run computes the loss of a batch, the one with some index of its pass, and, if the Program
	// is for training, its gradients. Masks are drawn from rng, which is nil if it is not for
	// training.
	Run(batch *B, index int, rng *rand.Rand) (Result, error)

	// Graph returns the program whose ValueGrads are, after Run, those of the batch.
	Graph() *graph.Program

	// Carried returns a copy of the state that the next batch starts from, unless it resets it, by
	// the names of its nodes; nil if the model carries none.
	Carried() map[string][]float64

	// SetCarried makes the next batch start from a state that Carried of a Program of the same
	// model returned. It is an error if it has other names or sizes.
	SetCarried(state map[string][]float64) error

	// Freeze says that no parameter changes until the next call of Freeze.
	Freeze()

	Close() error
}

// A Compiler is a model that is compiled in a way of its own.
type Compiler[B any] interface {
	Compile(batch *B, c Compilation) (Program[B], error)
}

// A Compilation says how a model is to be compiled.
type Compilation struct {
	Training bool           // with gradients
	Block    int            // the most steps of a graph
	Truncate bool           // let no gradient flow from one graph to the next
	Frozen   []*graph.Param // get no gradient
	Graph    graph.Settings // what runs the graphs
}

// A Result is what a model made of one batch.
type Result struct {
	Loss   float64 // mean over the targets that count
	Weight float64 // the targets that count
	Counts Counts
}

// program is a model compiled as one graph.
type program[B any] struct {
	*graph.Program
	model    Model[B]
	masks    *cells.Masks
	names    []string // of the carried state
	widths   []int
	training bool
}

// compile builds the graph of a model for batches of the size of batch.
func compile[B any](m Model[B], batch *B, c Compilation) (Program[B], error) {
	if own, ok := m.(Compiler[B]); ok {
		return own.Compile(batch, c)
	}
	p := &program[B]{model: m, training: c.Training}
	var err error
	p.Program, err = graph.Compile(func(b *graph.Builder) {
		b.Frozen(c.Frozen...)
		g := &Graph{Builder: b, Training: c.Training}
		if c.Training {
			g.Masks = &cells.Masks{}
		}
		if loss := m.Loss(g, batch); c.Training {
			b.Minimize(loss)
		} else {
			b.Output("loss", loss)
		}
		p.masks, p.names, p.widths = g.Masks, g.names, g.widths
	}, c.Graph)
	return p, errors.Wrapf(err, "train: the graph of a %T for batches of size %v", m, m.Size(batch))
}

// Run computes the loss of a batch.
func (p *program[B]) Run(batch *B, index int, rng *rand.Rand) (Result, error) {
	if err := p.set(batch, index, rng); err != nil {
		return Result{}, err
	}
	if err := p.Program.Run(); err != nil {
		return Result{}, err
	}
	for _, name := range p.names {
		if err := p.Feed(endName+name, startName+name); err != nil {
			return Result{}, err
		}
	}
	r := Result{Loss: p.Scalar("loss"), Weight: 1}
	if w, ok := p.model.(Weigher[B]); ok {
		r.Weight = w.Weight(batch)
	}
	if c, ok := p.model.(Counter[B]); ok {
		r.Counts = c.Count(p.Program, batch)
	}
	return r, nil
}

// set sets the inputs for a batch.
func (p *program[B]) set(batch *B, index int, rng *rand.Rand) error {
	if err := p.model.Set(p.Program, batch); err != nil {
		return err
	}
	if resets(p.model, batch, index) {
		for _, name := range p.names {
			if err := p.Clear(startName + name); err != nil {
				return err
			}
		}
	}
	if p.training {
		return p.masks.Draw(p.Program, rng)
	}
	return nil
}

// resets tells whether carried state starts afresh before a batch.
func resets[B any](m Model[B], batch *B, index int) bool {
	if r, ok := m.(Resetter[B]); ok {
		return r.Reset(batch)
	}
	return index == 0
}

// Graph returns the program.
func (p *program[B]) Graph() *graph.Program { return p.Program }

// Carried returns the state that the next batch starts from.
func (p *program[B]) Carried() map[string][]float64 {
	if len(p.names) == 0 {
		return nil
	}
	state := map[string][]float64{}
	for _, name := range p.names {
		state[name] = p.InputFloats(startName + name)
	}
	return state
}

// SetCarried sets it.
func (p *program[B]) SetCarried(state map[string][]float64) error {
	for i, name := range p.names {
		if len(state[name]) != p.widths[i] {
			return errors.Errorf("train: carried state %q has %d numbers and a batch of this size needs %d; let batches that follow each other have equally many rows, or reset the state", name, len(state[name]), p.widths[i])
		}
	}
	for _, name := range p.names {
		if err := p.SetFloats(startName+name, state[name]); err != nil {
			return err
		}
	}
	return nil
}
