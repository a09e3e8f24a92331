package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// sumRowsColumns is how many columns are summed at a time: their sums stay in registers.
const sumRowsColumns = 32

// sumRows writes the function that adds sumRowsColumns columns of rows given by pointers
// to float64 sums, row by row. The offset is in bytes, n at least 1.
func sumRows(v vectors) {
	TEXT("sumRows"+v.suffix, NOSPLIT, "func(rows **float32, n, offset int, sums *[32]float64)")
	Pragma("noescape")
	rows := Load(Param("rows"), GP64())
	n := Load(Param("n"), GP64())
	offset := Load(Param("offset"), GP64())
	sums := Load(Param("sums"), GP64())
	acc := v.registers(sumRowsColumns * 2 / v.lanes)
	size := 4 * v.lanes // bytes of a register
	for k, r := range acc {
		VMOVUPS(Mem{Base: sums, Disp: size * k}, r)
	}
	row := GP64()
	Label("loop")
	MOVQ(Mem{Base: rows}, row)
	ADDQ(offset, row)
	for k, r := range acc {
		VADDPD(v.widen(Mem{Base: row}, k), r, r)
	}
	ADDQ(U8(8), rows)
	DECQ(n)
	JNZ(LabelRef("loop"))
	for k, r := range acc {
		VMOVUPS(r, Mem{Base: sums, Disp: size * k})
	}
	VZEROUPPER()
	RET()
}
