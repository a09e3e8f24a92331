package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
)

// A Model is one that package train trains, measures and compiles.
var (
	_ train.Model[data.Batch]      = (*Model)(nil)
	_ train.Sequential[data.Batch] = (*Model)(nil)
	_ train.Checker[data.Batch]    = (*Model)(nil)
	_ train.Weigher[data.Batch]    = (*Model)(nil)
	_ train.Counter[data.Batch]    = (*Model)(nil)
	_ train.Resetter[data.Batch]   = (*Model)(nil)
	_ train.CountSizer             = (*Model)(nil)
	_ train.Baseliner              = (*Model)(nil)
)

// A size is that of the graph of a batch.
type size struct{ Steps, Rows int }

// Size returns the numbers of steps and rows.
func (m *Model) Size(batch *data.Batch) any { return size{batch.Steps, batch.Rows} }

// Blocks says that long batches are cut in training. Those of a model that is not being trained
// are cut if the head reads the last step alone: a score of every step, such as chunks of words,
// may count what lies across an edge. A model that reads sequences as a whole, because it is
// bidirectional or pools, is never cut; a batch for which it would have to be is an error in
// training.
func (m *Model) Blocks(batch *data.Batch, c train.Compilation) (steps, block int, err error) {
	if batch.Steps < 1 || batch.Rows < 1 {
		return 0, 0, errors.Errorf("task: data.Batch.Steps is %d and Rows %d, want 1 or more of each", batch.Steps, batch.Rows)
	}
	whole := m.Config.Whole()
	switch {
	case c.Block == 0 || batch.Steps <= c.Block:
	case c.Training && whole != "":
		return 0, 0, errors.Errorf("task: %s needs a graph of whole sequences, here of %d steps, and graphs have at most %d: allow more, or read shorter sequences", whole, batch.Steps, c.Block)
	case c.Training || m.Task().Reading() == LastStep && whole == "":
		return batch.Steps, c.Block, nil
	}
	return batch.Steps, batch.Steps, nil
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

// BaselineLoss returns about the loss of a model for the same task that knows nothing.
func (m *Model) BaselineLoss() float64 { return m.Task().BaselineLoss(m.outputs()) }

// Count counts how good the outputs of a program's last run, on a batch, are.
func (m *Model) Count(p *graph.Program, batch *data.Batch) train.Counts {
	return m.Task().Count(m, p, batch)
}

// CountSizes returns how many numbers Count counts of each name.
func (m *Model) CountSizes() map[string]int { return m.Task().Counted(m) }

// Report adds the measures of the task.
func (m *Model) Report(r *train.Metrics, counts train.Counts) { m.Task().Report(m, counts, r) }
