package ops

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// The operations of this file are the gradients of sums over rows and over columns, and the
// sums theirs.

// SumColumns adds the columns of a matrix: y[i][0] = Σ_j x[i][j].
type SumColumns struct{ base }

// NewSumColumns returns the sum of the columns of x, of shape (n, m), as an (n, 1) matrix.
func NewSumColumns(key string, x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	op := &SumColumns{newBase("sumColumns", key, tensor.Shape{rows(x), 1}, x)}
	return gorgonia.ApplyOp(op, x)
}

// Do computes the sums.
func (o *SumColumns) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		sumColumns(floats[float32](out), floats[float32](in[0]))
	} else {
		sumColumns(floats[float64](out), floats[float64](in[0]))
	}
	return out, nil
}

func sumColumns[F Float](y, x []F) {
	m := len(x) / len(y)
	for i := range y {
		sum := 0.0
		for _, v := range x[i*m : (i+1)*m] {
			sum += float64(v)
		}
		y[i] = F(sum)
	}
}

// DiffWRT says that the operand has a gradient.
func (o *SumColumns) DiffWRT(int) []bool { return all(1) }

// SymDiff returns dy in every column.
func (o *SumColumns) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewRepeatColumn(o.key+"'", dy, columns(in[0]))
	return gorgonia.Nodes{dx}, err
}

// RepeatColumn puts copies of a column side by side: y[i][j] = x[i][0].
type RepeatColumn struct{ base }

// NewRepeatColumn returns the (n, m) matrix whose columns are all x, of shape (n, 1).
func NewRepeatColumn(key string, x *gorgonia.Node, m int) (*gorgonia.Node, error) {
	if x.Shape().Dims() != 2 || columns(x) != 1 {
		return nil, errors.Errorf("the column has shape %v, want (n, 1)", x.Shape())
	}
	op := &RepeatColumn{newBase(fmt.Sprintf("repeatColumn(%d)", m), key, tensor.Shape{rows(x), m}, x)}
	return gorgonia.ApplyOp(op, x)
}

// Do copies the column.
func (o *RepeatColumn) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		repeatColumn(floats[float32](out), floats[float32](in[0]))
	} else {
		repeatColumn(floats[float64](out), floats[float64](in[0]))
	}
	return out, nil
}

func repeatColumn[F Float](y, x []F) {
	m := len(y) / len(x)
	for i, v := range x {
		row := y[i*m : (i+1)*m]
		for j := range row {
			row[j] = v
		}
	}
}

// DiffWRT says that the operand has a gradient.
func (o *RepeatColumn) DiffWRT(int) []bool { return all(1) }

// SymDiff returns the sum of the columns of dy.
func (o *RepeatColumn) SymDiff(_ gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewSumColumns(o.key+"'", dy)
	return gorgonia.Nodes{dx}, err
}

// RepeatRow puts copies of a row on top of one another: y[i][j] = x[0][j].
type RepeatRow struct{ base }

// NewRepeatRow returns the (n, m) matrix whose rows are all x, of shape (1, m).
func NewRepeatRow(key string, x *gorgonia.Node, n int) (*gorgonia.Node, error) {
	if x.Shape().Dims() != 2 || rows(x) != 1 {
		return nil, errors.Errorf("the row has shape %v, want (1, m)", x.Shape())
	}
	op := &RepeatRow{newBase(fmt.Sprintf("repeatRow(%d)", n), key, tensor.Shape{n, columns(x)}, x)}
	return gorgonia.ApplyOp(op, x)
}

// Do copies the row.
func (o *RepeatRow) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		repeatRow(floats[float32](out), floats[float32](in[0]))
	} else {
		repeatRow(floats[float64](out), floats[float64](in[0]))
	}
	return out, nil
}

func repeatRow[F Float](y, x []F) {
	for ; len(y) > 0; y = y[len(x):] {
		copy(y, x)
	}
}

// DiffWRT says that the operand has a gradient.
func (o *RepeatRow) DiffWRT(int) []bool { return all(1) }

// SymDiff returns the sum of the rows of dy.
func (o *RepeatRow) SymDiff(_ gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewSumRows(o.key+"'", dy)
	return gorgonia.Nodes{dx}, err
}
