package task

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/metrics"
)

// Counts are what a task counts of one batch or of several, by name: numbers that add up,
// and of which its measures are functions. So a measure over many batches is exact, and
// not a mean of means. They are plain numbers, for a training that is saved holds some.
type Counts map[string][]float64

// Add adds what was counted of other batches by the same task.
func (c Counts) Add(other Counts) {
	for name, x := range other {
		sum, ok := c[name]
		if !ok {
			c[name] = slices.Clone(x)
			continue
		}
		if len(sum) != len(x) {
			panic(fmt.Sprintf("task: counts %q of %d numbers and of %d", name, len(sum), len(x)))
		}
		for i := range x {
			sum[i] += x[i]
		}
	}
}

// Check returns an error unless there are so many numbers of each of these names, and no
// others.
func (c Counts) Check(sizes map[string]int) error {
	for name, n := range sizes {
		if len(c[name]) != n {
			return errors.Errorf("task: counts with %d numbers of %q, want %d", len(c[name]), name, n)
		}
	}
	if len(c) != len(sizes) {
		return errors.Errorf("task: counts of %q, want those of %q", slices.Sorted(maps.Keys(c)), slices.Sorted(maps.Keys(sizes)))
	}
	return nil
}

// retrievalSize is the number of counts that are a metrics.Retrieval.
const retrievalSize = 3

// retrieval returns counts as a metrics.Retrieval.
func (c Counts) retrieval(name string) metrics.Retrieval {
	x := c[name]
	return metrics.Retrieval{Correct: int(x[0]), Found: int(x[1]), True: int(x[2])}
}

func retrievalCounts(r metrics.Retrieval) []float64 {
	return []float64{float64(r.Correct), float64(r.Found), float64(r.True)}
}

// mean returns a sum and a weight as their quotient.
func (c Counts) mean(name string) float64 { return c[name][0] / c[name][1] }
