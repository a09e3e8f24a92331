package ops

import (
	"fmt"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// LayerNorm gives each row mean 0 and variance 1:
//
//	y[i][j] = (x[i][j] − μ_i)/√(v_i + ε)
//
// with μ_i the mean and v_i the mean squared deviation of row i.
type LayerNorm struct {
	base
	epsilon float64
}

// NewLayerNorm returns the rows of x, of shape (n, m), normalised. Epsilon is positive.
func NewLayerNorm(key string, x *gorgonia.Node, epsilon float64) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	if !(epsilon > 0) {
		return nil, errors.Errorf("epsilon is %g, want it positive", epsilon)
	}
	op := &LayerNorm{newBase(fmt.Sprintf("layerNorm(%g)", epsilon), key, x.Shape().Clone(), x), epsilon}
	return gorgonia.ApplyOp(op, x)
}

// Epsilon returns ε.
func (o *LayerNorm) Epsilon() float64 { return o.epsilon }

// Do normalises the rows.
func (o *LayerNorm) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, m := o.result(), o.shape[1]
	if o.dtype == tensor.Float32 {
		layerNorm(floats[float32](out), floats[float32](in[0]), m, o.epsilon)
	} else {
		layerNorm(floats[float64](out), floats[float64](in[0]), m, o.epsilon)
	}
	return out, nil
}

func layerNorm[F Float](y, x []F, m int, epsilon float64) {
	for ; len(x) > 0; y, x = y[m:], x[m:] {
		mean, deviation := moments(x[:m], epsilon)
		for j, v := range x[:m] {
			y[j] = F((float64(v) - mean) / deviation)
		}
	}
}

// moments returns the mean of a row and √(v + ε) of its mean squared deviation v.
func moments[F Float](x []F, epsilon float64) (mean, deviation float64) {
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	variance := 0.0
	for _, v := range x {
		d := float64(v) - mean
		variance += d * d
	}
	return mean, math.Sqrt(variance/float64(len(x)) + epsilon)
}

// DiffWRT says that the operand has a gradient.
func (o *LayerNorm) DiffWRT(int) []bool { return all(1) }

// SymDiff returns the gradient, with means over each row,
//
//	dx = (dy − mean(dy) − y ⊙ mean(dy ⊙ y))/√(v + ε)
func (o *LayerNorm) SymDiff(in gorgonia.Nodes, y, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := newLayerNormGrad(o.key+"'", in[0], y, dy, o.epsilon)
	return gorgonia.Nodes{dx}, err
}

// LayerNormGrad is the gradient of LayerNorm from its operand, its result and the
// gradient of that.
type LayerNormGrad struct {
	base
	epsilon float64
}

func newLayerNormGrad(key string, x, y, dy *gorgonia.Node, epsilon float64) (*gorgonia.Node, error) {
	kind := fmt.Sprintf("layerNormGrad(%g)", epsilon)
	op := &LayerNormGrad{newBase(kind, key, y.Shape().Clone(), x, y, dy), epsilon}
	return gorgonia.ApplyOp(op, x, y, dy)
}

// Do computes the gradient.
func (o *LayerNormGrad) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, m := o.result(), o.shape[1]
	if o.dtype == tensor.Float32 {
		layerNormBackward(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]), floats[float32](in[2]), m, o.epsilon)
	} else {
		layerNormBackward(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]), floats[float64](in[2]), m, o.epsilon)
	}
	return out, nil
}

func layerNormBackward[F Float](dx, x, y, dy []F, m int, epsilon float64) {
	for ; len(x) > 0; dx, x, y, dy = dx[m:], x[m:], y[m:], dy[m:] {
		_, deviation := moments(x[:m], epsilon)
		mean, inner := 0.0, dot(dy[:m], y[:m])/float64(m)
		for _, d := range dy[:m] {
			mean += float64(d)
		}
		mean /= float64(m)
		for j, d := range dy[:m] {
			dx[j] = F((float64(d) - mean - float64(y[j])*inner) / deviation)
		}
	}
}

