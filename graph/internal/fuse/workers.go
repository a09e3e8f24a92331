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

// wait returns when all workers have called it as often as the caller, or false if the
// barrier is broken.
func (b *barrier) wait() bool {
	round := b.round.Load()
	if b.arrived.Add(1) == b.workers {
		b.arrived.Store(0)
		b.round.Add(1)
		return !b.broken.Load()
	}
	spin(func() bool { return b.round.Load() != round || b.broken.Load() }, forever)
	return !b.broken.Load()
}

const (
	spins   = 20_000 // how often a waiting worker looks before it lets others have the processor
	patient = 4      // how many times as long it goes on before it sleeps now and then
	forever = 0
)

// spin waits until done, and reports whether it is: it gives up after limit looks, unless
// that is forever. Waiting takes a processor, which is what it is for: a wait here is about
// as short as waking a goroutine would be.
func spin(done func() bool, limit int) bool {
	for n := 1; !done(); n++ {
		if n == limit {
			return false
		}
		if n > spins && n%64 == 0 {
			runtime.Gosched()
		}
		if n > patient*spins {
			time.Sleep(20 * time.Microsecond)
		}
	}
	return true
}

// A crew is the goroutines that help the caller of a run: one for each worker but the
// first. They stay for a while after a run, in case another follows, and then end.
type crew struct {
	members []member
	busy    atomic.Int32 // members that have not finished their part
	work    func(worker int)
}

type member struct {
	state atomic.Int32
	_     [60]byte // so that members do not share a cache line
}

// The states of a member.
const (
	absent  = iota // there is no goroutine
	waiting        // it looks for a call
	called
)

// stay is how often a member looks for the next call before it ends.
const stay = patient * spins

// call makes every member do its part of a run.
func (c *crew) call() {
	c.busy.Store(int32(len(c.members)))
	for i := range c.members {
		if m := &c.members[i]; !m.state.CompareAndSwap(waiting, called) {
			m.state.Store(called)
			go c.attend(m, i+1)
		}
	}
}

// attend does the parts of a worker until no call has come for a while.
func (c *crew) attend(m *member, worker int) {
	for {
		c.work(worker)
		m.state.Store(waiting)
		c.busy.Add(-1)
		if !spin(func() bool { return m.state.Load() == called }, stay) && m.state.CompareAndSwap(waiting, absent) {
			return
		}
	}
}

// wait returns when all members have done their parts.
func (c *crew) wait() { spin(func() bool { return c.busy.Load() == 0 }, forever) }
