//go:build !purego

package kernel

// peak runs n rounds of the fused multiply-add loop of the path in use and
// returns the floating-point operations of a round: zero if it has no such loop.
func peak(n int) (operations int) {
	const chains = 12
	switch active {
	case AVX2:
		peakAVX2(n)
		return 2 * 8 * chains
	case AVX512:
		peakAVX512(n)
		return 2 * 16 * chains
	}
	return 0
}
