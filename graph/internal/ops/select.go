package ops

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Select takes each row from one of two matrices: y[i] = a[i] where mask[i] is
// not zero, else b[i]. The row that is not taken is not looked at, so it may
// hold anything, also NaN.
type Select struct{ base }

// NewSelect returns the selection from a and b, of shape (n, m), by mask, of shape (n, 1).
func NewSelect(key string, mask, a, b *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the first choice", a); err != nil {
		return nil, err
	}
	if !a.Shape().Eq(b.Shape()) {
		return nil, errors.Errorf("choices of shapes %v and %v", a.Shape(), b.Shape())
	}
	if mask.Shape().Dims() != 2 || rows(mask) != rows(a) || columns(mask) != 1 {
		return nil, errors.Errorf("the mask has shape %v, want (%d, 1)", mask.Shape(), rows(a))
	}
	op := &Select{newBase("select", key, a.Shape().Clone(), mask, a, b)}
	return gorgonia.ApplyOp(op, mask, a, b)
}

// Do copies the rows.
func (o *Select) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, m := o.result(), o.shape[1]
	if o.dtype == tensor.Float32 {
		selectRows(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]), floats[float32](in[2]), m)
	} else {
		selectRows(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]), floats[float64](in[2]), m)
	}
	return out, nil
}

func selectRows[F Float](y, mask, a, b []F, m int) {
	for i, k := range mask {
		from := a
		if k == 0 {
			from = b
		}
		copy(y[i*m:(i+1)*m], from[i*m:(i+1)*m])
	}
}

// DiffWRT says that the choices have gradients and the mask has none.
func (o *Select) DiffWRT(int) []bool { return []bool{false, true, true} }

// SymDiff gives each choice the rows of dy that were taken from it, else zeros.
func (o *Select) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	da, err := NewMaskRows(o.key+"'a", in[0], dy, true)
	if err != nil {
		return nil, err
	}
	db, err := NewMaskRows(o.key+"'b", in[0], dy, false)
	return gorgonia.Nodes{nil, da, db}, err
}

// MaskRows clears rows of a matrix: y[i] = x[i] where the mask says so, else 0.
type MaskRows struct {
	base
	where bool
}

// NewMaskRows keeps the rows of x, of shape (n, m), where (mask[i] ≠ 0) == where.
func NewMaskRows(key string, mask, x *gorgonia.Node, where bool) (*gorgonia.Node, error) {
	kind := "maskRows(0)"
	if where {
		kind = "maskRows(1)"
	}
	op := &MaskRows{newBase(kind, key, x.Shape().Clone(), mask, x), where}
	return gorgonia.ApplyOp(op, mask, x)
}

// Where tells whether the rows whose mask is not zero are kept, or the others.
func (o *MaskRows) Where() bool { return o.where }

// Do copies or clears the rows.
func (o *MaskRows) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, m := o.result(), o.shape[1]
	if o.dtype == tensor.Float32 {
		maskRows(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]), m, o.where)
	} else {
		maskRows(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]), m, o.where)
	}
	return out, nil
}

func maskRows[F Float](y, mask, x []F, m int, where bool) {
	for i, k := range mask {
		row := y[i*m : (i+1)*m]
		if (k != 0) == where {
			copy(row, x[i*m:])
		} else {
			clear(row)
		}
	}
}

// DiffWRT says that the matrix has a gradient and the mask has none.
func (o *MaskRows) DiffWRT(int) []bool { return []bool{false, true} }

// SymDiff clears the same rows of dy.
func (o *MaskRows) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewMaskRows(o.key+"'", in[0], dy, o.where)
	return gorgonia.Nodes{nil, dx}, err
}
