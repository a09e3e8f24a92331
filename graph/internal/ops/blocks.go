package ops

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Stack puts matrices on top of one another: with one matrix of shape (B, m) a
// time step, the result is time-major, of shape (T·B, m).
type Stack struct{ base }

// NewStack returns the stack of the parts, which have equal numbers of columns.
func NewStack(key string, parts ...*gorgonia.Node) (*gorgonia.Node, error) {
	if len(parts) == 0 {
		return nil, errors.New("no parts")
	}
	n := 0
	for i, p := range parts {
		if err := isMatrix(fmt.Sprintf("part %d", i), p); err != nil {
			return nil, err
		}
		if columns(p) != columns(parts[0]) {
			return nil, errors.Errorf("part %d has shape %v, want %d columns as in part 0", i, p.Shape(), columns(parts[0]))
		}
		n += rows(p)
	}
	op := &Stack{newBase("stack", key, tensor.Shape{n, columns(parts[0])}, parts...)}
	return gorgonia.ApplyOp(op, parts...)
}

// Do copies the parts.
func (o *Stack) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out := o.result()
	if o.dtype == tensor.Float32 {
		stack(floats[float32](out), in)
	} else {
		stack(floats[float64](out), in)
	}
	return out, nil
}

func stack[F Float](y []F, parts []gorgonia.Value) {
	for _, p := range parts {
		y = y[copy(y, floats[F](p)):]
	}
}

// DiffWRT says that every part has a gradient.
func (o *Stack) DiffWRT(n int) []bool { return all(n) }

// SymDiff cuts dy where the parts were joined.
func (o *Stack) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	grads := make(gorgonia.Nodes, len(in))
	from := 0
	for i, p := range in {
		var err error
		if grads[i], err = NewRowBlock(fmt.Sprintf("%s'%d", o.key, i), dy, from, from+rows(p)); err != nil {
			return nil, err
		}
		from += rows(p)
	}
	return grads, nil
}

// RowBlock copies neighbouring rows of a matrix: y = x[from:to].
type RowBlock struct {
	base
	from, to int
}

// NewRowBlock returns rows from up to but not including to of x.
func NewRowBlock(key string, x *gorgonia.Node, from, to int) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	if from < 0 || from >= to || to > rows(x) {
		return nil, errors.Errorf("rows %d to %d of a matrix of shape %v", from, to, x.Shape())
	}
	kind := fmt.Sprintf("rowBlock(%d,%d)", from, to)
	op := &RowBlock{newBase(kind, key, tensor.Shape{to - from, columns(x)}, x), from, to}
	return gorgonia.ApplyOp(op, x)
}

// From returns the first row.
func (o *RowBlock) From() int { return o.from }

// Do copies the rows.
func (o *RowBlock) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, m := o.result(), o.shape[1]
	if o.dtype == tensor.Float32 {
		copy(floats[float32](out), floats[float32](in[0])[o.from*m:o.to*m])
	} else {
		copy(floats[float64](out), floats[float64](in[0])[o.from*m:o.to*m])
	}
	return out, nil
}

// DiffWRT says that the operand has a gradient.
func (o *RowBlock) DiffWRT(int) []bool { return all(1) }

// SymDiff puts dy into a matrix of zeros.
func (o *RowBlock) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewPadRows(o.key+"'", dy, o.from, rows(in[0]))
	return gorgonia.Nodes{dx}, err
}

// PadRows puts a matrix between rows of zeros: y[from:from+k] = x.
type PadRows struct {
	base
	from int
}

// NewPadRows returns the (n, m) matrix that is zero but for x, of shape (k, m),
// from row from on.
func NewPadRows(key string, x *gorgonia.Node, from, n int) (*gorgonia.Node, error) {
	kind := fmt.Sprintf("padRows(%d,%d)", from, n)
	op := &PadRows{newBase(kind, key, tensor.Shape{n, columns(x)}, x), from}
	return gorgonia.ApplyOp(op, x)
}

// From returns the row that the first of the operand's rows becomes.
func (o *PadRows) From() int { return o.from }

// Do copies x and clears the rest: a builtin Add may have written to it.
func (o *PadRows) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, at := o.result(), o.from*o.shape[1]
	if o.dtype == tensor.Float32 {
		padRows(floats[float32](out), floats[float32](in[0]), at)
	} else {
		padRows(floats[float64](out), floats[float64](in[0]), at)
	}
	return out, nil
}

func padRows[F Float](y, x []F, at int) {
	clear(y[:at])
	clear(y[at+copy(y[at:], x):])
}

// DiffWRT says that the operand has a gradient.
func (o *PadRows) DiffWRT(int) []bool { return all(1) }

// SymDiff takes the rows back out.
func (o *PadRows) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewRowBlock(o.key+"'", dy, o.from, o.from+rows(in[0]))
	return gorgonia.Nodes{dx}, err
}
