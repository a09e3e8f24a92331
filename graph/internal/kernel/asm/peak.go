package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// peakChains is the number of independent sums in the loop of peak, enough to
// hide the latency of the fused multiply-add.
const peakChains = 12

// peak writes a loop that does nothing but peakChains fused multiply-adds, all
// in registers.
func peak(v vectors) {
	TEXT("peak"+v.suffix, NOSPLIT, "func(n int)")
	n := Load(Param("n"), GP64())
	acc := v.registers(peakChains)
	for _, r := range acc {
		VXORPS(r, r, r)
	}
	x := v.zero()
	Label("loop")
	for _, r := range acc {
		VFMADD231PS(x, x, r)
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
