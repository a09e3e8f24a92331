package fuse

import (
	"math/bits"
	"slices"
	"sync/atomic"

	"github.com/seed-222a112c/lstm/graph/internal/crew"
)

// barriers marks the steps before which all workers must have done all that is before
// them: those that touch what a step since the last barrier has written, or write what one
// has touched. Where both divide the same rows among the workers, each worker touches what
// it has written itself, and no barrier is needed.
func (p *planner[T]) barriers() (n int) {
	since := map[int]*touched{} // by offset of the buffer in the arena
	for i := range p.steps {
		s := &p.steps[i]
		all := s.touches()
		for _, t := range all {
			if b := p.buffers[t.buffer]; b.leaf == nil && since[b.offset].conflict(t) {
				s.barrier = true
				n++
				clear(since)
				break
			}
		}
		for _, t := range all {
			if b := p.buffers[t.buffer]; b.leaf == nil {
				if since[b.offset] == nil {
					since[b.offset] = &touched{cells: map[cell][]touch{}}
				}
				since[b.offset].add(t)
			}
		}
	}
	return n
}

// A touched holds the touches of a buffer by where they are, so that those which a touch
// overlaps are found without a look at those of all other time steps.
type touched struct {
	cells  map[cell][]touch
	levels uint64 // a bit for each that there is
}

// A cell is 2^level numbers of a buffer, from the at-th multiple of so many on.
type cell struct{ level, at int }

// cells returns the cells of a level that t lies in.
func (t touch) cells(level int) (from, to int) {
	return t.offset >> level, (t.offset+t.span()-1)>>level + 1
}

// add notes a touch, in the one or two of the smallest cells that are as long.
func (all *touched) add(t touch) {
	level := bits.Len(uint(t.span() - 1))
	all.levels |= 1 << level
	from, to := t.cells(level)
	for at := from; at < to; at++ {
		if k := (cell{level, at}); !slices.Contains(all.cells[k], t) {
			all.cells[k] = append(all.cells[k], t)
		}
	}
}

// conflict tells whether t has to wait for one of the touches before it.
func (all *touched) conflict(t touch) bool {
	if all == nil {
		return false
	}
	for levels := all.levels; levels != 0; levels &= levels - 1 {
		level := bits.TrailingZeros64(levels)
		from, to := t.cells(level)
		if to-from > len(all.cells) {
			for _, before := range all.cells {
				if slices.ContainsFunc(before, t.waitsFor) {
					return true
				}
			}
			return false
		}
		for at := from; at < to; at++ {
			if slices.ContainsFunc(all.cells[cell{level, at}], t.waitsFor) {
				return true
			}
		}
	}
	return false
}

// waitsFor tells whether t has to wait for an earlier touch of the same buffer.
func (t touch) waitsFor(b touch) bool {
	overlap := b.offset < t.offset+t.span() && t.offset < b.offset+b.span()
	same := b.aligned && t.aligned && b.rows == t.rows && b.stride == t.stride && b.offset/b.stride == t.offset/t.stride
	return (b.write || t.write) && overlap && !same
}

// A barrier lets workers wait for one another.
type barrier struct {
	workers int32
	arrived atomic.Int32
	round   atomic.Int32
	broken  atomic.Bool // somebody has failed: nobody waits any more
}

// wait returns when all workers have called it as often as the caller, or false if the
// barrier is broken.
func (b *barrier) wait() bool {
	round := b.round.Load()
	if b.arrived.Add(1) == b.workers {
		b.arrived.Store(0)
		b.round.Add(1)
		return !b.broken.Load()
	}
	crew.Until(func() bool { return b.round.Load() != round || b.broken.Load() })
	return !b.broken.Load()
}
