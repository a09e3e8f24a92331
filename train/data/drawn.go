package data

import "math/rand/v2"

// Drawn is a Source of batches that a function draws: problems that are made up as they are
// needed. Each batch is drawn from a generator of its own, so that a training that was stopped
// goes on with those that would have followed.
type Drawn[B any] struct {
	Draw    func(rng *rand.Rand, b *B) // makes b the next batch; what b holds of another one may be reused
	Batches int                        // of a pass; Unlimited if 0

	seed uint64
}

// Begin starts a pass. In the fixed order, of a rng that is nil, each pass has the same batches.
func (d *Drawn[B]) Begin(rng *rand.Rand) int {
	if d.seed = 0; rng != nil {
		d.seed = rng.Uint64()
	}
	if d.Batches == 0 {
		return Unlimited
	}
	return d.Batches
}

// Batch draws batch i of the pass.
func (d *Drawn[B]) Batch(i int, b *B) { d.Draw(rand.New(rand.NewPCG(d.seed, uint64(i))), b) }
