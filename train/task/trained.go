package task

import (
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
)

// A Model is trained by train.Fit, and measured and compiled by itself.
var (
	_ train.Model[data.Batch]    = (*Model)(nil)
	_ train.Weigher[data.Batch]  = (*Model)(nil)
	_ train.Counter[data.Batch]  = (*Model)(nil)
	_ train.Resetter[data.Batch] = (*Model)(nil)
	_ train.CountSizer           = (*Model)(nil)
	_ train.Baseliner            = (*Model)(nil)
)

// A size is that of the graph of a batch.
type size struct{ steps, rows int }

// Size returns the numbers of steps and rows.
func (m *Model) Size(batch *data.Batch) any { return size{batch.Steps, batch.Rows} }

// Loss adds the model to a graph, for batches of the size of batch, and returns its loss. What
// Count reads is an output of the graph and, if the graph is not for training, what is predicted.
// [Model.Compile] does more: it can cut long batches in blocks.
func (m *Model) Loss(g *train.Graph, batch *data.Batch) *graph.Node {
	p := newProgram(m, batch.Steps, batch.Rows)
	if g.Training {
		p.random = &random{graphs: map[int]*masks{batch.Steps: {g.Masks, g.Masks, g.Masks}}}
	}
	loss, outputs := p.loss(g.Builder, func(layer cells.Stateful) cells.State { return g.Start(layer, batch.Rows) }, g.End)
	if !g.Training {
		p.task.Predict(g.Builder, outputs)
	}
	return loss
}

// Set sets the inputs that Loss declared.
func (m *Model) Set(p *graph.Program, batch *data.Batch) error {
	program := newProgram(m, batch.Steps, batch.Rows)
	program.graph = p
	if err := program.check(batch); err != nil {
		return err
	}
	return program.setBatch(batch)
}

// Weight returns the number of targets that count.
func (m *Model) Weight(batch *data.Batch) float64 {
	sum := 0.0
	for _, w := range batch.Weights {
		sum += w
	}
	return sum
}

// Reset tells whether state starts afresh before the batch.
func (m *Model) Reset(batch *data.Batch) bool { return batch.Reset }

// Count counts how good the outputs of a program's last run, on a batch, are.
func (m *Model) Count(p *graph.Program, batch *data.Batch) train.Counts {
	return m.Task().Count(m, p, batch)
}

// CountSizes returns how many numbers Count counts of each name.
func (m *Model) CountSizes() map[string]int { return m.Task().Counted(m) }

// Report adds the measures of the task.
func (m *Model) Report(r *train.Metrics, counts train.Counts) { m.Task().Report(m, counts, r) }
