package kernel

import "fmt"

// Float is the type of a number. Of float64, only products have vector instructions;
// it serves checks and plain graphs of others.
type Float interface{ float32 | float64 }

// A Matrix is a rectangle of numbers in row-major order: row i starts at
// Data[i*Stride].
type Matrix[T Float] struct {
	Data       []T
	Rows, Cols int
	Stride     int // distance between rows; zero means Cols
}

// Row returns row i, which shares the memory of m.
func (m Matrix[T]) Row(i int) []T {
	start := i * m.stride()
	return m.Data[start : start+m.Cols : start+m.Cols]
}

func (m *Matrix[T]) stride() int {
	if m.Stride == 0 {
		return m.Cols
	}
	return m.Stride
}

// check panics unless all rows of m lie in its memory, and returns its stride.
func (m *Matrix[T]) check() int {
	stride := m.stride()
	if m.Rows < 0 || m.Cols < 0 || stride < m.Cols || m.Rows > 0 && len(m.Data) < (m.Rows-1)*stride+m.Cols {
		refuseMatrix(m.Rows, m.Cols, stride, len(m.Data))
	}
	return stride
}

func refuseMatrix(rows, cols, stride, n int) {
	panic(fmt.Sprintf("kernel: matrix of %d×%d with stride %d in %d numbers", rows, cols, stride, n))
}

// checkSameShape panics unless both matrices are whole and of one shape.
func checkSameShape[T Float](what string, a, b Matrix[T]) {
	a.check()
	b.check()
	if a.Rows != b.Rows || a.Cols != b.Cols {
		panic(fmt.Sprintf("kernel: %s with matrices of %d×%d and %d×%d", what, a.Rows, a.Cols, b.Rows, b.Cols))
	}
}
