package optim

import "testing"

// Catches a wrapper that uses other goroutines than the solver inside it.
func TestWrappersTakeOverTheWorkers(t *testing.T) {
	inner := NewClipByGlobalNorm(NewSGD(Settings{Workers: 3}), 1)
	for name, got := range map[string]int{
		"ClipByGlobalNorm": inner.memory.workers,
		"ClipByValue":      NewClipByValue(inner, 1).memory.workers,
		"Accumulate":       NewAccumulate(inner, 2).memory.workers,
		"Average":          NewAverage(inner, AverageSettings{}).memory.workers,
	} {
		if got != 3 {
			t.Errorf("%s has %d workers, the solver inside has 3", name, got)
		}
	}
}
