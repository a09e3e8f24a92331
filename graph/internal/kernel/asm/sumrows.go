package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sumRowsColumns is how many columns are summed at a time: their sums stay in registers.
var sumRowsColumns = integer("SumRowsColumns", 32, "columns that are summed at a time")

// sumRows writes the function that adds sumRowsColumns columns of rows given by pointers
// to float64 sums, row by row. The offset is in bytes, n at least 1.
func sumRows(v vectors) {
	begin("sumRows"+v.suffix, fmt.Sprintf("func(rows **float32, n, offset int, sums *[%d]float64)", sumRowsColumns))
	rows := pointedRows("rows", "offset")
	eachRow(v, func(k int, sum vec) { VADDPD(v.widen(rows.row(), k), sum, sum) }, rows)
}

// sumProducts writes the function that does the same with the products of the elements of two
// lists of rows. The product of two float32 is exact in float64.
func sumProducts(v vectors) {
	begin("sumProducts"+v.suffix, fmt.Sprintf("func(a **float32, offsetA int, b **float32, offsetB int, n int, sums *[%d]float64)", sumRowsColumns))
	a, b := pointedRows("a", "offsetA"), pointedRows("b", "offsetB")
	eachRow(v, func(k int, sum vec) { VFMADD231PD(v.widen(a.row(), k), v.widen(b.row(), k), sum) }, a, b)
}

// A rowList is an argument that is a list of pointers to rows, at the place of one of them.
type rowList struct{ pointer, offset, at reg.GPVirtual }

// pointedRows returns the list that two parameters give.
func pointedRows(name, offset string) rowList {
	return rowList{Load(Param(name), GP64()).(reg.GPVirtual), Load(Param(offset), GP64()).(reg.GPVirtual), GP64()}
}

// row is where the row is that the list is at.
func (l rowList) row() Mem { return Mem{Base: l.at} }

// eachRow loads the sums, calls add with each of them for every row, and stores them.
func eachRow(v vectors, add func(k int, sum vec), lists ...rowList) {
	n := Load(Param("n"), GP64())
	sums := Load(Param("sums"), GP64())
	acc := v.registers(sumRowsColumns * 2 / v.lanes)
	size := 4 * v.lanes // bytes of a register
	for k, r := range acc {
		VMOVUPS(Mem{Base: sums, Disp: size * k}, r)
	}
	Label("loop")
	for _, l := range lists {
		MOVQ(Mem{Base: l.pointer}, l.at)
		ADDQ(l.offset, l.at)
	}
	for k, r := range acc {
		add(k, r)
	}
	for _, l := range lists {
		ADDQ(U8(8), l.pointer)
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	for k, r := range acc {
		VMOVUPS(r, Mem{Base: sums, Disp: size * k})
	}
	VZEROUPPER()
	RET()
}
