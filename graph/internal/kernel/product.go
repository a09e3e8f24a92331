package kernel

import "fmt"

// Mul sets c = a·b. Element (i, j) is the sum over k of a[i,k]·b[k,j], k in
// ascending order from +0, each step one fused multiply-add. It panics if the
// shapes do not fit. c must not overlap the operands.
func Mul[T Float](c Matrix[T], a Rows[T], b Packed[T]) {
	var zeros [panelCols]T
	checkProduct(c, a, b)
	multiply(rowMajor(c), target[T]{data: zeros[:]}, a, b)
}

// MulAdd sets c = c + a·b: as [Mul], but every sum starts from the element of c.
// So Mul of x and W, then MulAdd of h and U, is one sum over the rows of W and
// then of U.
func MulAdd[T Float](c Matrix[T], a Rows[T], b Packed[T]) {
	checkProduct(c, a, b)
	multiply(rowMajor(c), rowMajor(c), a, b)
}

// MulFrom sets c = start + a·b: as [MulAdd], but the sums start from the elements
// of another matrix, which stays as it is. It panics if the shapes do not fit. c
// must not overlap the operands, but start may be c.
func MulFrom[T Float](c, start Matrix[T], a Rows[T], b Packed[T]) {
	checkProduct(c, a, b)
	if start.Rows != c.Rows || start.Cols != c.Cols {
		panic(fmt.Sprintf("kernel: product into %d×%d from %d×%d", c.Rows, c.Cols, start.Rows, start.Cols))
	}
	multiply(rowMajor(c), rowMajor(start), a, b)
}

// MulBias sets c = bias + a·b: as [Mul], but the sums of column j start from
// bias[j]. It panics if the shapes do not fit.
func MulBias[T Float](c Matrix[T], a Rows[T], b Packed[T], bias []T) {
	checkProduct(c, a, b)
	if len(bias) != c.Cols {
		panic(fmt.Sprintf("kernel: bias of %d numbers for %d columns", len(bias), c.Cols))
	}
	multiply(rowMajor(c), target[T]{data: bias, unit: 1, step: panelCols}, a, b)
}

func checkProduct[T Float](c Matrix[T], a Rows[T], b Packed[T]) {
	if a.width != b.rows || c.Rows != a.Len() || c.Cols != b.cols {
		panic(fmt.Sprintf("kernel: product of %d×%d and %d×%d into %d×%d",
			a.Len(), a.width, b.rows, b.cols, c.Rows, c.Cols))
	}
}

// multiply sets c = start + a·b. It visits all panels for as many rows of a as
// stay in the second-level cache, and all these rows for every tile's width.
func multiply[T Float](c, start target[T], a Rows[T], b Packed[T]) {
	const cached = 1 << 15 // numbers
	most := maxTileRows[T]()
	group := most
	if a.Len() > most {
		group = max(cached/max(a.width, 1)/most, 1) * most
	}
	for lo, hi := 0, 0; lo < a.Len(); lo = hi {
		hi = lo + evenPart(a.Len()-lo, group, 1)
		panels := maxTilePanels[T](evenPart(hi-lo, most, 1))
		for j, end := 0, 0; j < b.cols; j = end {
			t := tile[T]{k: a.width, aOffset: a.offset, bStep: panelCols * b.rows}
			end = t.cover(j, b.cols, panels)
			if t.k > 0 {
				t.b = &b.data[b.Offset(0, j)]
			}
			for i := lo; i < hi; i += t.rows {
				t.rows = evenPart(hi-i, most, 1)
				t.a = &a.first[i]
				t.place(&c, &start, i, j)
			}
		}
	}
}
