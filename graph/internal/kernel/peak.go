package kernel

import (
	"time"

	"github.com/seed-222a112c/lstm/graph/internal/kernel/simd"
)

// PeakGFLOPS measures the float32 fused multiply-adds that one core can do on the path
// in use, in 10⁹ floating-point operations a second: the best of some short loops that
// do nothing else. It is zero on the portable path. It takes a few milliseconds, and
// every core of the machine may run it at the same time.
func PeakGFLOPS() float64 {
	best := 0.0
	for range 10 {
		const rounds = 1 << 18
		start := time.Now()
		operations := peak(rounds)
		best = max(best, float64(rounds*operations)/float64(time.Since(start).Nanoseconds()))
	}
	return best
}

// readRound is how many numbers the assembly reads at a time, at four places.
const readRound = 4 * simd.ReadBytes / 4

// ReadGBPS measures how fast one core reads the same numbers over and over on the path in
// use, in 10⁹ bytes a second: the speed of the level of memory that x fits into. It is the
// best of some loops that do nothing else, and zero on the portable path or for less than
// 128 numbers.
func ReadGBPS(x []float32) float64 {
	rounds := len(x) / readRound
	if rounds == 0 || active < AVX2 {
		return 0
	}
	sweeps := max(1<<20/(rounds*readRound), 1) // at least 4 MiB
	best := 0.0
	for range 10 {
		start := time.Now()
		for range sweeps {
			read(x, rounds)
		}
		best = max(best, float64(4*sweeps*rounds*readRound)/float64(time.Since(start).Nanoseconds()))
	}
	return best
}
