package kernel

// A target is where the sums of a product start from, or where they go. Element
// (i, j), for j a multiple of 16, is number i*stride + j*unit, and the rest of its
// panel follows. With a stride of zero all rows are the same, with a unit and a step
// of zero all panels.
type target[T Float] struct {
	data         []T
	unit, stride int
	step         int // from a panel to the next
}

func rowMajor[T Float](m Matrix[T]) target[T] {
	return target[T]{data: m.Data, unit: 1, stride: m.check(), step: panelCols}
}

func packedTarget[T Float](p Packed[T]) target[T] {
	return target[T]{data: p.data, unit: p.rows, stride: panelCols, step: panelCols * p.rows}
}

func (t *target[T]) at(i, j int) *T { return &t.data[i*t.stride+j*t.unit] }

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
