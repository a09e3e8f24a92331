package fuse

import (
	"fmt"
	"strings"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A productStep computes sums of products, c = start + Σ a·b, that have equally many rows
// and the same left operands.
type productStep[T Float] struct {
	lefts   []*list[T]
	items   []productItem[T]
	columns bool // the workers divide the columns, else the rows
	once    bool // of parameters alone: it is not done again while they are frozen
}

type productItem[T Float] struct {
	c      place
	start  *place // nil for zero; c itself; another matrix, or a row
	rights []*packed[T]
}

// A packed is a right operand, laid out for the kernel.
type packed[T Float] struct {
	from       place
	transR     bool // the operand is the transpose of what is there
	rows, cols int  // of the operand
	to         place
	half       *kernel.Packed16 // if not nil, in the place of to
}

// matrix returns the operand.
func (p *packed[T]) matrix(m *memory[T]) kernel.Packed[T] {
	return kernel.PackedIn(m.at(p.to), p.rows, p.cols)
}

// nearBytes is how many bytes of weights a core keeps near, in its second-level cache.
const nearBytes = 768 << 10

// divide decides what the workers divide: the rows of the left operand, without a barrier
// in a loop over time, while the weights stay near every core; else the columns, so that each
// core has its part of the weights.
func (s *productStep[T]) divide() {
	weights := 0
	for _, it := range s.items {
		for _, r := range it.rights {
			weights += r.rows * r.cols * size[T]()
		}
	}
	rows := s.items[0].c.rows
	s.columns = rows < 4 || weights > nearBytes && rows < 256
}

func (s *productStep[T]) run(m *memory[T], worker, workers int) {
	if s.once && m.packed {
		return
	}
	if s.columns && workers > 1 {
		s.runColumns(m, worker, workers)
		return
	}
	from, to := share(s.items[0].c.rows, worker, workers)
	if from == to {
		return
	}
	for i := range s.items {
		s.multiply(m, i, from, to, 0, s.items[i].c.cols)
	}
}

// runColumns does a worker's share of all columns of all items, in pairs of panels.
func (s *productStep[T]) runColumns(m *memory[T], worker, workers int) {
	const pair = 32
	total := 0
	for _, it := range s.items {
		total += (it.c.cols + pair - 1) / pair
	}
	from, to := share(total, worker, workers)
	for i, it := range s.items {
		n := (it.c.cols + pair - 1) / pair
		lo, hi := max(from, 0), min(to, n)
		if lo < hi {
			s.multiply(m, i, 0, it.c.rows, lo*pair, min(hi*pair, it.c.cols))
		}
		from, to = from-n, to-n
	}
}

// multiply computes rows and columns of item i.
func (s *productStep[T]) multiply(m *memory[T], i, from, to, lo, hi int) {
	it := &s.items[i]
	all := m.matrix(it.c)
	part := func(x kernel.Matrix[T]) kernel.Matrix[T] {
		return kernel.Matrix[T]{Data: x.Data[from*x.Stride+lo:], Rows: to - from, Cols: hi - lo, Stride: x.Stride}
	}
	c := part(all)
	for k, left := range s.lefts {
		a := left.rows.Slice(from, to)
		if half := it.rights[k].half; half != nil {
			s.multiplyHalf(m, it, k, c, part, a, half.Columns(lo, hi), lo, hi)
			continue
		}
		b := it.rights[k].matrix(m).Columns(lo, hi)
		switch {
		case k > 0 || it.start != nil && *it.start == it.c:
			kernel.MulAdd(c, a, b)
		case it.start == nil:
			kernel.Mul(c, a, b)
		case it.start.rows == 1 && it.c.rows != 1:
			kernel.MulBias(c, a, b, m.at(*it.start)[lo:hi])
		default:
			kernel.MulFrom(c, part(m.matrix(*it.start)), a, b)
		}
	}
}

func (s *productStep[T]) touches() []touch {
	var all []touch
	for _, l := range s.lefts {
		all = append(all, l.touches(!s.columns)...)
	}
	for _, it := range s.items {
		if it.start != nil {
			all = append(all, touch{*it.start, false, !s.columns && it.start.rows == it.c.rows})
		}
		for _, r := range it.rights {
			all = append(all, touch{r.to, false, false})
		}
		all = append(all, touch{it.c, true, !s.columns})
	}
	return all
}

func (s *productStep[T]) kind() string {
	var b strings.Builder
	fmt.Fprintf(&b, "product %d×[", s.items[0].c.rows)
	for i, it := range s.items {
		if i > 0 {
			b.WriteString(" ")
		}
		for k, r := range it.rights {
			if k > 0 {
				b.WriteString("+")
			}
			fmt.Fprintf(&b, "%d×%d", r.rows, r.cols)
		}
	}
	b.WriteString("]")
	return b.String()
}

func (s *productStep[T]) work() (flops, bytes int) {
	for _, l := range s.lefts {
		bytes += l.bytes()
	}
	for _, it := range s.items {
		for _, r := range it.rights {
			flops += 2 * it.c.rows * r.rows * r.cols
			bytes += r.rows * r.cols * size[T]()
		}
		bytes += it.c.size() * size[T]()
	}
	return flops, bytes
}

// A packStep lays out right operands. Parameters need it once as long as they do not change.
type packStep[T Float] struct {
	items []*packed[T]
	once  bool // all of them are parameters
}

// packUnit is the number of columns that are packed at a time; a multiple of a pair of
// panels.
const packUnit = 64

func (s *packStep[T]) run(m *memory[T], worker, workers int) {
	if s.once && m.packed {
		return
	}
	total := 0
	for _, p := range s.items {
		total += (p.cols + packUnit - 1) / packUnit
	}
	from, to := share(total, worker, workers)
	for _, p := range s.items {
		n := (p.cols + packUnit - 1) / packUnit
		lo, hi := max(from, 0), min(to, n)
		if lo < hi {
			p.pack(m, lo*packUnit, min(hi*packUnit, p.cols))
		}
		from, to = from-n, to-n
	}
}

// pack lays out the columns from lo up to hi.
func (p *packed[T]) pack(m *memory[T], lo, hi int) {
	x := m.matrix(p.from)
	if p.half != nil {
		p.half.Columns(lo, hi).Pack(as32(kernel.Matrix[T]{Data: x.Data[lo:], Rows: x.Rows, Cols: hi - lo, Stride: x.Stride}))
		return
	}
	dst := p.matrix(m).Columns(lo, hi)
	if p.transR {
		dst.PackTransposed(kernel.Matrix[T]{Data: x.Data[lo*x.Stride:], Rows: hi - lo, Cols: x.Cols, Stride: x.Stride})
		return
	}
	dst.Pack(kernel.Matrix[T]{Data: x.Data[lo:], Rows: x.Rows, Cols: hi - lo, Stride: x.Stride})
}

func (s *packStep[T]) touches() []touch {
	var all []touch
	for _, p := range s.items {
		all = append(all, touch{p.from, false, false}, touch{p.to, true, false})
	}
	return all
}

func (s *packStep[T]) kind() string { return fmt.Sprintf("pack %d", len(s.items)) }

func (s *packStep[T]) work() (flops, bytes int) {
	for _, p := range s.items {
		bytes += 2 * p.from.size() * size[T]()
	}
	return 0, bytes
}
