package ops

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// BinaryCrossEntropy is the negative log-likelihood in nats of rows of m labels, each of
// which is there or not by itself with probability σ(x), a scalar: the weighted mean over
// rows of the sum over columns
//
//	loss = Σ_i w_i · Σ_j −(y·log σ(x) + (1−y)·log(1−σ(x))) / Σ_i w_i
//	     = Σ_i w_i · Σ_j (max(x, 0) − x·y + log(1 + exp(−|x|))) / Σ_i w_i
//
// with x = x[i][j] and y = y[i][j], where the second form does not overflow. A row of
// weight 0 is left out exactly. Where all weights are 0 the loss is 0.
type BinaryCrossEntropy struct{ base }

// NewBinaryCrossEntropy returns the loss of the logits x against labels y in [0, 1], both
// of shape (n, m), with the row weights w, of shape (n, 1). The gradient is with respect
// to x.
func NewBinaryCrossEntropy(key string, x, y, w *gorgonia.Node) (*gorgonia.Node, error) {
	if err := fitRows("the logits", x, "the labels", y, w); err != nil {
		return nil, err
	}
	op := &BinaryCrossEntropy{newBase("binaryCrossEntropy", key, nil, x, y, w)}
	return gorgonia.ApplyOp(op, x, y, w)
}

// Do computes the loss.
func (o *BinaryCrossEntropy) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	if o.dtype == tensor.Float32 {
		return o.scalar(binaryCrossEntropy(floats[float32](in[0]), floats[float32](in[1]), floats[float32](in[2]))), nil
	}
	return o.scalar(binaryCrossEntropy(floats[float64](in[0]), floats[float64](in[1]), floats[float64](in[2]))), nil
}

func binaryCrossEntropy[F Float](x, y, w []F) float64 {
	m, sum, total := len(x)/len(w), 0.0, 0.0
	for i, wi := range w {
		if wi == 0 {
			continue
		}
		total += float64(wi)
		row := 0.0
		for j := i * m; j < (i+1)*m; j++ {
			x, y := float64(x[j]), float64(y[j])
			row += max(x, 0) - x*y + math.Log1p(math.Exp(-math.Abs(x)))
		}
		sum += float64(wi) * row
	}
	if total == 0 {
		return 0
	}
	return sum / total
}

// DiffWRT says that the logits have a gradient.
func (o *BinaryCrossEntropy) DiffWRT(int) []bool { return []bool{true, false, false} }

// SymDiff returns dx = dy · w_i·(σ(x) − y)/Σw.
func (o *BinaryCrossEntropy) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	x, y, w := in[0], in[1], in[2]
	dx, err := newBinaryCrossEntropyGrad(o.key+"'", x, y, w, dy)
	return gorgonia.Nodes{dx, nil, nil}, err
}

// A binaryCrossEntropyGrad is the gradient of BinaryCrossEntropy with respect to the logits. Its
// operands are those of BinaryCrossEntropy and the gradient of the loss.
type binaryCrossEntropyGrad struct{ base }

func newBinaryCrossEntropyGrad(key string, x, y, w, dy *gorgonia.Node) (*gorgonia.Node, error) {
	op := &binaryCrossEntropyGrad{newBase("binaryCrossEntropyGrad", key, x.Shape().Clone(), x, y, w, dy)}
	return gorgonia.ApplyOp(op, x, y, w, dy)
}

func (o *binaryCrossEntropyGrad) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, dy := o.result(), number(in[3])
	if o.dtype == tensor.Float32 {
		binaryCrossEntropyBackward(floats[float32](out), floats[float32](in[0]), floats[float32](in[1]), floats[float32](in[2]), dy)
	} else {
		binaryCrossEntropyBackward(floats[float64](out), floats[float64](in[0]), floats[float64](in[1]), floats[float64](in[2]), dy)
	}
	return out, nil
}

func binaryCrossEntropyBackward[F Float](dx, x, y, w []F, dy float64) {
	m, total := len(x)/len(w), 0.0
	for _, wi := range w {
		total += float64(wi)
	}
	for i, wi := range w {
		if wi == 0 {
			clear(dx[i*m : (i+1)*m])
			continue
		}
		scale := dy * float64(wi) / total
		for j := i * m; j < (i+1)*m; j++ {
			dx[j] = F(scale * (1/(1+math.Exp(-float64(x[j]))) - float64(y[j])))
		}
	}
}

// DiffWRT says that the logits and the gradient of the loss have gradients; labels have none.
func (o *binaryCrossEntropyGrad) DiffWRT(int) []bool { return []bool{true, false, false, true} }

// SymDiff returns, for the gradient g of the result, dy · w_i/Σw · g ⊙ σ′(x), and the inner product
// of g with what the result is where the gradient of the loss is 1.
func (o *binaryCrossEntropyGrad) SymDiff(in gorgonia.Nodes, _, g *gorgonia.Node) (gorgonia.Nodes, error) {
	x, y, w, dy := in[0], in[1], in[2], in[3]
	dp, err := timesSlopeOfSigmoid(o.key+"'", x, g)
	if err != nil {
		return nil, err
	}
	shares, err := newRowShares(o.key+"'w", w)
	if err != nil {
		return nil, err
	}
	dx, err := weighRows(o.key+"'", dp, w, shares, dy)
	if err != nil {
		return nil, err
	}
	whole, err := newBinaryCrossEntropyGrad(o.key+"'1", x, y, w, unit(dy))
	if err != nil {
		return nil, err
	}
	ddy, err := NewDot(o.key+"'dy", g, whole)
	return gorgonia.Nodes{dx, nil, nil, ddy}, err
}

// timesSlopeOfSigmoid returns g ⊙ σ(x) ⊙ (1 − σ(x)).
func timesSlopeOfSigmoid(key string, x, g *gorgonia.Node) (*gorgonia.Node, error) {
	p, err := gorgonia.Sigmoid(x)
	if err != nil {
		return nil, err
	}
	q, err := NewAffine(key+"q", p, -1, 1)
	if err != nil {
		return nil, err
	}
	slope, err := gorgonia.HadamardProd(p, q)
	if err != nil {
		return nil, err
	}
	return gorgonia.HadamardProd(slope, g)
}
