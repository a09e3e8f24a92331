package kernel

import "math"

// fmaExact returns a·b + c rounded once, as the fused multiply-add of IEEE 754
// does, computed with float64 arithmetic alone. NaNs are as addition gives them.
//
// The product of two float32 is exact in float64, so s = a·b + c is rounded only
// once, to 53 bits. Rounding s again to 24 bits goes wrong in one case: s lies
// half way between two float32 while the exact sum does not. Above the subnormals
// such an s ends in a one and 28 zeros; the rare candidates, and all tiny sums, go
// to fmaOdd.
func fmaExact(a, b, c float32) float32 {
	s := float64(a)*float64(b) + float64(c)
	if roundsOnce(s) {
		return float32(s)
	}
	return fmaOdd(float64(a)*float64(b), float64(c))
}

// roundsOnce reports whether rounding s to float32 gives what rounding any sum
// that rounds to s would give.
func roundsOnce(s float64) bool {
	return math.Float64bits(s)&(1<<29-1) != 1<<28 && math.Abs(s) >= 0x1p-126
}

// fmaOdd returns p + c rounded once to float32. It rounds to 53 bits by the rule
// "if inexact, make the last bit odd", after which a second rounding is harmless
// (Boldo and Melquiond 2008).
func fmaOdd(p, c float64) float32 {
	s := p + c
	d := s - p
	rest := (p - (s - d)) + (c - d) // what rounding s has lost (Knuth's TwoSum)
	if rest == 0 || math.IsNaN(rest) {
		return float32(s) // exact, infinite or not a number
	}
	if bits := math.Float64bits(s); bits&1 == 0 {
		if (rest > 0) == (s > 0) {
			s = math.Float64frombits(bits + 1)
		} else {
			s = math.Float64frombits(bits - 1)
		}
	}
	return float32(s)
}
