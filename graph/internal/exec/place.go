package exec

import (
	"fmt"
	"unsafe"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A Place is a matrix in a buffer.
type Place struct {
	Buffer     int // number of the buffer
	Offset     int // of the first element
	Rows, Cols int
	Stride     int // from row to row
}

// Size returns the number of elements.
func (p Place) Size() int { return p.Rows * p.Cols }

// Contiguous tells whether the rows follow one another without gaps.
func (p Place) Contiguous() bool { return p.Stride == p.Cols || p.Rows == 1 }

// RowsOf returns the place of some rows of p.
func (p Place) RowsOf(from, n int) Place {
	p.Offset += from * p.Stride
	p.Rows = n
	return p
}

// ColumnsOf returns the place of some columns of p.
func (p Place) ColumnsOf(from, n int) Place {
	p.Offset += from
	p.Cols = n
	return p
}

// Span returns how many numbers lie from the first to the last.
func (p Place) Span() int { return (p.Rows-1)*p.Stride + p.Cols }

// shape returns the shape as text.
func (p Place) shape() string { return fmt.Sprintf("%d×%d", p.Rows, p.Cols) }

// A Touch is a step's access to a place.
type Touch struct {
	Place
	Write   bool
	Aligned bool // a worker touches its share of the rows only
}

// A Step is an operation of a compiled program. Every worker runs every step and does its
// part of it.
type Step[T kernel.Float] interface {
	run(m *memory[T], worker, workers int)
	Touches() []Touch
	Kind() string             // what it does, the same for the same step of a loop
	Work() (flops, bytes int) // flops of products; bytes read and written
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

// bytesOf returns how many bytes a number takes.
func bytesOf[T kernel.Float]() int { return int(unsafe.Sizeof(T(0))) }
