package kernel

import "time"

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