// DiffWRT says that all operands have gradients.
func (o *LayerNormGrad) DiffWRT(int) []bool { return all(3) }

// SymDiff returns, for the gradient g of the result d, with s = 1/√(v + ε) of the row, of m
// elements, and Σ the sum over it, the gradients
//
//	dx  = −s/m · y · Σ g⊙d
//	dy  = −s/m · (g · Σ dy⊙y + dy · Σ g⊙y)
//	ddy = the gradient of LayerNorm for g
//
// where y is taken for what does not depend on x.
func (o *LayerNormGrad) SymDiff(in gorgonia.Nodes, d, g *gorgonia.Node) (_ gorgonia.Nodes, err error) {
	x, y, dy := in[0], in[1], in[2]
	s, err := newRowScale(o.key+"'s", x, o.epsilon)
	if err != nil {
		return nil, err
	}
	if s, err = NewAffine(o.key+"'c", s, -1/float64(columns(x)), 0); err != nil {
		return nil, err
	}
	term := func(name string, a, b, of *gorgonia.Node) *gorgonia.Node { // −s/m · of · Σ a⊙b
		key := o.key + "'" + name
		var inner, n *gorgonia.Node
		if err == nil {
			inner, err = NewMatVecRows(key+"i", a, b)
		}
		if err == nil {
			inner, err = gorgonia.HadamardProd(inner, s)
		}
		if err == nil {
			n, err = NewOuterRows(key, inner, of)
		}
		return n
	}
	dx, left, right := term("x", g, d, y), term("l", dy, y, g), term("r", g, y, dy)
	if err != nil {
		return nil, err
	}
	dyOf, err := gorgonia.Add(left, right)
	if err != nil {
		return nil, err
	}
	ddy, err := newLayerNormGrad(o.key+"'d", x, y, g, o.epsilon)
	return gorgonia.Nodes{dx, dyOf, ddy}, err
}

// RowScale is what LayerNorm multiplies the deviations of each row by: y[i][0] = 1/√(v_i + ε).
type RowScale struct {
	base
	epsilon float64
}

func newRowScale(key string, x *gorgonia.Node, epsilon float64) (*gorgonia.Node, error) {
	op := &RowScale{newBase(fmt.Sprintf("rowScale(%g)", epsilon), key, tensor.Shape{rows(x), 1}, x), epsilon}
	return gorgonia.ApplyOp(op, x)
}

// Do computes the scales.
func (o *RowScale) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		rowScale(floats[float32](out), floats[float32](in[0]), o.epsilon)
	} else {
		rowScale(floats[float64](out), floats[float64](in[0]), o.epsilon)
	}
	return out, nil
}

func rowScale[F Float](y, x []F, epsilon float64) {
	m := len(x) / len(y)
	for i := range y {
		_, deviation := moments(x[i*m:(i+1)*m], epsilon)
		y[i] = F(1 / deviation)
	}
}

// DiffWRT says that the operand has a gradient.
func (o *RowScale) DiffWRT(int) []bool { return all(1) }

// SymDiff returns dx = −dy·s²/m · y for scales s of rows of m elements, with y the normalised rows.
func (o *RowScale) SymDiff(in gorgonia.Nodes, s, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	y, err := NewLayerNorm(o.key+"'y", in[0], o.epsilon)
	if err != nil {
		return nil, err
	}
	square, err := gorgonia.HadamardProd(s, s)
	if err != nil {
		return nil, err
	}
	factor, err := gorgonia.HadamardProd(square, dy)
	if err != nil {
		return nil, err
	}
	if factor, err = NewAffine(o.key+"'c", factor, -1/float64(columns(in[0])), 0); err != nil {
		return nil, err
	}
	dx, err := NewOuterRows(o.key+"'", factor, y)
	return gorgonia.Nodes{dx}, err
}
