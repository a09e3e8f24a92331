package task

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
)

// A Program is a model compiled for batches of one size. It carries the state from one
// batch of a text to the next.
type Program struct {
	graph       *graph.Program // whose gradients are those of the last batch
	model       *Model
	task        Task
	steps, rows int
	outputs     int      // O
	state       []string // names of the nodes of the carried state
	blocks      *blocks  // what runs in place of Program, if not nil
	random      *random  // of a model that is trained
}

func newProgram(m *Model, steps, rows int) *Program {
	s := &Program{model: m, task: m.Task(), steps: steps, rows: rows, outputs: m.outputs()}
	if s.task.Reading() == Carried {
		m.Recurrent().Begin(func(name string, _ int) *graph.Node {
			s.state = append(s.state, name)
			return nil
		})
	}
	return s
}

// build adds the model to a graph, with the loss as its objective or, if it is not for training,
// with outputs only.
func (p *Program) build(b *graph.Builder, training bool) {
	start := func(layer cells.Stateful) cells.State {
		return layer.Begin(func(name string, width int) *graph.Node { return b.Input("start/"+name, p.rows, width) })
	}
	loss, outputs := p.loss(b, start, func(end cells.State) {
		end.Map(func(name string, n *graph.Node) *graph.Node {
			b.Output("end/"+name, n)
			return n
		})
	})
	if training {
		b.Minimize(loss)
		return
	}
	b.Output("loss", loss)
	p.task.Predict(b, outputs)
}

// loss adds the model to a graph and returns the loss and the outputs of the head. State that is
// carried comes from start and goes to end. Inputs are tokens and part/K (T·B), or numbers/T, of
// shape (B, I), for each step, weights and the task's targets, and, where no state is carried,
// masks, mask/T.
func (p *Program) loss(b *graph.Builder, start func(cells.Stateful) cells.State, end func(cells.State)) (loss, outputs *graph.Node) {
	inputs, layer := p.inputs(b), p.model.layer(p.random.masks(p.steps))
	var features *graph.Node
	if p.task.Reading() == Carried {
		steps, last := layer.Over(b, inputs, nil, start(layer))
		end(last)
		features = p.features(b, steps, nil, last)
	} else {
		masks := p.masks(b)
		steps, last := layer.Over(b, inputs, masks, cells.Zeros(b, layer, p.rows))
		features = p.features(b, steps, masks, last)
	}
	outputs = p.model.head().Of(b, features)
	return p.task.Loss(b, outputs, b.Input("weights", p.task.Reading().targets(p.steps, p.rows), 1)), outputs
}

// inputs returns what the cells read, T matrices of shape (B, E) or (B, I).
func (p *Program) inputs(b *graph.Builder) []*graph.Node {
	if m := p.model; m.Embedding != nil {
		n := p.steps * p.rows
		x := b.Rows(b.Param(m.Embedding.Table), b.Indices("tokens", n))
		for k := range m.parts() {
			x = b.Add(x, b.Rows(b.Param(m.Spelling.Table), b.Indices(partName(k), n)))
		}
		return b.Unstack(x, p.steps)
	}
	inputs := make([]*graph.Node, p.steps)
	for t := range inputs {
		inputs[t] = b.Input(numbersName(t), p.rows, p.model.Features.Len())
	}
	return inputs
}

// masks declares the columns that tell which rows have ended, one a step.
func (p *Program) masks(b *graph.Builder) []*graph.Node {
	masks := make([]*graph.Node, p.steps)
	for t := range masks {
		masks[t] = b.Input(maskName(t), p.rows, 1)
	}
	return masks
}

func maskName(t int) string    { return fmt.Sprintf("mask/%d", t) }
func numbersName(t int) string { return fmt.Sprintf("numbers/%d", t) }
func partName(k int) string    { return fmt.Sprintf("part/%d", k) }

var _ train.Program[data.Batch] = (*Program)(nil)

// Graph returns the program whose gradients, outputs and inputs are those of the last batch.
func (p *Program) Graph() *graph.Program { return p.graph }

