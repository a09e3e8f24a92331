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
	kind := fmt.Sprintf("layerNormGrad(%g)", o.epsilon)
	op := &LayerNormGrad{firstOrder{newBase(kind, o.key+"'", y.Shape().Clone(), in[0], y, dy)}, o.epsilon}
	dx, err := gorgonia.ApplyOp(op, in[0], y, dy)
	return gorgonia.Nodes{dx}, err
}

// LayerNormGrad is the gradient of LayerNorm from its operand, its result and the
// gradient of that.
type LayerNormGrad struct {
	firstOrder
	epsilon float64
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
