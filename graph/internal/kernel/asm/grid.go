package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A field is one of the struct grid of package kernel, which has the same fields in
// the same order, of 8 bytes each, or one of the frame of the assembly.
type field int

const (
	fieldK field = iota
	fieldA
	fieldAOffset
	fieldB
	fieldBStep
	fieldStart
	fieldStartStride
	fieldStartStep
	fieldC
	fieldCStride
	fieldRows
	fieldTall
	fieldShort
	fieldPanels
	fieldWide
	fieldNarrow
	fieldLastCols

	// What follows is in the frame.
	fieldHeight   // rows of the tile
	fieldCount    // tiles of this height that are left
	fieldPending  // shorter ones after them
	fieldCols     // columns of the last panel of the tile
	fieldRowA     // where the tile's rows begin in a,
	fieldRowStart // in start
	fieldRowC     // and in c
	fields
)

// frame is the memory of the function that is being written for the fields that are not in
// the struct.
var frame Mem

// in returns where the field is; g holds the pointer to the grid.
func (f field) in(g reg.Register) Mem {
	if f >= fieldHeight {
		return frame.Offset(8 * int(f-fieldHeight))
	}
	return Mem{Base: g, Disp: 8 * int(f)}
}

// load returns a register that holds the field.
func (f field) load() reg.GPVirtual {
	r := GP64()
	if f >= fieldHeight {
		MOVQ(f.in(nil), r)
	} else {
		MOVQ(f.in(Load(Param("grid"), GP64())), r)
	}
	return r
}

// A column is a vector of a row of a tile: where it is in its panel, in bytes, and how
// many lanes it has.
type column struct{ panel, disp, lanes int }

// A tileShape is what is emitted for one size of tiles.
type tileShape struct {
	vectors
	rows    int
	columns []column
	last    int // the first column of the last panel
	full    int // how many numbers of the last panel the columns hold
	name    string
}

// shape returns the shape of tiles of so many rows and panels, the last of which has at
// most 8 columns if half is true.
func (v vectors) shape(rows, panels int, half bool) tileShape {
	s := tileShape{vectors: v, rows: rows, full: panelCols, name: fmt.Sprintf("tiles%dx%d", rows, panels)}
	for p := range panels {
		s.last = len(s.columns)
		for disp := 0; disp < panelBytes; disp += 4 * v.lanes {
			s.columns = append(s.columns, column{p, disp, v.lanes})
		}
	}
	if half {
		s.full, s.name = panelCols/2, s.name+"half"
		s.columns = append(s.columns[:s.last], column{panels - 1, 0, panelCols / 2})
	}
	return s
}

// register returns a new register for a column.
func (c column) register() vec {
	if c.lanes == 16 {
		return ZMM()
	}
	return YMM()
}

// of returns the part of the register x that has the column's lanes.
func (c column) of(x vec) reg.Register {
	if c.lanes == 16 {
		return x.AsZ()
	}
	return x.AsY()
}

// load returns a register that holds the column at m.
func (c column) load(m Mem) vec {
	r := c.register()
	VMOVUPS(m, r)
	return r
}

// at returns where the columns of a row of panels are, step bytes from panel to panel, the
// first one at the pointer.
func (s tileShape) at(pointer, step reg.Register) []Mem {
	multiples := map[int]reg.Register{}
	times := func(n int) reg.Register { // n·step, for n = 3, 5, 9
		if multiples[n] == nil {
			r := GP64()
			LEAQ(Mem{Base: step, Index: step, Scale: uint8(n - 1)}, r)
			multiples[n] = r
		}
		return multiples[n]
	}
	all := make([]Mem, len(s.columns))
	for i, c := range s.columns {
		m := Mem{Base: pointer, Disp: c.disp}
		switch c.panel {
		case 0:
		case 1, 2, 4, 8:
			m.Index, m.Scale = step, uint8(c.panel)
		case 3, 5:
			m.Index, m.Scale = times(c.panel), 1
		case 6:
			m.Index, m.Scale = times(3), 2
		case 7:
			if multiples[7] == nil {
				r := GP64()
				LEAQ(Mem{Base: times(3), Index: step, Scale: 4}, r)
				multiples[7] = r
			}
			m.Index, m.Scale = multiples[7], 1
		}
		all[i] = m
	}
	return all
}

// inRow returns where the columns are in a row whose panels follow one another.
func (s tileShape) inRow(pointer reg.Register) []Mem {
	all := make([]Mem, len(s.columns))
	for i, c := range s.columns {
		all[i] = Mem{Base: pointer, Disp: panelBytes*c.panel + c.disp}
	}
	return all
}

// A leftOperand says how the left operand of a grid lies in memory.
type leftOperand struct {
	step int // bytes from a row to the next, of pointers or of numbers
	loop func(s tileShape, acc [][]vec)
}

// grid writes a function of that name, which computes all tiles of a grid, in groups of
// panels from left to right, in each from top to bottom; of at most so many panels for each number of
// rows. The loop over k is what the left operand says; the rest is the same for all.
func grid(v vectors, name string, most []int, left leftOperand) {
	TEXT(name+v.suffix, NOSPLIT, "func(grid *byte)")
	Pragma("noescape")
	frame = AllocLocal(8 * int(fields-fieldHeight))
	beginGroup()
	Label("dispatch")
	height, panels, cols := fieldHeight.load(), fieldPanels.load(), fieldCols.load()
	choose(height, 1, len(most)-1, "rows", func(m int) {
		choose(panels, 1, most[m], fmt.Sprintf("rows%dpanels", m), func(n int) {
			half := v.shape(m, n, true)
			CMPQ(cols, U8(panelCols/2))
			JBE(LabelRef(half.name))
			left.tiles(v.shape(m, n, false))
			left.tiles(half)
		})
	})
	endGroup()
}

