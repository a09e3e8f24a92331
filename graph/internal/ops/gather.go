package ops

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Gather takes one element of each row by its column: y[i][0] = x[i][index[i]].
type Gather struct{ base }

// NewGather returns the elements of x, of shape (n, m), in the columns that index, a vector
// of n ints, names, as an (n, 1) matrix. An index outside [0, m) is an error of the run.
func NewGather(key string, x, index *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	if index.Dtype() != tensor.Int || index.Shape().Dims() != 1 || index.Shape()[0] != rows(x) {
		return nil, errors.Errorf("the index is a %v of shape %v, want %d ints, one a row", index.Dtype(), index.Shape(), rows(x))
	}
	op := &Gather{newBase("gather", key, tensor.Shape{rows(x), 1}, x, index)}
	return gorgonia.ApplyOp(op, x, index)
}

// Do copies the elements.
func (o *Gather) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, index, m := o.result(), ints(in[1]), in[0].Shape()[1]
	if err := checkIndex(index, m); err != nil {
		return nil, errors.Wrap(err, "gather")
	}
	if o.dtype == tensor.Float32 {
		gather(floats[float32](out), floats[float32](in[0]), index, m)
	} else {
		gather(floats[float64](out), floats[float64](in[0]), index, m)
	}
	return out, nil
}

func gather[F Float](y, x []F, index []int, m int) {
	for i, j := range index {
		y[i] = x[i*m+j]
	}
}

// DiffWRT says that only the matrix has a gradient.
func (o *Gather) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff returns dx, which is 0 but for dx[i][index[i]] = dy[i][0].
func (o *Gather) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	m := columns(in[0])
	op := &Place{newBase(fmt.Sprintf("place(%d)", m), o.key+"'", in[0].Shape().Clone(), dy, in[1])}
	dx, err := gorgonia.ApplyOp(op, dy, in[1])
	return gorgonia.Nodes{dx, nil}, err
}

// Place puts the elements of a column into a matrix of zeros, one a row, by their columns:
// y[i][index[i]] = x[i][0].
type Place struct{ base }

// Do copies the elements and clears the rest: the buffer holds what the run before put
// elsewhere, or what a builtin Add has written to it.
func (o *Place) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, index, m := o.result(), ints(in[1]), o.shape[1]
	if err := checkIndex(index, m); err != nil {
		return nil, errors.Wrap(err, "gather")
	}
	if o.dtype == tensor.Float32 {
		place(floats[float32](out), floats[float32](in[0]), index, m)
	} else {
		place(floats[float64](out), floats[float64](in[0]), index, m)
	}
	return out, nil
}

func place[F Float](y, x []F, index []int, m int) {
	clear(y)
	for i, j := range index {
		y[i*m+j] = x[i]
	}
}

// DiffWRT says that only the column has a gradient.
func (o *Place) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff takes the elements back out.
func (o *Place) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewGather(o.key+"'", dy, in[1])
	return gorgonia.Nodes{dx, nil}, err
}
