package exec

import (
	"sync/atomic"

	"github.com/seed-222a112c/lstm/graph/internal/crew"
)

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
