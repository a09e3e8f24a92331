package exec

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// An Outer computes sums of outer products, c = aᵀ·b: gradients of weights, summed
// over the rows of all time steps. The workers divide the columns.
type Outer[T kernel.Float] struct {
	groups []*outerGroup[T]
	parts  []outerPart[T] // of each worker
}

// An outerGroup is sums with the same left operand, which is packed for all of them.
type outerGroup[T kernel.Float] struct {
	a     *List[T]
	items []OuterItem[T]
}

type OuterItem[T kernel.Float] struct {
	C Place
	B *List[T]
}

// An outerPart is memory for what a worker hands to the kernel.
type outerPart[T kernel.Float] struct {
	cs []kernel.Matrix[T]
	bs []kernel.Rows[T]
}

// outerUnit is how many columns of c are computed at a time.
const outerUnit = 64

// NewOuter returns the step of one sum.
func NewOuter[T kernel.Float](a *List[T], item OuterItem[T]) *Outer[T] {
	return &Outer[T]{groups: []*outerGroup[T]{{a, []OuterItem[T]{item}}}}
}

// Absorb adds the sums of another step.
func (s *Outer[T]) Absorb(other Step[T]) {
	for _, g := range other.(*Outer[T]).groups {
		for _, item := range g.items {
			s.add(g.a, item)
		}
	}
}

// provide makes room for the workers.
func (s *Outer[T]) provide(workers int) { s.parts = make([]outerPart[T], workers) }

// add puts a sum to the others with the same left operand.
func (s *Outer[T]) add(a *List[T], item OuterItem[T]) {
	for _, g := range s.groups {
		if g.a == a {
			g.items = append(g.items, item)
			return
		}
	}
	s.groups = append(s.groups, &outerGroup[T]{a, []OuterItem[T]{item}})
}

func (s *Outer[T]) run(m *memory[T], worker, workers int) {
	total := 0 // in numbers of all c
	for _, g := range s.groups {
		for _, it := range g.items {
			total += it.C.Size()
		}
	}
	from, to := share(total, worker, workers)
	part := &s.parts[worker]
	for _, g := range s.groups {
		part.cs, part.bs = part.cs[:0], part.bs[:0]
		for _, it := range g.items {
			lo, hi := columnsUpTo(it.C, from), columnsUpTo(it.C, to)
			if lo < hi {
				part.cs = append(part.cs, m.matrix(it.C.ColumnsOf(lo, hi-lo)))
				part.bs = append(part.bs, it.B.rows.Columns(lo, hi))
			}
			from, to = from-it.C.Size(), to-it.C.Size()
		}
		if len(part.cs) > 0 {
			kernel.SetOuters(part.cs, g.a.rows, part.bs)
		}
	}
}

// columnsUpTo returns how many columns of c, in units, make up n numbers.
func columnsUpTo(c Place, n int) int {
	if n <= 0 {
		return 0
	}
	if n >= c.Size() {
		return c.Cols
	}
	return min((n/c.Rows+outerUnit/2)/outerUnit*outerUnit, c.Cols)
}

func (s *Outer[T]) Touches() []Touch {
	var all []Touch
	for _, g := range s.groups {
		all = append(all, g.a.touches(false)...)
		for _, it := range g.items {
			all = append(append(all, it.B.touches(false)...), Touch{it.C, true, false})
		}
	}
	return all
}

func (s *Outer[T]) Kind() string {
	text := "outer products"
	for _, g := range s.groups {
		text += fmt.Sprintf(" %d×[", g.a.height())
		for i, it := range g.items {
			if i > 0 {
				text += " "
			}
			text += it.C.shape()
		}
		text += "]"
	}
	return text
}

func (s *Outer[T]) Work() (flops, bytes int) {
	for _, g := range s.groups {
		bytes += g.a.bytes()
		for _, it := range g.items {
			flops += 2 * g.a.height() * it.C.Size()
			bytes += it.B.bytes() + it.C.Size()*bytesOf[T]()
		}
	}
	return flops, bytes
}

// A SumRows adds rows, gradients of biases, or rows that are multiplied by others, gradients
// of scales. The sums run in float64, in the order of the rows.
type SumRows[T kernel.Float] struct{ Items []SumRowsItem[T] }

type SumRowsItem[T kernel.Float] struct {
	Dst  Place
	X, Y *List[T]  // Y is nil where rows are added as they are
	Sums []float64 // room for the sums
}

// Absorb adds the sums of another step.
func (s *SumRows[T]) Absorb(other Step[T]) {
	s.Items = append(s.Items, other.(*SumRows[T]).Items...)
}

func (s *SumRows[T]) run(m *memory[T], worker, workers int) {
	for _, it := range s.Items {
		lo, hi := share(it.Dst.Cols, worker, workers)
		switch {
		case lo == hi:
		case it.Y != nil:
			kernel.SumProducts(m.at(it.Dst)[lo:hi], it.X.rows.Columns(lo, hi), it.Y.rows.Columns(lo, hi), it.Sums[lo:hi])
		default:
			kernel.SumRows(m.at(it.Dst)[lo:hi], it.X.rows.Columns(lo, hi), it.Sums[lo:hi])
		}
	}
}