// Run computes the loss and, if the Program is for training, the gradients of a batch, from the
// state that the batch before left unless the batch resets it. Three numbers of rng are the keys
// of the masks of dropout and zoneout.
func (p *Program) Run(batch *data.Batch, _ int, rng *rand.Rand) (train.Result, error) {
	if err := p.check(batch); err != nil {
		return train.Result{}, err
	}
	if err := p.random.draw(rng); err != nil {
		return train.Result{}, err
	}
	if p.blocks != nil {
		return p.blocks.run(batch)
	}
	if err := p.set(batch); err != nil {
		return train.Result{}, err
	}
	if err := p.graph.Run(); err != nil {
		return train.Result{}, err
	}
	for _, name := range p.state {
		if err := p.graph.Feed("end/"+name, "start/"+name); err != nil {
			return train.Result{}, err
		}
	}
	return p.result(batch), nil
}

func (p *Program) set(batch *data.Batch) error {
	if err := p.setBatch(batch); err != nil {
		return err
	}
	if err := p.random.setCells(p.graph, 0, p.steps); err != nil {
		return err
	}
	if err := p.random.setHead(p.graph, p.task.Reading(), 0, p.steps); err != nil {
		return err
	}
	if batch.Reset {
		return p.Reset()
	}
	return nil
}

// setBatch sets the inputs that are in the batch.
func (p *Program) setBatch(batch *data.Batch) error {
	if err := p.setInputs(batch); err != nil {
		return err
	}
	if err := p.task.SetTargets(p.graph, batch); err != nil {
		return err
	}
	if err := p.graph.SetFloats("weights", batch.Weights); err != nil || p.task.Reading() == Carried {
		return err
	}
	return p.setSteps(maskName, batch.Mask, 1)
}

func (p *Program) setInputs(batch *data.Batch) error {
	if p.model.Embedding != nil {
		for k := range p.model.parts() {
			if err := p.graph.SetInts(partName(k), batch.Parts[k]); err != nil {
				return err
			}
		}
		return p.graph.SetInts("tokens", batch.Inputs)
	}
	return p.setSteps(numbersName, batch.Numbers, p.model.Features.Len())
}

// setSteps hands each step its part of x, of shape (T·B, width).
func (p *Program) setSteps(name func(t int) string, x []float64, width int) error {
	size := p.rows * width
	for t := range p.steps {
		if err := p.graph.SetFloats(name(t), x[t*size:(t+1)*size]); err != nil {
			return err
		}
	}
	return nil
}

// Reset sets the carried state to zeros.
func (p *Program) Reset() error {
	for _, name := range p.state {
		if err := p.graph.Clear("start/" + name); err != nil {
			return err
		}
	}
	return nil
}

func (p *Program) result(batch *data.Batch) train.Result {
	return train.Result{Loss: p.graph.Scalar("loss"), Weight: p.model.Weight(batch), Counts: p.task.Count(p.model, p.graph, batch)}
}

// Freeze says that no parameter changes until the next call of Freeze, as of a model that
// predicts: what a run derives from parameters, it then keeps.
func (p *Program) Freeze() {
	if p.blocks != nil {
		p.blocks.Freeze()
		return
	}
	p.graph.Freeze()
}

// Close releases the program.
func (p *Program) Close() error {
	if p.blocks != nil {
		return p.blocks.Close()
	}
	return p.graph.Close()
}

// Carried returns a copy of the state that the next batch starts from, unless it resets
// it: by name the nodes of the state, each of shape (B, H), row by row. It is nil if the
// task carries none. Either number format fits a float64 exactly.
func (p *Program) Carried() map[string][]float64 {
	if len(p.state) == 0 {
		return nil
	}
	if p.blocks != nil {
		return p.blocks.Start()
	}
	carried := map[string][]float64{}
	for _, name := range p.state {
		carried[name] = p.graph.InputFloats("start/" + name)
	}
	return carried
}

// SetCarried makes the next batch start from a state that a Program of the same model and
// number of rows returned.
func (p *Program) SetCarried(carried map[string][]float64) error {
	if p.blocks != nil {
		return p.blocks.SetStart(carried)
	}
	for _, name := range p.state {
		if err := p.graph.SetFloats("start/"+name, carried[name]); err != nil {
			return err
		}
	}
	return nil
}
