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

// read reads so many times readRound numbers of x, at least once, in turns from each quarter of
// them. The path in use must be a vector path.
func read(x []float32, rounds int) {
	x = x[:rounds*readRound]
	if active == AVX2 {
		readAVX2(&x[0], len(x), rounds) // a quarter of the numbers are as many bytes
	} else {
		readAVX512(&x[0], len(x), rounds)
	}
}
