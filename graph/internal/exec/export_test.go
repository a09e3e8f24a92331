package exec

import (
	"math"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Interleave runs the steps of a schedule on one goroutine as its workers may: between two
// barriers one worker does all its parts before another begins, in a random order. All memory
// holds NaN before, so that who reads too early, or what nobody writes, does not go unnoticed.
func Interleave[T kernel.Float](s *Schedule[T], values map[*gorgonia.Node]gorgonia.Value, rng *rand.Rand) ([]*tensor.Dense, error) {
	e := newEngine(s)
	nan := T(math.NaN())
	for i := range s.Buffers {
		if !s.Buffers[i].Given() {
			for k := range e.buffers[i] {
				e.buffers[i][k] = nan
			}
		}
	}
	for _, scratch := range e.scratch {
		for k := range scratch[blockSize:] {
			scratch[blockSize+k] = nan
		}
	}
	for _, l := range e.leaves {
		if err := e.bind(l, values[l.node]); err != nil {
			return nil, err
		}
	}
	for _, l := range s.Lists {
		l.prepare(e.memory)
	}
	for from := 0; from < len(s.Steps); {
		to := from + 1
		for to < len(s.Steps) && !s.Steps[to].Barrier {
			to++
		}
		for _, worker := range rng.Perm(s.Workers) {
			for i := from; i < to; i++ {
				s.Steps[i].run(e.memory, worker, s.Workers)
			}
		}
		from = to
	}
	return e.headers, e.failure()
}
