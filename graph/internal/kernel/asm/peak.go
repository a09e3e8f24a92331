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

// readBytes is how many bytes are read in a round of the loop of read.
const readBytes = 512

// read writes a loop that does nothing but load blocks of readBytes, at least one.
func read(v vectors) {
	TEXT("read"+v.suffix, NOSPLIT, "func(x *float32, blocks int)")
	Pragma("noescape")
	x, blocks := Load(Param("x"), GP64()), Load(Param("blocks"), GP64())
	Label("loop")
	for offset := 0; offset < readBytes; offset += 4 * v.lanes {
		v.load(Mem{Base: x, Disp: offset})
	}
	ADDQ(U32(readBytes), x)
	DECQ(blocks)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
