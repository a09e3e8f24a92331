package train

import (
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/bptt"
)

// A Compilation says how a model is to be compiled.
type Compilation struct {
	Training bool           // with gradients
	Block    int            // the most steps of a graph; 0 for no limit
	Truncate bool           // let no gradient flow from one graph to the next
	Frozen   []*graph.Param // get no gradient
	Graph    graph.Settings // what runs the graphs
}

// A Program is a model compiled for batches of one size. It carries state from one batch to the
// next, if the model does.
type Program[B any] struct {
	blocks     *bptt.Blocks
	model      Model[B]
	sequential Sequential[B] // nil if batches are one block
	size       any           // of batches
	block      int           // steps of a block
	drawings   map[graphSize]drawing

	// Of the batch that runs.
	parts  []*B // its blocks
	shares []float64
	keys   []uint64 // of its masks
}

// A graphSize tells the graphs of a Program apart.
type graphSize struct {
	steps int
	loss  bool
}

// A Result is what a model made of one batch.
type Result struct {
	Loss   float64 // mean over the targets that count
	Weight float64 // the targets that count
	Counts Counts
}

// Compile compiles a model for batches of the size of batch. For training, the program has the
// gradients of the loss; else what the model makes an output when it is not trained.
//
// Batches of a [Sequential] that are longer than c.Block, if that is not 0, run in blocks. Their
// losses and gradients are those of one graph, to rounding, unless gradients are truncated.
func Compile[B any](m Model[B], batch *B, c Compilation) (*Program[B], error) {
	if c.Block < 0 {
		return nil, errors.Errorf("train: graphs of %d steps, want 1 or more, or 0 for no limit", c.Block)
	}
	p := &Program[B]{model: m, size: m.Size(batch), block: 1, parts: []*B{batch}, drawings: map[graphSize]drawing{}}
	steps := 1
	if s, ok := m.(Sequential[B]); ok {
		var err error
		if steps, p.block, err = s.Blocks(batch, c); err != nil {
			return nil, err
		}
		if steps > p.block {
			p.sequential = s
		}
	}
	p.cut(batch)
	var r bptt.Recurrence
	r.Loss = func(b *bptt.Graph, steps int) *graph.Node {
		return p.add(b, c.Training, graphSize{steps, true}, p.loss)
	}
	if p.sequential != nil {
		r.Advance = func(b *bptt.Graph, steps int) {
			p.add(b, c.Training, graphSize{steps, false}, func(g *Graph, part *B) *graph.Node {
				p.sequential.Advance(g, part)
				return nil
			})
		}
	}
	var err error
	p.blocks, err = bptt.Compile(r, steps, bptt.Settings{
		Block: p.block, Truncate: c.Truncate, LossOnly: !c.Training, Frozen: c.Frozen, Graph: c.Graph,
	})
	return p, errors.Wrapf(err, "train: the graph of a %T for batches of size %v", m, p.size)
}

// cut makes parts and shares those of a batch.
func (p *Program[B]) cut(batch *B) {
	if p.parts[0] = batch; p.sequential != nil {
		p.parts, p.shares = p.sequential.Cut(batch, p.block)
	}
}

// add adds a block to a graph and notes its masks.
func (p *Program[B]) add(b *bptt.Graph, training bool, size graphSize, block func(*Graph, *B) *graph.Node) *graph.Node {
	g := &Graph{Graph: b, Training: training}
	if training {
		g.Masks = &cells.Masks{}
	}
	part := p.parts[0]
	if size.steps < p.block {
		part = p.parts[len(p.parts)-1]
	}
	n := block(g, part)
	p.drawings[size] = drawing{g.Masks, g.streams}
	return n
}

// loss adds the loss of a block: of a batch of several, its share of theirs.
func (p *Program[B]) loss(g *Graph, part *B) *graph.Node {
	loss := p.model.Loss(g, part)
	if p.sequential == nil {
		return loss
	}
	return g.Mul(loss, g.Dot(g.Input("share", 1, 1), g.Ones(1)))
}

