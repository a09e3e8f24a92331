package train_test

import (
	"runtime"
	"testing"

	"github.com/seed-222a112c/lstm/train"
)

// Over 2,000 steps the heap in use stays flat: nothing is kept from step to step. Of the
// steps from the 200th on, sampled after a full collection, the highest is within 5 % of
// the lowest.
func TestHeapIsFlat(t *testing.T) {
	steps, every := 2000, 200
	if testing.Short() {
		steps, every = 300, 50
	}
	c := newCorpus(t)
	var lowest, highest uint64
	fit(t, c, train.Settings{Epochs: steps, MaxSteps: steps, LearningRate: 0.002, ClipNorm: 5, Callbacks: []train.Callback{
		train.CallbackFunc(func(e train.Event) error {
			if e.Kind != train.Stepped || e.Step%every != 0 || e.Step < 200 {
				return nil
			}
			runtime.GC()
			runtime.GC() // the second one frees what finalisers let go
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if lowest == 0 || m.HeapAlloc < lowest {
				lowest = m.HeapAlloc
			}
			highest = max(highest, m.HeapAlloc)
			return nil
		})}})
	t.Logf("heap between %d and %d bytes", lowest, highest)
	if lowest == 0 || float64(highest) > 1.05*float64(lowest) {
		t.Errorf("the heap in use grew from %d to %d bytes", lowest, highest)
	}
}
