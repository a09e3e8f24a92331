package fuse

import (
	"runtime"
	"sync/atomic"
	"time"
)

// barriers marks the steps before which all workers must have done all that is before
// them: those that touch what a step since the last barrier has written, or write what one
// has touched. Where both divide the same rows among the workers, each worker touches what
// it has written itself, and no barrier is needed.
func (p *planner[T]) barriers() (n int) {
	since := map[int][]touch{} // by offset of the buffer in the arena
	for i := range p.steps {
		s := &p.steps[i]
		all := s.touches()
		for _, t := range all {
			if p.buffers[t.buffer].leaf == nil && conflicts(since[p.buffers[t.buffer].offset], t) {
				s.barrier = true
				n++
				clear(since)
				break
			}
		}
		for _, t := range all {
			if p.buffers[t.buffer].leaf == nil {
				at := p.buffers[t.buffer].offset
				since[at] = append(since[at], t)
			}
		}
	}
	return n
}

// conflicts tells whether t has to wait for one of the touches before it.
func conflicts(before []touch, t touch) bool {
	for _, b := range before {
		overlap := b.offset < t.offset+t.span() && t.offset < b.offset+b.span()
		same := b.aligned && t.aligned && b.rows == t.rows && b.stride == t.stride && b.offset/b.stride == t.offset/t.stride
		if (b.write || t.write) && overlap && !same {
			return true
		}
	}
	return false
}

// A barrier lets workers wait for one another.
type barrier struct {
	workers int32
	arrived atomic.Int32
	round   atomic.Int32
	broken  atomic.Bool // somebody has failed: nobody waits any more
}

// spins is how often a waiting worker looks before it lets others have the processor.
const spins = 20_000

// wait returns when all workers have called it as often as the caller, or false if the
// barrier is broken.
func (b *barrier) wait() bool {
	round := b.round.Load()
	if b.arrived.Add(1) == b.workers {
		b.arrived.Store(0)
		b.round.Add(1)
		return !b.broken.Load()
	}
	for n := 0; b.round.Load() == round; n++ {
		if b.broken.Load() {
			return false
		}
		if n > spins {
			runtime.Gosched()
			if n > 2*spins {
				time.Sleep(20 * time.Microsecond)
			}
		}
	}
	return !b.broken.Load()
}
