package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// doubleBytes is the size of one row of a panel of float64.
var doubleBytes = 2 * panelBytes

// doublePanels is gridPanels for float64: one panel, and as many rows as leave registers for a row
// of it.
var doublePanels = tiles("DoublePanels", map[vectors][]int{
	avx2:   {1: 1, 1},
	avx512: {1: 1, 1, 1, 1, 1, 1, 1, 1},
})

// doubles writes the tiles of the matrix product for float64: whole panels, without masks.
func doubles(v vectors) {
	doubleTile(v, "tileDouble", "a **float64, aOffset int", func(rows int) (a []Mem, next func()) {
		index, end, pointers := Load(Param("k"), GP64()), Load(Param("aOffset"), GP64()), Load(Param("a"), GP64())
		LEAQ(Mem{Base: end, Index: index, Scale: 8}, end)
		for i := range rows {
			row := GP64()
			MOVQ(Mem{Base: pointers, Disp: 8 * i}, row)
			ADDQ(end, row)
			a = append(a, Mem{Base: row, Index: index, Scale: 8})
		}
		NEGQ(index)
		return a, func() { INCQ(index) }
	})
	doubleTile(v, "tileDoubleTransposed", "a *float64", func(rows int) (a []Mem, next func()) {
		count, pointer := Load(Param("k"), GP64()), Load(Param("a"), GP64())
		for i := range rows {
			a = append(a, Mem{Base: pointer, Disp: 8 * i})
		}
		return a, func() { ADDQ(U32(doubleBytes), pointer); DECQ(count) }
	})
}

// doubleTile writes a function of that name. Operand returns where the numbers of the left
// operand are and how to go on to the next ones; the last instruction of that leaves zero
// at the end.
func doubleTile(v vectors, name, left string, operand func(rows int) (a []Mem, next func())) {
	begin(name+v.suffix, "func(rows, k int, "+left+", b *float64, start *float64, startStride int, c *float64, cStride int)")
	rows := Load(Param("rows"), GP64())
	most := len(doublePanels[v]) - 1
	for m := most; m > 1; m-- {
		CMPQ(rows, U8(m))
		JEQ(LabelRef(fmt.Sprintf("rows%d", m)))
	}
	vectorsOfRow, size := 2*panelCols/v.lanes, 4*v.lanes
	for m := 1; m <= most; m++ {
		Label(fmt.Sprintf("rows%d", m))
		var acc [][]vec
		for range m {
			acc = append(acc, v.registers(vectorsOfRow))
		}
		move := func(matrix string, store bool) {
			pointer, stride := Load(Param(matrix), GP64()), Load(Param(matrix+"Stride"), GP64())
			for i, sums := range acc {
				for j, r := range sums {
					v.move(Mem{Base: pointer, Disp: size * j}, r, store)
				}
				if i+1 < m {
					ADDQ(stride, pointer)
				}
			}
		}
		move("start", false)
		a, next := operand(m)
		b := Load(Param("b"), GP64())
		loop := fmt.Sprintf("loop%d", m)
		Label(loop)
		var y []vec
		for j := range vectorsOfRow {
			y = append(y, v.load(Mem{Base: b, Disp: size * j}))
		}
		for i := range m {
			x := v.register()
			VBROADCASTSD(a[i], x)
			for j := range y {
				VFMADD231PD(y[j], x, acc[i][j])
			}
		}
		ADDQ(U32(doubleBytes), b)
		next()
		JNZ(LabelRef(loop))
		move("c", true)
		VZEROUPPER()
		RET()
	}
}
