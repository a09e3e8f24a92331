package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// panelCols is the number of columns of a panel: one register of AVX-512 or two of AVX2.
var panelCols = integer("PanelCols", 16, "columns of a panel")

// panelBytes is the size of one row of a panel.
var panelBytes = 4 * panelCols

// gridPanels are for every number of rows the largest number of panels of a tile. A tile of few
// rows needs more panels than one of many to have so many sums under way that the latency of an
// addition does not matter. More than 8 rows are not faster, for they leave registers for 2 panels
// only, and an odd number of panels would leave one alone.
var gridPanels = tiles("GridPanels", map[vectors][]int{
	avx2:   {1: 4, 3, 2, 1, 1, 1},
	avx512: {1: 6, 5, 4, 3, 3, 3, 3, 3},
})

// outerPanels is gridPanels for a right operand that is masked, which takes registers.
var outerPanels = tiles("OuterPanels", map[vectors][]int{
	avx2:   {1: 2, 2, 1, 1, 1},
	avx512: {1: 4, 4, 3, 3, 3, 3, 3, 3},
})

// products writes the tiles of the matrix product, which keep a few rows of one or
// more panels in registers while k advances.
func products(v vectors) {
	grid(v, "grid", gridPanels[v], operands{8, fieldA, fieldB, rowOperand})
	grid(v, "gridTransposed", gridPanels[v], operands{4, fieldA, fieldB, panelOperand})
	grid(v, "gridOuter", outerPanels[v], operands{4, fieldAOffset, fieldBOffset, outerOperand})
	grid(v, "gridPairs", pairPanels[v], operands{8, fieldA, fieldB, pairOperand})
}

// addProducts emits one step of all sums: the numbers of the left operand at a, one
// for each row, times the columns of the right one at b, of whose last panel only those of
// the masks are read, if there are any.
func (s tileShape) addProducts(acc [][]vec, a, b []Mem, masks []reg.Register) {
	column := func(j int) vec {
		if masks == nil || j < s.last {
			return s.columns[j].load(b[j])
		}
		r := s.columns[j].register()
		s.moveMasked(b[j], masks[j-s.last], r, false)
		return r
	}
	if len(a) == 1 && masks == nil {
		x := s.broadcast(a[0])
		for j, c := range s.columns {
			VFMADD231PS(b[j], c.of(x), acc[0][j])
		}
		return
	}
	if len(a) < len(b) { // keep the shorter operand in registers
		var x []vec
		for _, m := range a {
			x = append(x, s.broadcast(m))
		}
		for j, c := range s.columns {
			y := column(j)
			for i := range a {
				VFMADD231PS(y, c.of(x[i]), acc[i][j])
			}
		}
		return
	}
	var y []vec
	for j := range b {
		y = append(y, column(j))
	}
	for i, m := range a {
		x := s.broadcast(m)
		for j, c := range s.columns {
			VFMADD231PS(y[j], c.of(x), acc[i][j])
		}
	}
}

// rowOperand emits the loop over k for a left operand whose rows are the tile's
// rows: number (i, k) is k places after the i-th pointer. The index runs from -k
// to 0, so that the loop needs no register for its end.
func rowOperand(s tileShape, acc [][]vec) {
	index, a := leftRows(len(acc))
	b := frameB.load()
	right := s.at(b, fieldBStep.load())

	loop := "loop" + s.name
	Label(loop)
	s.addProducts(acc, a, right, nil)
	ADDQ(U8(panelBytes), b)
	INCQ(index)
	JNZ(LabelRef(loop))
}

// leftRows returns an index that starts from -k and where it finds the numbers of so
// many rows of the left operand.
func leftRows(rows int) (index reg.Register, a []Mem) {
	index = fieldK.load()
	end := fieldAOffset.load()
	LEAQ(Mem{Base: end, Index: index, Scale: 4}, end)
	pointers := frameRowA.load()
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
func panelOperand(s tileShape, acc [][]vec) {
	count, pointer := fieldK.load(), frameRowA.load()
	a := make([]Mem, len(acc))
	for i := range a {
		a[i] = Mem{Base: pointer, Disp: 4 * i}
	}
	b := frameB.load()
	right := s.at(b, fieldBStep.load())

	loop := "loop" + s.name
	Label(loop)
	s.addProducts(acc, a, right, nil)
	ADDQ(U8(panelBytes), pointer)
	ADDQ(U8(panelBytes), b)
	DECQ(count)
	JNZ(LabelRef(loop))
}

// outerOperand emits the loop over k for operands that both are lists of pointers to rows: row
// k of the left one holds a number for each of the tile's rows, of the right one for each column.
func outerOperand(s tileShape, acc [][]vec) {
	index, lefts, rights := fieldK.load(), fieldA.load(), fieldB.load()
	leftOffset, rightOffset := frameRowA.load(), frameB.load()
	masks := s.panelMasks(frameCols.load())
	LEAQ(Mem{Base: lefts, Index: index, Scale: 8}, lefts)
	LEAQ(Mem{Base: rights, Index: index, Scale: 8}, rights)
	NEGQ(index)

	loop := "loop" + s.name
	Label(loop)
	left, right := GP64(), GP64()
	MOVQ(Mem{Base: lefts, Index: index, Scale: 8}, left)
	MOVQ(Mem{Base: rights, Index: index, Scale: 8}, right)
	ADDQ(rightOffset, right)
	a := make([]Mem, len(acc))
	for i := range a {
		a[i] = Mem{Base: left, Index: leftOffset, Scale: 1, Disp: 4 * i}
	}
	s.addProducts(acc, a, s.inRow(right), masks)
	INCQ(index)
	JNZ(LabelRef(loop))
}
