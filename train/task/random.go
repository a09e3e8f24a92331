package task

import (
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// random is what a Program for training draws its masks from. Each step of a batch has masks of
// its own generator, so that they are the same whatever blocks the batch runs in, and when a
// block runs for the second time. A nil *random is that of a model that is not being trained,
// or of which nothing is random.
type random struct {
	graphs map[int]*masks // by T
	keys   struct{ steps, whole, head uint64 }
}

// masks are the masks of a graph. They are nil where nothing is random.
type masks struct {
	steps *cells.Masks // of each step: dropout of what layers read, zoneout
	whole *cells.Masks // of all steps: recurrent dropout
	head  *cells.Masks // of what the head reads
}

// newRandom returns what is random in training.
func newRandom(c Config) *random {
	if c.Dropout == 0 && c.RecurrentDropout == 0 && c.Zoneout == 0 {
		return nil
	}
	return &random{graphs: map[int]*masks{}}
}

// masks returns those of graphs of so many steps.
func (r *random) masks(steps int) *masks {
	if r == nil {
		return &masks{}
	}
	if r.graphs[steps] == nil {
		r.graphs[steps] = &masks{&cells.Masks{Name: "step "}, &cells.Masks{Name: "sequence "}, &cells.Masks{Name: "head "}}
	}
	return r.graphs[steps]
}

// draw draws the keys of the masks of the next run from rng.
func (r *random) draw(rng *rand.Rand) error {
	switch {
	case r == nil:
		return nil
	case rng == nil:
		return errors.New("task: a model with dropout or zoneout is trained without random numbers")
	}
	r.keys.steps, r.keys.whole, r.keys.head = rng.Uint64(), rng.Uint64(), rng.Uint64()
	return nil
}

// setCells fills the masks of the cells of a program that runs steps of the batch.
func (r *random) setCells(p *graph.Program, from, to int) error {
	if r == nil {
		return nil
	}
	m := r.masks(to - from)
	if err := m.whole.Draw(p, rand.New(rand.NewPCG(r.keys.whole, 0))); err != nil {
		return err
	}
	return m.steps.DrawSteps(p, to-from, generators(r.keys.steps, from))
}

// setHead fills those of the head, which reads every step or, once, the last.
func (r *random) setHead(p *graph.Program, reading Reading, from, to int) error {
	if r == nil {
		return nil
	}
	m := r.masks(to - from).head
	if reading == LastStep {
		return m.Draw(p, rand.New(rand.NewPCG(r.keys.head, 0)))
	}
	return m.DrawSteps(p, to-from, generators(r.keys.head, from))
}

// generators returns that of each step of a block.
func generators(key uint64, from int) func(step int) *rand.Rand {
	return func(step int) *rand.Rand { return rand.New(rand.NewPCG(key, uint64(from+step))) }
}
