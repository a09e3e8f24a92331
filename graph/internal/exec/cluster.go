package exec

import (
	"fmt"
	"strings"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// blockSize is how many numbers of each operand a cluster works on at a time: so few that
// all temporaries stay in the first-level cache, so many that calls cost little.
const blockSize = 1024

// A Spread says how an operand spreads over the elements of a cluster.
type Spread uint8

// The ways to spread.
const (
	Full   Spread = iota // an element for every element
	Row                  // an element for every column
	Column               // an element for every row
	Single               // one number
)

// A ClusterProgram is the operations of a cluster, the same for all time steps.
// Operands are numbered: the cluster's places, then its temporaries.
type ClusterProgram[T kernel.Float] struct {
	Prims     []Prim[T]
	Places    []Spread
	Reads     int // places that are read only; the others are written
	Temps     int // temporaries
	Constants []float64
}

// A Prim is one operation, dst = op(in...). An operand below −1 is a constant: −2 − i the
// i-th.
type Prim[T kernel.Float] struct {
	Op     ir.Op
	Attr   ir.Attr
	Dst    int
	In     [3]int // −1 where the operation has no such operand
	kernel func(dst []T, in *[3][]T, attr ir.Attr)
	choice *ir.Choice
	spread bool // an operand is not full
}

// Bind makes the program ready to run. It comes once, after all operations are there.
func (p *ClusterProgram[T]) Bind() {
	for i := range p.Prims {
		q := &p.Prims[i]
		q.choice = q.Op.Row().Choice
		if q.choice == nil {
			q.kernel = ir.KernelOf[T](q.Op)
		}
		for _, k := range q.In {
			q.spread = q.spread || k != -1 && p.spread(k) != Full
		}
	}
}

// spread returns how operand i spreads.
func (p *ClusterProgram[T]) spread(i int) Spread {
	switch {
	case i < -1:
		return Single
	case i < len(p.Places):
		return p.Places[i]
	}
	return Full
}

// String is the same for programs that do the same.
func (p *ClusterProgram[T]) String() string {
	var b strings.Builder
	for _, q := range p.Prims {
		fmt.Fprintf(&b, "%d=%d(%v %v) ", q.Dst, q.Op, q.In, q.Attr)
	}
	fmt.Fprint(&b, p.Places, p.Constants, p.Temps)
	return b.String()
}

// symbols lists the operations for a reader.
func (p *ClusterProgram[T]) symbols() string {
	var b strings.Builder
	for i, q := range p.Prims {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(q.Op.Symbol())
	}
	return b.String()
}

// A Cluster runs a cluster's program on its places.
type Cluster[T kernel.Float] struct {
	Program    *ClusterProgram[T]
	Places     []Place
	Rows, Cols int
	Gaps       bool // a full operand is not contiguous: rows are computed one at a time
}

func (s *Cluster[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.Rows, worker, workers)
	lo, hi := 0, s.Cols
	if s.Rows == 1 {
		from, to = 0, 1
		lo, hi = share(s.Cols, worker, workers)
	}
	high := max(blockSize/max(hi-lo, 1), 1)
	if s.Gaps {
		high = 1
	}
	b := block[T]{Cluster: s, m: m, scratch: m.scratch[worker], full: m.full[worker], in: &m.in[worker]}
	for b.r = from; b.r < to; b.r += high {
		for b.lo = lo; b.lo < hi; b.lo += blockSize {
			b.n, b.hi = min(high, to-b.r), min(b.lo+blockSize, hi)
			b.find()
			for i := range s.Program.Prims {
				b.do(&s.Program.Prims[i])
			}
		}
	}
}

// A block is the part of a cluster that is computed at a time: n rows from r on, either
// whole or, if there is one, its columns from lo up to hi.
type block[T kernel.Float] struct {
	*Cluster[T]
	m       *memory[T]
	scratch []T
	full    [][]T   // the numbers of the full operands
	in      *[3][]T // the operands of an operation
	r, n    int
	lo, hi  int
}

// width returns the number of columns.
func (b *block[T]) width() int { return b.hi - b.lo }

// find points to the numbers of the block's full operands.
func (b *block[T]) find() {
	for i, p := range b.Places {
		if b.Program.Places[i] == Full {
			start := p.Offset + b.r*p.Stride + b.lo
			b.full[i] = b.m.buffers[p.Buffer][start : start+(b.n-1)*p.Stride+b.width()]
		}
	}
	n := b.n * b.width()
	for t := range b.Program.Temps {
		b.full[len(b.Places)+t] = b.scratch[(spares+t)*blockSize:][:n]
	}
}

// spares are the blocks of a worker's scratch memory before its temporaries: one of zeros,
// and one for each operand that is spread.
const spares = 4

// spread returns operand i for row r of the block, a row of width numbers, in a spare
// block if they are all the same.
func (b *block[T]) spread(i, r, spare int) []T {
	w := b.width()
	switch b.Program.spread(i) {
	case Full:
		return b.full[i][r*w:][:w]
	case Row:
		return b.m.at(b.Places[i])[b.lo:b.hi]
	}
	into := b.scratch[spare*blockSize:][:w]
	kernel.Fill(into, b.number(i, r))
	return into
}

// number returns operand i, a column or a single number, for row r of the block.
func (b *block[T]) number(i, r int) T {
	if i < -1 {
		return T(b.Program.Constants[-2-i])
	}
	p := b.Places[i]
	x := b.m.buffers[p.Buffer][p.Offset:]
	if b.Program.Places[i] == Single {
		return x[0]
	}
	return x[(b.r+r)*p.Stride]
}

func (b *block[T]) do(q *Prim[T]) {
	dst := b.full[q.Dst]
	switch {
	case q.choice != nil:
		b.choose(q, dst)
	case !q.spread:
		for k, i := range q.In {
			if i >= 0 {
				b.in[k] = b.full[i]
			}
		}
		q.kernel(dst, b.in, q.Attr)
	default:
		w := b.width()
		for r := range b.n {
			for k, i := range q.In {
				if i != -1 {
					b.in[k] = b.spread(i, r, 1+k)
				}
			}
			q.kernel(dst[r*w:][:w], b.in, q.Attr)
		}
	}
}

// choose takes rows, or elements if the condition is full.
func (b *block[T]) choose(q *Prim[T], dst []T) {
	w := b.width()
	zeros := b.scratch[:w]
	for r := range b.n {
		yes, no := zeros, zeros
		if k := q.choice.Yes; k > 0 {
			yes = b.spread(q.In[k], r, 1)
		}
		if k := q.choice.No; k > 0 {
			no = b.spread(q.In[k], r, 2)
		}
		d := dst[r*w:][:w]
		if s := b.Program.spread(q.In[0]); s == Column || s == Single {
			if b.number(q.In[0], r) != 0 {
				copy(d, yes)
			} else {
				copy(d, no)
			}
			continue
		}
		kernel.Choose(d, b.spread(q.In[0], r, 3), yes, no)
	}
}

// Touches lists the places. A worker has its share of the rows, but for operands that are
// spread over them.
func (s *Cluster[T]) Touches() []Touch {
	var all []Touch
	for i, p := range s.Places {
		aligned := s.Rows > 1 && (s.Program.Places[i] == Full || s.Program.Places[i] == Column)
		all = append(all, Touch{p, i >= s.Program.Reads, aligned})
	}
	return all
}

// Kind names the shape and the operations.
func (s *Cluster[T]) Kind() string {
	return fmt.Sprintf("cluster %d×%d: %s", s.Rows, s.Cols, s.Program.symbols())
}

// Work counts the numbers that are read and written.
func (s *Cluster[T]) Work() (flops, bytes int) {
	for _, p := range s.Places {
		bytes += p.Size() * bytesOf[T]()
	}
	return 0, bytes
}
