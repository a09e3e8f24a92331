package cells_test

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// The weights that the paper counts for its tasks, output units included: adding, temporal
// order with two and three symbols, and the Reber grammar, whose cells have no biases.
func TestWeightCountsOf1997(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	for _, c := range []struct {
		task                          string
		inputs, blocks, size, outputs int
		cellBias, outputBias          bool
		want                          int
	}{
		{"adding", 2, 2, 2, 1, true, true, 93},
		{"temporal order, two symbols", 8, 2, 2, 4, true, true, 156},
		{"temporal order, three symbols", 8, 3, 2, 8, true, true, 308},
		{"Reber grammar, four blocks", 7, 4, 1, 7, false, false, 264},
		{"Reber grammar, three blocks", 7, 3, 2, 7, false, false, 276},
	} {
		cell := cells.NewMemoryBlocks("cell", c.inputs, c.blocks, c.size, rng)
		if !c.cellBias {
			cell.Candidate.B = nil
		}
		head := cells.NewDense("head", c.blocks*c.size, c.outputs, rng)
		n := graph.Count(cell.Params()) + head.W.Size()
		if c.outputBias {
			n += head.B.Size()
		}
		if n != c.want {
			t.Errorf("%s: %d weights, want %d", c.task, n, c.want)
		}
	}
}