// Run computes the loss of a batch, the one with some index of its pass, and, if the Program is
// for training, its gradients, from the state that the batch before left unless this one resets
// it. Masks are drawn from rng, which is nil if the program is not for training.
func (p *Program[B]) Run(batch *B, index int, rng *rand.Rand) (Result, error) {
	if err := p.begin(batch, index, rng); err != nil {
		return Result{}, err
	}
	r := Result{Weight: 1, Counts: Counts{}}
	for _, pass := range p.blocks.Passes() {
		if err := p.set(pass); err != nil {
			return Result{}, err
		}
		loss, err := p.blocks.Run(pass)
		if err != nil {
			return Result{}, err
		}
		r.Loss += loss
		if c, ok := p.model.(Counter[B]); ok && !pass.Advance {
			r.Counts.Add(c.Count(pass.Program, p.parts[pass.From/p.block]))
		}
	}
	if w, ok := p.model.(Weigher[B]); ok {
		r.Weight = w.Weight(batch)
	}
	return r, nil
}

// begin makes a batch the one that runs.
func (p *Program[B]) begin(batch *B, index int, rng *rand.Rand) (err error) {
	if size := p.model.Size(batch); size != p.size {
		return errors.Errorf("train: a batch of size %+v for a program of size %+v", size, p.size)
	}
	if c, ok := p.model.(Checker[B]); ok {
		if err := c.Check(batch); err != nil {
			return err
		}
	}
	p.cut(batch)
	whole := p.drawings[graphSize{p.block, true}]
	if p.keys, err = whole.keys(rng); err != nil {
		return err
	}
	if rng != nil && whole.masks != nil && p.sequential == nil {
		if err := whole.masks.Draw(p.blocks.Program(), rng); err != nil {
			return err
		}
	}
	if resets(p.model, batch, index) {
		return p.blocks.Reset()
	}
	return nil
}

// set sets the inputs of a pass.
func (p *Program[B]) set(pass bptt.Pass) error {
	k, size := pass.From/p.block, graphSize{pass.To - pass.From, !pass.Advance}
	if err := p.setPart(pass, k); err != nil {
		return err
	}
	return p.drawings[size].draw(pass.Program, p.keys, pass.From, pass.To)
}

func (p *Program[B]) setPart(pass bptt.Pass, k int) error {
	if pass.Advance {
		return p.sequential.SetInputs(pass.Program, p.parts[k])
	}
	if p.sequential != nil {
		if err := pass.Program.SetFloats("share", p.shares[k:k+1]); err != nil {
			return err
		}
	}
	return p.model.Set(pass.Program, p.parts[k])
}

// resets tells whether carried state starts afresh before a batch.
func resets[B any](m Model[B], batch *B, index int) bool {
	if r, ok := m.(Resetter[B]); ok {
		return r.Reset(batch)
	}
	return index == 0
}

// Graph returns the program whose ValueGrads are, after Run, those of the batch, and whose outputs
// are those of its last block.
func (p *Program[B]) Graph() *graph.Program { return p.blocks.Program() }

// Carried returns a copy of the state that the next batch starts from, unless it resets it, by
// the names of its nodes; nil if the model carries none.
func (p *Program[B]) Carried() map[string][]float64 { return p.blocks.State() }

// SetCarried makes the next batch start from a state that Carried of a Program of the same
// model returned. It is an error if it has other names or sizes.
func (p *Program[B]) SetCarried(state map[string][]float64) error { return p.blocks.SetState(state) }

// Freeze says that no parameter changes until the next call of Freeze: what a run derives from
// parameters, it then keeps.
func (p *Program[B]) Freeze() { p.blocks.Freeze() }

// Close releases the program.
func (p *Program[B]) Close() error { return p.blocks.Close() }
