package ops

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Max is the elementwise maximum of two matrices: y = max(a, b). Where they are equal,
// the gradient is a's.
type Max struct{ base }

// NewMax returns the maximum of a and b, of equal shape.
func NewMax(key string, a, b *gorgonia.Node) (*gorgonia.Node, error) {
	if err := samePair(a, b); err != nil {
		return nil, err
	}
	op := &Max{newBase("max", key, a.Shape().Clone(), a, b)}
	return gorgonia.ApplyOp(op, a, b)
}

// samePair reports two operands that are not matrices of equal shape.
func samePair(a, b *gorgonia.Node) error {
	if err := isMatrix("the left operand", a); err != nil {
		return err
	}
	if b.Shape().Dims() != 2 || rows(a) != rows(b) || columns(a) != columns(b) {
		return errors.Errorf("shapes %v and %v differ", a.Shape(), b.Shape())
	}
	return nil
}

// Do computes the maximum.
func (o *Max) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		maximum(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]))
	} else {
		maximum(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]))
	}
	return out, nil
}

func maximum[F Float](y, a, b []F) {
	for i, v := range a {
		y[i] = max(v, b[i])
	}
}

// DiffWRT says that both operands have gradients.
func (o *Max) DiffWRT(int) []bool { return all(2) }

// SymDiff returns da = dy ⊙ [a ≥ b] and db = dy ⊙ (1 − [a ≥ b]).
func (o *Max) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	isA, err := NewAtLeast(o.key+"'", in[0], in[1])
	if err != nil {
		return nil, err
	}
	isB, err := NewAffine(o.key+"'b", isA, -1, 1)
	if err != nil {
		return nil, err
	}
	da, err := gorgonia.HadamardProd(dy, isA)
	if err != nil {
		return nil, err
	}
	db, err := gorgonia.HadamardProd(dy, isB)
	return gorgonia.Nodes{da, db}, err
}

// AtLeast is the indicator y = [a ≥ b]: 1 where a is at least b, else 0. It has no
// gradient.
type AtLeast struct{ base }

// NewAtLeast returns the indicator of a ≥ b for a and b of equal shape.
func NewAtLeast(key string, a, b *gorgonia.Node) (*gorgonia.Node, error) {
	if err := samePair(a, b); err != nil {
		return nil, err
	}
	op := &AtLeast{newBase("atLeast", key, a.Shape().Clone(), a, b)}
	return gorgonia.ApplyOp(op, a, b)
}

// Do compares.
func (o *AtLeast) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		atLeast(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]))
	} else {
		atLeast(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]))
	}
	return out, nil
}

func atLeast[F Float](y, a, b []F) {
	for i, v := range a {
		y[i] = 0
		if v >= b[i] {
			y[i] = 1
		}
	}
}

// DiffWRT says that no operand has a gradient.
func (o *AtLeast) DiffWRT(int) []bool { return []bool{false, false} }

// SymDiff returns no gradients.
func (o *AtLeast) SymDiff(gorgonia.Nodes, *gorgonia.Node, *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{nil, nil}, nil
}
