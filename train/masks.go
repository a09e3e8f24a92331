package train

import (
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
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

// A stream is masks with random numbers of their own.
type stream struct {
	masks  *cells.Masks
	byStep bool
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

// A drawing is what the masks of a graph are drawn from.
type drawing struct {
	masks   *cells.Masks
	streams []stream
}

// keys draws the keys of the streams of the next batch.
func (d drawing) keys(rng *rand.Rand) ([]uint64, error) {
	if len(d.streams) > 0 && rng == nil {
		return nil, errors.New("train: a model with dropout or zoneout is trained without random numbers")
	}
	keys := make([]uint64, len(d.streams))
	for i := range keys {
		keys[i] = rng.Uint64()
	}
	return keys, nil
}

// draw fills the masks of a program that runs steps of a batch.
func (d drawing) draw(p *graph.Program, keys []uint64, from, to int) error {
	for i, s := range d.streams {
		generator := func(step uint64) *rand.Rand { return rand.New(rand.NewPCG(keys[i], step)) }
		var err error
		if s.byStep {
			err = s.masks.DrawSteps(p, to-from, func(step int) *rand.Rand { return generator(uint64(from + step)) })
		} else {
			err = s.masks.Draw(p, generator(0))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
