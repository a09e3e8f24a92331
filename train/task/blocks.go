package task

import (
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/bptt"
	"github.com/seed-222a112c/lstm/train/data"
)

// blocks run the batches of a Program.
type blocks struct {
	*bptt.Blocks
	program *Program
	batch   *data.Batch
	weight  float64      // of the batch
	counts  train.Counts // of the blocks so far
}

// run is Program.Run.
func (b *blocks) run(batch *data.Batch) (train.Result, error) {
	b.batch, b.weight, b.counts = batch, 0, train.Counts{}
	for _, w := range batch.Weights {
		b.weight += w
	}
	carried := b.program.task.Reading() == Carried
	if carried && batch.Reset {
		b.Reset()
	}
	loss, err := b.Run(batch.Steps)
	if err != nil {
		return train.Result{}, err
	}
	b.program.graph = b.Program()
	if carried {
		err = b.SetStart(b.End())
	}
	return train.Result{Loss: loss, Weight: b.weight, Counts: b.counts}, err
}

// recurrence is the model as package bptt sees it.
func (b *blocks) recurrence() bptt.Recurrence {
	s := b.program
	return bptt.Recurrence{
		Cell: s.model.Recurrent(), Rows: s.rows,
		Unroll: func(g *graph.Builder, steps int, start cells.State) ([]*graph.Node, cells.State) {
			block := newProgram(s.model, steps, s.rows)
			var masks []*graph.Node
			inputs := block.inputs(g)
			if s.task.Reading() != Carried {
				masks = block.masks(g)
			}
			return s.model.layer(s.random.masks(steps)).Over(g, inputs, masks, start)
		},
		Loss: b.loss,
		SetInputs: func(p *graph.Program, from, to int) error {
			block, batch := b.block(p, from, to)
			if err := block.setInputs(batch); err != nil {
				return err
			}
			if err := s.random.setCells(p, from, to); err != nil || s.task.Reading() == Carried {
				return err
			}
			return block.setSteps(maskName, batch.Mask, 1)
		},
		SetTargets: b.setTargets,
		Ran: func(p *graph.Program, from, to int) {
			_, batch := b.block(p, from, to)
			b.counts.Add(s.task.Count(s.model, p, batch))
		},
	}
}

// loss adds the share of a block in the loss of the batch: the mean over its targets times
// their part of the weight.
func (b *blocks) loss(g *graph.Builder, outputs []*graph.Node, end cells.State) *graph.Node {
	s := b.program
	features := s.features(g, outputs, nil, end)
	weights := g.Input("weights", s.task.Reading().targets(len(outputs), s.rows), 1)
	mean := s.task.Loss(g, s.model.head().Of(g, features), weights)
	return g.Mul(mean, g.Dot(g.Input("share", 1, 1), g.Ones(1)))
}

func (b *blocks) setTargets(p *graph.Program, from, to int) error {
	_, batch := b.block(p, from, to)
	if err := b.program.random.setHead(p, b.program.task.Reading(), from, to); err != nil {
		return err
	}
	if err := b.program.task.SetTargets(p, batch); err != nil {
		return err
	}
	if err := p.SetFloats("weights", batch.Weights); err != nil {
		return err
	}
	share := 0.0
	for _, w := range batch.Weights {
		if w != 0 {
			share += w / b.weight
		}
	}
	return p.SetFloats("share", []float64{share})
}

// block returns a Program for steps of the batch, which runs in p, and the batch of these.
func (b *blocks) block(p *graph.Program, from, to int) (*Program, *data.Batch) {
	s := newProgram(b.program.model, to-from, b.program.rows)
	s.graph = p
	return s, b.cut(from, to)
}

// cut returns steps of the batch. Batches are time-major, so these are parts of its slices.
// Where the head reads the last step, a row's target counts in the block in which the row
// ends.
func (b *blocks) cut(from, to int) *data.Batch {
	whole := *b.batch
	part := whole
	part.Steps = to - from
	part.Inputs = cutSteps(whole.Inputs, whole.Steps, from, to)
	part.Parts = make([][]int, len(whole.Parts))
	for k, ids := range whole.Parts {
		part.Parts[k] = cutSteps(ids, whole.Steps, from, to)
	}
	part.Numbers = cutSteps(whole.Numbers, whole.Steps, from, to)
	part.Mask = cutSteps(whole.Mask, whole.Steps, from, to)
	part.Lengths = make([]int, whole.Rows)
	last := b.program.task.Reading() == LastStep
	if last {
		part.Weights = make([]float64, whole.Rows)
	} else {
		part.Targets = cutSteps(whole.Targets, whole.Steps, from, to)
		part.Values = cutSteps(whole.Values, whole.Steps, from, to)
		part.Weights = cutSteps(whole.Weights, whole.Steps, from, to)
	}
	for row, length := range whole.Lengths {
		part.Lengths[row] = min(max(length-from, 0), to-from)
		if end := max(length, 1); last && from < end && end <= to {
			part.Weights[row] = whole.Weights[row]
		}
	}
	return &part
}

// cutSteps returns the part of x, which has equally many elements a step.
func cutSteps[E any](x []E, steps, from, to int) []E {
	each := len(x) / steps
	return x[from*each : to*each]
}
