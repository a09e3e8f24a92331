package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/bptt"
)

// Settings say how a model is compiled. The zero value is for prediction.
type Settings struct {
	Training bool           // with the loss as the objective, and its gradients
	Blocks   Blocks         // how to run batches that are longer than a graph is to be
	Graph    graph.Settings // what runs the graphs
}

// Blocks say how a model runs over batches that are longer than a graph is to be; see
// package bptt.
type Blocks struct {
	Steps    int  // the most steps of a graph; no limit if 0
	Truncate bool // let no gradient flow from one graph to the next
}

// Compile builds the model's graph for batches of the given size. For training, the
// objective is the loss, and the program has its gradients; else it has outputs only, the
// loss and those of the task.
//
// Batches that are longer than the settings' Blocks run in blocks. Their losses and
// gradients are those of one graph, to rounding, unless gradients are truncated, and a Step
// for training gives no outputs but these. Of a model that is not being trained, batches
// run in blocks if the head reads the last step alone: a score of every step, such as
// chunks of words, may count what lies across an edge. A model that reads sequences as a whole,
// because it is bidirectional or pools, never runs in blocks; a batch for which it would have to
// is an error in training.
func (m *Model) Compile(steps, rows int, settings Settings) (*Step, error) {
	training, b := settings.Training, settings.Blocks
	if b.Steps < 0 {
		return nil, errors.Errorf("task: graphs of %d steps, want 1 or more, or 0 for no limit", b.Steps)
	}
	whole := m.Config.Whole()
	if whole != "" && training && b.Steps > 0 && steps > b.Steps {
		return nil, errors.Errorf("task: %s needs a graph of whole sequences, here of %d steps, and graphs have at most %d: allow more, or read shorter sequences", whole, steps, b.Steps)
	}
	s := newStep(m, steps, rows)
	if training {
		s.random = newRandom(m.Config)
	}
	if b.Steps == 0 || steps <= b.Steps || !training && (s.task.Reading() != LastStep || whole != "") {
		var err error
		s.Program, err = graph.Compile(func(b *graph.Builder) { s.build(b, training) }, settings.Graph)
		return s, err
	}
	s.blocks = &blocks{step: s}
	s.blocks.Blocks = bptt.New(s.blocks.recurrence(), bptt.Settings{
		Block: b.Steps, Truncate: b.Truncate, LossOnly: !training, Graph: settings.Graph,
	})
	if err := s.blocks.Prepare(steps); err != nil {
		return nil, err
	}
	s.Program = s.blocks.Program()
	return s, nil
}
