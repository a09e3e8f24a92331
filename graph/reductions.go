package graph

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
)

// This file holds the operations that make one number of a row, of a column or of all elements,
// and those that use one number a row. What reduces the columns of x, of shape (n, m), returns
// a column, of shape (n, 1); what reduces the rows returns a row, of shape (1, m).

// Sum returns the sum of all elements of x, a scalar.
func (b *Builder) Sum(x *Node) *Node {
	shape := b.Shape(x)
	if len(shape) != 2 {
		b.Fail(errors.Errorf("graph: Sum of shape %v, want a matrix", shape))
		return nil
	}
	return b.Dot(x, b.Constant(1, shape[0], shape[1]))
}

// SumRows adds the rows of x: element j of the row that results is Σ_i x[i][j].
func (b *Builder) SumRows(x *Node) *Node {
	return b.add("SumRows", []*Node{x}, func(key string) (*Node, error) { return ops.NewSumRows(key, x) })
}

// SumColumns adds the columns of x: element i of the column that results is Σ_j x[i][j].
func (b *Builder) SumColumns(x *Node) *Node {
	return b.add("SumColumns", []*Node{x}, func(key string) (*Node, error) { return ops.NewSumColumns(key, x) })
}

// MaxRows returns the largest element of each column of x, as a row. See MaxColumns.
func (b *Builder) MaxRows(x *Node) *Node { return b.Transpose(b.MaxColumns(b.Transpose(x))) }

// MaxColumns returns the largest element of each row of x, as a column. The gradient is the
// first largest element's. The maximum of a row that holds a NaN is NaN, and the gradient
// the first NaN's.
func (b *Builder) MaxColumns(x *Node) *Node {
	return b.add("MaxColumns", []*Node{x}, func(key string) (*Node, error) { return ops.NewMaxColumns(key, x) })
}

// LogSumExpRows returns log Σ_i exp(x[i][j]) of each column of x, as a row. See
// LogSumExpColumns.
func (b *Builder) LogSumExpRows(x *Node) *Node {
	return b.Transpose(b.LogSumExpColumns(b.Transpose(x)))
}

// LogSumExpColumns returns log Σ_j exp(x[i][j]) of each row of x, as a column, without
// overflow: the sum of probabilities of which x holds the logarithms. An element of −∞ is a
// probability of 0: it adds nothing and its gradient is 0. A row of nothing else is −∞, with
// the gradient 0. A row that holds +∞ is +∞, and its gradient there is NaN.
func (b *Builder) LogSumExpColumns(x *Node) *Node {
	return b.add("LogSumExpColumns", []*Node{x}, func(key string) (*Node, error) { return ops.NewLogSumExp(key, x) })
}

// Gather takes one element of each row of x, of shape (n, m), by its column: element i of the
// result, of shape (n, 1), is x[i][index[i]]. A number outside [0, m) is an error of the run.
func (b *Builder) Gather(x, index *Node) *Node {
	return b.add("Gather", []*Node{x, index}, func(key string) (*Node, error) { return ops.NewGather(key, x, index) })
}

// AddCol adds the number col[i] of a column, of shape (n, 1), to every element of row i of x, of
// shape (n, m).
func (b *Builder) AddCol(x, col *Node) *Node {
	repeated := b.add("AddCol", []*Node{x, col}, func(key string) (*Node, error) {
		if s, c := x.Shape(), col.Shape(); len(s) != 2 || len(c) != 2 || c[0] != s[0] || c[1] != 1 {
			return nil, errors.New("want a matrix, (n, m), and a column, (n, 1)")
		}
		return ops.NewRepeatColumn(key, col, x.Shape()[1])
	})
	return b.Add(x, repeated)
}
