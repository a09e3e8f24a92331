package train

import (
	"cmp"
	"context"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// Evaluate returns how well a model does on a data set. A cancelled context ends it with
// the context's error.
func Evaluate(ctx context.Context, m *task.Model, source data.Source, s graph.Settings) (Part, error) {
	part, _, err := EvaluateCounts(ctx, m, source, s)
	return part, err
}

// EvaluateCounts is Evaluate, and returns also the counts that the measures follow from,
// such as the confusion of classes.
func EvaluateCounts(ctx context.Context, m *task.Model, source data.Source, s graph.Settings) (Part, task.Counts, error) {
	p := newPrograms(m, Settings{Graph: s})
	defer p.close()
	sums, err := p.evaluate(ctx, source)
	if err != nil {
		return Part{}, nil, err
	}
	return sums.part(m), sums.Counts, nil
}

// programs are a model's graphs, compiled when a batch of their size first comes.
type programs struct {
	model    *task.Model
	settings Settings
	steps    map[size]*task.Step
}

type size struct {
	steps, rows int
	training    bool
}

// mostSteps is the most steps of a graph if no other number is given: what is compiled in
// some seconds.
const mostSteps = 512

func newPrograms(m *task.Model, s Settings) *programs {
	return &programs{model: m, settings: s, steps: map[size]*task.Step{}}
}

// Compiling returns how Fit compiles a model that it trains or, if it is not for training,
// validates.
func (s Settings) Compiling(training bool) task.Settings {
	blocks := task.Blocks{Steps: cmp.Or(s.Block, mostSteps)}
	if training && s.BPTT > 0 {
		blocks = task.Blocks{Steps: s.BPTT, Truncate: true}
	}
	return task.Settings{Training: training, Blocks: blocks, Graph: s.Graph}
}

// of returns the program for a batch.
func (p *programs) of(b *data.Batch, training bool) (*task.Step, error) {
	key := size{b.Steps, b.Rows, training}
	if step := p.steps[key]; step != nil {
		return step, nil
	}
	step, err := p.model.Compile(b.Steps, b.Rows, p.settings.Compiling(training))
	if err != nil {
		return nil, err
	}
	if p.steps[key] = step; !training {
		step.Freeze()
	}
	return step, nil
}

// freeze says that the weights, which have changed, stay as they are while the model is
// evaluated.
func (p *programs) freeze() {
	for size, step := range p.steps {
		if !size.training {
			step.Freeze()
		}
	}
}

func (p *programs) evaluate(ctx context.Context, source data.Source) (sums tally, err error) {
	p.freeze()
	var batch data.Batch
	ahead := data.NewAhead(source)
	defer ahead.Wait()
	for i := range ahead.Begin(nil) {
		if err := ctx.Err(); err != nil {
			return sums, err
		}
		ahead.Batch(i, &batch)
		step, err := p.of(&batch, false)
		if err != nil {
			return sums, err
		}
		result, err := step.Run(&batch)
		if err != nil {
			return sums, err
		}
		sums.add(result)
	}
	return sums, nil
}

func (p *programs) close() {
	for _, step := range p.steps {
		step.Close()
	}
}
