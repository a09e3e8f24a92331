package ops

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// RowShares is how much each row has part in a loss that is a weighted mean over rows:
// y[i][0] = w_i/Σ_k w_k, and of a CrossEntropy w_i·Σ_c q_i[c]/Σ_k w_k·u[k], in the letters of its
// comment. Where the sum is 0, all shares are. Weights of rows have no gradient.
type RowShares struct {
	base
	classes int // of a CrossEntropy
	lossSettings
}

// newRowShares returns the shares of rows of weights w, of shape (n, 1).
func newRowShares(key string, w *gorgonia.Node) (*gorgonia.Node, error) {
	op := &RowShares{base: newBase("rowShares", key, tensor.Shape{rows(w), 1}, w)}
	return gorgonia.ApplyOp(op, w)
}

// newClassShares returns the shares of the rows of a CrossEntropy.
func newClassShares(key string, w, targets *gorgonia.Node, classes int, s lossSettings) (*gorgonia.Node, error) {
	kind := fmt.Sprintf("rowShares(%d,%v,%g)", classes, s.classWeights, s.smoothing)
	op := &RowShares{newBase(kind, key, tensor.Shape{rows(w), 1}, w, targets), classes, s}
	return gorgonia.ApplyOp(op, w, targets)
}

// Do computes the shares.
func (o *RowShares) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	var targets []int
	if len(in) > 1 {
		targets = ints(in[1])
		if err := checkIndex(targets, o.classes); err != nil {
			return nil, err
		}
	}
	if o.dtype == tensor.Float32 {
		rowShares(o, floats[float32](out), floats[float32](in[0]), targets)
	} else {
		rowShares(o, floats[float64](out), floats[float64](in[0]), targets)
	}
	return out, nil
}

func rowShares[F Float](o *RowShares, y, w []F, targets []int) {
	total := 0.0
	if targets != nil {
		total = totalWeight(&o.lossSettings, targets, w)
	} else {
		for _, wi := range w {
			total += float64(wi)
		}
	}
	clear(y)
	for i, wi := range w {
		if wi == 0 || total == 0 {
			continue
		}
		part := 1.0
		if targets != nil {
			part = o.targetSum(targets[i], o.classes)
		}
		y[i] = F(float64(wi) * part / total)
	}
}

// DiffWRT says that no operand has a gradient.
func (o *RowShares) DiffWRT(n int) []bool { return make([]bool, n) }

// SymDiff returns no gradients.
func (o *RowShares) SymDiff(in gorgonia.Nodes, _, _ *gorgonia.Node) (gorgonia.Nodes, error) {
	return make(gorgonia.Nodes, len(in)), nil
}

// weighRows returns dy·shares_i·x[i] for rows x[i] of a loss whose gradient is dy, and 0 for rows of
// weight 0, whatever they hold.
func weighRows(key string, x, w, shares, dy *gorgonia.Node) (*gorgonia.Node, error) {
	scaled, err := NewScaleBy(key+"s", shares, dy)
	if err != nil {
		return nil, err
	}
	rows, err := NewOuterRows(key+"o", scaled, x)
	if err != nil {
		return nil, err
	}
	return NewMaskRows(key+"m", w, rows, true)
}

// unit returns the number 1 in the format of a node.
func unit(n *gorgonia.Node) *gorgonia.Node {
	if n.Dtype() == tensor.Float32 {
		return gorgonia.NewConstant(float32(1))
	}
	return gorgonia.NewConstant(1.0)
}
