package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// panelBytes is the size of one row of a panel: 16 numbers.
const panelBytes = 64

// tileRows is the number of rows of the largest tile: as many as leave registers
// for a row of the right operand and for a broadcast number of the left one.
func (v vectors) tileRows() int {
	if v.lanes == 16 {
		return 12
	}
	return 6
}

// products writes the tiles of the matrix product, which keep up to tileRows rows
// of two vectors each in registers while k advances.
func products(v vectors) {
	tile(v, "tile", "a **float32, aOffset int", v.tileRows(), rowOperand)
	tile(v, "tileTransposed", "a *float32", min(v.tileRows(), 8), panelOperand)
}

// tile writes a function of that name. Its left operand is read as the emitted
// loop says; the rest is the same for both.
func tile(v vectors, name, left string, most int, loop func(v vectors, rows int, acc []vec)) {
	TEXT(name+v.suffix, NOSPLIT, "func(rows, k int, "+left+", b *float32, bHalf int, "+
		"start *float32, startStride, startHalf int, c *float32, cStride, cHalf int)")
	Pragma("noescape")
	rows := Load(Param("rows"), GP64())
	label := func(n int) string { return fmt.Sprintf("rows%d", n) }
	for n := most; n > 1; n-- {
		CMPQ(rows, U8(n))
		JEQ(LabelRef(label(n)))
	}
	for n := 1; n <= most; n++ {
		Label(label(n))
		acc := v.registers(2 * n)
		moveTile(v, "start", acc, func(m Mem, r vec) { VMOVUPS(m, r) })
		loop(v, n, acc)
		moveTile(v, "c", acc, func(m Mem, r vec) { VMOVUPS(r, m) })
		VZEROUPPER()
		RET()
	}
}

// moveTile moves the accumulators from or to the rows of the matrix whose
// parameters begin with that name.
func moveTile(v vectors, matrix string, acc []vec, move func(Mem, vec)) {
	pointer := Load(Param(matrix), GP64())
	stride := Load(Param(matrix+"Stride"), GP64())
	second := Mem{Base: pointer, Disp: 32}
	if v.lanes == 16 {
		second = Mem{Base: pointer, Index: Load(Param(matrix+"Half"), GP64()), Scale: 1}
	}
	for i := 0; i < len(acc); i += 2 {
		move(Mem{Base: pointer}, acc[i])
		move(second, acc[i+1])
		if i+2 < len(acc) {
			ADDQ(stride, pointer)
		}
	}
}

// rightOperand returns where the loop finds the two vectors of its row of b.
func rightOperand(v vectors) (pointer reg.Register, first, second Mem) {
	b := Load(Param("b"), GP64())
	first, second = Mem{Base: b}, Mem{Base: b, Disp: 32}
	if v.lanes == 16 {
		second = Mem{Base: b, Index: Load(Param("bHalf"), GP64()), Scale: 1}
	}
	return b, first, second
}

// rowOperand emits the loop over k for a left operand whose rows are the tile's
// rows: number (i, k) is k places after the i-th pointer. The index runs from -k
// to 0, so that the loop needs no register for its end.
func rowOperand(v vectors, rows int, acc []vec) {
	index := Load(Param("k"), GP64())
	end := Load(Param("aOffset"), GP64())
	LEAQ(Mem{Base: end, Index: index, Scale: 4}, end)
	pointers := Load(Param("a"), GP64())
	row := make([]reg.GPVirtual, rows)
	for i := range row {
		row[i] = GP64()
		MOVQ(Mem{Base: pointers, Disp: 8 * i}, row[i])
		ADDQ(end, row[i])
	}
	NEGQ(index)
	b, first, second := rightOperand(v)

	loop := fmt.Sprintf("loop%d", rows)
	Label(loop)
	b0, b1 := v.load(first), v.load(second)
	for i := range row {
		a := v.register()
		VBROADCASTSS(Mem{Base: row[i], Index: index, Scale: 4}, a)
		VFMADD231PS(b0, a, acc[2*i])
		VFMADD231PS(b1, a, acc[2*i+1])
	}
	ADDQ(U8(panelBytes), b)
	INCQ(index)
	JNZ(LabelRef(loop))
}

// panelOperand emits the loop over k for a left operand whose columns lie side by
// side in a panel: number (i, k) is i places into row k of it.
func panelOperand(v vectors, rows int, acc []vec) {
	count := Load(Param("k"), GP64())
	a := Load(Param("a"), GP64())
	b, first, second := rightOperand(v)

	loop := fmt.Sprintf("loop%d", rows)
	Label(loop)
	b0, b1 := v.load(first), v.load(second)
	for i := range rows {
		x := v.register()
		VBROADCASTSS(Mem{Base: a, Disp: 4 * i}, x)
		VFMADD231PS(b0, x, acc[2*i])
		VFMADD231PS(b1, x, acc[2*i+1])
	}
	ADDQ(U8(panelBytes), a)
	ADDQ(U8(panelBytes), b)
	DECQ(count)
	JNZ(LabelRef(loop))
}
