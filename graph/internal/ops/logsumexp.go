package ops

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// LogSumExp is the logarithm of the sum of the exponentials of each row: y[i][0] =
// log Σ_j exp(x[i][j]). The largest element of each row is subtracted first, so no row
// overflows. An element of −∞ adds nothing and gets the gradient 0; a row of nothing else
// is −∞, with the gradient 0. A row that holds +∞, and no NaN, is +∞, and its gradient is
// NaN there.
type LogSumExp struct{ base }

// NewLogSumExp returns the logarithms of the sums over the columns of x, of shape (n, m),
// as an (n, 1) matrix.
func NewLogSumExp(key string, x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	op := &LogSumExp{newBase("logSumExp", key, tensor.Shape{rows(x), 1}, x)}
	return gorgonia.ApplyOp(op, x)
}

// Do computes the logarithms.
func (o *LogSumExp) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		logSumExps(floats[float32](out), floats[float32](in[0]))
	} else {
		logSumExps(floats[float64](out), floats[float64](in[0]))
	}
	return out, nil
}

func logSumExps[F Float](y, x []F) {
	m := len(x) / len(y)
	for i := range y {
		y[i] = F(logSumExpOrInf(x[i*m : (i+1)*m]))
	}
}

// logSumExpOrInf returns log Σ_j exp(x[j]) also where the largest element is infinite.
func logSumExpOrInf[F Float](x []F) float64 {
	if largest := float64(x[argmax(x)]); math.IsInf(largest, 0) {
		return largest
	}
	return logSumExp(x)
}

// DiffWRT says that the operand has a gradient.
func (o *LogSumExp) DiffWRT(int) []bool { return all(1) }

// SymDiff returns dx = dy·p, row by row, with p the shares of the elements in their sum.
func (o *LogSumExp) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	x := in[0]
	op := &Shares{newBase("shares", o.key+"'p", x.Shape().Clone(), x)}
	p, err := gorgonia.ApplyOp(op, x)
	if err != nil {
		return nil, err
	}
	dx, err := NewOuterRows(o.key+"'", dy, p)
	return gorgonia.Nodes{dx}, err
}

// Shares is the softmax of each row, but a row of nothing but −∞ has shares of 0.
type Shares struct{ base }

// Do computes the shares.
func (o *Shares) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, m := o.result(), o.shape[1]
	if o.dtype == tensor.Float32 {
		shares(floats[float32](out), floats[float32](in[0]), m)
	} else {
		shares(floats[float64](out), floats[float64](in[0]), m)
	}
	return out, nil
}

func shares[F Float](y, x []F, m int) {
	for ; len(x) > 0; y, x = y[m:], x[m:] {
		total := logSumExpOrInf(x[:m])
		if math.IsInf(total, -1) {
			clear(y[:m])
			continue
		}
		for j, v := range x[:m] {
			y[j] = F(math.Exp(float64(v) - total))
		}
	}
}

// DiffWRT says that the operand has a gradient.
func (o *Shares) DiffWRT(int) []bool { return all(1) }

// SymDiff returns that of a softmax.
func (o *Shares) SymDiff(_ gorgonia.Nodes, y, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := newSoftmaxGrad(o.key+"'", y, dy)
	return gorgonia.Nodes{dx}, err
}
