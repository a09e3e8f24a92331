// Package workers keeps goroutines at hand for work that is over in less time than it takes to
// wake a goroutine. They stay for a while after their work, looking for more, and then end;
// while they look they take a processor, which they give up when anybody wants it.
package workers

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A Pool is a number of workers that do a caller's work beside it. It is for one caller at
// a time.
type Pool struct {
	workers []worker
	busy    atomic.Int32 // workers that have not finished their part
	work    func(worker int)
}

type worker struct {
	state atomic.Int32
	_     [60]byte // so that workers do not share a cache line
}

// The states of a worker.
const (
	absent  = iota // there is no goroutine
	waiting        // it looks for a call
	called
)

const (
	spins   = 20_000      // looks before others are let on the processor
	stay    = 20 * spins  // looks for the next call before a worker ends: about a millisecond
	patient = 200 * spins // looks before a caller sleeps now and then
)

// idle holds the pools that nobody has taken, by size, the last one freed at the end.
var idle struct {
	sync.Mutex
	pools map[int][]*Pool
}

// Take returns a pool of n workers, one whose workers still look for work if there is one.
func Take(n int) *Pool {
	idle.Lock()
	defer idle.Unlock()
	if all := idle.pools[n]; len(all) > 0 {
		p := all[len(all)-1]
		idle.pools[n] = all[:len(all)-1]
		return p
	}
	return &Pool{workers: make([]worker, n)}
}

// Free gives the pool back. All its work must be done.
func (p *Pool) Free() {
	p.work = nil
	idle.Lock()
	defer idle.Unlock()
	if idle.pools == nil {
		idle.pools = map[int][]*Pool{}
	}
	idle.pools[len(p.workers)] = append(idle.pools[len(p.workers)], p)
}

// Call makes the workers call work with numbers from 1 on; the caller is number 0, and does
// its own part. Wait must be called before Call is again.
func (p *Pool) Call(work func(worker int)) {
	p.work = work
	p.busy.Store(int32(len(p.workers)))
	for i := range p.workers {
		if w := &p.workers[i]; !w.state.CompareAndSwap(waiting, called) {
			w.state.Store(called)
			go p.attend(w, i+1)
		}
	}
}

// attend does the parts of a worker until no call has come for a while.
func (p *Pool) attend(w *worker, number int) {
	for {
		p.work(number)
		w.state.Store(waiting)
		p.busy.Add(-1)
		if !look(func() bool { return w.state.Load() == called }, stay) && w.state.CompareAndSwap(waiting, absent) {
			return
		}
	}
}

// Wait returns when all workers have done their parts.
func (p *Pool) Wait() { Until(func() bool { return p.busy.Load() == 0 }) }

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
