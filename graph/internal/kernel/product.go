package kernel

import (
	"fmt"
	"unsafe"
)

// Mul sets c = a·b. Element (i, j) is the sum over k of a[i,k]·b[k,j], k in
// ascending order from +0, each step one fused multiply-add. It panics if the
// shapes do not fit. c must not overlap the operands.
func Mul[T Float](c Matrix[T], a Rows[T], b Packed[T]) {
	var zeros [panelCols]T
	checkProduct(&c, &a, b.rows, b.cols)
	multiply(rowMajor(&c), target[T]{first: &zeros[0]}, &a, b.operand(), c.Cols)
}

// MulAdd sets c = c + a·b: as [Mul], but every sum starts from the element of c.
// So Mul of x and W, then MulAdd of h and U, is one sum over the rows of W and
// then of U.
func MulAdd[T Float](c Matrix[T], a Rows[T], b Packed[T]) {
	checkProduct(&c, &a, b.rows, b.cols)
	to := rowMajor(&c)
	multiply(to, to, &a, b.operand(), c.Cols)
}

// MulFrom sets c = start + a·b: as [MulAdd], but the sums start from the elements
// of another matrix, which stays as it is. It panics if the shapes do not fit. c
// must not overlap the operands, but start may be c.
func MulFrom[T Float](c, start Matrix[T], a Rows[T], b Packed[T]) {
	checkProduct(&c, &a, b.rows, b.cols)
	if start.Rows != c.Rows || start.Cols != c.Cols {
		panic(fmt.Sprintf("kernel: product into %d×%d from %d×%d", c.Rows, c.Cols, start.Rows, start.Cols))
	}
	multiply(rowMajor(&c), rowMajor(&start), &a, b.operand(), c.Cols)
}

// MulBias sets c = bias + a·b: as [Mul], but the sums of column j start from
// bias[j]. It panics if the shapes do not fit.
func MulBias[T Float](c Matrix[T], a Rows[T], b Packed[T], bias []T) {
	checkProduct(&c, &a, b.rows, b.cols)
	checkBias(len(bias), c.Cols)
	multiply(rowMajor(&c), target[T]{first: unsafe.SliceData(bias), unit: 1}, &a, b.operand(), c.Cols)
}

// checkProduct panics unless the shapes fit: c is a·b with b of rows and cols.
func checkProduct[T Float](c *Matrix[T], a *Rows[T], rows, cols int) {
	if a.width != rows || c.Rows != len(a.first) || c.Cols != cols {
		refuseProduct(len(a.first), a.width, rows, cols, c.Rows, c.Cols)
	}
}

func refuseProduct(m, k, rows, cols, cRows, cCols int) {
	panic(fmt.Sprintf("kernel: product of %d×%d and %d×%d into %d×%d", m, k, rows, cols, cRows, cCols))
}

func checkBias(bias, cols int) {
	if bias != cols {
		panic(fmt.Sprintf("kernel: bias of %d numbers for %d columns", bias, cols))
	}
}

// operand returns p as the right operand of a product.
func (p *Packed[T]) operand() rightOperand[T] {
	return rightOperand[T]{b: unsafe.SliceData(p.data), bStep: panelCols * p.rows}
}

// multiply sets c = start + a·b for the columns of c. It visits all panels for as many
// rows of a as stay in the second-level cache, and all these rows for every tile's
// width.
func multiply[T Float](c, start target[T], a *Rows[T], b rightOperand[T], cols int) {
	if !multiplyGrids(c, start, a, b, cols) {
		multiplyTiles(c, start, a, b, cols)
	}
}

// multiplyTiles is multiply tile by tile.
func multiplyTiles[T Float](c, start target[T], a *Rows[T], b rightOperand[T], cols int) {
	limits := tilePanels[T](b.pairs != nil)
	most := len(limits) - 1
	var t tile[T]
	t.k, t.aOffset = a.width, a.offset
	t.startStride, t.startStep, t.cStride = start.stride, start.step(), c.stride
	for lo, hi := 0, 0; lo < a.Len(); lo = hi {
		hi = lo + evenPart(a.Len()-lo, cachedRows(a.width, most), 1)
		panels := int(limits[evenPart(hi-lo, most, 1)])
		for j, end := 0, 0; j < cols; j = end {
			end = t.cover(j, cols, panels)
			t.rightOperand = b.from(j)
			for i := lo; i < hi; i += t.rows {
				t.rows = evenPart(hi-i, most, 1)
				t.a = &a.first[i]
				t.start, t.c = start.at(i, j), c.at(i, j)
				t.run()
			}
		}
	}
}

// cachedRows returns how many rows of that width stay in the second-level cache, in whole
// tiles of so many rows.
func cachedRows(width, tile int) int {
	const cached = 1 << 15 // numbers
	return max(cached/max(width, 1)/tile, 1) * tile
}
