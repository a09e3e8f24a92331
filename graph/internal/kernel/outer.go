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

// AddOuter sets c = c + aᵀ·b for a and b of equally many rows: the sum over r of
// the outer products of row r of a and row r of b, r in ascending order, each step
// one fused multiply-add. It is the gradient of weights, summed over the rows of
// many time steps. It panics if the shapes do not fit. c must not overlap the
// operands.
//
// To divide the work, give every worker some columns of b and of c: then only the
// packing of a is repeated. With some rows of c and columns of a it is that of b.
func AddOuter[T Float](c Matrix[T], a, b Rows[T]) {
	checkOuter(c.Rows, c.Cols, a, b)
	to := rowMajor(c)
	addOuter(to, to, a, b)
}

// SetOuter sets c = aᵀ·b: as [AddOuter], but every sum starts from +0.
func SetOuter[T Float](c Matrix[T], a, b Rows[T]) {
	var zeros [panelCols]T
	checkOuter(c.Rows, c.Cols, a, b)
	to := rowMajor(c)
	if a.Len() == 0 {
		for i := range c.Rows {
			clear(c.Row(i))
		}
	}
	addOuter(to, target[T]{data: zeros[:]}, a, b)
}

// SetOuters is [SetOuter] for several right operands at once, cs[n] = aᵀ·bs[n], with the
// same bits; a is packed once for all of them.
func SetOuters[T Float](cs []Matrix[T], a Rows[T], bs []Rows[T]) {
	var zeros [panelCols]T
	checkLengths(len(cs), len(bs))
	to, start := make([]target[T], len(cs)), make([]target[T], len(cs))
	for n, c := range cs {
		checkOuter(c.Rows, c.Cols, a, bs[n])
		to[n], start[n] = rowMajor(c), target[T]{data: zeros[:]}
		if a.Len() == 0 {
			for i := range c.Rows {
				clear(c.Row(i))
			}
		}
	}
	addOuters(to, start, a, bs)
}

// AddOuterPacked is [AddOuter] for a packed c. The padding of c stays as it is.
func AddOuterPacked[T Float](c Packed[T], a, b Rows[T]) {
	checkOuter(c.rows, c.cols, a, b)
	to := packedTarget(c)
	addOuter(to, to, a, b)
}

// SetOuterPacked is [SetOuter] for a packed c. The padding of c becomes zero.
func SetOuterPacked[T Float](c Packed[T], a, b Rows[T]) {
	var zeros [panelCols]T
	checkOuter(c.rows, c.cols, a, b)
	if whole := c.cols / panelCols * panelCols; a.Len() > 0 {
		clear(c.data[whole*c.rows:])
	} else {
		clear(c.data)
	}
	addOuter(packedTarget(c), target[T]{data: zeros[:]}, a, b)
}

func checkOuter[T Float](rows, cols int, a, b Rows[T]) {
	if a.Len() != b.Len() || rows != a.width || cols != b.width {
		panic(fmt.Sprintf("kernel: outer products of %d×%d and %d×%d into %d×%d",
			a.Len(), a.width, b.Len(), b.width, rows, cols))
	}
}

// addOuter sets c = start + aᵀ·b.
func addOuter[T Float](c, start target[T], a, b Rows[T]) {
	addOuters([]target[T]{c}, []target[T]{start}, a, []Rows[T]{b})
}

// addOuters sets every c = start + aᵀ·b part by part: some rows, some columns of a, some
// columns of one b after another.
func addOuters[T Float](cs, starts []target[T], a Rows[T], bs []Rows[T]) {
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
				bPart := b.Slice(r, end)
				for j, right := 0, 0; j < b.width; j = right {
					right = j + evenPart(b.width-j, outerWidth*panelCols, panelCols)
					bPart.pack(buffer.b[:], j, right)
					buffer.addTiles(&cs[n], &starts[n], end-r, i, below, j, right)
				}
			}
		}
		copy(starts, cs)
	}
}

// addTiles sets the rows of c from i up to below and the columns from j up to right
// to start and what k packed rows add.
func (o *outerBuffer[T]) addTiles(c, start *target[T], k, i, below, j, right int) {
	limits := tilePanels[T](false)
	most := min(len(limits)-1, panelCols/2) // so that a panel consists of whole tiles
	panels := int(limits[min(below-i, most)])
	b := rightOperand[T]{b: &o.b[0][0], bStep: outerRows * panelCols}
	t := tile[T]{k: k, startStride: start.stride, startStep: start.step, cStride: c.stride, cStep: c.step}
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
