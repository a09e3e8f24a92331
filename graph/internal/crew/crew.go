// Package crew keeps goroutines at hand for work that is over in less time than it takes to
// wake a goroutine. They stay for a while after their work, looking for more, and then end;
// while they look they take a processor, which they give up when anybody wants it.
package crew

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A Crew is a number of members that do a caller's work beside it. It is for one caller at
// a time.
type Crew struct {
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

const (
	spins   = 20_000      // looks before others are let on the processor
	stay    = 20 * spins  // looks for the next call before a member ends: about a millisecond
	patient = 200 * spins // looks before a caller sleeps now and then
)

// idle holds the crews that nobody has taken, by size, the last one freed at the end.
var idle struct {
	sync.Mutex
	crews map[int][]*Crew
}

// Take returns a crew of n members, one whose members still look for work if there is one.
func Take(n int) *Crew {
	idle.Lock()
	defer idle.Unlock()
	if all := idle.crews[n]; len(all) > 0 {
		c := all[len(all)-1]
		idle.crews[n] = all[:len(all)-1]
		return c
	}
	return &Crew{members: make([]member, n)}
}

// Free gives the crew back. All its work must be done.
func (c *Crew) Free() {
	c.work = nil
	idle.Lock()
	defer idle.Unlock()
	if idle.crews == nil {
		idle.crews = map[int][]*Crew{}
	}
	idle.crews[len(c.members)] = append(idle.crews[len(c.members)], c)
}

// Call makes the members call work with numbers from 1 on; the caller is number 0, and does
// its own part. Wait must be called before Call is again.
func (c *Crew) Call(work func(worker int)) {
	c.work = work
	c.busy.Store(int32(len(c.members)))
	for i := range c.members {
		if m := &c.members[i]; !m.state.CompareAndSwap(waiting, called) {
			m.state.Store(called)
			go c.attend(m, i+1)
		}
	}
}

// attend does the parts of a worker until no call has come for a while.
func (c *Crew) attend(m *member, worker int) {
	for {
		c.work(worker)
		m.state.Store(waiting)
		c.busy.Add(-1)
		if !look(func() bool { return m.state.Load() == called }, stay) && m.state.CompareAndSwap(waiting, absent) {
			return
		}
	}
}

// Wait returns when all members have done their parts.
func (c *Crew) Wait() { Until(func() bool { return c.busy.Load() == 0 }) }

// Until returns when done returns true. It keeps the processor for a while: what it waits
// for is to be about as short as waking a goroutine would be.
func Until(done func() bool) { look(done, 0) }

// look calls done until it returns true or, if limit is not 0, so many times, and reports
// whether it did.
func look(done func() bool, limit int) bool {
	for n := 1; !done(); n++ {
		if n == limit {
			return false
		}
		if n > spins && n%64 == 0 {
			runtime.Gosched()
			yield()
		}
		if n > patient {
			time.Sleep(20 * time.Microsecond)
		}
	}
	return true
}
