package fuse

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// An outerStep computes sums of outer products, c = aᵀ·b: gradients of weights, summed
// over the rows of all time steps. The workers divide the columns.
type outerStep[T Float] struct {
	groups []*outerGroup[T]
	parts  []outerPart[T] // of each worker
}

// An outerGroup is sums with the same left operand, which is packed for all of them.
type outerGroup[T Float] struct {
	a     *list[T]
	items []outerItem[T]
}

type outerItem[T Float] struct {
	c place
	b *list[T]
}

// An outerPart is memory for what a worker hands to the kernel.
type outerPart[T Float] struct {
	cs []kernel.Matrix[T]
	bs []kernel.Rows[T]
}

// outerUnit is how many columns of c are computed at a time.
const outerUnit = 64

// add puts a sum to the others with the same left operand.
func (s *outerStep[T]) add(a *list[T], item outerItem[T]) {
	for _, g := range s.groups {
		if g.a == a {
			g.items = append(g.items, item)
			return
		}
	}
	s.groups = append(s.groups, &outerGroup[T]{a, []outerItem[T]{item}})
}

func (s *outerStep[T]) run(m *memory[T], worker, workers int) {
	total := 0 // in numbers of all c
	for _, g := range s.groups {
		for _, it := range g.items {
			total += it.c.size()
		}
	}
	from, to := share(total, worker, workers)
	part := &s.parts[worker]
	for _, g := range s.groups {
		part.cs, part.bs = part.cs[:0], part.bs[:0]
		for _, it := range g.items {
			lo, hi := columnsUpTo(it.c, from), columnsUpTo(it.c, to)
			if lo < hi {
				part.cs = append(part.cs, m.matrix(it.c.columnsOf(lo, hi-lo)))
				part.bs = append(part.bs, it.b.rows.Columns(lo, hi))
			}
			from, to = from-it.c.size(), to-it.c.size()
		}
		if len(part.cs) > 0 {
			kernel.SetOuters(part.cs, g.a.rows, part.bs)
		}
	}
}

// columnsUpTo returns how many columns of c, in units, make up n numbers.
func columnsUpTo(c place, n int) int {
	if n <= 0 {
		return 0
	}
	if n >= c.size() {
		return c.cols
	}
	return min((n/c.rows+outerUnit/2)/outerUnit*outerUnit, c.cols)
}

func (s *outerStep[T]) touches() []touch {
	var all []touch
	for _, g := range s.groups {
		all = append(all, g.a.touches(false)...)
		for _, it := range g.items {
			all = append(append(all, it.b.touches(false)...), touch{it.c, true, false})
		}
	}
	return all
}

func (s *outerStep[T]) kind() string {
	text := "outer products"
	for _, g := range s.groups {
		text += fmt.Sprintf(" %d×[", g.a.height())
		for i, it := range g.items {
			if i > 0 {
				text += " "
			}
			text += shape(it.c)
		}
		text += "]"
	}
	return text
}

func (s *outerStep[T]) work() (flops, bytes int) {
	for _, g := range s.groups {
		bytes += g.a.bytes()
		for _, it := range g.items {
			flops += 2 * g.a.height() * it.c.size()
			bytes += it.b.bytes() + it.c.size()*size[T]()
		}
	}
	return flops, bytes
}

// A sumRowsStep adds rows, gradients of biases, or rows that are multiplied by others, gradients
// of scales. The sums run in float64, in the order of the rows.
type sumRowsStep[T Float] struct{ items []sumRowsItem[T] }

type sumRowsItem[T Float] struct {
	dst  place
	x, y *list[T] // y is nil where rows are added as they are
	sums []float64
}

func (s *sumRowsStep[T]) run(m *memory[T], worker, workers int) {
	for _, it := range s.items {
		lo, hi := share(it.dst.cols, worker, workers)
		switch {
		case lo == hi:
		case it.y != nil:
			kernel.SumProducts(m.at(it.dst)[lo:hi], it.x.rows.Columns(lo, hi), it.y.rows.Columns(lo, hi), it.sums[lo:hi])
		default:
			kernel.SumRows(m.at(it.dst)[lo:hi], it.x.rows.Columns(lo, hi), it.sums[lo:hi])
		}
	}
}

func (s *sumRowsStep[T]) touches() []touch {
	var all []touch
	for _, it := range s.items {
		all = append(append(all, it.x.touches(false)...), touch{it.dst, true, false})
		if it.y != nil {
			all = append(all, it.y.touches(false)...)
		}
	}
	return all
}

func (s *sumRowsStep[T]) kind() string {
	text := "sum rows"
	for _, it := range s.items {
		text += fmt.Sprintf(" %d×%d", it.x.height(), it.dst.cols)
		if it.y != nil {
			text += " of products"
		}
	}
	return text
}

func (s *sumRowsStep[T]) work() (flops, bytes int) {
	for _, it := range s.items {
		bytes += it.x.bytes()
		if it.y != nil {
			bytes += it.y.bytes()
		}
	}
	return 0, bytes
}

// A scatterStep adds rows into a matrix of zeros by number: the gradient of a lookup. A
// worker has a share of the matrix's rows.
type scatterStep[T Float] struct {
	dst   place
	x     *list[T]
	index int
}

func (s *scatterStep[T]) run(m *memory[T], worker, workers int) {
	lo, hi := share(s.dst.rows, worker, workers)
	if lo == hi {
		return
	}
	dst := m.matrix(s.dst)
	for k := lo; k < hi; k++ {
		clear(dst.Row(k))
	}
	for i, k := range m.ints[s.index] {
		if k >= lo && k < hi {
			row := dst.Row(k)
			kernel.AddRows(row, s.x.rows.Slice(i, i+1))
		}
	}
}

func (s *scatterStep[T]) touches() []touch {
	return append(s.x.touches(false), touch{s.dst, true, false})
}

func (s *scatterStep[T]) kind() string {
	return fmt.Sprintf("scatter %d rows to %s", s.x.height(), shape(s.dst))
}

func (s *scatterStep[T]) work() (flops, bytes int) {
	return 0, 3*s.x.bytes() + s.dst.size()*size[T]()
}

// A copyStep puts rows that lie anywhere into one matrix.
type copyStep[T Float] struct {
	dst place
	x   *list[T]
}

func (s *copyStep[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.dst.rows, worker, workers)
	if from < to {
		s.x.rows.Slice(from, to).CopyTo(m.matrix(s.dst.rowsOf(from, to-from)))
	}
}

func (s *copyStep[T]) touches() []touch {
	return append(s.x.touches(true), touch{s.dst, true, true})
}

func (s *copyStep[T]) kind() string { return "copy " + shape(s.dst) }

func (s *copyStep[T]) work() (flops, bytes int) { return 0, 2 * s.dst.size() * size[T]() }

// A padStep puts a matrix into one of zeros, from a row or from a column on.
type padStep[T Float] struct {
	dst, x, within place // within is where x goes
}

func (s *padStep[T]) run(m *memory[T], worker, _ int) {
	if worker != 0 {
		return
	}
	dst, within, x := m.matrix(s.dst), m.matrix(s.within), m.matrix(s.x)
	for i := range dst.Rows {
		clear(dst.Row(i))
	}
	for i := range x.Rows {
		copy(within.Row(i), x.Row(i))
	}
}

func (s *padStep[T]) touches() []touch { return []touch{{s.x, false, false}, {s.dst, true, false}} }

func (s *padStep[T]) kind() string { return "pad to " + shape(s.dst) }

func (s *padStep[T]) work() (flops, bytes int) { return 0, 2 * s.dst.size() * size[T]() }
