package graph

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph/internal/ops"
)

// This file holds the operations that treat each row, one example, by itself, and those
// that move elements.

// MulRow multiplies every row of x, of shape (n, m), by a row, of shape (1, m),
// elementwise: a gain, or a peephole.
func (b *Builder) MulRow(x, row *Node) *Node {
	return b.add("MulRow", []*Node{x, row}, func(key string) (*Node, error) { return ops.NewMulRow(key, x, row) })
}

// MulCol multiplies row i of x, of shape (n, m), by the number col[i] of a column, of
// shape (n, 1).
func (b *Builder) MulCol(x, col *Node) *Node {
	return b.add("MulCol", []*Node{x, col}, func(key string) (*Node, error) {
		if s := col.Shape(); len(s) != 2 || s[1] != 1 {
			return nil, fmt.Errorf("the column has shape %v, want (%d, 1)", s, x.Shape()[0])
		}
		return ops.NewOuterRows(key, col, x)
	})
}

// OuterRows returns the outer product of each row of x, of shape (n, p), and the same row of
// y, of shape (n, q), as a row of p·q elements: element j·q+k is x[i][j]·y[i][k].
func (b *Builder) OuterRows(x, y *Node) *Node {
	return b.add("OuterRows", []*Node{x, y}, func(key string) (*Node, error) { return ops.NewOuterRows(key, x, y) })
}

// MatVecRows multiplies the matrix that each row of m, of shape (n, p·q), holds row-major by
// the same row of v, of shape (n, q). The result has shape (n, p); with p = 1 it is the
// inner product of each pair of rows.
func (b *Builder) MatVecRows(m, v *Node) *Node {
	return b.add("MatVecRows", []*Node{m, v}, func(key string) (*Node, error) { return ops.NewMatVecRows(key, m, v) })
}

// LayerNorm gives each row of x mean 0 and variance 1: it subtracts the row's mean and
// divides by √(v + epsilon), with v the mean squared deviation (Ba, Kiros and Hinton 2016).
func (b *Builder) LayerNorm(x *Node, epsilon float64) *Node {
	return b.add("LayerNorm", []*Node{x}, func(key string) (*Node, error) { return ops.NewLayerNorm(key, x, epsilon) })
}

// ConcatColumns puts matrices of equal height side by side.
func (b *Builder) ConcatColumns(parts ...*Node) *Node {
	return b.add("ConcatColumns", parts, func(key string) (*Node, error) { return ops.NewConcatColumns(key, parts...) })
}

// ColumnBlock returns columns from up to but not including to of x.
func (b *Builder) ColumnBlock(x *Node, from, to int) *Node {
	name := fmt.Sprintf("ColumnBlock(%d, %d)", from, to)
	return b.add(name, []*Node{x}, func(key string) (*Node, error) { return ops.NewColumnBlock(key, x, from, to) })
}

// Reshape returns the elements of x, in the same row-major order, as a matrix of shape
// (rows, cols).
func (b *Builder) Reshape(x *Node, rows, cols int) *Node {
	name := fmt.Sprintf("Reshape(%d, %d)", rows, cols)
	return b.add(name, []*Node{x}, func(key string) (*Node, error) { return ops.NewReshape(key, x, rows, cols) })
}

// Transpose exchanges the rows and columns of x.
func (b *Builder) Transpose(x *Node) *Node {
	return b.add("Transpose", []*Node{x}, func(key string) (*Node, error) { return ops.NewTranspose(key, x) })
}
