package kernel

import "unsafe"

// A target is where the sums of a product start from, or where they go. Element
// (i, j), for j a multiple of 16, is i*stride + j*unit numbers behind the first, and the rest of
// its panel follows. The unit is 1 or 0: with a stride of zero all rows are the same, with a
// unit of zero all panels. (Small enough to be passed in registers, as the slice of a
// Matrix is not: a product of a few numbers takes no longer than copying that to and fro.)
type target[T Float] struct {
	first        *T
	unit, stride int
}

// rowMajor returns m as a target. It panics unless all rows of m lie in its memory.
func rowMajor[T Float](m *Matrix[T]) target[T] {
	return target[T]{first: unsafe.SliceData(m.Data), unit: 1, stride: m.check()}
}

// step returns the distance from a panel to the next.
func (t target[T]) step() int { return panelCols * t.unit }

func (t target[T]) at(i, j int) *T { return at(t.first, i*t.stride+j*t.unit) }

// tilePanelsPortable are the tiles where there is no assembly: one panel, whatever
// the number of rows.
var tilePanelsPortable = []uint8{1: 1, 1, 1, 1}

// cover sets the tile's panels to as many as a cut of the columns from j up to cols
// into even parts allows, at most most, and returns the column behind them.
func (t *tile[T]) cover(j, cols, most int) int {
	t.panels = evenPart((cols-j+panelCols-1)/panelCols, most, 1)
	end := min(j+t.panels*panelCols, cols)
	t.lastCols = end - j - (t.panels-1)*panelCols
	return end
}

// evenPart returns the size of the first part when n is cut into as few parts of
// at most most as possible, all about equally large, for small ones are slow, and
// multiples of unit but for the last one.
func evenPart(n, most, unit int) int {
	if n <= most { // the common case, without divisions
		return n
	}
	parts := (n + most - 1) / most
	return ((n+parts-1)/parts + unit - 1) / unit * unit
}
