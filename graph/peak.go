package graph

import (
	"runtime"
	"sync"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// PeakGFLOPS measures what the machine can do at best in float32, in 10⁹ floating-point
// operations a second: the fused multiply-adds of that many goroutines at once, as many
// as processors if 0, in a loop that does nothing else. It is zero where there is no
// vector assembly for the processor. It takes a few milliseconds.
func PeakGFLOPS(workers int) float64 {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	peaks := make([]float64, workers)
	var all sync.WaitGroup
	for i := range peaks {
		all.Go(func() { peaks[i] = kernel.PeakGFLOPS() })
	}
	all.Wait()
	sum := 0.0
	for _, p := range peaks {
		sum += p
	}
	return sum
}
