package train

import (
	"context"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// Evaluate returns how well a model does on a data set. A cancelled context ends it with
// the context's error.
func Evaluate(ctx context.Context, m *task.Model, source data.Source) (Part, error) {
	part, _, err := EvaluateCounts(ctx, m, source)
	return part, err
}

// EvaluateCounts is Evaluate, and returns also the counts that the measures follow from,
// such as the confusion of classes.
func EvaluateCounts(ctx context.Context, m *task.Model, source data.Source) (Part, task.Counts, error) {
	p := newPrograms(m)
	defer p.close()
	sums, err := p.evaluate(ctx, source)
	if err != nil {
		return Part{}, nil, err
	}
	return sums.part(m), sums.Counts, nil
}

// programs are a model's graphs, compiled when a batch of their size first comes.
type programs struct {
	model *task.Model
	steps map[size]*task.Step
}

type size struct {
	steps, rows int
	training    bool
}

func newPrograms(m *task.Model) *programs {
	return &programs{model: m, steps: map[size]*task.Step{}}
}

// of returns the program for a batch.
func (p *programs) of(b *data.Batch, training bool) (*task.Step, error) {
	key := size{b.Steps, b.Rows, training}
	if step := p.steps[key]; step != nil {
		return step, nil
	}
	step, err := p.model.Compile(b.Steps, b.Rows, training)
	if err == nil {
		p.steps[key] = step
	}
	return step, err
}

func (p *programs) evaluate(ctx context.Context, source data.Source) (sums tally, err error) {
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
