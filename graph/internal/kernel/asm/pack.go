package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packing writes the functions that move numbers from rows to panels and back.
func packing(v vectors) {
	copyLanes(v)
	gatherRows(v)
	transpose(v)
}

// copyLanes writes a function that copies 16 numbers of every row; the strides are
// in bytes and rows is at least 1.
func copyLanes(v vectors) {
	begin("copyLanes"+v.suffix, "func(dst, src *float32, dstStride, srcStride, rows int)")
	dst, dstStride := Load(Param("dst"), GP64()), Load(Param("dstStride"), GP64())
	src, srcStride := Load(Param("src"), GP64()), Load(Param("srcStride"), GP64())
	rows := Load(Param("rows"), GP64())
	Label("loop")
	for offset := 0; offset < panelBytes; offset += 4 * v.lanes {
		VMOVUPS(v.load(Mem{Base: src, Disp: offset}), Mem{Base: dst, Disp: offset})
	}
	ADDQ(srcStride, src)
	ADDQ(dstStride, dst)
	DECQ(rows)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// gatherRows writes a function that copies the numbers offset bytes behind each of
// count pointers to panels, step bytes apart, of which the last one has lastCols
// columns, from 1 to 16, and zeros. count and panels are at least 1.
func gatherRows(v vectors) {
	begin("gatherRows"+v.suffix, "func(dst *float32, step int, rows **float32, offset, count, panels, lastCols int)")
	dst, step := Load(Param("dst"), GP64()), Load(Param("step"), GP64())
	rows, offset := Load(Param("rows"), GP64()), Load(Param("offset"), GP64())
	count, panels := Load(Param("count"), GP64()), Load(Param("panels"), GP64())
	masks := v.panelMasks(Load(Param("lastCols"), GP64()))

	Label("row")
	src, to, left := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: rows}, src)
	ADDQ(offset, src)
	MOVQ(dst, to)
	MOVQ(panels, left)
	JMP(LabelRef("check"))
	Label("panel")
	for i := range panelCols / v.lanes {
		VMOVUPS(v.load(Mem{Base: src, Disp: 4 * v.lanes * i}), Mem{Base: to, Disp: 4 * v.lanes * i})
	}
	ADDQ(U8(panelBytes), src)
	ADDQ(step, to)
	Label("check")
	DECQ(left)
	JNZ(LabelRef("panel"))
	for i, mask := range masks {
		VMOVUPS(v.loadTail(mask, Mem{Base: src, Disp: 4 * v.lanes * i}), Mem{Base: to, Disp: 4 * v.lanes * i})
	}
	ADDQ(U8(8), rows)
	ADDQ(U8(panelBytes), dst)
	DECQ(count)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// transpose writes a function that turns 16 rows, stride bytes apart, into a panel
// whose columns they become: as many rows of it as blocks of 16 numbers a row has.
func transpose(v vectors) {
	begin("transpose"+v.suffix, "func(dst, src *float32, stride, blocks int)")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	stride := Load(Param("stride"), GP64())
	blocks := Load(Param("blocks"), GP64())

	Label("loop")
	row := GP64()
	MOVQ(src, row)
	for r := 0; r < panelCols; r += v.lanes {
		rows := v.rowAddresses(row, stride)
		for c := 0; c < panelCols; c += v.lanes {
			square := make([]vec, v.lanes)
			for i, m := range rows {
				square[i] = v.load(m.Offset(4 * c))
			}
			for i, column := range v.transposed(square) {
				VMOVUPS(column, Mem{Base: dst, Disp: panelBytes*(c+i) + 4*r})
			}
		}
	}
	ADDQ(U8(panelBytes), src)
	ADDQ(U32(panelBytes*panelCols), dst)
	DECQ(blocks)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// rowAddresses returns where as many rows begin as a register has lanes, and moves
// the pointer behind them.
func (v vectors) rowAddresses(pointer, stride reg.Register) []Mem {
	var rows []Mem
	for range v.lanes / 2 {
		first := GP64()
		MOVQ(pointer, first)
		rows = append(rows, Mem{Base: first}, Mem{Base: first, Index: stride, Scale: 1})
		LEAQ(Mem{Base: pointer, Index: stride, Scale: 2}, pointer)
	}
	return rows
}

// transposed returns the columns of a square of as many rows as lanes. First every
// group of four rows is transposed within the quarters of 128 bits, so that
// quarter l of column c of a group belongs to column 4·l + c; then the quarters of
// all groups are.
func (v vectors) transposed(rows []vec) []vec {
	pair := func(instruction func(...Op), a, b vec) vec {
		r := v.register()
		instruction(b, a, r)
		return r
	}
	group := make([][4]vec, v.lanes/4)
	for q := range group {
		r := rows[4*q : 4*q+4]
		low01, high01 := pair(VUNPCKLPS, r[0], r[1]), pair(VUNPCKHPS, r[0], r[1])
		low23, high23 := pair(VUNPCKLPS, r[2], r[3]), pair(VUNPCKHPS, r[2], r[3])
		group[q] = [4]vec{
			pair(VUNPCKLPD, low01, low23), pair(VUNPCKHPD, low01, low23),
			pair(VUNPCKLPD, high01, high23), pair(VUNPCKHPD, high01, high23),
		}
	}
	columns := make([]vec, v.lanes)
	for c := range 4 {
		if v.lanes == 8 {
			columns[c] = v.quarters(0x20, group[0][c], group[1][c])
			columns[4+c] = v.quarters(0x31, group[0][c], group[1][c])
			continue
		}
		even01, odd01 := v.quarters(0x88, group[0][c], group[1][c]), v.quarters(0xdd, group[0][c], group[1][c])
		even23, odd23 := v.quarters(0x88, group[2][c], group[3][c]), v.quarters(0xdd, group[2][c], group[3][c])
		columns[c], columns[8+c] = v.quarters(0x88, even01, even23), v.quarters(0xdd, even01, even23)
		columns[4+c], columns[12+c] = v.quarters(0x88, odd01, odd23), v.quarters(0xdd, odd01, odd23)
	}
	return columns
}

// quarters returns parts of 128 bits of a, then of b, that are chosen by the bits of
// which.
func (v vectors) quarters(which int, a, b vec) vec {
	r := v.register()
	if v.lanes == 16 {
		VSHUFF32X4(U8(which), b, a, r)
	} else {
		VPERM2F128(U8(which), b, a, r)
	}
	return r
}
