package kernel

// maxTileRows bounds the rows of a tile of any instruction set.
const maxTileRows = 12

// A target is where the sums of a product start from, or where they go. Element
// (i, j), for j a multiple of 16, is number i*stride + j*unit, and the rest of its
// panel follows. With a stride of zero all rows start from one.
type target[T Float] struct {
	data         []T
	unit, stride int
	half         int // from a panel to the next
	cols         int // the columns that exist
}

func rowMajor[T Float](m Matrix[T]) target[T] {
	return target[T]{data: m.Data, unit: 1, stride: m.check(), half: panelCols, cols: m.Cols}
}

func (t *target[T]) at(i, j int) *T { return &t.data[i*t.stride+j*t.unit] }

// place computes the tile whose upper left element is (i, j). One that crosses
// the last column is computed in a buffer of whole panels.
func (t tile[T]) place(c, start *target[T], i, j int) {
	width := t.panels * panelCols
	if t.k > 0 && j+width <= c.cols {
		t.start, t.startStride, t.startHalf = start.at(i, j), start.stride, start.half
		t.c, t.cStride, t.cHalf = c.at(i, j), c.stride, c.half
		t.run()
		return
	}
	var buffer [maxTileRows * pairCols]T
	n := min(width, c.cols-j)
	for r := range t.rows {
		copy(buffer[r*pairCols:][:n], start.data[(i+r)*start.stride+j*start.unit:])
	}
	if t.k > 0 {
		t.start, t.startStride, t.startHalf = &buffer[0], pairCols, panelCols
		t.c, t.cStride, t.cHalf = &buffer[0], pairCols, panelCols
		t.run()
	}
	for r := range t.rows {
		copy(c.data[(i+r)*c.stride+j*c.unit:][:n], buffer[r*pairCols:])
	}
}
