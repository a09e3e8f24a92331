package ops

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// MulRow multiplies every row of a matrix by a row: y[i][j] = x[i][j]·row[0][j].
type MulRow struct{ base }

// NewMulRow returns the product of x, of shape (n, m), and row, of shape (1, m).
func NewMulRow(key string, x, row *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the left operand", x); err != nil {
		return nil, err
	}
	if row.Shape().Dims() != 2 || rows(row) != 1 || columns(row) != columns(x) {
		return nil, errors.Errorf("the row has shape %v, want (1, %d)", row.Shape(), columns(x))
	}
	op := &MulRow{newBase("mulRow", key, x.Shape().Clone(), x, row)}
	return gorgonia.ApplyOp(op, x, row)
}

// Do computes the product.
func (o *MulRow) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		mulRow(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]))
	} else {
		mulRow(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]))
	}
	return out, nil
}

func mulRow[F Float](y, x, row []F) {
	for ; len(y) > 0; y, x = y[len(row):], x[len(row):] {
		for j, r := range row {
			y[j] = x[j] * r
		}
	}
}

// DiffWRT says that both operands have gradients.
func (o *MulRow) DiffWRT(int) []bool { return all(2) }

// SymDiff returns dx = dy multiplied by the row, and drow = the sum of the rows of dy ⊙ x.
func (o *MulRow) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewMulRow(o.key+"'x", dy, in[1])
	if err != nil {
		return nil, err
	}
	product, err := gorgonia.HadamardProd(dy, in[0])
	if err != nil {
		return nil, err
	}
	drow, err := NewSumRows(o.key+"'row", product)
	return gorgonia.Nodes{dx, drow}, err
}
