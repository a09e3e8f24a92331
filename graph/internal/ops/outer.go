package ops

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// The three operations of this file do with each row of their operands what linear
// algebra does with vectors and matrices, where a matrix of shape (p, q) is a row of p·q
// elements, row-major. The gradients of each are made of the other two.

// OuterRows is the outer product of each pair of rows: y[i][j·q+k] = a[i][j]·b[i][k].
// With a of one column it multiplies each row of b by a number.
type OuterRows struct{ base }

// NewOuterRows returns the outer products, of shape (n, p·q), of the rows of a, of shape
// (n, p), and b, of shape (n, q).
func NewOuterRows(key string, a, b *gorgonia.Node) (*gorgonia.Node, error) {
	if err := equalRows(a, b); err != nil {
		return nil, err
	}
	shape := tensor.Shape{rows(a), columns(a) * columns(b)}
	op := &OuterRows{newBase(fmt.Sprintf("outerRows(%d)", columns(a)), key, shape, a, b)}
	return gorgonia.ApplyOp(op, a, b)
}

// equalRows reports two operands that are not matrices of as many rows.
func equalRows(a, b *gorgonia.Node) error {
	if err := isMatrix("the left operand", a); err != nil {
		return err
	}
	if b.Shape().Dims() != 2 || rows(a) != rows(b) {
		return errors.Errorf("shapes %v and %v, want as many rows", a.Shape(), b.Shape())
	}
	return nil
}

// Do computes the products.
func (o *OuterRows) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, p, q := o.result(), in[0].Shape()[1], in[1].Shape()[1]
	if o.dtype == tensor.Float32 {
		outerRows(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]), p, q)
	} else {
		outerRows(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]), p, q)
	}
	return out, nil
}

func outerRows[F Float](y, a, b []F, p, q int) {
	for ; len(a) > 0; a, b = a[p:], b[q:] {
		for _, v := range a[:p] {
			for k, w := range b[:q] {
				y[k] = v * w
			}
			y = y[q:]
		}
	}
}

// DiffWRT says that both operands have gradients.
func (o *OuterRows) DiffWRT(int) []bool { return all(2) }

// SymDiff returns da = dy·b and db = a·dy, row by row.
func (o *OuterRows) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	da, err := NewMatVecRows(o.key+"'a", dy, in[1])
	if err != nil {
		return nil, err
	}
	db, err := NewVecMatRows(o.key+"'b", in[0], dy)
	return gorgonia.Nodes{da, db}, err
}

// MatVecRows multiplies the matrix in each row by a vector: y[i][j] = Σ_k x[i][j·q+k]·b[i][k].
// With p = 1 it is the inner product of each pair of rows.
type MatVecRows struct{ base }

// NewMatVecRows returns the products, of shape (n, p), of the matrices in the rows of x, of
// shape (n, p·q), and the rows of b, of shape (n, q).
func NewMatVecRows(key string, x, b *gorgonia.Node) (*gorgonia.Node, error) {
	if err := equalRows(x, b); err != nil {
		return nil, err
	}
	p, q := columns(x)/columns(b), columns(b)
	if p*q != columns(x) {
		return nil, errors.Errorf("matrices in rows of %d elements for vectors of %d", columns(x), q)
	}
	op := &MatVecRows{newBase(fmt.Sprintf("matVecRows(%d)", p), key, tensor.Shape{rows(x), p}, x, b)}
	return gorgonia.ApplyOp(op, x, b)
}

// Do computes the products.
func (o *MatVecRows) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, q := o.result(), in[1].Shape()[1]
	if o.dtype == tensor.Float32 {
		matVecRows(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]), o.shape[1], q)
	} else {
		matVecRows(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]), o.shape[1], q)
	}
	return out, nil
}

func matVecRows[F Float](y, x, b []F, p, q int) {
	for ; len(y) > 0; y, b = y[p:], b[q:] {
		for j := range p {
			y[j] = F(dot(x[:q], b[:q]))
			x = x[q:]
		}
	}
}

// DiffWRT says that both operands have gradients.
func (o *MatVecRows) DiffWRT(int) []bool { return all(2) }

// SymDiff returns dx = dy⊗b and db = dy·x, row by row.
func (o *MatVecRows) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewOuterRows(o.key+"'x", dy, in[1])
	if err != nil {
		return nil, err
	}
	db, err := NewVecMatRows(o.key+"'b", dy, in[0])
	return gorgonia.Nodes{dx, db}, err
}

// VecMatRows multiplies a vector by the matrix in each row: y[i][k] = Σ_j a[i][j]·x[i][j·q+k].
type VecMatRows struct {
	base
	sum []float64
}

// NewVecMatRows returns the products, of shape (n, q), of the rows of a, of shape (n, p), and
// the matrices in the rows of x, of shape (n, p·q).
func NewVecMatRows(key string, a, x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := equalRows(a, x); err != nil {
		return nil, err
	}
	p, q := columns(a), columns(x)/columns(a)
	if p*q != columns(x) {
		return nil, errors.Errorf("matrices in rows of %d elements for vectors of %d", columns(x), p)
	}
	op := &VecMatRows{base: newBase(fmt.Sprintf("vecMatRows(%d)", p), key, tensor.Shape{rows(x), q}, a, x)}
	return gorgonia.ApplyOp(op, a, x)
}

// Do computes the products.
func (o *VecMatRows) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, p := o.result(), in[0].Shape()[1]
	if o.sum == nil {
		o.sum = make([]float64, o.shape[1])
	}
	if o.dtype == tensor.Float32 {
		vecMatRows(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]), p, o.sum)
	} else {
		vecMatRows(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]), p, o.sum)
	}
	return out, nil
}

func vecMatRows[F Float](y, a, x []F, p int, sum []float64) {
	q := len(sum)
	for ; len(y) > 0; y, a = y[q:], a[p:] {
		clear(sum)
		for _, v := range a[:p] {
			for k, w := range x[:q] {
				sum[k] += float64(v) * float64(w)
			}
			x = x[q:]
		}
		for k, s := range sum {
			y[k] = F(s)
		}
	}
}

// DiffWRT says that both operands have gradients.
func (o *VecMatRows) DiffWRT(int) []bool { return all(2) }

// SymDiff returns da = x·dy and dx = a⊗dy, row by row.
func (o *VecMatRows) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	da, err := NewMatVecRows(o.key+"'a", in[1], dy)
	if err != nil {
		return nil, err
	}
	dx, err := NewOuterRows(o.key+"'x", in[0], dy)
	return gorgonia.Nodes{da, dx}, err
}
