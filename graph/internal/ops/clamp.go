package ops

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Clamp keeps every element within constant bounds: y = min(max(x, low), high). Either
// bound may be infinite; with the bounds 0 and ∞ it is the rectifier. On a bound, the
// gradient is 0.
type Clamp struct {
	base
	low, high float64
}

// NewClamp returns x, of shape (n, m), with every element between low and high.
func NewClamp(key string, x *gorgonia.Node, low, high float64) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	if !(low <= high) {
		return nil, errors.Errorf("bounds %g and %g", low, high)
	}
	kind := fmt.Sprintf("clamp(%g,%g)", low, high)
	op := &Clamp{newBase(kind, key, x.Shape().Clone(), x), low, high}
	return gorgonia.ApplyOp(op, x)
}

// Bounds returns the bounds.
func (o *Clamp) Bounds() (low, high float64) { return o.low, o.high }

// Do bounds the elements.
func (o *Clamp) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		clamp(floats[float32](out), floats[float32](in[0]), float32(o.low), float32(o.high))
	} else {
		clamp(floats[float64](out), floats[float64](in[0]), o.low, o.high)
	}
	return out, nil
}

func clamp[F Float](y, x []F, low, high F) {
	for i, v := range x {
		y[i] = min(max(v, low), high)
	}
}

// DiffWRT says that the operand has a gradient.
func (o *Clamp) DiffWRT(int) []bool { return all(1) }

// SymDiff returns dx = dy ⊙ [low < x < high].
func (o *Clamp) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	kind := fmt.Sprintf("within(%g,%g)", o.low, o.high)
	op := &Within{newBase(kind, o.key+"'", in[0].Shape().Clone(), in[0]), o.low, o.high}
	within, err := gorgonia.ApplyOp(op, in[0])
	if err != nil {
		return nil, err
	}
	dx, err := gorgonia.HadamardProd(dy, within)
	return gorgonia.Nodes{dx}, err
}

// Within is the indicator y = [low < x < high] with constant bounds. It has no gradient.
type Within struct {
	base
	low, high float64
}

// Bounds returns the bounds.
func (o *Within) Bounds() (low, high float64) { return o.low, o.high }

// Do compares.
func (o *Within) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		within(floats[float32](out), floats[float32](in[0]), float32(o.low), float32(o.high))
	} else {
		within(floats[float64](out), floats[float64](in[0]), o.low, o.high)
	}
	return out, nil
}

func within[F Float](y, x []F, low, high F) {
	for i, v := range x {
		y[i] = 0
		if low < v && v < high {
			y[i] = 1
		}
	}
}

// DiffWRT says that the operand has no gradient.
func (o *Within) DiffWRT(int) []bool { return []bool{false} }

// SymDiff returns no gradient.
func (o *Within) SymDiff(gorgonia.Nodes, *gorgonia.Node, *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{nil}, nil
}
