package exec

import (
	"unsafe"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A List is rows that lie anywhere: of several places on top of one another, or rows of
// a table by number.
type List[T kernel.Float] struct {
	parts []Part
	rows  kernel.Rows[T]
	base  []*T // where the parts began when rows was made
	fixed bool // no part is a lookup
}

// A Part is a place, or the rows of a place whose numbers a leaf holds.
type Part struct {
	Place
	Lookup    bool
	Index     int // buffer of the numbers
	From, Num int // which of the numbers
}

// NewList returns the rows of the parts, one after the other.
func NewList[T kernel.Float](parts []Part) *List[T] {
	l := &List[T]{parts: parts, fixed: true}
	for _, p := range parts {
		l.fixed = l.fixed && !p.Lookup
	}
	return l
}

// Height returns the number of rows.
func (p Part) Height() int {
	if p.Lookup {
		return p.Num
	}
	return p.Rows
}

func (l *List[T]) height() int {
	n := 0
	for _, p := range l.parts {
		n += p.Height()
	}
	return n
}

// prepare makes the pointers for a run. The numbers of lookups have been checked.
func (l *List[T]) prepare(m *memory[T]) {
	same := l.fixed && len(l.base) == len(l.parts)
	if l.base == nil {
		l.base = make([]*T, len(l.parts))
		same = false
	}
	for i, p := range l.parts {
		b := unsafe.SliceData(m.buffers[p.Buffer])
		same = same && l.base[i] == b
		l.base[i] = b
	}
	if same {
		return
	}
	l.rows.Reset()
	for _, p := range l.parts {
		x := m.matrix(p.Place)
		if p.Lookup {
			l.rows.AppendLookup(x, m.ints[p.Index][p.From:p.From+p.Num])
			continue
		}
		for i := range x.Rows {
			l.rows.Append(x.Row(i))
		}
	}
}

// touches lists the places that are read; aligned if a worker reads its share of the rows only.
func (l *List[T]) touches(aligned bool) []Touch {
	var all []Touch
	for _, p := range l.parts {
		all = append(all, Touch{p.Place, false, aligned && !p.Lookup && len(l.parts) == 1})
	}
	return all
}

func (l *List[T]) bytes() int { return l.height() * l.parts[0].Cols * bytesOf[T]() }
