package kernel

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph/internal/kernel/simd"
)

const (
	panelCols = simd.PanelCols // columns of a panel
	pairCols  = 2 * panelCols  // columns are padded to pairs of panels
)

// A Packed is a matrix laid out for the right side of a product: panels of 16
// columns, each row after row, the last pair of panels padded with zeros. The
// layout is the same for all instruction sets.
type Packed[T Float] struct {
	data       []T
	rows, cols int
}

// PackedLen returns the number of numbers that a packed matrix takes.
func PackedLen(rows, cols int) int {
	return rows * ((cols + pairCols - 1) / pairCols * pairCols)
}

// NewPacked returns a packed matrix of zeros.
func NewPacked[T Float](rows, cols int) Packed[T] {
	return PackedIn(make([]T, PackedLen(rows, cols)), rows, cols)
}

// PackedIn returns a packed matrix whose numbers are data. It panics unless data
// has [PackedLen] numbers.
func PackedIn[T Float](data []T, rows, cols int) Packed[T] {
	if rows < 0 || cols < 0 || len(data) != PackedLen(rows, cols) {
		panic(fmt.Sprintf("kernel: packed matrix of %d×%d in %d numbers", rows, cols, len(data)))
	}
	return Packed[T]{data, rows, cols}
}

// offset returns the place of element (i, j) in the data.
func (p Packed[T]) offset(i, j int) int {
	lane := j % panelCols
	return (j-lane)*p.rows + i*panelCols + lane
}

// Columns returns the columns from lo up to hi, which share the memory of p. Both
// must be multiples of 32, but for hi at the end of p; Columns panics otherwise.
func (p Packed[T]) Columns(lo, hi int) Packed[T] {
	checkColumns(lo, hi, p.cols)
	start := lo * p.rows
	end := start + PackedLen(p.rows, hi-lo)
	return Packed[T]{p.data[start:end:end], p.rows, hi - lo}
}

// checkColumns panics unless lo and hi are borders of pairs of panels.
func checkColumns(lo, hi, cols int) {
	if lo < 0 || hi < lo || hi > cols || lo%pairCols != 0 || hi%pairCols != 0 && hi != cols {
		panic(fmt.Sprintf("kernel: columns %d to %d of a packed matrix of %d", lo, hi, cols))
	}
}

// checkPacking panics unless a matrix of rows and cols has the shape of a packed one.
func checkPacking(rows, cols, packedRows, packedCols int) {
	if rows != packedRows || cols != packedCols {
		panic(fmt.Sprintf("kernel: matrix of %d×%d for a packed one of %d×%d", rows, cols, packedRows, packedCols))
	}
}
