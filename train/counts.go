package train

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/metrics"
)

// Counts are what a model counts of one batch or of several, by name: numbers that add up,
// and of which its measures are functions. So a measure over many batches is exact, and
// not a mean of means. They are plain numbers, for a training that is saved holds some.
type Counts map[string][]float64

// Add adds what the same model counted of other batches. It panics if there are not equally many
// numbers of a name.
func (c Counts) Add(other Counts) {
	for name, x := range other {
		sum, ok := c[name]
		if !ok {
			c[name] = slices.Clone(x)
			continue
		}
		if len(sum) != len(x) {
			panic(fmt.Sprintf("train: counts %q of %d numbers and of %d", name, len(sum), len(x)))
		}
		for i := range x {
			sum[i] += x[i]
		}
	}
}

// Mean returns the first number of a name over the second: a sum and a weight as their quotient.
func (c Counts) Mean(name string) float64 { return c[name][0] / c[name][1] }

// check returns an error unless there are so many numbers of each of these names, and no
// others.
func (c Counts) check(sizes map[string]int) error {
	for name, n := range sizes {
		if len(c[name]) != n {
			return errors.Errorf("train: counts with %d numbers of %q, want %d", len(c[name]), name, n)
		}
	}
	if len(c) != len(sizes) {
		return errors.Errorf("train: counts of %q, want those of %q", slices.Sorted(maps.Keys(c)), slices.Sorted(maps.Keys(sizes)))
	}
	return nil
}

// tally sums the results of batches.
type tally struct {
	Loss   metrics.Mean `json:"loss"`
	Counts Counts       `json:"counts"`
}

// add adds the result of another batch.
func (t *tally) add(r Result) error {
	if err := t.fits(r.Counts); err != nil {
		return err
	}
	t.Loss.Add(r.Loss, r.Weight)
	if t.Counts == nil {
		t.Counts = Counts{}
	}
	t.Counts.Add(r.Counts)
	return nil
}

// fits returns an error if a model that counts this of another batch cannot have come to these
// sums.
func (t *tally) fits(counts Counts) error {
	if t.empty() {
		return nil
	}
	sizes := map[string]int{}
	for name, x := range counts {
		sizes[name] = len(x)
	}
	return t.Counts.check(sizes)
}

// empty tells whether it is the sums of no batch.
func (t *tally) empty() bool { return t.Loss.Weight() == 0 && len(t.Counts) == 0 }

// check returns an error if they are not sums that training or validating a model gives, so far as
// can be told before it has run: others of names or sizes that a model does not tell beforehand
// are noticed in its first batch, but what it could not report is refused.
func (t *tally) check(model any) (err error) {
	if t.empty() {
		return nil
	}
	if s, ok := model.(CountSizer); ok {
		return t.Counts.check(s.CountSizes())
	}
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("train: counts of %q, which the Report of a %T cannot read: %v", slices.Sorted(maps.Keys(t.Counts)), model, r)
		}
	}()
	t.metrics(model)
	return nil
}

// reporter is the part of a Counter that knows no batches.
type reporter interface {
	Report(m *Metrics, counts Counts)
}

// metrics returns what the sums say of a model.
func (t *tally) metrics(model any) Metrics {
	m := Metrics{Loss: t.Loss.Value(), Targets: int(t.Loss.Weight())}
	if r, ok := model.(reporter); ok && m.Targets > 0 {
		r.Report(&m, t.Counts)
	}
	return m
}
