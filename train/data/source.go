package data

import (
	"math"
	"math/rand/v2"
)

// Unlimited is the number of batches of a pass that has no end, such as one whose examples are
// drawn as they are needed.
const Unlimited = math.MaxInt

// A Source holds a data set and yields the batches of passes over it. What a batch is, is for
// the model and the Source to agree on.
//
// Begin starts a pass in an order that is drawn from rng, or in a fixed order if rng is nil, and
// returns the number of batches, or [Unlimited]. The order depends on rng alone, not on earlier
// passes. A new Source is at the beginning of a pass in the fixed order.
//
// Batch makes b the batch of the pass with index i, reusing the memory that b has. What the batch
// holds depends on the order and on i alone, so that a training that was stopped can go on from
// any batch: a Source that draws its examples draws those of each batch from a generator of
// their own. Batch may be called in any order and any number of times, from several goroutines
// if each has a b of its own. It panics if the pass has no batch i.
type Source[B any] interface {
	Begin(rng *rand.Rand) (batches int)
	Batch(i int, b *B)
}
