package data_test

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
)

// A batch is the same whenever and in whatever order it is asked for, and another in another pass.
// Would catch a generator that is carried from batch to batch.
func TestDrawn(t *testing.T) {
	source := &data.Drawn[uint64]{Draw: func(rng *rand.Rand, b *uint64) { *b = rng.Uint64() }, Batches: 3}
	pass := func(seed uint64, order ...int) (batches [3]uint64) {
		if n := source.Begin(rand.New(rand.NewPCG(seed, 0))); n != 3 {
			t.Fatalf("%d batches, want 3", n)
		}
		for _, i := range order {
			source.Batch(i, &batches[i])
		}
		return batches
	}
	first := pass(1, 0, 1, 2)
	if again := pass(1, 2, 0, 1); again != first || first[0] == first[1] || first[1] == first[2] {
		t.Errorf("batches %v, and in another order %v", first, again)
	}
	if other := pass(2, 0, 1, 2); other == first {
		t.Errorf("another pass has the same batches %v", other)
	}
	source.Begin(nil)
	var fixed, again uint64
	source.Batch(1, &fixed)
	source.Begin(nil)
	source.Batch(1, &again)
	if fixed != again {
		t.Errorf("the fixed order has %d and then %d", fixed, again)
	}
	if endless := (&data.Drawn[int]{}); endless.Begin(nil) != data.Unlimited {
		t.Error("a source without a number of batches ends")
	}
}
