package ops

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Rows takes rows of a matrix by index: y[i] = x[index[i]]. With an embedding
// as x it is a lookup, with stacked time steps it takes each sequence's last.
type Rows struct{ base }

// NewRows returns the rows of x, of shape (n, m), that index, a vector of k
// ints, names, as a (k, m) matrix. An index outside [0, n) is an error of the run.
func NewRows(key string, x, index *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the table", x); err != nil {
		return nil, err
	}
	if index.Shape().Dims() != 1 || index.Dtype() != tensor.Int {
		return nil, errors.Errorf("the index is a %v of shape %v, want a vector of int", index.Dtype(), index.Shape())
	}
	op := &Rows{newBase("rows", key, tensor.Shape{index.Shape()[0], columns(x)}, x, index)}
	return gorgonia.ApplyOp(op, x, index)
}

// Do copies the rows.
func (o *Rows) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, index, m := o.result(), ints(in[1]), o.shape[1]
	if err := checkIndex(index, in[0].Shape()[0]); err != nil {
		return nil, err
	}
	if o.dtype == tensor.Float32 {
		takeRows(floats[float32](out), floats[float32](in[0]), index, m)
	} else {
		takeRows(floats[float64](out), floats[float64](in[0]), index, m)
	}
	return out, nil
}

func takeRows[F Float](y, x []F, index []int, m int) {
	for i, k := range index {
		copy(y[i*m:(i+1)*m], x[k*m:(k+1)*m])
	}
}

func checkIndex(index []int, n int) error {
	for i, k := range index {
		if k < 0 || k >= n {
			return errors.Errorf("index %d at position %d is outside [0, %d)", k, i, n)
		}
	}
	return nil
}

// DiffWRT says that only the matrix has a gradient.
func (o *Rows) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff returns dx: row k is the sum of the rows of dy whose index is k.
func (o *Rows) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewScatterRows(o.key+"'", dy, in[1], rows(in[0]))
	return gorgonia.Nodes{dx, nil}, err
}

// ScatterRows adds rows into a matrix of zeros by index: y[k] = Σ_{index[i]=k} x[i].
type ScatterRows struct {
	base
	touched     []int // rows that this run sums into
	first, next []int // per row its first position, per position the next of its row; -1 ends
	sum         []float64
}

// NewScatterRows returns the (n, m) matrix of sums of the rows of x, of shape (k, m).
func NewScatterRows(key string, x, index *gorgonia.Node, n int) (*gorgonia.Node, error) {
	kind := fmt.Sprintf("scatterRows(%d)", n)
	op := &ScatterRows{base: newBase(kind, key, tensor.Shape{n, columns(x)}, x, index)}
	return gorgonia.ApplyOp(op, x, index)
}

// Do computes the sums, each in the order of its positions. The whole buffer is
// cleared first: a builtin Add may have written to it.
func (o *ScatterRows) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, index := o.result(), ints(in[1])
	if err := checkIndex(index, o.shape[0]); err != nil {
		return nil, err
	}
	if o.dtype == tensor.Float32 {
		scatterRows(o, floats[float32](out), floats[float32](in[0]), index)
	} else {
		scatterRows(o, floats[float64](out), floats[float64](in[0]), index)
	}
	return out, nil
}

func scatterRows[F Float](o *ScatterRows, y, x []F, index []int) {
	n, m := o.shape[0], o.shape[1]
	if o.first == nil {
		o.first, o.next, o.sum = make([]int, n), make([]int, len(index)), make([]float64, m)
		for k := range o.first {
			o.first[k] = -1
		}
	}
	clear(y)
	o.link(index)
	for _, k := range o.touched {
		clear(o.sum)
		for i := o.first[k]; i >= 0; i = o.next[i] {
			for j, v := range x[i*m : (i+1)*m] {
				o.sum[j] += float64(v)
			}
		}
		o.first[k] = -1
		for j, s := range o.sum {
			y[k*m+j] = F(s)
		}
	}
}

// link chains the positions of each row, in rising order, and lists the rows.
func (o *ScatterRows) link(index []int) {
	o.touched = o.touched[:0]
	for i := len(index) - 1; i >= 0; i-- {
		k := index[i]
		if o.first[k] < 0 {
			o.touched = append(o.touched, k)
		}
		o.next[i], o.first[k] = o.first[k], i
	}
}

// DiffWRT says that only the matrix has a gradient.
func (o *ScatterRows) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff returns dx: row i is the row of dy that it was added to.
func (o *ScatterRows) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewRows(o.key+"'", dy, in[1])
	return gorgonia.Nodes{dx, nil}, err
}
