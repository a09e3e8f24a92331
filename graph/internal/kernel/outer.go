package kernel

import (
	"fmt"
	"sync"
	"unsafe"
)

// What of a sum of outer products is packed at a time stays in the second-level
// cache: 256 KiB of the left operand and 128 KiB of the right one in float32.
const (
	outerRows   = 256
	outerPanels = 16 // of the left operand
	outerWidth  = 8  // panels of the right operand
)

// What is read without packing is as much, but always some rows, for the results are read and
// written once for all of them.
const (
	outerNumbers   = 1 << 17
	outerLeastRows = 128
)

// An outerPanel holds the packed rows of 16 columns.
type outerPanel[T Float] [outerRows * panelCols]T

// An outerBuffer holds what a sum of outer products has packed.
type outerBuffer[T Float] struct {
	a [outerPanels]outerPanel[T]
	b [outerWidth]outerPanel[T]
}

var (
	outerBuffers32 = sync.Pool{New: func() any { return new(outerBuffer[float32]) }}
	outerBuffers64 = sync.Pool{New: func() any { return new(outerBuffer[float64]) }}
)

// SetOuters sets cs[n] = aᵀ·bs[n] for every n, where a and the bs have equally many
// rows: the sum over r of the outer products of row r of a and row r of bs[n], r in
// ascending order from +0, each step one fused multiply-add. These are the gradients of
// weights that have their left operand in common, summed over the rows of many time
// steps; if a is packed, then once for all of them. SetOuters panics if the shapes do not
// fit. The cs must not overlap the operands.
//
// To divide the work, give every worker some columns of the bs and of the cs: then at most
// the packing of a is repeated.
func SetOuters[T Float](cs []Matrix[T], a Rows[T], bs []Rows[T]) {
	checkLengths(len(cs), len(bs))
	for n, c := range cs {
		checkOuter(c.Rows, c.Cols, a, bs[n])
		if a.Len() == 0 {
			for i := range c.Rows {
				clear(c.Row(i))
			}
		}
	}
	if setOutersDirectly(cs, &a, bs) {
		return
	}
	pool := &outerBuffers32
	if _, ok := any(T(0)).(float64); ok {
		pool = &outerBuffers64
	}
	buffer := pool.Get().(*outerBuffer[T])
	defer pool.Put(buffer)
	for r := 0; r < a.Len(); r += outerRows {
		end := min(r+outerRows, a.Len())
		aPart := a.Slice(r, end)
		for i, below := 0, 0; i < a.width; i = below {
			below = i + evenPart(a.width-i, outerPanels*panelCols, panelCols)
			aPart.pack(buffer.a[:], i, below)
			for n, b := range bs {
				buffer.addRows(cs[n], b.Slice(r, end), i, below, r == 0)
			}
		}
	}
}

// setOutersDirectly is SetOuters without packing, where that is faster: it takes as many rows at a
// time as stay in the second-level cache. It returns false if it is not the way for these
// shapes on the path in use.
func setOutersDirectly[T Float](cs []Matrix[T], a *Rows[T], bs []Rows[T]) bool {
	width := 1
	for _, b := range bs {
		if !directOuter[T](a.width, b.width) {
			return false
		}
		width = max(width, a.width+b.width)
	}
	part := max(outerNumbers/width, outerLeastRows)
	for r, end := 0, 0; r < a.Len(); r = end {
		end = r + evenPart(a.Len()-r, part, 1)
		left := a.Slice(r, end)
		for n := range cs {
			right := bs[n].Slice(r, end)
			addOuterGrid(&cs[n], &left, &right, r == 0)
		}
	}
	return true
}

func checkOuter[T Float](rows, cols int, a, b Rows[T]) {
	if a.Len() != b.Len() || rows != a.width || cols != b.width {
		panic(fmt.Sprintf("kernel: outer products of %d×%d and %d×%d into %d×%d",
			a.Len(), a.width, b.Len(), b.width, rows, cols))
	}
}

// addRows adds what the packed rows of a and the rows of b make up to the rows of c from i
// up to below, or sets them to it if these are the first rows.
func (o *outerBuffer[T]) addRows(c Matrix[T], b Rows[T], i, below int, first bool) {
	var zeros [panelCols]T
	to := rowMajor(&c)
	start := to
	if first {
		start = target[T]{first: &zeros[0]}
	}
	for j, right := 0, 0; j < b.width; j = right {
		right = j + evenPart(b.width-j, outerWidth*panelCols, panelCols)
		b.pack(o.b[:], j, right)
		o.addTiles(to, start, b.Len(), i, below, j, right)
	}
}

// addTiles sets the rows of c from i up to below and the columns from j up to right
// to start and what k packed rows add.
func (o *outerBuffer[T]) addTiles(c, start target[T], k, i, below, j, right int) {
	if o.addGrids(c, start, k, i, below, j, right) {
		return
	}
	limits := tilePanels[T](false)
	most := min(len(limits)-1, panelCols/2) // so that a panel consists of whole tiles
	panels := int(limits[min(below-i, most)])
	b := rightOperand[T]{b: &o.b[0][0], bStep: outerRows * panelCols}
	t := tile[T]{k: k, startStride: start.stride, startStep: start.step(), cStride: c.stride}
	for left, next := j, 0; left < right; left = next {
		t.rightOperand = b.from(left - j)
		next = t.cover(left, right, panels)
		for row := i; row < below; row += t.rows {
			lane := (row - i) % panelCols
			t.rows = evenPart(min(panelCols-lane, below-row), most, 1)
			t.aPanel = &o.a[(row-i)/panelCols][lane]
			t.start, t.c = start.at(row, left), c.at(row, left)
			t.run()
		}
	}
}

// pack copies the columns from lo up to hi to panels. What it leaves behind them in
// the last panel is of no account.
func (r Rows[T]) pack(dst []outerPanel[T], lo, hi int) {
	if gatherPanels(dst, r, lo, hi) {
		return
	}
	for i, first := range r.first {
		for j := lo; j < hi; j += panelCols {
			row := lanes(&dst[(j-lo)/panelCols][0], i*panelCols)
			copy(row[:], unsafe.Slice(at(first, r.offset+j), min(hi-j, panelCols)))
		}
	}
}

// gatherPanels is [Rows.pack] and returns true if the path in use has assembly
// for it.
func gatherPanels[T Float](dst []outerPanel[T], r Rows[T], lo, hi int) bool {
	panels, ok := any(dst).([]outerPanel[float32])
	rows, _ := any(r).(Rows[float32])
	if !ok || len(rows.first) == 0 {
		return false
	}
	count := (hi - lo + panelCols - 1) / panelCols
	return gatherVectors(&panels[0][0], len(panels[0]), &rows.first[0], rows.offset+lo, len(rows.first), count, hi-lo-(count-1)*panelCols)
}
