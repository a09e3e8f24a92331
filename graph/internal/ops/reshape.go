package ops

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Reshape is a matrix with the same elements in the same row-major order and other
// numbers of rows and columns. It copies: Gorgonia's own shares memory with its operand,
// to which a builtin operation may write.
type Reshape struct{ base }

// NewReshape returns the elements of x as a matrix of shape (n, m).
func NewReshape(key string, x *gorgonia.Node, n, m int) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	if n < 1 || m < 1 || n*m != rows(x)*columns(x) {
		return nil, errors.Errorf("shape (%d, %d) for the elements of a matrix of shape %v", n, m, x.Shape())
	}
	op := &Reshape{newBase(fmt.Sprintf("reshape(%d,%d)", n, m), key, tensor.Shape{n, m}, x)}
	return gorgonia.ApplyOp(op, x)
}

// Do copies the elements.
func (o *Reshape) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		copy(floats[float32](out), floats[float32](in[0]))
	} else {
		copy(floats[float64](out), floats[float64](in[0]))
	}
	return out, nil
}

// DiffWRT says that the operand has a gradient.
func (o *Reshape) DiffWRT(int) []bool { return all(1) }

// SymDiff returns dy in the operand's shape.
func (o *Reshape) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewReshape(o.key+"'", dy, rows(in[0]), columns(in[0]))
	return gorgonia.Nodes{dx}, err
}

// Transpose exchanges rows and columns: y[j][i] = x[i][j].
type Transpose struct{ base }

// NewTranspose returns the transpose of x, of shape (n, m), of shape (m, n).
func NewTranspose(key string, x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	op := &Transpose{newBase("transpose", key, tensor.Shape{columns(x), rows(x)}, x)}
	return gorgonia.ApplyOp(op, x)
}

// Do copies the elements.
func (o *Transpose) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		transpose(floats[float32](out), floats[float32](in[0]), o.shape[1])
	} else {
		transpose(floats[float64](out), floats[float64](in[0]), o.shape[1])
	}
	return out, nil
}

// transpose writes the transpose of x, of n rows, to y.
func transpose[F Float](y, x []F, n int) {
	m := len(x) / n
	for i := range n {
		for j, v := range x[i*m : (i+1)*m] {
			y[j*n+i] = v
		}
	}
}

// DiffWRT says that the operand has a gradient.
func (o *Transpose) DiffWRT(int) []bool { return all(1) }

// SymDiff returns dyᵀ.
func (o *Transpose) SymDiff(_ gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewTranspose(o.key+"'", dy)
	return gorgonia.Nodes{dx}, err
}