// choose emits code for every number from lo to hi, and in front of it what finds the one
// that is in the register.
func choose(r reg.Register, lo, hi int, name string, emit func(n int)) {
	if lo == hi {
		emit(lo)
		return
	}
	middle := (lo + hi) / 2
	above := fmt.Sprintf("%sabove%dto%d", name, middle, hi)
	CMPQ(r, U8(middle))
	JA(LabelRef(above))
	choose(r, lo, middle, name, emit)
	Label(above)
	choose(r, middle+1, hi, name, emit)
}

// beginGroup emits what is done before the first tile of a group: the places of its rows,
// the number of tiles, and how many columns its last panel has.
func beginGroup() {
	Label("group")
	g, r := Load(Param("grid"), GP64()), GP64()
	move := func(from, to field) {
		MOVQ(from.in(g), r)
		MOVQ(r, to.in(g))
	}
	move(fieldA, fieldRowA)
	move(fieldStart, fieldRowStart)
	move(fieldC, fieldRowC)
	move(fieldRows, fieldHeight)
	move(fieldTall, fieldCount)
	move(fieldShort, fieldPending)
	groups, cols := GP64(), GP64()
	MOVQ(fieldWide.in(g), groups)
	ADDQ(fieldNarrow.in(g), groups)
	MOVQ(U32(panelCols), cols)
	CMPQ(groups, U8(1))
	CMOVQEQ(fieldLastCols.in(g), cols)
	MOVQ(cols, fieldCols.in(g))
}

// endGroup emits what is done after the last tile of one height: to the shorter ones, or to
// the next group.
func endGroup() {
	Label("done")
	g, r := Load(Param("grid"), GP64()), GP64()
	MOVQ(fieldPending.in(g), r)
	MOVQ(U32(0), fieldPending.in(g))
	TESTQ(r, r)
	JZ(LabelRef("right"))
	MOVQ(r, fieldCount.in(g))
	DECQ(fieldHeight.in(g))
	JMP(LabelRef("dispatch"))

	Label("right")
	panels := GP64()
	MOVQ(fieldPanels.in(g), panels)
	advance := func(step, pointer field) {
		MOVQ(step.in(g), r)
		IMULQ(panels, r)
		ADDQ(r, pointer.in(g))
	}
	advance(fieldBStep, fieldB)
	advance(fieldStartStep, fieldStart)
	MOVQ(panels, r)
	SHLQ(U8(6), r) // panelBytes
	ADDQ(r, fieldC.in(g))
	DECQ(fieldWide.in(g))
	JNZ(LabelRef("group"))
	MOVQ(fieldNarrow.in(g), r)
	MOVQ(U32(0), fieldNarrow.in(g))
	TESTQ(r, r)
	JZ(LabelRef("end"))
	MOVQ(r, fieldWide.in(g))
	DECQ(fieldPanels.in(g))
	JMP(LabelRef("group"))
	Label("end")
	VZEROUPPER()
	RET()
}

// tiles emits the loop over tiles of one shape below one another.
func (l leftOperand) tiles(s tileShape) {
	Label(s.name)
	acc := make([][]vec, s.rows)
	for i := range acc {
		for _, c := range s.columns {
			acc[i] = append(acc[i], c.register())
		}
	}
	s.move(acc, fieldStart, false)
	l.loop(s, acc)
	s.move(acc, fieldC, true)
	ADDQ(U8(l.step*s.rows), fieldRowA.in(nil))
	DECQ(fieldCount.in(nil))
	JNZ(LabelRef(s.name))
	JMP(LabelRef("done"))
}

// move loads the sums from the rows of start, or stores them to those of c, and advances
// that matrix's pointer to the tile below.
func (s tileShape) move(acc [][]vec, matrix field, store bool) {
	rowPointer, stride := fieldRowStart, fieldStartStride.load()
	if store {
		rowPointer, stride = fieldRowC, fieldCStride.load()
	}
	pointer := rowPointer.load()
	var at []Mem
	if store {
		at = s.inRow(pointer)
	} else {
		at = s.at(pointer, fieldStartStep.load())
	}
	all := func(masks []reg.Register) {
		for _, sums := range acc {
			for j, m := range at {
				if j < s.last || masks == nil {
					s.vectors.move(m, sums[j], store)
				} else {
					s.moveMasked(m, masks[j-s.last], sums[j], store)
				}
			}
			ADDQ(stride, pointer)
		}
	}
	name := fmt.Sprintf("%s%d", s.name, matrix)
	cols := fieldCols.load()
	CMPQ(cols, U8(s.full))
	JNE(LabelRef(name + "masked"))
	all(nil)
	JMP(LabelRef(name + "done"))
	Label(name + "masked")
	all(s.panelMasks(cols))
	Label(name + "done")
	MOVQ(pointer, rowPointer.in(nil))
}