func (s *SumRows[T]) Touches() []Touch {
	var all []Touch
	for _, it := range s.Items {
		all = append(append(all, it.X.touches(false)...), Touch{it.Dst, true, false})
		if it.Y != nil {
			all = append(all, it.Y.touches(false)...)
		}
	}
	return all
}

func (s *SumRows[T]) Kind() string {
	text := "sum rows"
	for _, it := range s.Items {
		text += fmt.Sprintf(" %d×%d", it.X.height(), it.Dst.Cols)
		if it.Y != nil {
			text += " of products"
		}
	}
	return text
}

func (s *SumRows[T]) Work() (flops, bytes int) {
	for _, it := range s.Items {
		bytes += it.X.bytes()
		if it.Y != nil {
			bytes += it.Y.bytes()
		}
	}
	return 0, bytes
}

// A Scatter adds rows into a matrix of zeros by number: the gradient of a lookup. A worker has
// a share of the matrix's rows. The sums run in float64, in the order of the numbers.
type Scatter[T kernel.Float] struct {
	Dst         Place
	X           *List[T]
	Index       int   // buffer of the numbers
	first, next []int // of a row the first position that has its number, of a position the next one; −1 ends
	parts       []scatterPart[T]
}

// A scatterPart is a worker's room for the rows of one number and their sums.
type scatterPart[T kernel.Float] struct {
	rows kernel.Rows[T]
	sums []float64
}

// provide makes room for the workers.
func (s *Scatter[T]) provide(workers int) {
	s.first, s.next = make([]int, s.Dst.Rows), make([]int, s.X.height())
	s.parts = make([]scatterPart[T], workers)
	for i := range s.parts {
		s.parts[i].sums = make([]float64, s.Dst.Cols)
	}
}

func (s *Scatter[T]) run(m *memory[T], worker, workers int) {
	lo, hi := share(s.Dst.Rows, worker, workers)
	if lo == hi {
		return
	}
	s.chain(m.ints[s.Index], lo, hi)
	dst, part := m.matrix(s.Dst), &s.parts[worker]
	for k := lo; k < hi; k++ {
		if s.first[k] < 0 {
			clear(dst.Row(k))
			continue
		}
		part.rows.Reset()
		for i := s.first[k]; i >= 0; i = s.next[i] {
			part.rows.AppendRow(s.X.rows, i)
		}
		kernel.SumRows(dst.Row(k), part.rows, part.sums)
	}
}

// chain links the positions of each number in [lo, hi), in rising order. Workers have numbers
// of their own, and so positions.
func (s *Scatter[T]) chain(numbers []int, lo, hi int) {
	for k := lo; k < hi; k++ {
		s.first[k] = -1
	}
	for i := len(numbers) - 1; i >= 0; i-- {
		if k := numbers[i]; k >= lo && k < hi {
			s.next[i], s.first[k] = s.first[k], i
		}
	}
}

func (s *Scatter[T]) Touches() []Touch {
	return append(s.X.touches(false), Touch{s.Dst, true, false})
}

func (s *Scatter[T]) Kind() string {
	return fmt.Sprintf("scatter %d rows to %s", s.X.height(), s.Dst.shape())
}

func (s *Scatter[T]) Work() (flops, bytes int) {
	return 0, 3*s.X.bytes() + s.Dst.Size()*bytesOf[T]()
}

// A Copy puts rows that lie anywhere into one matrix.
type Copy[T kernel.Float] struct {
	Dst Place
	X   *List[T]
}

func (s *Copy[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.Dst.Rows, worker, workers)
	if from < to {
		s.X.rows.Slice(from, to).CopyTo(m.matrix(s.Dst.RowsOf(from, to-from)))
	}
}

func (s *Copy[T]) Touches() []Touch {
	return append(s.X.touches(true), Touch{s.Dst, true, true})
}

func (s *Copy[T]) Kind() string { return "copy " + s.Dst.shape() }

func (s *Copy[T]) Work() (flops, bytes int) { return 0, 2 * s.Dst.Size() * bytesOf[T]() }

// A Pad puts a matrix into one of zeros, from a row or from a column on.
type Pad[T kernel.Float] struct {
	Dst, X, Within Place // Within is where X goes
}

func (s *Pad[T]) run(m *memory[T], worker, _ int) {
	if worker != 0 {
		return
	}
	dst, within, x := m.matrix(s.Dst), m.matrix(s.Within), m.matrix(s.X)
	for i := range dst.Rows {
		clear(dst.Row(i))
	}
	for i := range x.Rows {
		copy(within.Row(i), x.Row(i))
	}
}

func (s *Pad[T]) Touches() []Touch { return []Touch{{s.X, false, false}, {s.Dst, true, false}} }

func (s *Pad[T]) Kind() string { return "pad to " + s.Dst.shape() }

func (s *Pad[T]) Work() (flops, bytes int) { return 0, 2 * s.Dst.Size() * bytesOf[T]() }
