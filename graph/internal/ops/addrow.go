package ops

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// AddRow adds a row to every row of a matrix: y[i][j] = x[i][j] + row[0][j].
type AddRow struct{ base }

// NewAddRow returns the sum of x, of shape (n, m), and row, of shape (1, m).
func NewAddRow(key string, x, row *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the left operand", x); err != nil {
		return nil, err
	}
	if row.Shape().Dims() != 2 || rows(row) != 1 || columns(row) != columns(x) {
		return nil, errors.Errorf("the row has shape %v, want (1, %d)", row.Shape(), columns(x))
	}
	op := &AddRow{newBase("addRow", key, x.Shape().Clone(), x, row)}
	return gorgonia.ApplyOp(op, x, row)
}

// Do computes the sum.
func (o *AddRow) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		addRow(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]))
	} else {
		addRow(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]))
	}
	return out, nil
}

func addRow[F Float](y, x, row []F) {
	for ; len(y) > 0; y, x = y[len(row):], x[len(row):] {
		for j, r := range row {
			y[j] = x[j] + r
		}
	}
}

// DiffWRT says that both operands have gradients.
func (o *AddRow) DiffWRT(int) []bool { return all(2) }

// SymDiff returns dx = dy and drow = the sum of dy's rows.
func (o *AddRow) SymDiff(_ gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	drow, err := NewSumRows(o.key+"'", dy)
	return gorgonia.Nodes{dy, drow}, err
}

// SumRows adds the rows of a matrix: y[0][j] = Σ_i x[i][j].
type SumRows struct {
	base
	sum []float64
}

// NewSumRows returns the sum of the rows of x, of shape (n, m), as a (1, m) matrix.
func NewSumRows(key string, x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	op := &SumRows{base: newBase("sumRows", key, tensor.Shape{1, columns(x)}, x)}
	return gorgonia.ApplyOp(op, x)
}

// Do computes the sum.
func (o *SumRows) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.sum == nil {
		o.sum = make([]float64, o.shape[1])
	}
	if o.dtype == tensor.Float32 {
		sumRows(floats[float32](out), floats[float32](in[0]), o.sum)
	} else {
		sumRows(floats[float64](out), floats[float64](in[0]), o.sum)
	}
	return out, nil
}

func sumRows[F Float](y, x []F, sum []float64) {
	clear(sum)
	for ; len(x) > 0; x = x[len(sum):] {
		for j := range sum {
			sum[j] += float64(x[j])
		}
	}
	for j, s := range sum {
		y[j] = F(s)
	}
}

// DiffWRT says that the operand has a gradient.
func (o *SumRows) DiffWRT(int) []bool { return all(1) }

// SymDiff returns dy in every row.
func (o *SumRows) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewRepeatRow(o.key+"'", dy, rows(in[0]))
	return gorgonia.Nodes{dx}, err
}
