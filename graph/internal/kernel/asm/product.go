package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// panelBytes is the size of one row of a panel: 16 numbers.
const panelBytes = 64

// tilePanels returns for every number of rows the largest number of panels of a
// tile. A tile of few rows needs more panels than one of many to have so many sums
// under way that the latency of an addition does not matter; too many panels at
// equal places of a page of memory get in each other's way in the first-level cache.
// Package kernel has the same lists.
func (v vectors) tilePanels() []int {
	if v.lanes == 16 {
		return []int{1: 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2}
	}
	return []int{1: 2, 3, 2, 1, 1, 1}
}

// products writes the tiles of the matrix product, which keep a few rows of one or
// more panels in registers while k advances.
func products(v vectors) {
	most := v.tilePanels()
	tile(v, "tile", "a **float32, aOffset int", "b *float32", most, rowOperand)
	tile(v, "tileTransposed", "a *float32", "b *float32", most[:min(len(most), 9)], panelOperand)
	tile(v, "tilePairs", "a **float32, aOffset int", "b *uint32", v.pairTilePanels(), pairOperand)
}

// tile writes a function of that name for tiles of at most so many panels. Its
// operands are read as the emitted loop says; the rest is the same for all. Strides,
// from row to row, and steps, from panel to panel, are in bytes. The last panel has
// lastCols columns, from 1 to 16; others are neither read nor written.
func tile(v vectors, name, left, right string, most []int, loop func(v vectors, acc [][]vec)) {
	TEXT(name+v.suffix, NOSPLIT, "func(rows, panels, k int, "+left+", "+right+", bStep int, "+
		"start *float32, startStride, startStep int, c *float32, cStride, cStep, lastCols int)")
	Pragma("noescape")
	rows, panels := Load(Param("rows"), GP64()), Load(Param("panels"), GP64())
	for m := len(most) - 1; m > 1; m-- {
		CMPQ(rows, U8(m))
		JEQ(LabelRef(fmt.Sprintf("rows%d", m)))
	}
	for m := 1; m < len(most); m++ {
		Label(fmt.Sprintf("rows%d", m))
		for n := most[m]; n > 0; n-- {
			next := fmt.Sprintf("not%dx%d", m, n)
			if n > 1 {
				CMPQ(panels, U8(n))
				JNE(LabelRef(next))
			}
			acc := make([][]vec, m)
			for i := range acc {
				acc[i] = v.registers(n * panelCols / v.lanes)
			}
			moveTile(v, "start", acc, false)
			prefetchBelow(v, acc)
			loop(v, acc)
			moveTile(v, "c", acc, true)
			VZEROUPPER()
			RET()
			if n > 1 {
				Label(next)
			}
		}
	}
}

// moveTile loads the sums from the rows of the matrix whose parameters begin with
// that name, or stores them there.
func moveTile(v vectors, matrix string, acc [][]vec, store bool) {
	pointer := Load(Param(matrix), GP64())
	stride := Load(Param(matrix+"Stride"), GP64())
	at := v.panelRow(pointer, Load(Param(matrix+"Step"), GP64()), len(acc[0]))
	last := len(at) - panelCols/v.lanes // the first vector of the last panel
	all := func(masks []reg.Register) {
		for i, sums := range acc {
			for j, m := range at {
				if j < last || masks == nil {
					v.move(m, sums[j], store)
				} else {
					v.moveMasked(m, masks[j-last], sums[j], store)
				}
			}
			if i+1 < len(acc) {
				ADDQ(stride, pointer)
			}
		}
	}
	lastCols := Load(Param("lastCols"), GP64())
	if v.lanes == 16 {
		all(v.panelMasks(lastCols))
		return
	}
	// Where masks are slow, whole panels do without.
	name := fmt.Sprintf("%s%dx%d", matrix, len(acc), len(at))
	CMPQ(lastCols, U8(panelCols))
	JNE(LabelRef(name + "masked"))
	all(nil)
	JMP(LabelRef(name + "done"))
	Label(name + "masked")
	all(v.panelMasks(lastCols))
	Label(name + "done")
}

