package train

import (
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// A stream is masks with random numbers of their own.
type stream struct {
	masks  *cells.Masks
	byStep bool
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
