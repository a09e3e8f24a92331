package ops

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ConcatColumns puts matrices side by side.
type ConcatColumns struct{ base }

// NewConcatColumns returns the parts, which have equal numbers of rows, side by side.
func NewConcatColumns(key string, parts ...*gorgonia.Node) (*gorgonia.Node, error) {
	if len(parts) == 0 {
		return nil, errors.New("no parts")
	}
	m := 0
	for i, p := range parts {
		if err := isMatrix(fmt.Sprintf("part %d", i), p); err != nil {
			return nil, err
		}
		if rows(p) != rows(parts[0]) {
			return nil, errors.Errorf("part %d has shape %v, want %d rows as in part 0", i, p.Shape(), rows(parts[0]))
		}
		m += columns(p)
	}
	op := &ConcatColumns{newBase("concatColumns", key, tensor.Shape{rows(parts[0]), m}, parts...)}
	return gorgonia.ApplyOp(op, parts...)
}

// Do copies the parts.
func (o *ConcatColumns) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, from := o.result(), 0
	for _, p := range in {
		width := p.Shape()[1]
		if o.dtype == tensor.Float32 {
			copyColumns(floats[float32](out), from, o.shape[1], floats[float32](p), 0, width, width)
		} else {
			copyColumns(floats[float64](out), from, o.shape[1], floats[float64](p), 0, width, width)
		}
		from += width
	}
	return out, nil
}

// copyColumns copies n columns from column j of x, of k columns, to column i of y, of m
// columns.
func copyColumns[F Float](y []F, i, m int, x []F, j, k, n int) {
	for ; len(y) > 0; y, x = y[m:], x[k:] {
		copy(y[i:i+n], x[j:j+n])
	}
}

// DiffWRT says that every part has a gradient.
func (o *ConcatColumns) DiffWRT(n int) []bool { return all(n) }

// SymDiff cuts dy where the parts were joined.
func (o *ConcatColumns) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	grads := make(gorgonia.Nodes, len(in))
	from := 0
	for i, p := range in {
		var err error
		if grads[i], err = NewColumnBlock(fmt.Sprintf("%s'%d", o.key, i), dy, from, from+columns(p)); err != nil {
			return nil, err
		}
		from += columns(p)
	}
	return grads, nil
}

// ColumnBlock copies neighbouring columns of a matrix: y[i] = x[i][from:to].
type ColumnBlock struct {
	base
	from, to int
}

// NewColumnBlock returns columns from up to but not including to of x.
func NewColumnBlock(key string, x *gorgonia.Node, from, to int) (*gorgonia.Node, error) {
	if err := isMatrix("the operand", x); err != nil {
		return nil, err
	}
	if from < 0 || from >= to || to > columns(x) {
		return nil, errors.Errorf("columns %d to %d of a matrix of shape %v", from, to, x.Shape())
	}
	kind := fmt.Sprintf("columnBlock(%d,%d)", from, to)
	op := &ColumnBlock{newBase(kind, key, tensor.Shape{rows(x), to - from}, x), from, to}
	return gorgonia.ApplyOp(op, x)
}

// From returns the first column.
func (o *ColumnBlock) From() int { return o.from }

// Do copies the columns.
func (o *ColumnBlock) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, m, k := o.result(), o.shape[1], in[0].Shape()[1]
	if o.dtype == tensor.Float32 {
		copyColumns(floats[float32](out), 0, m, floats[float32](in[0]), o.from, k, m)
	} else {
		copyColumns(floats[float64](out), 0, m, floats[float64](in[0]), o.from, k, m)
	}
	return out, nil
}

// DiffWRT says that the operand has a gradient.
func (o *ColumnBlock) DiffWRT(int) []bool { return all(1) }

// SymDiff puts dy into a matrix of zeros.
func (o *ColumnBlock) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	m := columns(in[0])
	kind := fmt.Sprintf("padColumns(%d,%d)", o.from, m)
	op := &PadColumns{newBase(kind, o.key+"'", in[0].Shape().Clone(), dy), o.from}
	dx, err := gorgonia.ApplyOp(op, dy)
	return gorgonia.Nodes{dx}, err
}

// PadColumns puts a matrix of k columns between columns of zeros: y[i][from:from+k] = x[i].
type PadColumns struct {
	base
	from int
}

// From returns the column that the first of the operand's columns becomes.
func (o *PadColumns) From() int { return o.from }

// Do copies x and clears the rest: a builtin Add may have written to it.
func (o *PadColumns) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer o.recovered(&err)
	out, m, k := o.result(), o.shape[1], in[0].Shape()[1]
	if o.dtype == tensor.Float32 {
		clear(floats[float32](out))
		copyColumns(floats[float32](out), o.from, m, floats[float32](in[0]), 0, k, k)
	} else {
		clear(floats[float64](out))
		copyColumns(floats[float64](out), o.from, m, floats[float64](in[0]), 0, k, k)
	}
	return out, nil
}

// DiffWRT says that the operand has a gradient.
func (o *PadColumns) DiffWRT(int) []bool { return all(1) }

// SymDiff takes the columns back out.
func (o *PadColumns) SymDiff(in gorgonia.Nodes, _, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := NewColumnBlock(o.key+"'", dy, o.from, o.from+columns(in[0]))
	return gorgonia.Nodes{dx}, err
}
