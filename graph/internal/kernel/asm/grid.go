package main

import (
	"fmt"
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A field is one of the struct Grid, which the assembly is called with, or one of the frame of the
// assembly.
type field struct {
	ofFrame bool
	index   int // each field has 8 bytes
}

// A structField is how Go sees a field.
type structField struct{ name, kind, comment string }

var (
	gridFields  []structField
	frameFields int
)

// ofGrid adds a field to the struct Grid.
func ofGrid(name, kind, comment string) field {
	gridFields = append(gridFields, structField{name, kind, comment})
	return field{index: len(gridFields) - 1}
}

// ofFrame adds a field to the frame.
func ofFrame() field {
	frameFields++
	return field{ofFrame: true, index: frameFields - 1}
}

var (
	fieldK           = ofGrid("K", "int", "at least 1")
	fieldA           = ofGrid("A", "unsafe.Pointer", "pointers to the rows of the left operand, or a panel whose columns are the rows")
	fieldAOffset     = ofGrid("AOffset", "int", "where k = 0 is behind each of the pointers")
	fieldB           = ofGrid("B", "unsafe.Pointer", "panels, or pointers to rows")
	fieldBOffset     = ofGrid("BOffset", "int", "where the first panel is behind each of the pointers")
	fieldBStep       = ofGrid("BStep", "int", "from panel to panel")
	fieldStart       = ofGrid("Start", "unsafe.Pointer", "what the sums start from")
	fieldStartStride = ofGrid("StartStride", "int", "from row to row")
	fieldStartStep   = ofGrid("StartStep", "int", "from panel to panel")
	fieldC           = ofGrid("C", "unsafe.Pointer", "the result")
	fieldCStride     = ofGrid("CStride", "int", "from row to row")
	fieldRows        = ofGrid("Rows", "int", "rows of a tall tile")
	fieldTall        = ofGrid("Tall", "int", "tall tiles below one another")
	fieldShort       = ofGrid("Short", "int", "tiles below them, a row shorter")
	fieldPanels      = ofGrid("Panels", "int", "panels of a wide group")
	fieldWide        = ofGrid("Wide", "int", "wide groups")
	fieldNarrow      = ofGrid("Narrow", "int", "groups right of them, of a panel less")
	fieldLastCols    = ofGrid("LastCols", "int", "columns of the last panel, from 1 to 16; no others of it are touched")
	fieldLarge       = ofGrid("Large", "int", "not zero if the result does not stay in the second-level cache: it is asked for early")
)

// What is left of the grid.
var (
	frameWide   = ofFrame() // groups of as many panels as the group that are left
	frameNarrow = ofFrame() // narrower ones after them
	framePanels = ofFrame() // panels of the group, and where it begins
	frameB      = ofFrame() // in b,
	frameStart  = ofFrame() // start
	frameC      = ofFrame() // and c
	frameCols   = ofFrame() // columns of the last panel of the group

	frameHeight   = ofFrame() // rows of the tile
	frameTall     = ofFrame() // tiles of this height that are left
	frameShort    = ofFrame() // shorter ones after them
	frameRowA     = ofFrame() // where the tile begins in a,
	frameRowStart = ofFrame() // start
	frameRowC     = ofFrame() // and c
)

// frame is the memory of the function that is being written for the fields of the frame.
var frame Mem

// in returns where the field is; g holds the pointer to the grid.
func (f field) in(g reg.Register) Mem {
	if f.ofFrame {
		return frame.Offset(8 * f.index)
	}
	return Mem{Base: g, Disp: 8 * f.index}
}

// load returns a register that holds the field.
func (f field) load() reg.GPVirtual {
	r := GP64()
	if f.ofFrame {
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

// broadcast returns a register as wide as the widest column whose lanes all hold the number at
// m. Half a register takes half the time.
func (s tileShape) broadcast(m Mem) vec {
	r := s.columns[0].register()
	VBROADCASTSS(m, r)
	return r
}

// at returns where the columns of a row of panels are, step bytes from panel to panel, the
// first one at the pointer.
func (s tileShape) at(pointer, step reg.Register) []Mem {
	multiples := map[int]reg.Register{} // of step, by 3 and by 5
	all := make([]Mem, len(s.columns))
	for i, c := range s.columns {
		m := Mem{Base: pointer, Disp: c.disp}
		switch n := c.panel; n {
		case 0:
		case 1, 2, 4:
			m.Index, m.Scale = step, uint8(n)
		case 3, 5:
			if multiples[n] == nil {
				multiples[n] = GP64()
				LEAQ(Mem{Base: step, Index: step, Scale: uint8(n - 1)}, multiples[n])
			}
			m.Index, m.Scale = multiples[n], 1
		default:
			panic("a tile has at most 6 panels")
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

// operands say how the operands of a grid lie in memory.
type operands struct {
	step           int   // bytes from a row to the next, of pointers or of numbers
	firstA, firstB field // where the first tile begins
	loop           func(s tileShape, acc [][]vec)
}

// grid writes a function of that name, which computes all tiles of a grid: groups of panels
// from left to right, in each of them tiles from top to bottom. most is the largest number of
// panels of a tile for each number of rows. The loop over k is what the operands say; the rest is the same for all.
func grid(v vectors, name string, most []int, o operands) {
	begin(name+v.suffix, "func(grid *byte)")
	frame = AllocLocal(8 * frameFields)
	beginGrid(o)
	Label("dispatch")
	height, panels, cols := frameHeight.load(), framePanels.load(), frameCols.load()
	choose(height, 1, len(most)-1, "rows", func(m int) {
		choose(panels, 1, most[m], fmt.Sprintf("rows%dpanels", m), func(n int) {
			half := v.shape(m, n, true)
			CMPQ(cols, U8(panelCols/2))
			JBE(LabelRef(half.name))
			o.tiles(v.shape(m, n, false))
			o.tiles(half)
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

// copyFields emits what sets the second field of each pair to the first one.
func copyFields(pairs [][2]field) {
	g, r := Load(Param("grid"), GP64()), GP64()
	for _, p := range pairs {
		MOVQ(p[0].in(g), r)
		MOVQ(r, p[1].in(g))
	}
}

// beginGrid emits what is done before the first group, and before each group: the places of
// its rows, the number of tiles, and how many columns its last panel has.
func beginGrid(o operands) {
	copyFields([][2]field{{fieldWide, frameWide}, {fieldNarrow, frameNarrow}, {fieldPanels, framePanels},
		{o.firstB, frameB}, {fieldStart, frameStart}, {fieldC, frameC}})
	Label("group")
	copyFields([][2]field{{fieldRows, frameHeight}, {fieldTall, frameTall}, {fieldShort, frameShort},
		{o.firstA, frameRowA}, {frameStart, frameRowStart}, {frameC, frameRowC}})
	g, groups, cols := Load(Param("grid"), GP64()), frameWide.load(), GP64()
	ADDQ(frameNarrow.in(g), groups)
	MOVQ(U32(panelCols), cols)
	CMPQ(groups, U8(1))
	CMOVQEQ(fieldLastCols.in(g), cols)
	MOVQ(cols, frameCols.in(g))
}

// endGroup emits what is done after the last tile of one height: to the shorter ones, or to
// the next group.
func endGroup() {
	Label("done")
	g, r := Load(Param("grid"), GP64()), frameShort.load()
	TESTQ(r, r)
	JZ(LabelRef("right"))
	MOVQ(r, frameTall.in(g))
	MOVQ(U32(0), frameShort.in(g))
	DECQ(frameHeight.in(g))
	JMP(LabelRef("dispatch"))

	Label("right")
	panels := framePanels.load()
	for _, p := range [][2]field{{fieldBStep, frameB}, {fieldStartStep, frameStart}} {
		MOVQ(p[0].in(g), r)
		IMULQ(panels, r)
		ADDQ(r, p[1].in(g))
	}
	MOVQ(panels, r)
	SHLQ(U8(bits.TrailingZeros(uint(panelBytes))), r)
	ADDQ(r, frameC.in(g))
	DECQ(frameWide.in(g))
	JNZ(LabelRef("group"))
	MOVQ(frameNarrow.in(g), r)
	TESTQ(r, r)
	JZ(LabelRef("end"))
	MOVQ(r, frameWide.in(g))
	MOVQ(U32(0), frameNarrow.in(g))
	DECQ(framePanels.in(g))
	JMP(LabelRef("group"))
	Label("end")
	VZEROUPPER()
	RET()
}

// tiles emits the loop over tiles of one shape below one another.
func (o operands) tiles(s tileShape) {
	Label(s.name)
	acc := make([][]vec, s.rows)
	for i := range acc {
		for _, c := range s.columns {
			acc[i] = append(acc[i], c.register())
		}
	}
	s.move(acc, fieldStart, false)
	s.prefetchBelow()
	o.loop(s, acc)
	s.move(acc, fieldC, true)
	ADDQ(U8(o.step*s.rows), frameRowA.in(nil))
	DECQ(frameTall.in(nil))
	JNZ(LabelRef(s.name))
	JMP(LabelRef("done"))
}

// move loads the sums from the rows of start, or stores them to those of c, and advances
// that matrix's pointer to the tile below.
func (s tileShape) move(acc [][]vec, matrix field, store bool) {
	rowPointer, stride := frameRowStart, fieldStartStride.load()
	if store {
		rowPointer, stride = frameRowC, fieldCStride.load()
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
	s.whole(fmt.Sprintf("%s%d", s.name, matrix.index), all)
	MOVQ(pointer, rowPointer.in(nil))
}

// whole emits what all does with the masks of the last panel, and without masks in front of it
// where the panel is whole. With AVX-512 a mask costs nothing, with AVX2 the store of a row 15 cycles.
func (s tileShape) whole(name string, all func(masks []reg.Register)) {
	cols := frameCols.load()
	if s.lanes == 16 {
		all(s.panelMasks(cols))
		return
	}
	CMPQ(cols, U8(s.full))
	JNE(LabelRef(name + "masked"))
	all(nil)
	JMP(LabelRef(name + "done"))
	Label(name + "masked")
	all(s.panelMasks(cols))
	Label(name + "done")
}

// prefetchBelow asks for the memory of the tile below, which is next, if the result is large.
func (s tileShape) prefetchBelow() {
	CMPQ(fieldLarge.in(Load(Param("grid"), GP64())), U8(0))
	JEQ(LabelRef("small" + s.name))
	pointer, stride, skip := frameRowC.load(), fieldCStride.load(), GP64()
	IMUL3Q(U8(s.rows), stride, skip)
	ADDQ(skip, pointer)
	for i := range s.rows {
		for j, m := range s.inRow(pointer) {
			if s.columns[j].disp == 0 {
				PREFETCHT0(m)
			}
		}
		if i+1 < s.rows {
			ADDQ(stride, pointer)
		}
	}
	Label("small" + s.name)
}
