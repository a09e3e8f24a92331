package fuse

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// An opaqueStep runs an operation that no pass knows, by its own Do, on one worker.
type opaqueStep[T Float] struct {
	node   *gorgonia.Node
	in     []opaqueInput
	out    place
	values []gorgonia.Value
}

// An opaqueInput is an operand: a place, and the leaf whose memory that is, if it is one's.
type opaqueInput struct {
	leaf  *gorgonia.Node
	place place
	shape tensor.Shape
}

func (s *opaqueStep[T]) run(m *memory[T], worker, _ int) {
	if worker != 0 {
		return
	}
	s.values = s.values[:0]
	for _, in := range s.in {
		s.values = append(s.values, in.value(m))
	}
	out, err := s.node.Op().Do(s.values...)
	if err == nil {
		err = store(m.matrix(s.out), out)
	}
	if err != nil {
		m.fail(errors.Wrapf(err, "%v", s.node.Op()))
	}
}

// value returns the operand as Gorgonia's operations want it.
func (in *opaqueInput) value(m interface {
	header(place, tensor.Shape) gorgonia.Value
}) gorgonia.Value {
	if in.leaf != nil {
		return in.leaf.Value()
	}
	return m.header(in.place, in.shape)
}

// header returns a value over the memory of a place, or the number there for a scalar.
func (m *memory[T]) header(p place, shape tensor.Shape) gorgonia.Value {
	x := m.at(p)
	if !p.contiguous() {
		x = make([]T, 0, p.size())
		for i := range p.rows {
			x = append(x, m.matrix(p).Row(i)...)
		}
	}
	if shape.IsScalar() {
		switch y := any(x[0]).(type) {
		case float32:
			return gorgonia.NewF32(y)
		case float64:
			return gorgonia.NewF64(y)
		}
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

// store copies the numbers of v to dst.
func store[T Float](dst kernel.Matrix[T], v gorgonia.Value) error {
	switch x := v.Data().(type) {
	case []T:
		if d, ok := v.(*tensor.Dense); ok && d.RequiresIterator() {
			x = d.Materialize().Data().([]T)
		}
		if len(x) != dst.Rows*dst.Cols {
			return errors.Errorf("fuse: %d numbers for %d×%d", len(x), dst.Rows, dst.Cols)
		}
		for i := range dst.Rows {
			copy(dst.Row(i), x[i*dst.Cols:])
		}
	case T:
		dst.Data[0] = x
	default:
		return errors.Errorf("fuse: a result of type %T", v.Data())
	}
	return nil
}

func (s *opaqueStep[T]) touches() []touch {
	all := []touch{{s.out, true, false}}
	for _, in := range s.in {
		if in.leaf == nil {
			all = append(all, touch{in.place, false, false})
		}
	}
	return all
}

func (s *opaqueStep[T]) kind() string { return s.node.Op().String() }

func (s *opaqueStep[T]) work() (flops, bytes int) { return 0, 2 * s.out.size() * size[T]() }
