package train

import (
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/train/bptt"
)

// A Graph is what a model adds itself to. Its methods Start and End are for state that flows from
// batch to batch, which checkpoints hold, and Zeros and End for state that starts from zeros in
// each.
type Graph struct {
	*bptt.Graph
	Training bool // with gradients, or to be evaluated

	// Masks are those of dropout and zoneout, drawn anew before each run; nil if not training. A
	// Sequential has those of Stream instead.
	Masks *cells.Masks

	streams []stream
}

// Stream returns masks that have random numbers of their own, so that they are the same whatever
// blocks a batch runs in, and when a block runs for the second time: the same ones in all blocks
// or, by step, those of each step of the batch, which all have equally many. Its name tells it
// from other streams. It is nil if not training.
func (g *Graph) Stream(name string, byStep bool) *cells.Masks {
	if !g.Training {
		return nil
	}
	s := stream{&cells.Masks{Name: name}, byStep}
	g.streams = append(g.streams, s)
	return s.masks
}
