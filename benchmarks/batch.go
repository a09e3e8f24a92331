package benchmarks

import "math/rand/v2"

// batchCount is the number of different batches that steps take in turn: what one batch
// leaves behind, such as rows of an embedding in a cache, is not always what the next needs.
const batchCount = 8

// A batch is random: tokens and targets are uniform over all classes, inputs normal.
type batch struct {
	tokens  []int     // T·B, time-major; nil for real inputs
	inputs  []float64 // T·B rows of E numbers; nil for tokens
	targets []int
}

func newBatches(w Workload, rng *rand.Rand) []batch {
	batches := make([]batch, batchCount)
	for i := range batches {
		if w.Vocabulary > 0 {
			batches[i].tokens = draw(w.Tokens(), func() int { return rng.IntN(w.Vocabulary) })
		} else {
			batches[i].inputs = draw(w.Tokens()*w.Inputs, rng.NormFloat64)
		}
		batches[i].targets = draw(w.targets(), func() int { return rng.IntN(w.Outputs) })
	}
	return batches
}

func draw[T any](n int, next func() T) []T {
	values := make([]T, n)
	for i := range values {
		values[i] = next()
	}
	return values
}
