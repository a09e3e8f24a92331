package train

import (
	"context"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
)

// Evaluate returns how well a model does on a data set. A cancelled context ends it with
// the context's error.
func Evaluate[B any](ctx context.Context, m Model[B], source data.Source[B], s graph.Settings) (Metrics, error) {
	result, _, err := EvaluateCounts(ctx, m, source, s)
	return result, err
}

// EvaluateCounts is Evaluate, and returns also the counts that the measures follow from,
// such as the confusion of classes.
func EvaluateCounts[B any](ctx context.Context, m Model[B], source data.Source[B], s graph.Settings) (Metrics, Counts, error) {
	p := newPrograms(m, Settings{Graph: s})
	defer p.close()
	sums, err := p.evaluate(ctx, source)
	if err != nil {
		return Metrics{}, nil, err
	}
	return sums.metrics(m), sums.Counts, nil
}

func (p *programs[B]) evaluate(ctx context.Context, source data.Source[B]) (sums tally, err error) {
	p.freeze()
	var batch B
	prefetched, carry := data.Prefetch(source), carrier[B]{programs: p}
	defer prefetched.Wait()
	batches := prefetched.Begin(nil)
	if batches < 1 || batches == data.Unlimited {
		return sums, errors.Errorf("train: Begin of the %T to evaluate on returned %d batches, want 1 or more, and an end", source, batches)
	}
	for i := range batches {
		if err := ctx.Err(); err != nil {
			return sums, err
		}
		prefetched.Batch(i, &batch)
		program, err := carry.next(&batch, i)
		if err != nil {
			return sums, err
		}
		result, err := program.Run(&batch, i, nil)
		if err != nil {
			return sums, err
		}
		if err := sums.add(result); err != nil {
			return sums, err
		}
	}
	return sums, nil
}
