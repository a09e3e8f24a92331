package ops

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Softmax maps each row to probabilities: y[i][j] = exp(x[i][j]) / Σ_k exp(x[i][k]).
// The largest element of each row is subtracted first, so no row overflows.
type Softmax struct{ base }

// NewSoftmax returns the row-wise softmax of x, of shape (n, m).
func NewSoftmax(key string, x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	op := &Softmax{newBase("softmax", key, x.Shape().Clone(), x)}
	return gorgonia.ApplyOp(op, x)
}

// Do computes the probabilities.
func (o *Softmax) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, m := o.result(), o.shape[1]
	if o.dtype == tensor.Float32 {
		softmax(floats[float32](out), floats[float32](in[0]), m)
	} else {
		softmax(floats[float64](out), floats[float64](in[0]), m)
	}
	return out, nil
}

func softmax[F Float](y, x []F, m int) {
	for ; len(x) > 0; y, x = y[m:], x[m:] {
		lse := logSumExp(x[:m])
		for j, v := range x[:m] {
			y[j] = F(math.Exp(float64(v) - lse))
		}
	}
}

// logSumExp returns log Σ_j exp(x[j]).
func logSumExp[F Float](x []F) float64 {
	largest := float64(x[0])
	for _, v := range x[1:] {
		largest = math.Max(largest, float64(v))
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(float64(v) - largest)
	}
	return largest + math.Log(sum)
}

// DiffWRT says that the operand has a gradient.
func (o *Softmax) DiffWRT(int) []bool { return all(1) }

// SymDiff returns dx = y ⊙ (dy − Σ_j dy[i][j]·y[i][j]).
func (o *Softmax) SymDiff(_ gorgonia.Nodes, y, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := newSoftmaxGrad(o.key+"'", y, dy)
	return gorgonia.Nodes{dx}, err
}

// A softmaxGrad is the gradient of a softmax from its result y and the gradient of that.
type softmaxGrad struct{ base }

func newSoftmaxGrad(key string, y, dy *gorgonia.Node) (*gorgonia.Node, error) {
	op := &softmaxGrad{newBase("softmaxGrad", key, y.Shape().Clone(), y, dy)}
	return gorgonia.ApplyOp(op, y, dy)
}

func (o *softmaxGrad) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, m := o.result(), o.shape[1]
	if o.dtype == tensor.Float32 {
		softmaxBackward(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]), m)
	} else {
		softmaxBackward(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]), m)
	}
	return out, nil
}

func softmaxBackward[F Float](dx, y, dy []F, m int) {
	for ; len(y) > 0; dx, y, dy = dx[m:], y[m:], dy[m:] {
		inner := dot(y[:m], dy[:m])
		for j, p := range y[:m] {
			dx[j] = F(float64(p) * (float64(dy[j]) - inner))
		}
	}
}

// DiffWRT says that both operands have gradients.
func (o *softmaxGrad) DiffWRT(int) []bool { return all(2) }

// SymDiff returns, with the sums Σ over each row, for operands y and d and the gradient u of
// the result,
//
//	dy = u ⊙ d − u·Σ d⊙y − d·Σ u⊙y
//	dd = y ⊙ (u − Σ u⊙y)
func (o *softmaxGrad) SymDiff(in gorgonia.Nodes, _, u *gorgonia.Node) (gorgonia.Nodes, error) {
	y, d := in[0], in[1]
	dy, err := gorgonia.HadamardProd(u, d)
	if err != nil {
		return nil, err
	}
	for i, pair := range [][2]*gorgonia.Node{{u, d}, {d, u}} {
		key := fmt.Sprintf("%s'y%d", o.key, i)
		inner, err := NewMatVecRows(key+"inner", pair[1], y)
		if err != nil {
			return nil, err
		}
		term, err := NewOuterRows(key, inner, pair[0])
		if err != nil {
			return nil, err
		}
		if dy, err = gorgonia.Sub(dy, term); err != nil {
			return nil, err
		}
	}
	dd, err := newSoftmaxGrad(o.key+"'d", y, u)
	return gorgonia.Nodes{dy, dd}, err
}
