package workers

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// A part that is done twice or not at all, a call that is lost while a worker is about to
// end.
func TestCall(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	for round := range rounds {
		p := Take(3)
		var done [4]atomic.Int32
		for range 5 {
			p.Call(func(worker int) { done[worker].Add(1) })
			done[0].Add(1)
			p.Wait()
		}
		for worker := range done {
			if n := done[worker].Load(); n != 5 {
				t.Fatalf("round %d: worker %d did %d parts, want 5", round, worker, n)
			}
		}
		p.Free()
		if round%10 == 9 {
			time.Sleep(20 * time.Millisecond) // workers end
		}
	}
}

// Members that stay for ever, or pools that are not used again.
func TestMembersEnd(t *testing.T) {
	before := runtime.NumGoroutine()
	p := Take(2)
	p.Call(func(int) {})
	p.Wait()
	p.Free()
	if again := Take(2); again != p {
		t.Error("a pool that was freed is not the next one taken")
	} else {
		again.Free()
	}
	for range 6000 { // under the race detector, and beside others, a member looks for a long time
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left, %d before", runtime.NumGoroutine(), before)
}

// Callers at the same time get pools of their own.
func TestTwoCallers(t *testing.T) {
	var sum atomic.Int64
	finished := make(chan bool)
	for range 4 {
		go func() {
			for range 100 {
				p := Take(1)
				p.Call(func(int) { sum.Add(1) })
				p.Wait()
				p.Free()
			}
			finished <- true
		}()
	}
	for range 4 {
		<-finished
	}
	if sum.Load() != 400 {
		t.Errorf("%d parts were done, want 400", sum.Load())
	}
}
