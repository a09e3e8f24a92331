package exec

import (
	"fmt"
	"strings"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A Product computes sums of products, c = start + Σ a·b, that have equally many rows
// and the same left operands.
type Product[T kernel.Float] struct {
	Lefts   []*List[T]
	Items   []ProductItem[T]
	Once    bool // of parameters alone: it is not done again while they are frozen
	columns bool // the workers divide the columns, else the rows
}

// A ProductItem is one sum of products.
type ProductItem[T kernel.Float] struct {
	C      Place
	Start  *Place // nil for zero; c itself; another matrix, or a row
	Rights []*Packed[T]
}

// A Packed is a right operand, laid out for the kernel.
type Packed[T kernel.Float] struct {
	From       Place
	Trans      bool // the operand is the transpose of what is there
	Rows, Cols int  // of the operand
	To         Place
	BFloat16   bool // it is rounded, and To only orders the steps
	half       *kernel.Packed16
}

// matrix returns the operand.
func (p *Packed[T]) matrix(m *memory[T]) kernel.Packed[T] {
	return kernel.PackedIn(m.at(p.To), p.Rows, p.Cols)
}

// nearBytes is how many bytes of weights a core keeps near, in its second-level cache.
const nearBytes = 768 << 10

// Absorb adds the sums of another step.
func (s *Product[T]) Absorb(other Step[T]) { s.Items = append(s.Items, other.(*Product[T]).Items...) }

// Divide decides what the workers divide: the rows of the left operand, without a barrier
// in a loop over time, while the weights stay near every core; else the columns, so that each
// core has its part of the weights.
func (s *Product[T]) Divide() {
	weights := 0
	for _, it := range s.Items {
		for _, r := range it.Rights {
			weights += r.Rows * r.Cols * bytesOf[T]()
		}
	}
	rows := s.Items[0].C.Rows
	s.columns = rows < 4 || weights > nearBytes && rows < 256
}

func (s *Product[T]) run(m *memory[T], worker, workers int) {
	if s.Once && m.packed {
		return
	}
	if s.columns && workers > 1 {
		s.runColumns(m, worker, workers)
		return
	}
	from, to := share(s.Items[0].C.Rows, worker, workers)
	if from == to {
		return
	}
	for i := range s.Items {
		s.multiply(m, i, from, to, 0, s.Items[i].C.Cols)
	}
}

// runColumns does a worker's share of all columns of all items, in pairs of panels.
func (s *Product[T]) runColumns(m *memory[T], worker, workers int) {
	const pair = 32
	total := 0
	for _, it := range s.Items {
		total += (it.C.Cols + pair - 1) / pair
	}
	from, to := share(total, worker, workers)
	for i, it := range s.Items {
		n := (it.C.Cols + pair - 1) / pair
		lo, hi := max(from, 0), min(to, n)
		if lo < hi {
			s.multiply(m, i, 0, it.C.Rows, lo*pair, min(hi*pair, it.C.Cols))
		}
		from, to = from-n, to-n
	}
}

// multiply computes rows and columns of item i.
func (s *Product[T]) multiply(m *memory[T], i, from, to, lo, hi int) {
	it := &s.Items[i]
	all := m.matrix(it.C)
	part := func(x kernel.Matrix[T]) kernel.Matrix[T] {
		return kernel.Matrix[T]{Data: x.Data[from*x.Stride+lo:], Rows: to - from, Cols: hi - lo, Stride: x.Stride}
	}
	c := part(all)
	for k, left := range s.Lefts {
		a := left.rows.Slice(from, to)
		if half := it.Rights[k].half; half != nil {
			s.multiplyHalf(m, it, k, c, part, a, half.Columns(lo, hi), lo, hi)
			continue
		}
		b := it.Rights[k].matrix(m).Columns(lo, hi)
		switch {
		case k > 0 || it.Start != nil && *it.Start == it.C:
			kernel.MulAdd(c, a, b)
		case it.Start == nil:
			kernel.Mul(c, a, b)
		case it.Start.Rows == 1 && it.C.Rows != 1:
			kernel.MulBias(c, a, b, m.at(*it.Start)[lo:hi])
		default:
			kernel.MulFrom(c, part(m.matrix(*it.Start)), a, b)
		}
	}
}

func (s *Product[T]) Touches() []Touch {
	var all []Touch
	for _, l := range s.Lefts {
		all = append(all, l.touches(!s.columns)...)
	}
	for _, it := range s.Items {
		if it.Start != nil {
			all = append(all, Touch{*it.Start, false, !s.columns && it.Start.Rows == it.C.Rows})
		}
		for _, r := range it.Rights {
			all = append(all, Touch{r.To, false, false})
		}
		all = append(all, Touch{it.C, true, !s.columns})
	}
	return all
}

func (s *Product[T]) Kind() string {
	var b strings.Builder
	fmt.Fprintf(&b, "product %d×[", s.Items[0].C.Rows)
	for i, it := range s.Items {
		if i > 0 {
			b.WriteString(" ")
		}
		for k, r := range it.Rights {
			if k > 0 {
				b.WriteString("+")
			}
			fmt.Fprintf(&b, "%d×%d", r.Rows, r.Cols)
		}
	}
	b.WriteString("]")
	return b.String()
}

func (s *Product[T]) Work() (flops, bytes int) {
	for _, l := range s.Lefts {
		bytes += l.bytes()
	}
	for _, it := range s.Items {
		for _, r := range it.Rights {
			flops += 2 * it.C.Rows * r.Rows * r.Cols
			bytes += r.Rows * r.Cols * bytesOf[T]()
		}
		bytes += it.C.Size() * bytesOf[T]()
	}
	return flops, bytes
}

// A Pack lays out right operands. Parameters need it once as long as they do not change.
type Pack[T kernel.Float] struct {
	Items []*Packed[T]
	Once  bool // all of them are parameters
}

// packUnit is the number of columns that are packed at a time; a multiple of a pair of
// panels.
const packUnit = 64

// Absorb adds the operands of another step.
func (s *Pack[T]) Absorb(other Step[T]) { s.Items = append(s.Items, other.(*Pack[T]).Items...) }

// provide makes the memory of rounded operands.
func (s *Pack[T]) provide(int) {
	for _, p := range s.Items {
		if p.BFloat16 {
			half := kernel.NewPacked16(p.Rows, p.Cols)
			p.half = &half
		}
	}
}

func (s *Pack[T]) run(m *memory[T], worker, workers int) {
	if s.Once && m.packed {
		return
	}
	total := 0
	for _, p := range s.Items {
		total += (p.Cols + packUnit - 1) / packUnit
	}
	from, to := share(total, worker, workers)
	for _, p := range s.Items {
		n := (p.Cols + packUnit - 1) / packUnit
		lo, hi := max(from, 0), min(to, n)
		if lo < hi {
			p.pack(m, lo*packUnit, min(hi*packUnit, p.Cols))
		}
		from, to = from-n, to-n
	}
}

// pack lays out the columns from lo up to hi.
func (p *Packed[T]) pack(m *memory[T], lo, hi int) {
	x := m.matrix(p.From)
	if p.half != nil {
		p.half.Columns(lo, hi).Pack(as32(kernel.Matrix[T]{Data: x.Data[lo:], Rows: x.Rows, Cols: hi - lo, Stride: x.Stride}))
		return
	}
	dst := p.matrix(m).Columns(lo, hi)
	if p.Trans {
		dst.PackTransposed(kernel.Matrix[T]{Data: x.Data[lo*x.Stride:], Rows: hi - lo, Cols: x.Cols, Stride: x.Stride})
		return
	}
	dst.Pack(kernel.Matrix[T]{Data: x.Data[lo:], Rows: x.Rows, Cols: hi - lo, Stride: x.Stride})
}

func (s *Pack[T]) Touches() []Touch {
	var all []Touch
	for _, p := range s.Items {
		all = append(all, Touch{p.From, false, false}, Touch{p.To, true, false})
	}
	return all
}

func (s *Pack[T]) Kind() string { return fmt.Sprintf("pack %d", len(s.Items)) }

func (s *Pack[T]) Work() (flops, bytes int) {
	for _, p := range s.Items {
		bytes += 2 * p.From.Size() * bytesOf[T]()
	}
	return 0, bytes
}
