package fuse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// blockSize is how many numbers of each operand a cluster works on at a time: so few that
// all temporaries stay in the first-level cache, so many that calls cost little.
const blockSize = 1024

// A shapeKind says how an operand spreads over the elements of a cluster.
type shapeKind uint8

const (
	full   shapeKind = iota // an element for every element
	row                     // an element for every column
	column                  // an element for every row
	single                  // one number
)

// A clusterProgram is the operations of a cluster, the same for all time steps.
// Operands are numbered: the cluster's places, then its temporaries.
type clusterProgram struct {
	prims     []prim
	places    []shapeKind
	temps     int
	text      string
	reads     int // places that are read only; the others are written
	constants []float64
}

// A prim is one operation, dst = op(in...).
type prim struct {
	op           opcode
	dst          int
	in           [3]int
	scale, shift float64
}

// A clusterStep runs a cluster's program on its places.
type clusterStep[T Float] struct {
	program    *clusterProgram
	places     []place
	rows, cols int
	gaps       bool // a full operand is not contiguous: rows are computed one at a time
}

// newCluster returns the program of a cluster and the values that are its places, those
// that it reads first. A value is written to a place if stored says so.
func newCluster(c *cluster, stored func(*value) bool) (*clusterProgram, []*value) {
	p := &clusterProgram{}
	var places []*value
	number := map[*value]int{}
	shape := c.values[0]
	for _, v := range c.values {
		for _, u := range v.in {
			if u.cluster == c || u.op == constant {
				continue
			}
			if _, known := number[u]; !known {
				number[u] = len(places)
				places = append(places, u)
				p.places = append(p.places, kindOf(u, shape))
			}
		}
	}
	p.reads = len(places)
	for _, v := range c.values {
		if stored(v) {
			number[v] = len(places)
			places = append(places, v)
			p.places = append(p.places, full)
		}
	}
	p.compile(c, number, len(places))
	return p, places
}

// compile writes the operations and gives temporaries to the values without a place; one
// is free again after its value's last use.
func (p *clusterProgram) compile(c *cluster, number map[*value]int, places int) {
	last := map[*value]int{}
	for i, v := range c.values {
		for _, u := range v.in {
			last[u] = i
		}
	}
	var free []int
	for i, v := range c.values {
		q := prim{op: v.op, scale: v.scale, shift: v.shift, in: [3]int{-1, -1, -1}}
		for k, u := range v.in {
			if u.op == constant {
				q.in[k] = -2 - len(p.constants)
				p.constants = append(p.constants, u.shift)
				continue
			}
			q.in[k] = number[u]
		}
		for _, u := range v.in {
			if t := number[u]; u.cluster == c && t >= places && last[u] == i {
				if !slices.Contains(free, t) { // x may be used twice, as in x ⊙ x
					free = append(free, t)
				}
			}
		}
		if n, ok := number[v]; ok {
			q.dst = n
		} else if len(free) > 0 {
			q.dst = free[len(free)-1]
			free = free[:len(free)-1]
			number[v] = q.dst
		} else {
			q.dst = places + p.temps
			p.temps++
			number[v] = q.dst
		}
		p.prims = append(p.prims, q)
	}
	p.text = p.describe()
}

func kindOf(u, shape *value) shapeKind {
	switch {
	case u.sameShape(shape):
		return full
	case u.size() == 1:
		return single
	case u.rows == 1:
		return row
	}
	return column
}

// describe is the same for programs that do the same.
func (p *clusterProgram) describe() string {
	var b strings.Builder
	for _, q := range p.prims {
		fmt.Fprintf(&b, "%d=%d(%v %g %g) ", q.dst, q.op, q.in, q.scale, q.shift)
	}
	fmt.Fprint(&b, p.places, p.constants, p.temps)
	return b.String()
}

// operations lists the operations for a reader.
func (p *clusterProgram) operations() string {
	var b strings.Builder
	for i, q := range p.prims {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(q.op.String())
	}
	return b.String()
}

func (s *clusterStep[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.rows, worker, workers)
	lo, hi := 0, s.cols
	if s.rows == 1 {
		from, to = 0, 1
		lo, hi = share(s.cols, worker, workers)
	}
	high := max(blockSize/max(hi-lo, 1), 1)
	if s.gaps {
		high = 1
	}
	b := block[T]{clusterStep: s, m: m, scratch: m.scratch[worker], full: m.full[worker]}
	for b.r = from; b.r < to; b.r += high {
		for b.lo = lo; b.lo < hi; b.lo += blockSize {
			b.n, b.hi = min(high, to-b.r), min(b.lo+blockSize, hi)
			b.find()
			for i := range s.program.prims {
				b.do(&s.program.prims[i])
			}
		}
	}
}

// A block is the part of a cluster that is computed at a time: n rows from r on, either
// whole or, if there is one, its columns from lo up to hi.
type block[T Float] struct {
	*clusterStep[T]
	m       *memory[T]
	scratch []T
	full    [][]T // the numbers of the full operands
	r, n    int
	lo, hi  int
}

// width returns the number of columns.
func (b *block[T]) width() int { return b.hi - b.lo }

// find points to the numbers of the block's full operands.
func (b *block[T]) find() {
	for i, p := range b.places {
		if b.program.places[i] == full {
			start := p.offset + b.r*p.stride + b.lo
			b.full[i] = b.m.buffers[p.buffer][start : start+(b.n-1)*p.stride+b.width()]
		}
	}
	n := b.n * b.width()
	for t := range b.program.temps {
		b.full[len(b.places)+t] = b.scratch[(spares+t)*blockSize:][:n]
	}
}

