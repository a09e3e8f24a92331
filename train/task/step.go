package task

import (
	"fmt"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
)

// A Step is a model compiled for batches of one size. It carries the state from one
// batch of a text to the next.
type Step struct {
	Program *graph.Program

	model       *Model
	steps, rows int
	state       []string // names of the nodes of the carried state
	predicted   []int
}

// A Result is what a model made of one batch.
type Result struct {
	Loss    float64 // mean over the targets that count, in nats
	Weight  float64 // the targets that count
	Correct float64 // those of them whose most probable class was right
}

// Compile builds the model's graph for batches of the given size. For training, the
// objective is the loss, and the program has its gradients; else it has outputs only:
// loss, logits, of shape (n, C), and probabilities.
func (m *Model) Compile(steps, rows int, training bool) (*Step, error) {
	s := &Step{model: m, steps: steps, rows: rows}
	if m.Config.Task.LanguageModel() {
		m.Stack.Begin(func(name string, _ int) *graph.Node {
			s.state = append(s.state, name)
			return nil
		})
	}
	var err error
	s.Program, err = graph.Compile(func(b *graph.Builder) { s.build(b, training) }, graph.Settings{})
	return s, err
}

// build adds the model to a graph. Inputs are tokens (T·B), targets and weights, and
// the start of the state, start/NAME, or masks, mask/T, for a classifier.
func (s *Step) build(b *graph.Builder, training bool) {
	m := s.model
	inputs := m.Embedding.Of(b, b.Indices("tokens", s.steps*s.rows), s.steps)
	var features *graph.Node // what the head reads, one row a target
	if m.Config.Task.LanguageModel() {
		features = s.everyStep(b, inputs)
	} else {
		features = s.lastStep(b, inputs)
	}
	logits := m.Head.Of(b, features)
	targets := s.targets()
	loss := b.CrossEntropy(logits, b.Indices("targets", targets), b.Input("weights", targets, 1), graph.CrossEntropySettings{})
	b.Output("logits", logits)
	if training {
		b.Minimize(loss)
	} else {
		b.Output("loss", loss)
		b.Output("probabilities", b.Softmax(logits))
	}
}

// everyStep returns the outputs of all steps, of shape (T·B, H), from a state that is
// carried from batch to batch.
func (s *Step) everyStep(b *graph.Builder, inputs []*graph.Node) *graph.Node {
	start := s.model.Stack.Begin(func(name string, width int) *graph.Node {
		return b.Input("start/"+name, s.rows, width)
	})
	outputs, end := cells.Unroll(b, s.model.Stack, inputs, nil, start)
	end.Map(func(name string, n *graph.Node) *graph.Node {
		b.Output("end/"+name, n)
		return n
	})
	return b.Stack(outputs)
}

// lastStep returns the output of each row's last step, of shape (B, H): the rows that
// have ended repeat theirs.
func (s *Step) lastStep(b *graph.Builder, inputs []*graph.Node) *graph.Node {
	masks := make([]*graph.Node, s.steps)
	for t := range masks {
		masks[t] = b.Input(maskName(t), s.rows, 1)
	}
	_, end := cells.Unroll(b, s.model.Stack, inputs, masks, cells.Zeros(b, s.model.Stack, s.rows))
	return end.Output()
}

func maskName(t int) string { return fmt.Sprintf("mask/%d", t) }

// targets returns the number of targets of a batch.
func (s *Step) targets() int {
	if s.model.Config.Task.LanguageModel() {
		return s.steps * s.rows
	}
	return s.rows
}

// Run computes the loss and, if the Step is for training, the gradients of a batch,
// from the state that the batch before left.
func (s *Step) Run(batch *data.Batch) (Result, error) {
	if err := s.set(batch); err != nil {
		return Result{}, err
	}
	if err := s.Program.Run(); err != nil {
		return Result{}, err
	}
	for _, name := range s.state {
		if err := s.Program.Feed("end/"+name, "start/"+name); err != nil {
			return Result{}, err
		}
	}
	return s.result(batch), nil
}

func (s *Step) set(batch *data.Batch) error {
	if err := s.Program.SetInts("tokens", batch.Inputs); err != nil {
		return err
	}
	if err := s.Program.SetInts("targets", batch.Targets); err != nil {
		return err
	}
	if err := s.Program.SetFloats("weights", batch.Weights); err != nil {
		return err
	}
	if batch.Reset {
		if err := s.Reset(); err != nil {
			return err
		}
	}
	if s.model.Config.Task.LanguageModel() {
		return nil
	}
	for t := range s.steps {
		if err := s.Program.SetFloats(maskName(t), batch.Mask[t*s.rows:(t+1)*s.rows]); err != nil {
			return err
		}
	}
	return nil
}

// Reset sets the carried state to zeros.
func (s *Step) Reset() error {
	for _, name := range s.state {
		if err := s.Program.Clear("start/" + name); err != nil {
			return err
		}
	}
	return nil
}

func (s *Step) result(batch *data.Batch) Result {
	r := Result{Loss: s.Program.Scalar("loss")}
	s.predicted = s.Program.Argmax("logits", s.predicted)
	for i, w := range batch.Weights {
		r.Weight += w
		if s.predicted[i] == batch.Targets[i] {
			r.Correct += w
		}
	}
	return r
}

// Close releases the program.
func (s *Step) Close() error { return s.Program.Close() }
