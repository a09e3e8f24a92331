package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// peakChains is the number of independent sums in the loop of peak, enough to
// hide the latency of the fused multiply-add.
var peakChains = integer("PeakChains", 12, "sums of the loop of Peak")

// peak writes a loop that does nothing but peakChains fused multiply-adds, all
// in registers.
func peak(v vectors) {
	begin("peak"+v.suffix, "func(n int)")
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

// readBytes is how many bytes are read at each of four places in a round of the loop of read:
// one place alone is slower from the third-level cache.
var readBytes = integer("ReadBytes", 128, "bytes that a round of Read reads at each of four places")

// read writes a loop that does nothing but load: so many rounds, at least one, from places that
// are stride bytes apart.
func read(v vectors) {
	begin("read"+v.suffix, "func(x *float32, stride, rounds int)")
	x, stride, rounds := Load(Param("x"), GP64()), Load(Param("stride"), GP64()), Load(Param("rounds"), GP64())
	triple := GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, triple)
	Label("loop")
	for _, m := range []Mem{{Base: x}, {Base: x, Index: stride, Scale: 1}, {Base: x, Index: stride, Scale: 2}, {Base: x, Index: triple, Scale: 1}} {
		for offset := 0; offset < readBytes; offset += 4 * v.lanes {
			v.load(m.Offset(offset))
		}
	}
	ADDQ(U32(readBytes), x)
	DECQ(rounds)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
