package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/bptt"
	"github.com/seed-222a112c/lstm/train/data"
)

var _ train.Compiler[data.Batch] = (*Model)(nil)

// Compile builds the model's graph for batches of the size of batch. For training, the
// objective is the loss, and the program has its gradients; else it has outputs only, the
// loss and those of the task.
//
// Batches that are longer than the compilation's Block, if that is not 0, run in blocks. Their losses and
// gradients are those of one graph, to rounding, unless gradients are truncated, and a Program
// for training gives no outputs but these. Of a model that is not being trained, batches
// run in blocks if the head reads the last step alone: a score of every step, such as
// chunks of words, may count what lies across an edge. A model that reads sequences as a whole,
// because it is bidirectional or pools, never runs in blocks; a batch for which it would have to
// is an error in training.
func (m *Model) Compile(batch *data.Batch, c train.Compilation) (train.Program[data.Batch], error) {
	return m.compile(batch.Steps, batch.Rows, c)
}

func (m *Model) compile(steps, rows int, c train.Compilation) (*Program, error) {
	training := c.Training
	if c.Block < 0 {
		return nil, errors.Errorf("task: graphs of %d steps, want 1 or more, or 0 for no limit", c.Block)
	}
	if steps < 1 || rows < 1 {
		return nil, errors.Errorf("task: data.Batch.Steps is %d and Rows %d, want 1 or more of each", steps, rows)
	}
	whole := m.Config.Whole()
	if whole != "" && training && c.Block > 0 && steps > c.Block {
		return nil, errors.Errorf("task: %s needs a graph of whole sequences, here of %d steps, and graphs have at most %d: allow more, or read shorter sequences", whole, steps, c.Block)
	}
	s := newProgram(m, steps, rows)
	if training {
		s.random = newRandom(m.Config)
	}
	if c.Block == 0 || steps <= c.Block || !training && (s.task.Reading() != LastStep || whole != "") {
		var err error
		s.graph, err = graph.Compile(func(b *graph.Builder) {
			b.Frozen(c.Frozen...)
			s.build(b, training)
		}, c.Graph)
		return s, err
	}
	s.blocks = &blocks{program: s}
	s.blocks.Blocks = bptt.New(s.blocks.recurrence(), bptt.Settings{
		Block: c.Block, Truncate: c.Truncate, LossOnly: !training, Frozen: c.Frozen, Graph: c.Graph,
	})
	if err := s.blocks.Prepare(steps); err != nil {
		return nil, err
	}
	s.graph = s.blocks.Program()
	return s, nil
}
