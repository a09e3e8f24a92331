package ops

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Affine computes y = scale·x + shift with constants, elementwise, for a matrix or a scalar. It
// stands in for Gorgonia's constants, which are merged by their printed value.
type Affine struct {
	base
	scale, shift float64
}

// NewAffine returns scale·x + shift for a matrix x of shape (n, m), or a scalar.
func NewAffine(key string, x *gorgonia.Node, scale, shift float64) (*gorgonia.Node, error) {
	if !x.IsScalar() {
		if err := isMatrix("the operand", x); err != nil {
			return nil, err
		}
	}
	kind := fmt.Sprintf("affine(%g,%g)", scale, shift)
	op := &Affine{newBase(kind, key, shapeOf(x), x), scale, shift}
	return gorgonia.ApplyOp(op, x)
}

// Coefficients returns scale and shift.
func (o *Affine) Coefficients() (scale, shift float64) { return o.scale, o.shift }

// Do computes the map.
func (o *Affine) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	if o.shape.IsScalar() {
		return o.ofScalar(number(in[0])), nil
	}
	out := o.result()
	if o.dtype == tensor.Float32 {
		affine(floats[float32](out), floats[float32](in[0]), float32(o.scale), float32(o.shift))
	} else {
		affine(floats[float64](out), floats[float64](in[0]), o.scale, o.shift)
	}
	return out, nil
}

// ofScalar returns the map of a scalar, rounded as that of an element is.
func (o *Affine) ofScalar(x float64) gorgonia.Value {
	if o.dtype == tensor.Float32 {
		y := []float32{float32(x)}
		affine(y, y, float32(o.scale), float32(o.shift))
		return o.scalar(float64(y[0]))
	}
	y := []float64{x}
	affine(y, y, o.scale, o.shift)
	return o.scalar(y[0])
}

func affine[F Float](y, x []F, scale, shift F) {
	for i, v := range x {
		y[i] = F(scale*v) + shift
	}
}

// DiffWRT says that the operand has a gradient.
func (o *Affine) DiffWRT(int) []bool { return all(1) }

// SymDiff returns scale·dy.
func (o *Affine) SymDiff(_ gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	if dy.IsScalar() {
		op := &ScalarGrad{Affine{newBase(fmt.Sprintf("scalarGrad(%g)", o.scale), o.key+"'", nil, dy), o.scale, 0}}
		dx, err := gorgonia.ApplyOp(op, dy)
		return gorgonia.Nodes{dx}, err
	}
	dx, err := NewAffine(o.key+"'", dy, o.scale, 0)
	return gorgonia.Nodes{dx}, err
}

// ScalarGrad is the gradient of an Affine of a scalar. It is an operation of its own because its
// operand may be one of Gorgonia's constants, the 1 that every gradient begins with.
type ScalarGrad struct{ Affine }

// Dot is the inner product of two matrices, Σ a[i][j]·b[i][j], a scalar.
type Dot struct{ base }

// NewDot returns the inner product of a and b, of equal shape.
func NewDot(key string, a, b *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the left operand", a); err != nil {
		return nil, err
	}
	if !a.Shape().Eq(b.Shape()) {
		return nil, errors.Errorf("shapes %v and %v differ", a.Shape(), b.Shape())
	}
	op := &Dot{newBase("dot", key, nil, a, b)}
	return gorgonia.ApplyOp(op, a, b)
}

// Do computes the product.
func (o *Dot) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	if o.dtype == tensor.Float32 {
		return o.scalar(dot(floats[float32](in[0]), floats[float32](in[1]))), nil
	}
	return o.scalar(dot(floats[float64](in[0]), floats[float64](in[1]))), nil
}

func dot[F Float](a, b []F) (sum float64) {
	for i, v := range a {
		sum += float64(v) * float64(b[i])
	}
	return sum
}

// DiffWRT says that both operands have gradients.
func (o *Dot) DiffWRT(int) []bool { return all(2) }

// SymDiff returns da = dy·b and db = dy·a.
func (o *Dot) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	da, err := NewScaleBy(o.key+"'a", in[1], dy)
	if err != nil {
		return nil, err
	}
	db, err := NewScaleBy(o.key+"'b", in[0], dy)
	return gorgonia.Nodes{da, db}, err
}

// ScaleBy multiplies a matrix by a scalar node.
type ScaleBy struct{ base }

// NewScaleBy returns by·x for a matrix x and a scalar by.
func NewScaleBy(key string, x, by *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the left operand", x); err != nil {
		return nil, err
	}
	if !by.IsScalar() {
		return nil, errors.Errorf("the factor has shape %v, want a scalar", by.Shape())
	}
	op := &ScaleBy{newBase("scaleBy", key, x.Shape().Clone(), x, by)}
	return gorgonia.ApplyOp(op, x, by)
}

// Do computes the product.
func (o *ScaleBy) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		affine(floats[float32](out), floats[float32](in[0]), float32(number(in[1])), 0)
	} else {
		affine(floats[float64](out), floats[float64](in[0]), number(in[1]), 0)
	}
	return out, nil
}

// DiffWRT says that both operands have gradients.
func (o *ScaleBy) DiffWRT(int) []bool { return all(2) }

// SymDiff returns dx = by·dy and dby, the inner product of dy and x.
func (o *ScaleBy) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewScaleBy(o.key+"'x", dy, in[1])
	if err != nil {
		return nil, err
	}
	dby, err := NewDot(o.key+"'by", dy, in[0])
	return gorgonia.Nodes{dx, dby}, err
}