// slice returns the numbers of a full operand.
func (b *block[T]) slice(i int) []T { return b.full[i] }

// shape returns how operand i spreads.
func (b *block[T]) shape(i int) shapeKind {
	switch {
	case i < -1:
		return single
	case i < len(b.places):
		return b.program.places[i]
	}
	return full
}

// spares are the blocks of a worker's scratch memory before its temporaries: one of zeros,
// and one for each operand that is spread.
const spares = 4

// spread returns operand i for row r of the block, a row of width numbers, in a spare
// block if they are all the same.
func (b *block[T]) spread(i, r, spare int) []T {
	w := b.width()
	switch b.shape(i) {
	case full:
		return b.slice(i)[r*w:][:w]
	case row:
		return b.m.at(b.places[i])[b.lo:b.hi]
	}
	into := b.scratch[spare*blockSize:][:w]
	kernel.Fill(into, b.number(i, r))
	return into
}

// number returns operand i, a column or a single number, for row r of the block.
func (b *block[T]) number(i, r int) T {
	if i < -1 {
		return T(b.program.constants[-2-i])
	}
	p := b.places[i]
	x := b.m.buffers[p.buffer][p.offset:]
	if b.program.places[i] == single {
		return x[0]
	}
	return x[(b.r+r)*p.stride]
}

func (b *block[T]) do(q *prim) {
	dst := b.slice(q.dst)
	switch q.op {
	case neg, sigmoid, tanh, exp, log, sqrt, square, affine, clamp, within:
		b.unary(q, dst, b.slice(q.in[0]))
	case keep, drop, choose:
		b.choice(q, dst)
	case mulAdd:
		kernel.MulAddElements(dst, b.slice(q.in[0]), b.slice(q.in[1]), b.slice(q.in[2]))
	default:
		b.binary(q, dst)
	}
}

func (b *block[T]) unary(q *prim, dst, x []T) {
	switch q.op {
	case neg:
		kernel.Neg(dst, x)
	case sigmoid:
		kernel.Sigmoid(dst, x)
	case tanh:
		kernel.Tanh(dst, x)
	case exp:
		kernel.Exp(dst, x)
	case log:
		kernel.Log(dst, x)
	case sqrt:
		kernel.Sqrt(dst, x)
	case square:
		kernel.MulElements(dst, x, x)
	case affine:
		kernel.Affine(dst, x, T(q.scale), T(q.shift))
	case clamp:
		for i, v := range x {
			dst[i] = min(max(v, T(q.scale)), T(q.shift))
		}
	case within:
		for i, v := range x {
			dst[i] = 0
			if T(q.scale) < v && v < T(q.shift) {
				dst[i] = 1
			}
		}
	}
}

func (b *block[T]) binary(q *prim, dst []T) {
	op := kernel.Add[T]
	switch q.op {
	case sub:
		op = kernel.Sub[T]
	case mul:
		op = kernel.MulElements[T]
	case div:
		op = kernel.Div[T]
	case sigmoidGrad:
		op = kernel.SigmoidGrad[T]
	case tanhGrad:
		op = kernel.TanhGrad[T]
	case maximum:
		op = larger[T]
	case atLeast:
		op = func(dst, a, b []T) { kernel.LessEqual(dst, b, a) }
	}
	i, j := q.in[0], q.in[1]
	if b.shape(i) == full && b.shape(j) == full {
		op(dst, b.slice(i), b.slice(j))
		return
	}
	w := b.width()
	for r := range b.n {
		op(dst[r*w:][:w], b.spread(i, r, 1), b.spread(j, r, 2))
	}
}

// larger sets dst to the maximum of a and b.
func larger[T Float](dst, a, b []T) {
	for i, x := range a {
		dst[i] = max(x, b[i])
	}
}

// choice takes rows, or elements if the condition is full.
func (b *block[T]) choice(q *prim, dst []T) {
	w := b.width()
	zeros := b.scratch[:w]
	for r := range b.n {
		yes, no := zeros, zeros
		switch q.op {
		case choose:
			yes, no = b.spread(q.in[1], r, 1), b.spread(q.in[2], r, 2)
		case keep:
			yes = b.spread(q.in[1], r, 1)
		case drop:
			no = b.spread(q.in[1], r, 2)
		}
		d := dst[r*w:][:w]
		if s := b.shape(q.in[0]); s == column || s == single {
			if b.number(q.in[0], r) != 0 {
				copy(d, yes)
			} else {
				copy(d, no)
			}
			continue
		}
		kernel.Choose(d, b.spread(q.in[0], r, 3), yes, no)
	}
}

func (s *clusterStep[T]) touches() []touch {
	var all []touch
	for i, p := range s.places {
		aligned := s.rows > 1 && (s.program.places[i] == full || s.program.places[i] == column)
		all = append(all, touch{p, i >= s.program.reads, aligned})
	}
	return all
}

func (s *clusterStep[T]) kind() string {
	return fmt.Sprintf("cluster %d×%d: %s", s.rows, s.cols, s.program.operations())
}

func (s *clusterStep[T]) work() (flops, bytes int) {
	for _, p := range s.places {
		bytes += p.size() * size[T]()
	}
	return 0, bytes
}
