package kernel

import (
	"fmt"
	"sync"
	"unsafe"
)

const (
	outerRows   = 128 // rows that are packed at a time
	outerPanels = 8   // panels of the left operand that are packed at a time
)

// An outerBuffer holds what a sum of outer products has packed: part of the left
// operand for the second-level cache, a pair of panels of the right one for the
// first-level cache.
type outerBuffer[T Float] struct {
	a [outerPanels][outerRows * panelCols]T
	b [maxPanels][outerRows * panelCols]T
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
func AddOuter[T Float](c Matrix[T], a, b Rows[T]) {
	checkOuter(c.Rows, c.Cols, a, b)
	addOuter(rowMajor(c), a, b)
}

// AddOuterPacked is [AddOuter] for a packed c. The padding of c stays as it is.
func AddOuterPacked[T Float](c Packed[T], a, b Rows[T]) {
	checkOuter(c.rows, c.cols, a, b)
	addOuter(target[T]{data: c.data, unit: c.rows, stride: panelCols, step: panelCols * c.rows}, a, b)
}

func checkOuter[T Float](rows, cols int, a, b Rows[T]) {
	if a.Len() != b.Len() || rows != a.width || cols != b.width {
		panic(fmt.Sprintf("kernel: outer products of %d×%d and %d×%d into %d×%d",
			a.Len(), a.width, b.Len(), b.width, rows, cols))
	}
}

// addOuter sets c = c + aᵀ·b part by part: some rows, some columns of a, and a
// tile's width of columns of b.
func addOuter[T Float](c target[T], a, b Rows[T]) {
	pool := &outerBuffers32
	if _, ok := any(T(0)).(float64); ok {
		pool = &outerBuffers64
	}
	buffer := pool.Get().(*outerBuffer[T])
	defer pool.Put(buffer)

	most := maxTilePanels[T](min(a.width, maxOuterTileRows[T]()))
	for r := 0; r < a.Len(); r += outerRows {
		end := min(r+outerRows, a.Len())
		aPart, bPart := a.Slice(r, end), b.Slice(r, end)
		for i := 0; i < a.width; i += outerPanels * panelCols {
			n := min(a.width-i, outerPanels*panelCols)
			for p := 0; p*panelCols < n; p++ {
				aPart.pack(&buffer.a[p], i+p*panelCols)
			}
			for j, next := 0, 0; j < b.width; j = next {
				t := tile[T]{k: end - r, b: &buffer.b[0][0], bStep: outerRows * panelCols}
				next = t.cover(j, b.width, most)
				for p := range t.panels {
					bPart.pack(&buffer.b[p], j+p*panelCols)
				}
				buffer.addTiles(t, &c, i, j, n)
			}
		}
	}
}

// addTiles adds to n rows of c from i on, in the columns of a tile from j on, what
// the packed rows contribute.
func (o *outerBuffer[T]) addTiles(t tile[T], c *target[T], i, j, n int) {
	most := maxOuterTileRows[T]()
	for p := 0; p < n; p += panelCols {
		m := min(n-p, panelCols)
		for lane := 0; lane < m; lane += t.rows {
			t.rows = evenPart(m-lane, most)
			t.aPanel = &o.a[p/panelCols][lane]
			t.place(c, c, i+p+lane, j)
		}
	}
}

// maxOuterTileRows returns the largest number of rows of a tile of which a panel
// consists of several.
func maxOuterTileRows[T Float]() int { return min(maxTileRows[T](), panelCols/2) }

// pack copies the panel of the columns from j on to dst, padded with zeros.
func (r Rows[T]) pack(dst *[outerRows * panelCols]T, j int) {
	n := min(max(r.width-j, 0), panelCols)
	for i, first := range r.first {
		row := lanes(&dst[0], i*panelCols)
		if n == panelCols {
			*row = *lanes(first, r.offset+j)
			continue
		}
		*row = [panelCols]T{}
		copy(row[:n], unsafe.Slice(at(first, r.offset+j), n))
	}
}
