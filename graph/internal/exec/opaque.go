package exec

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// An Opaque runs an operation that no pass knows, by its own Do, on one worker.
type Opaque[T kernel.Float] struct {
	Node   *gorgonia.Node
	In     []OpaqueInput
	Out    Place
	values []gorgonia.Value
}

// An OpaqueInput is an operand: a Place, and the leaf whose memory that is, if it is one's.
type OpaqueInput struct {
	Leaf  *gorgonia.Node
	Place Place
	Shape tensor.Shape
}

func (s *Opaque[T]) run(m *memory[T], worker, _ int) {
	if worker != 0 {
		return
	}
	s.values = s.values[:0]
	for _, in := range s.In {
		s.values = append(s.values, in.value(m))
	}
	out, err := s.Node.Op().Do(s.values...)
	if err == nil {
		err = store(m.matrix(s.Out), out)
	}
	if err != nil {
		m.fail(errors.Wrapf(err, "%v", s.Node.Op()))
	}
}

// value returns the operand as Gorgonia's operations want it.
func (in *OpaqueInput) value(m interface {
	header(Place, tensor.Shape) gorgonia.Value
}) gorgonia.Value {
	if in.Leaf != nil {
		return in.Leaf.Value()
	}
	return m.header(in.Place, in.Shape)
}

// header returns a value over the memory of a Place, or the number there for a scalar.
func (m *memory[T]) header(p Place, shape tensor.Shape) gorgonia.Value {
	x := m.at(p)
	if !p.Contiguous() {
		x = make([]T, 0, p.Size())
		for i := range p.Rows {
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
func store[T kernel.Float](dst kernel.Matrix[T], v gorgonia.Value) error {
	switch x := v.Data().(type) {
	case []T:
		if d, ok := v.(*tensor.Dense); ok && d.RequiresIterator() {
			x = d.Materialize().Data().([]T)
		}
		if len(x) != dst.Rows*dst.Cols {
			return errors.Errorf("exec: %d numbers for %d×%d", len(x), dst.Rows, dst.Cols)
		}
		for i := range dst.Rows {
			copy(dst.Row(i), x[i*dst.Cols:])
		}
	case T:
		dst.Data[0] = x
	default:
		return errors.Errorf("exec: a result of type %T", v.Data())
	}
	return nil
}

func (s *Opaque[T]) Touches() []Touch {
	all := []Touch{{s.Out, true, false}}
	for _, in := range s.In {
		if in.Leaf == nil {
			all = append(all, Touch{in.Place, false, false})
		}
	}
	return all
}

func (s *Opaque[T]) Kind() string { return s.Node.Op().String() }

func (s *Opaque[T]) Work() (flops, bytes int) { return 0, 2 * s.Out.Size() * bytesOf[T]() }
