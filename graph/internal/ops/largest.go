package ops

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// AtLargest takes from each row of a matrix the element where another matrix has its largest
// one: y[i][0] = v[i][j] with j = argmax_j x[i][j], the first of equals. A NaN counts as larger
// than every number, the first of several. Of v = x it is the maximum of each row; the gradient
// is v's alone.
type AtLargest struct{ base }

// NewMaxColumns returns the maximum of each row of x, of shape (n, m), as an (n, 1) matrix.
func NewMaxColumns(key string, x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	return newAtLargest(key, x, x)
}

func newAtLargest(key string, x, v *gorgonia.Node) (*gorgonia.Node, error) {
	op := &AtLargest{newBase("atLargest", key, tensor.Shape{rows(x), 1}, x, v)}
	return gorgonia.ApplyOp(op, x, v)
}

// Do takes the elements.
func (o *AtLargest) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		atLargest(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]))
	} else {
		atLargest(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]))
	}
	return out, nil
}

func atLargest[F Float](y, x, v []F) {
	m := len(x) / len(y)
	for i := range y {
		y[i] = v[i*m+argmax(x[i*m:(i+1)*m])]
	}
}

// argmax returns where a row is largest, or where its first NaN is.
func argmax[F Float](x []F) (at int) {
	for j, v := range x {
		if v != v {
			return j
		}
		if v > x[at] {
			at = j
		}
	}
	return at
}

// DiffWRT says that only what is taken has a gradient.
func (o *AtLargest) DiffWRT(int) []bool { return []bool{false, true} }

// SymDiff puts dy where the elements were taken.
func (o *AtLargest) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	x := in[0]
	op := &PlaceAtLargest{newBase("placeAtLargest", o.key+"'", x.Shape().Clone(), x, dy)}
	dv, err := gorgonia.ApplyOp(op, x, dy)
	return gorgonia.Nodes{nil, dv}, err
}

// PlaceAtLargest puts the elements of a column into a matrix of zeros, where each row of
// another matrix is largest: y[i][j] = v[i][0] with j = argmax_j x[i][j].
type PlaceAtLargest struct{ base }

// Do puts the elements and clears the rest, which the run before may have filled.
func (o *PlaceAtLargest) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		placeAtLargest(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]))
	} else {
		placeAtLargest(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]))
	}
	return out, nil
}

func placeAtLargest[F Float](y, x, v []F) {
	m := len(x) / len(v)
	clear(y)
	for i := range v {
		y[i*m+argmax(x[i*m:(i+1)*m])] = v[i]
	}
}

// DiffWRT says that only what is put has a gradient.
func (o *PlaceAtLargest) DiffWRT(int) []bool { return []bool{false, true} }

// SymDiff takes the elements back out.
func (o *PlaceAtLargest) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dv, err := newAtLargest(o.key+"'", in[0], dy)
	return gorgonia.Nodes{nil, dv}, err
}
