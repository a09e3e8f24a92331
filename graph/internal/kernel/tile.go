package kernel

import (
	"math"
	"unsafe"
)

// A tile is the smallest piece of a product: a few rows of one or more panels, whose
// sums stay in registers while k advances. Element (i, j) becomes
//
//	start[i,j] + Σ a[i,k]·b[k,j]
//
// Distances are in numbers: strides from row to row, steps from panel to panel.
type tile[T Float] struct {
	rows, panels int
	lastCols     int // columns of the last panel, from 1 to 16; no others of it are touched
	k            int // at least 1 for assembly

	a       **T // pointers to the rows of the left operand
	aOffset int // where k = 0 is in each of them
	aPanel  *T  // if not nil, instead of a: a panel, whose columns are the tile's rows

	rightOperand[T]

	start                  *T
	startStride, startStep int // the step is 16 or 0

	c       *T
	cStride int

	ties bool // the tile that was run before had sums half way between two float32
}

// A rightOperand is one or more panels on the right side of a product.
type rightOperand[T Float] struct {
	b     *T      // a panel, rows of 16 numbers
	pairs *uint32 // if not nil, instead of b: a panel of a [Packed16], rows of 16 words
	bStep int     // in words if pairs is not nil
}

// at returns the number n places after p.
func at[T any](p *T, n int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), n*int(unsafe.Sizeof(*p))))
}

// lanes returns the row of a panel that begins n places after p.
func lanes[T any](p *T, n int) *[panelCols]T {
	return (*[panelCols]T)(unsafe.Pointer(at(p, n)))
}

// run computes the tile with the active instruction set.
func (t *tile[T]) run() {
	if t.k > 0 {
		switch t := any(t).(type) {
		case *tile[float32]:
			if runSingleTile(t) {
				return
			}
		case *tile[float64]:
			if runDoubleTile(t) {
				return
			}
		}
	}
	t.runPortable()
}

// runPortable is the definition of a tile: the oracle of the assembly, and what
// runs where there is none.
func (t *tile[T]) runPortable() {
	for i := range t.rows {
		for p := range t.panels {
			n := panelCols
			if p == t.panels-1 {
				n = t.lastCols
			}
			var sum, row [panelCols]T
			copy(sum[:n], unsafe.Slice(at(t.start, i*t.startStride+p*t.startStep), n))
			for k := range t.k {
				multiplyAdd(&sum, t.left(i, k), t.right(k, p, &row))
			}
			copy(unsafe.Slice(at(t.c, i*t.cStride+p*panelCols), n), sum[:n])
		}
	}
}

// left returns a[i,k].
func (t *tile[T]) left(i, k int) T {
	if t.aPanel != nil {
		return *at(t.aPanel, k*panelCols+i)
	}
	return *at(unsafe.Slice(t.a, t.rows)[i], t.aOffset+k)
}

// right returns row k of panel p of b, where it lies or widened to row.
func (t *tile[T]) right(k, p int, row *[panelCols]T) *[panelCols]T {
	if t.pairs == nil {
		return lanes(t.b, p*t.bStep+k*panelCols)
	}
	for j, word := range lanes(t.pairs, p*t.bStep+k/2*panelCols) {
		row[j] = T(wide(uint16(word >> (k % 2 * 16))))
	}
	return row
}

// from returns the panels from column j on.
func (r rightOperand[T]) from(j int) rightOperand[T] {
	if r.pairs != nil {
		r.pairs = at(r.pairs, j/panelCols*r.bStep)
	} else if r.b != nil {
		r.b = at(r.b, j/panelCols*r.bStep)
	}
	return r
}

// multiplyAdd adds a·b to sum, each lane rounded once.
func multiplyAdd[T Float](sum *[panelCols]T, a T, b *[panelCols]T) {
	switch sum := any(sum).(type) {
	case *[panelCols]float32:
		multiplyAdd32(sum, float32(a), any(b).(*[panelCols]float32))
	case *[panelCols]float64:
		a, b := float64(a), any(b).(*[panelCols]float64)
		for j := range sum {
			sum[j] = math.FMA(a, b[j], sum[j])
		}
	}
}
