package kernel

import (
	"fmt"
	"unsafe"
)

// Rows is a list of rows of equal width that may lie anywhere in memory: rows of
// an embedding table, or the rows of many time steps. A product reads them where
// they are. It may be built once and used as long as its memory lives, which it
// keeps alive.
type Rows[T Float] struct {
	first  []*T // the start of every row as it was appended
	offset int  // where the rows of this view begin behind it
	width  int
}

// RowsOf returns the rows of the matrices, one after the other. It panics if
// there is none or if their widths differ.
func RowsOf[T Float](matrices ...Matrix[T]) Rows[T] {
	r := Rows[T]{width: matrices[0].Cols}
	for _, m := range matrices {
		m.check()
		for i := range m.Rows {
			r.Append(m.Row(i))
		}
	}
	return r
}

// Append adds a row. The first one after [Rows.Reset] of a zero Rows sets the
// width; Append panics if another one differs.
func (r *Rows[T]) Append(row []T) {
	if len(r.first) == 0 && r.width == 0 {
		r.width = len(row)
	}
	if len(row) != r.width || r.offset != 0 {
		panic(fmt.Sprintf("kernel: row of %d numbers appended to rows of width %d", len(row), r.width))
	}
	var first *T
	if len(row) > 0 {
		first = &row[0]
	}
	r.first = append(r.first, first)
}

// AppendLookup adds a row for every index: that row of the table. It panics if an
// index is out of range.
func (r *Rows[T]) AppendLookup(table Matrix[T], indices []int) {
	table.check()
	for _, i := range indices {
		if i < 0 || i >= table.Rows {
			panic(fmt.Sprintf("kernel: row %d of a table of %d rows", i, table.Rows))
		}
		r.Append(table.Row(i))
	}
}

// AppendRow adds row i of other. It panics if their widths differ.
func (r *Rows[T]) AppendRow(other Rows[T], i int) { r.Append(other.row(i)) }

// Reset removes all rows and keeps the width and the list's memory.
func (r *Rows[T]) Reset() { r.first = r.first[:0] }

// Len returns the number of rows.
func (r Rows[T]) Len() int { return len(r.first) }

// Slice returns the rows from lo up to hi.
func (r Rows[T]) Slice(lo, hi int) Rows[T] {
	r.first = r.first[lo:hi:hi]
	return r
}

// Columns returns the columns from lo up to hi of all rows, without copying.
func (r Rows[T]) Columns(lo, hi int) Rows[T] {
	if lo < 0 || hi < lo || hi > r.width {
		panic(fmt.Sprintf("kernel: columns %d to %d of rows of width %d", lo, hi, r.width))
	}
	r.offset += lo
	r.width = hi - lo
	return r
}

// row returns row i, which shares its memory.
func (r Rows[T]) row(i int) []T {
	if r.width == 0 {
		return nil
	}
	return unsafe.Slice(at(r.first[i], r.offset), r.width)
}

// CopyTo copies the rows to m, which must have their shape.
func (r Rows[T]) CopyTo(m Matrix[T]) {
	m.check()
	if m.Rows != r.Len() || m.Cols != r.width {
		panic(fmt.Sprintf("kernel: %d rows of width %d copied to %d×%d", r.Len(), r.width, m.Rows, m.Cols))
	}
	for i := range m.Rows {
		copy(m.Row(i), r.row(i))
	}
}
