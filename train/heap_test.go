package train_test

import (
	"runtime"
	"testing"

	"github.com/seed-222a112c/lstm/train"
)

// A usage is what a training takes at one of its steps.
type usage struct {
	step, goroutines int
	heap             uint64 // bytes in use
}

// usageAt measures after a full collection.
func usageAt(step int) usage {
	runtime.GC()
	runtime.GC() // the second one frees what finalisers let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{step, runtime.NumGoroutine(), m.HeapAlloc}
}

// From the first tenth of 10,000 steps on, nothing is kept from step to step: the highest heap
// in use is within 3 % of the lowest, and there are never more goroutines than a few workers.
func TestHeapIsFlat(t *testing.T) {
	steps := 10_000
	if testing.Short() {
		steps = 500
	}
	var all []usage
	c := newCorpus(t)
	fit(t, c, train.Settings{Epochs: steps, MaxSteps: steps, Optimizer: adam(0.002), ClipNorm: 5, Callbacks: []train.Callback{
		train.CallbackFunc(func(e train.Event) error {
			if e.Kind == train.Stepped && e.Step%(steps/10) == 0 {
				all = append(all, usageAt(e.Step))
			}
			return nil
		})}})
	low, high := all[0], all[0]
	for _, u := range all {
		t.Logf("step %6d: %d bytes in use, %d goroutines", u.step, u.heap, u.goroutines)
		low.heap, high.heap = min(low.heap, u.heap), max(high.heap, u.heap)
		low.goroutines, high.goroutines = min(low.goroutines, u.goroutines), max(high.goroutines, u.goroutines)
	}
	if len(all) != 10 || float64(high.heap) > 1.03*float64(low.heap) {
		t.Errorf("the heap in use grew from %d to %d bytes in %d measurements", low.heap, high.heap, len(all))
	}
	if few := 2 + runtime.GOMAXPROCS(0); high.goroutines-low.goroutines > few {
		t.Errorf("there are from %d to %d goroutines, and %d workers", low.goroutines, high.goroutines, few)
	}
}
