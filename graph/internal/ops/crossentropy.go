package ops

import (
	"fmt"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// CrossEntropy is the categorical cross-entropy of softmax(logits) against class
// numbers, a scalar in nats: the weighted mean over rows
//
//	loss = Σ_i w_i · ((1−ε)·u[k_i]·(−log p_i[k_i]) + ε/C · Σ_c u[c]·(−log p_i[c])) / Σ_i w_i·u[k_i]
//
// with k_i the class of row i, w_i its weight (0 leaves the row out exactly, also
// when its logits are not finite), u the class weights, ε the label smoothing and C
// the number of classes. These are the semantics of torch.nn.CrossEntropyLoss. Where
// all weights are 0 the loss is 0.
type CrossEntropy struct {
	base
	lossSettings
}

// lossSettings are shared with the gradient.
type lossSettings struct {
	classWeights []float64 // u; nil means ones
	smoothing    float64   // ε
}

// Plain tells whether all classes weigh alike and the targets are not smoothed.
func (s *lossSettings) Plain() bool { return s.classWeights == nil && s.smoothing == 0 }

// NewCrossEntropy returns the loss of logits, of shape (n, C), against targets, a
// vector of n ints in [0, C), with the row weights w, of shape (n, 1).
func NewCrossEntropy(key string, logits, targets, w *gorgonia.Node, classWeights []float64, smoothing float64) (*gorgonia.Node, error) {
	if err := isMatrix("the logits", logits); err != nil {
		return nil, err
	}
	n, c := rows(logits), columns(logits)
	switch {
	case targets.Dtype() != tensor.Int || targets.Shape().Dims() != 1 || targets.Shape()[0] != n:
		return nil, errors.Errorf("targets are a %v of shape %v, want %d ints", targets.Dtype(), targets.Shape(), n)
	case w.Shape().Dims() != 2 || rows(w) != n || columns(w) != 1:
		return nil, errors.Errorf("weights have shape %v, want (%d, 1)", w.Shape(), n)
	case classWeights != nil && len(classWeights) != c:
		return nil, errors.Errorf("%d class weights for %d classes", len(classWeights), c)
	case smoothing < 0 || smoothing >= 1:
		return nil, errors.Errorf("label smoothing of %g, want it in [0, 1)", smoothing)
	}
	kind := fmt.Sprintf("crossEntropy(%v,%g)", classWeights, smoothing)
	op := &CrossEntropy{newBase(kind, key, nil, logits, targets, w), lossSettings{classWeights, smoothing}}
	return gorgonia.ApplyOp(op, logits, targets, w)
}

// Do computes the loss.
func (o *CrossEntropy) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	targets := ints(in[1])
	if err := checkIndex(targets, in[0].Shape()[1]); err != nil {
		return nil, errors.Wrap(err, "target")
	}
	if o.dtype == tensor.Float32 {
		return o.scalar(crossEntropy(&o.lossSettings, floats[float32](in[0]), targets, floats[float32](in[2]))), nil
	}
	return o.scalar(crossEntropy(&o.lossSettings, floats[float64](in[0]), targets, floats[float64](in[2]))), nil
}

func crossEntropy[F Float](s *lossSettings, logits []F, targets []int, w []F) float64 {
	c := len(logits) / len(targets)
	total := totalWeight(s, targets, w)
	if total == 0 {
		return 0
	}
	sum := 0.0
	for i, k := range targets {
		if w[i] != 0 {
			sum += float64(w[i]) * rowLoss(s, logits[i*c:(i+1)*c], k)
		}
	}
	return sum / total
}

// rowLoss returns −Σ_j q[j]·log p[j] for one row of class k.
func rowLoss[F Float](s *lossSettings, logits []F, k int) float64 {
	lse := logSumExp(logits)
	if s.smoothing == 0 {
		return s.classWeight(k) * (lse - float64(logits[k]))
	}
	loss := 0.0
	for j, v := range logits {
		loss += s.target(j, k, len(logits)) * (lse - float64(v))
	}
	return loss
}

// classWeight returns u[k].
func (s *lossSettings) classWeight(k int) float64 {
	if s.classWeights == nil {
		return 1
	}
	return s.classWeights[k]
}

// totalWeight returns Σ_i w_i·u[k_i].
func totalWeight[F Float](s *lossSettings, targets []int, w []F) (total float64) {
	for i, k := range targets {
		total += float64(w[i]) * s.classWeight(k)
	}
	return total
}

