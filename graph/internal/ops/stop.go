package ops

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// StopGradient is its operand, a matrix or a scalar, and has no gradient.
type StopGradient struct{ base }

// NewStopGradient returns a copy of x that no gradient flows through.
func NewStopGradient(key string, x *gorgonia.Node) (*gorgonia.Node, error) {
	op := &StopGradient{newBase("stopGradient", key, shapeOf(x), x)}
	return gorgonia.ApplyOp(op, x)
}

// shapeOf returns a node's shape as newBase wants it: nil of a scalar.
func shapeOf(x *gorgonia.Node) tensor.Shape {
	if x.IsScalar() {
		return nil
	}
	return x.Shape().Clone()
}

// Do copies the operand.
func (o *StopGradient) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	if o.shape.IsScalar() {
		return o.scalar(number(in[0])), nil
	}
	out := o.result()
	if o.dtype == tensor.Float32 {
		copy(floats[float32](out), floats[float32](in[0]))
	} else {
		copy(floats[float64](out), floats[float64](in[0]))
	}
	return out, nil
}

// DiffWRT says that the operand has no gradient.
func (o *StopGradient) DiffWRT(int) []bool { return []bool{false} }

// SymDiff returns no gradient.
func (o *StopGradient) SymDiff(gorgonia.Nodes, *gorgonia.Node, *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{nil}, nil
}
