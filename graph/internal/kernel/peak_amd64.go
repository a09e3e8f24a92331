//go:build !purego

package kernel

import "github.com/seed-222a112c/lstm/graph/internal/kernel/simd"

// peak runs n rounds of the fused multiply-add loop of the path in use and
// returns the floating-point operations of a round: zero if it has no such loop.
func peak(n int) (operations int) {
	switch active {
	case AVX2:
		simd.PeakAVX2(n)
		return 2 * 8 * simd.PeakChains
	case AVX512:
		simd.PeakAVX512(n)
		return 2 * 16 * simd.PeakChains
	}
	return 0
}

// read reads so many times readRound numbers of x, at least once, in turns from each quarter of
// them. The path in use must be a vector path.
func read(x []float32, rounds int) {
	x = x[:rounds*readRound]
	if active == AVX2 {
		simd.ReadAVX2(&x[0], len(x), rounds) // a quarter of the numbers are as many bytes
	} else {
		simd.ReadAVX512(&x[0], len(x), rounds)
	}
}