// DiffWRT says that only the logits have a gradient.
func (o *CrossEntropy) DiffWRT(int) []bool { return []bool{true, false, false} }

// SymDiff returns the gradient with respect to the logits.
func (o *CrossEntropy) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	logits, targets, w := in[0], in[1], in[2]
	dx, err := newCrossEntropyGrad(o.key+"'", logits, targets, w, dy, o.lossSettings)
	return gorgonia.Nodes{dx, nil, nil}, err
}

// CrossEntropyGrad is the gradient of CrossEntropy with respect to the logits. Its operands
// are those of CrossEntropy and the gradient of the loss.
type CrossEntropyGrad struct {
	base
	lossSettings
}

func newCrossEntropyGrad(key string, logits, targets, w, dy *gorgonia.Node, s lossSettings) (*gorgonia.Node, error) {
	kind := fmt.Sprintf("crossEntropy(%v,%g)Grad", s.classWeights, s.smoothing)
	op := &CrossEntropyGrad{newBase(kind, key, logits.Shape().Clone(), logits, targets, w, dy), s}
	return gorgonia.ApplyOp(op, logits, targets, w, dy)
}

// Do computes the gradient.
func (o *CrossEntropyGrad) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, targets, dy := o.result(), ints(in[1]), number(in[3])
	if o.dtype == tensor.Float32 {
		crossEntropyBackward(&o.lossSettings, floats[float32](out), floats[float32](in[0]), targets, floats[float32](in[2]), dy)
	} else {
		crossEntropyBackward(&o.lossSettings, floats[float64](out), floats[float64](in[0]), targets, floats[float64](in[2]), dy)
	}
	return out, nil
}

// crossEntropyBackward writes, with q_i[j] = (1−ε)·u[k_i]·[j = k_i] + ε/C·u[j],
// dlogits[i][j] = dy · w_i/Σw · (p_i[j]·Σ_c q_i[c] − q_i[j]).
func crossEntropyBackward[F Float](s *lossSettings, dx, logits []F, targets []int, w []F, dy float64) {
	c := len(logits) / len(targets)
	total := totalWeight(s, targets, w)
	for i, k := range targets {
		row, d := logits[i*c:(i+1)*c], dx[i*c:(i+1)*c]
		if w[i] == 0 || total == 0 {
			clear(d)
			continue
		}
		scale, lse := dy*float64(w[i])/total, logSumExp(row)
		sum := s.targetSum(k, c)
		for j, v := range row {
			d[j] = F(scale * (math.Exp(float64(v)-lse)*sum - s.target(j, k, c)))
		}
	}
}

// DiffWRT says that the logits and the gradient of the loss have gradients.
func (o *CrossEntropyGrad) DiffWRT(int) []bool { return []bool{true, false, false, true} }

// SymDiff returns, for the gradient g of the result, that of the softmax in the result, and the
// inner product of g with what the result is where the gradient of the loss is 1.
func (o *CrossEntropyGrad) SymDiff(in gorgonia.Nodes, _, g *gorgonia.Node) (gorgonia.Nodes, error) {
	logits, targets, w, dy := in[0], in[1], in[2], in[3]
	p, err := NewSoftmax(o.key+"'p", logits)
	if err != nil {
		return nil, err
	}
	dp, err := newSoftmaxGrad(o.key+"'dp", p, g)
	if err != nil {
		return nil, err
	}
	shares, err := newClassShares(o.key+"'w", w, targets, columns(logits), o.lossSettings)
	if err != nil {
		return nil, err
	}
	dx, err := weighRows(o.key+"'", dp, w, shares, dy)
	if err != nil {
		return nil, err
	}
	whole, err := newCrossEntropyGrad(o.key+"'1", logits, targets, w, unit(dy), o.lossSettings)
	if err != nil {
		return nil, err
	}
	ddy, err := NewDot(o.key+"'dy", g, whole)
	return gorgonia.Nodes{dx, nil, nil, ddy}, err
}

// target returns q[j], the share of class j in the target of a row of class k.
func (s *lossSettings) target(j, k, c int) float64 {
	q := s.smoothing / float64(c) * s.classWeight(j)
	if j == k {
		q += (1 - s.smoothing) * s.classWeight(k)
	}
	return q
}

// targetSum returns Σ_j q[j].
func (s *lossSettings) targetSum(k, c int) float64 {
	if s.smoothing == 0 {
		return s.classWeight(k)
	}
	sum := 0.0
	for j := range c {
		sum += s.target(j, k, c)
	}
	return sum
}
