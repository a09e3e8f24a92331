package fuse

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A buffer is memory of a run: a leaf's, or a part of the arena.
type buffer struct {
	leaf        *value // nil for the arena's
	size        int
	first, last int  // steps that touch it first and last
	pinned      bool // lives for ever: an output
	offset      int  // in the arena
}

// A place is a matrix in a buffer.
type place struct {
	buffer     int
	offset     int
	rows, cols int
	stride     int // from row to row
}

func (p place) size() int { return p.rows * p.cols }

// contiguous tells whether the rows follow one another without gaps.
func (p place) contiguous() bool { return p.stride == p.cols || p.rows == 1 }

// rowsOf returns the place of some rows of p.
func (p place) rowsOf(from, n int) place {
	p.offset += from * p.stride
	p.rows = n
	return p
}

// columnsOf returns the place of some columns of p.
func (p place) columnsOf(from, n int) place {
	p.offset += from
	p.cols = n
	return p
}

// span returns how many numbers lie from the first to the last.
func (p place) span() int { return (p.rows-1)*p.stride + p.cols }

// A touch is a step's access to a place.
type touch struct {
	place
	write   bool
	aligned bool // a worker touches its share of the rows only, see share
}

// A step is an operation of a compiled program. Every worker runs every step and does its
// part of it.
type step[T Float] interface {
	run(m *memory[T], worker, workers int)
	touches() []touch
	kind() string             // what it does, the same for the same step of a loop
	work() (flops, bytes int) // flops of products; bytes read and written
}

// share returns the part of n that a worker has: the first ones have the larger parts.
func share(n, worker, workers int) (from, to int) {
	part, more := n/workers, n%workers
	from = worker*part + min(worker, more)
	to = from + part
	if worker < more {
		to++
	}
	return from, to
}

// A memory is the buffers of a run.
type memory[T Float] struct {
	buffers [][]T
	ints    [][]int // of the leaves that hold ints, by buffer
	scratch [][]T   // blocks for temporaries, for each worker
	full    [][][]T // room for the operands of a cluster, for each worker
	packed  bool    // parameters are packed and have not changed since
	barrier *barrier
	mutex   sync.Mutex
	err     error
}

// fail ends the run with an error, unless there is one already.
func (m *memory[T]) fail(err error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.err == nil {
		m.err = err
	}
	m.barrier.broken.Store(true)
}

func (m *memory[T]) failure() error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.err
}

// at returns the numbers from the first of p to the last; without gaps if p is contiguous.
func (m *memory[T]) at(p place) []T {
	return m.buffers[p.buffer][p.offset : p.offset+p.span() : p.offset+p.span()]
}

func (m *memory[T]) matrix(p place) kernel.Matrix[T] {
	return kernel.Matrix[T]{Data: m.at(p), Rows: p.rows, Cols: p.cols, Stride: p.stride}
}

// A list is rows that lie anywhere: of several places on top of one another, or rows of
// a table by number.
type list[T Float] struct {
	parts []part
	rows  kernel.Rows[T]
	base  []*T // where the parts began when rows was made
	fixed bool // no part is a lookup
}

func newList[T Float](parts []part) *list[T] {
	l := &list[T]{parts: parts, fixed: true}
	for _, p := range parts {
		l.fixed = l.fixed && !p.lookup
	}
	return l
}

// A part is a place, or the rows of a place whose numbers a leaf holds.
type part struct {
	place
	lookup    bool
	index     int // buffer of the numbers
	from, num int // which of the numbers
}

func (p part) height() int {
	if p.lookup {
		return p.num
	}
	return p.rows
}

func (l *list[T]) height() int {
	n := 0
	for _, p := range l.parts {
		n += p.height()
	}
	return n
}

// prepare makes the pointers for a run. The numbers of lookups have been checked.
func (l *list[T]) prepare(m *memory[T]) {
	same := l.fixed && len(l.base) == len(l.parts)
	if l.base == nil {
		l.base = make([]*T, len(l.parts))
		same = false
	}
	for i, p := range l.parts {
		b := unsafe.SliceData(m.buffers[p.buffer])
		same = same && l.base[i] == b
		l.base[i] = b
	}
	if same {
		return
	}
	l.rows.Reset()
	for _, p := range l.parts {
		x := m.matrix(p.place)
		if p.lookup {
			l.rows.AppendLookup(x, m.ints[p.index][p.from:p.from+p.num])
			continue
		}
		for i := range x.Rows {
			l.rows.Append(x.Row(i))
		}
	}
}

func (l *list[T]) touches(aligned bool) []touch {
	var all []touch
	for _, p := range l.parts {
		all = append(all, touch{p.place, false, aligned && !p.lookup && len(l.parts) == 1})
	}
	return all
}

func (l *list[T]) bytes() int { return l.height() * l.parts[0].cols * size[T]() }

func size[T Float]() int { return int(unsafe.Sizeof(T(0))) }

func shape(p place) string { return fmt.Sprintf("%d×%d", p.rows, p.cols) }
