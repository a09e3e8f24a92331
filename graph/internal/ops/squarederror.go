package ops

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// SquaredError is the mean squared error, a scalar: the weighted mean over rows of
// the mean over columns,
//
//	loss = Σ_i w_i · Σ_j (x[i][j] − y[i][j])² / (m · Σ_i w_i)
//
// where a row of weight 0 is left out exactly. Where all weights are 0 it is 0.
type SquaredError struct{ base }

// NewSquaredError returns the loss of the prediction x against y, both of shape
// (n, m), with the row weights w, of shape (n, 1). The gradient is with respect
// to x and y.
func NewSquaredError(key string, x, y, w *gorgonia.Node) (*gorgonia.Node, error) {
	if err := fitRows("the prediction", x, "the target", y, w); err != nil {
		return nil, err
	}
	op := &SquaredError{newBase("squaredError", key, nil, x, y, w)}
	return gorgonia.ApplyOp(op, x, y, w)
}

// fitRows reports operands of a loss that do not fit: x and y of shape (n, m), and the weights
// of their rows, w, of shape (n, 1).
func fitRows(nameX string, x *gorgonia.Node, nameY string, y, w *gorgonia.Node) error {
	if err := isMatrix(nameX, x); err != nil {
		return err
	}
	if !x.Shape().Eq(y.Shape()) {
		return errors.Errorf("shape %v of %s is not %v, that of %s", y.Shape(), nameY, x.Shape(), nameX)
	}
	if w.Shape().Dims() != 2 || rows(w) != rows(x) || columns(w) != 1 {
		return errors.Errorf("weights have shape %v, want (%d, 1)", w.Shape(), rows(x))
	}
	return nil
}

// Do computes the loss.
func (o *SquaredError) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	if o.dtype == tensor.Float32 {
		return o.scalar(squaredError(floats[float32](in[0]), floats[float32](in[1]), floats[float32](in[2]))), nil
	}
	return o.scalar(squaredError(floats[float64](in[0]), floats[float64](in[1]), floats[float64](in[2]))), nil
}

func squaredError[F Float](x, y, w []F) float64 {
	m, sum, total := len(x)/len(w), 0.0, 0.0
	for i, wi := range w {
		if wi == 0 {
			continue
		}
		total += float64(wi)
		for j := i * m; j < (i+1)*m; j++ {
			d := float64(x[j]) - float64(y[j])
			sum += float64(wi) * d * d
		}
	}
	if total == 0 {
		return 0
	}
	return sum / (total * float64(m))
}

// DiffWRT says that prediction and target have gradients.
func (o *SquaredError) DiffWRT(int) []bool { return []bool{true, true, false} }

// SymDiff returns dx = dy · 2·w_i·(x − y)/(m·Σw), and its negative for the target.
func (o *SquaredError) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	x, y, w := in[0], in[1], in[2]
	dx, err := newSquaredErrorGrad(o.key+"'", x, y, w, dy)
	if err != nil {
		return nil, err
	}
	dt, err := NewAffine(o.key+"'t", dx, -1, 0)
	return gorgonia.Nodes{dx, dt, nil}, err
}

// A squaredErrorGrad is the gradient of SquaredError with respect to the prediction. Its operands
// are those of SquaredError and the gradient of the loss.
type squaredErrorGrad struct{ base }

func newSquaredErrorGrad(key string, x, y, w, dy *gorgonia.Node) (*gorgonia.Node, error) {
	op := &squaredErrorGrad{newBase("squaredErrorGrad", key, x.Shape().Clone(), x, y, w, dy)}
	return gorgonia.ApplyOp(op, x, y, w, dy)
}

func (o *squaredErrorGrad) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, dy := o.result(), number(in[3])
	if o.dtype == tensor.Float32 {
		squaredErrorBackward(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]), floats[float32](in[2]), dy)
	} else {
		squaredErrorBackward(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]), floats[float64](in[2]), dy)
	}
	return out, nil
}

func squaredErrorBackward[F Float](dx, x, y, w []F, dy float64) {
	m, total := len(x)/len(w), 0.0
	for _, wi := range w {
		total += float64(wi)
	}
	for i, wi := range w {
		if wi == 0 {
			clear(dx[i*m : (i+1)*m])
			continue
		}
		scale := 2 * dy * float64(wi) / (total * float64(m))
		for j := i * m; j < (i+1)*m; j++ {
			dx[j] = F(scale * (float64(x[j]) - float64(y[j])))
		}
	}
}

// DiffWRT says that all but the weights have gradients.
func (o *squaredErrorGrad) DiffWRT(int) []bool { return []bool{true, true, false, true} }

// SymDiff returns, for the gradient g of the result, dy · 2·w_i/(m·Σw) · g, its negative for the
// target, and the inner product of g with what the result is where the gradient of the loss is 1.
func (o *squaredErrorGrad) SymDiff(in gorgonia.Nodes, _, g *gorgonia.Node) (gorgonia.Nodes, error) {
	x, y, w, dy := in[0], in[1], in[2], in[3]
	shares, err := newRowShares(o.key+"'w", w)
	if err != nil {
		return nil, err
	}
	weighed, err := weighRows(o.key+"'", g, w, shares, dy)
	if err != nil {
		return nil, err
	}
	factor := 2 / float64(columns(x))
	dx, err := NewAffine(o.key+"'x", weighed, factor, 0)
	if err != nil {
		return nil, err
	}
	dt, err := NewAffine(o.key+"'t", weighed, -factor, 0)
	if err != nil {
		return nil, err
	}
	whole, err := newSquaredErrorGrad(o.key+"'1", x, y, w, unit(dy))
	if err != nil {
		return nil, err
	}
	ddy, err := NewDot(o.key+"'dy", g, whole)
	return gorgonia.Nodes{dx, dt, nil, ddy}, err
}