// prefetchBelow asks for the memory of the tile below, which is likely to be next.
func prefetchBelow(v vectors, acc [][]vec) {
	pointer := Load(Param("c"), GP64())
	stride := Load(Param("cStride"), GP64())
	at := v.panelRow(pointer, Load(Param("cStep"), GP64()), len(acc[0]))
	skip := GP64()
	IMUL3Q(U8(len(acc)), stride, skip)
	ADDQ(skip, pointer)
	for i := range acc {
		for j := 0; j < len(at); j += panelCols / v.lanes {
			PREFETCHT0(at[j])
		}
		if i+1 < len(acc) {
			ADDQ(stride, pointer)
		}
	}
}

// panelRow returns where so many vectors of a row of panels are, step bytes from
// panel to panel, the first one at the pointer.
func (v vectors) panelRow(pointer, step reg.Register, vectors int) []Mem {
	at := make([]Mem, vectors)
	var triple reg.Register
	for i := range at {
		at[i] = Mem{Base: pointer, Disp: 4 * v.lanes * i % panelBytes}
		switch panel := 4 * v.lanes * i / panelBytes; panel {
		case 0:
		case 1, 2:
			at[i].Index, at[i].Scale = step, uint8(panel)
		case 3:
			if triple == nil {
				triple = GP64()
				LEAQ(Mem{Base: step, Index: step, Scale: 2}, triple)
			}
			at[i].Index, at[i].Scale = triple, 1
		}
	}
	return at
}

// addProducts emits one step of all sums: the numbers of the left operand at a, one
// for each row, times the vectors of the right one at b.
func (v vectors) addProducts(acc [][]vec, a, b []Mem) {
	if len(a) == 1 {
		x := v.broadcast(a[0])
		for j, m := range b {
			VFMADD231PS(m, x, acc[0][j])
		}
		return
	}
	if len(a) < len(b) { // keep the shorter operand in registers
		var x []vec
		for _, m := range a {
			x = append(x, v.broadcast(m))
		}
		for j, m := range b {
			y := v.load(m)
			for i := range a {
				VFMADD231PS(y, x[i], acc[i][j])
			}
		}
		return
	}
	var y []vec
	for _, m := range b {
		y = append(y, v.load(m))
	}
	for i, m := range a {
		x := v.broadcast(m)
		for j := range b {
			VFMADD231PS(y[j], x, acc[i][j])
		}
	}
}

// rowOperand emits the loop over k for a left operand whose rows are the tile's
// rows: number (i, k) is k places after the i-th pointer. The index runs from -k
// to 0, so that the loop needs no register for its end.
func rowOperand(v vectors, acc [][]vec) {
	index, a := leftRows(len(acc))
	b := Load(Param("b"), GP64())
	right := v.panelRow(b, Load(Param("bStep"), GP64()), len(acc[0]))

	loop := fmt.Sprintf("loop%dx%d", len(acc), len(acc[0]))
	Label(loop)
	v.addProducts(acc, a, right)
	ADDQ(U8(panelBytes), b)
	INCQ(index)
	JNZ(LabelRef(loop))
}

// leftRows returns an index that starts from -k and where it finds the numbers of so
// many rows of the left operand.
func leftRows(rows int) (index reg.Register, a []Mem) {
	index = Load(Param("k"), GP64())
	end := Load(Param("aOffset"), GP64())
	LEAQ(Mem{Base: end, Index: index, Scale: 4}, end)
	pointers := Load(Param("a"), GP64())
	for i := range rows {
		row := GP64()
		MOVQ(Mem{Base: pointers, Disp: 8 * i}, row)
		ADDQ(end, row)
		a = append(a, Mem{Base: row, Index: index, Scale: 4})
	}
	NEGQ(index)
	return index, a
}

// panelOperand emits the loop over k for a left operand whose columns lie side by
// side in a panel: number (i, k) is i places into row k of it.
func panelOperand(v vectors, acc [][]vec) {
	count := Load(Param("k"), GP64())
	pointer := Load(Param("a"), GP64())
	a := make([]Mem, len(acc))
	for i := range a {
		a[i] = Mem{Base: pointer, Disp: 4 * i}
	}
	b := Load(Param("b"), GP64())
	right := v.panelRow(b, Load(Param("bStep"), GP64()), len(acc[0]))

	loop := fmt.Sprintf("loop%dx%d", len(acc), len(acc[0]))
	Label(loop)
	v.addProducts(acc, a, right)
	ADDQ(U8(panelBytes), pointer)
	ADDQ(U8(panelBytes), b)
	DECQ(count)
	JNZ(LabelRef(loop))
}
