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
	Program *graph.Program // whose gradients are those of the last batch

	model       *Model
	task        Task
	steps, rows int
	state       []string // names of the nodes of the carried state
	blocks      *blocks  // what runs in place of Program, if not nil
	random      *random  // of a model that is trained
}

// A Result is what a model made of one batch.
type Result struct {
	Loss   float64 // mean over the targets that count
	Weight float64 // the targets that count
	Counts Counts
}

func newStep(m *Model, steps, rows int) *Step {
	s := &Step{model: m, task: m.Task(), steps: steps, rows: rows}
	if s.task.Reading() == Carried {
		m.Recurrent().Begin(func(name string, _ int) *graph.Node {
			s.state = append(s.state, name)
			return nil
		})
	}
	return s
}

// build adds the model to a graph. Inputs are tokens and part/K (T·B), or numbers/T, of shape (B, I),
// for each step, weights and the task's targets, and the start of the state, start/NAME,
// or masks, mask/T.
func (s *Step) build(b *graph.Builder, training bool) {
	inputs, layer := s.inputs(b), s.model.layer(s.random.masks(s.steps))
	var features *graph.Node
	if s.task.Reading() == Carried {
		features = s.carried(b, layer, inputs)
	} else {
		masks := s.masks(b)
		steps, end := layer.Over(b, inputs, masks, cells.Zeros(b, layer, s.rows))
		features = s.features(b, steps, masks, end)
	}
	outputs := s.model.head().Of(b, features)
	loss := s.task.Loss(b, outputs, b.Input("weights", s.task.Reading().targets(s.steps, s.rows), 1))
	if training {
		b.Minimize(loss)
	} else {
		b.Output("loss", loss)
		s.task.Predict(b, outputs)
	}
}

// inputs returns what the cells read, T matrices of shape (B, E) or (B, I).
func (s *Step) inputs(b *graph.Builder) []*graph.Node {
	if m := s.model; m.Embedding != nil {
		n := s.steps * s.rows
		x := b.Rows(b.Param(m.Embedding.Table), b.Indices("tokens", n))
		for k := range m.parts() {
			x = b.Add(x, b.Rows(b.Param(m.Spelling.Table), b.Indices(partName(k), n)))
		}
		return b.Unstack(x, s.steps)
	}
	inputs := make([]*graph.Node, s.steps)
	for t := range inputs {
		inputs[t] = b.Input(numbersName(t), s.rows, s.model.Features.Len())
	}
	return inputs
}

// carried returns the features of all steps, of shape (T·B, H), from a state that is carried
// from batch to batch.
func (s *Step) carried(b *graph.Builder, layer cells.Layer, inputs []*graph.Node) *graph.Node {
	start := layer.Begin(func(name string, width int) *graph.Node {
		return b.Input("start/"+name, s.rows, width)
	})
	outputs, end := layer.Over(b, inputs, nil, start)
	end.Map(func(name string, n *graph.Node) *graph.Node {
		b.Output("end/"+name, n)
		return n
	})
	return s.features(b, outputs, nil, end)
}

// masks declares the columns that tell which rows have ended, one a step.
func (s *Step) masks(b *graph.Builder) []*graph.Node {
	masks := make([]*graph.Node, s.steps)
	for t := range masks {
		masks[t] = b.Input(maskName(t), s.rows, 1)
	}
	return masks
}

func maskName(t int) string    { return fmt.Sprintf("mask/%d", t) }
func numbersName(t int) string { return fmt.Sprintf("numbers/%d", t) }
func partName(k int) string    { return fmt.Sprintf("part/%d", k) }

// Run computes the loss and, if the Step is for training, the gradients of a batch,
// from the state that the batch before left.
func (s *Step) Run(batch *data.Batch) (Result, error) {
	if err := s.random.use(); err != nil {
		return Result{}, err
	}
	if s.blocks != nil {
		return s.blocks.run(batch)
	}
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
	if err := s.setInputs(batch); err != nil {
		return err
	}
	if err := s.random.setCells(s.Program, 0, s.steps); err != nil {
		return err
	}
	if err := s.random.setHead(s.Program, s.task.Reading(), 0, s.steps); err != nil {
		return err
	}
	if err := s.task.SetTargets(s.Program, batch); err != nil {
		return err
	}
	if err := s.Program.SetFloats("weights", batch.Weights); err != nil {
		return err
	}
	if s.task.Reading() == Carried {
		if batch.Reset {
			return s.Reset()
		}
		return nil
	}
	return s.setSteps(maskName, batch.Mask, 1)
}

func (s *Step) setInputs(batch *data.Batch) error {
	if s.model.Embedding != nil {
		for k := range s.model.parts() {
			if err := s.Program.SetInts(partName(k), batch.Parts[k]); err != nil {
				return err
			}
		}
		return s.Program.SetInts("tokens", batch.Inputs)
	}
	return s.setSteps(numbersName, batch.Numbers, s.model.Features.Len())
}

// setSteps hands each step its part of x, of shape (T·B, width).
func (s *Step) setSteps(name func(t int) string, x []float64, width int) error {
	size := s.rows * width
	for t := range s.steps {
		if err := s.Program.SetFloats(name(t), x[t*size:(t+1)*size]); err != nil {
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
	r := Result{Loss: s.Program.Scalar("loss"), Counts: s.task.Count(s.model, s.Program, batch)}
	for _, w := range batch.Weights {
		r.Weight += w
	}
	return r
}

// Freeze says that no parameter changes until the next call of Freeze, as of a model that
// predicts: what a run derives from parameters, it then keeps.
func (s *Step) Freeze() {
	if s.blocks != nil {
		s.blocks.Freeze()
		return
	}
	s.Program.Freeze()
}

// Close releases the program.
func (s *Step) Close() error {
	if s.blocks != nil {
		return s.blocks.Close()
	}
	return s.Program.Close()
}
