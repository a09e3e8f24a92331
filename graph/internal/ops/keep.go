package ops

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Keep copies a node's value into a buffer that nobody else writes to. A builtin
// operation may write its result over an operand after the operand's last use,
// and two parameters may share one gradient node; a kept value is safe from both.
type Keep struct{ base }

// NewKeep returns a copy of x, a matrix or a scalar; a scalar becomes a (1, 1)
// matrix.
func NewKeep(key string, x *gorgonia.Node) (*gorgonia.Node, *Keep, error) {
	shape := x.Shape().Clone()
	if x.IsScalar() {
		shape = tensor.Shape{1, 1}
	}
	op := &Keep{newBase("keep", key, shape, x)}
	n, err := gorgonia.ApplyOp(op, x)
	return n, op, err
}

// Do copies the value.
func (o *Keep) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	switch x := in[0].Data().(type) {
	case []float32:
		copy(floats[float32](out), x)
	case []float64:
		copy(floats[float64](out), x)
	case float32:
		floats[float32](out)[0] = x
	case float64:
		floats[float64](out)[0] = x
	}
	return out, nil
}

// Value returns the buffer, which holds zeros before the first run.
func (o *Keep) Value() *tensor.Dense { return o.result() }
