//go:build !purego

package kernel

import (
	"unsafe"

	"github.com/seed-222a112c/lstm/graph/internal/kernel/simd"
)

// widened is how many rows of a panel of a [Packed16] are widened at a time.
const widened = 64

// runSingleTile computes the tile and returns true if the path in use is SSE2 or AVX. It computes the
// rare sums that the assembly gives up once more, in Go.
func runSingleTile(t *tile[float32]) bool {
	if active != SSE2 && active != AVX {
		return false
	}
	var sums [2 * panelCols]float32
	for i := range t.rows {
		copy(sums[i*panelCols:], unsafe.Slice(at(t.start, i*t.startStride), t.lastCols))
	}
	var found int
	if t.pairs == nil {
		found = t.addSSE2(&sums, 0, t.k, t.b)
	} else {
		found = t.addPairsSSE2(&sums)
	}
	t.ties = found&simd.TieFound != 0
	if found&simd.Redo != 0 {
		return false
	}
	for i := range t.rows {
		copy(unsafe.Slice(at(t.c, i*t.cStride), t.lastCols), sums[i*panelCols:])
	}
	return true
}

// addSSE2 adds the products of numbers from k up to end of the rows, of which b is the
// panel, to the sums. It tries the fast way first unless the tile before had ties.
func (t *tile[T]) addSSE2(sums *[2 * panelCols]float32, k, end int, b *float32) (found int) {
	if !t.ties {
		fast := *sums
		if found = t.addFastSSE2(&fast, k, end, b); found&simd.Redo == 0 {
			*sums = fast
			return found
		}
	}
	found = 0
	for i := range t.rows {
		a, step := t.leftRow(i, k)
		found |= simd.TileCarefulSSE2((*[panelCols]float32)(sums[i*panelCols:]), end-k, a, step, b)
	}
	return found
}

func (t *tile[T]) addFastSSE2(sums *[2 * panelCols]float32, k, end int, b *float32) (found int) {
	a0, step := t.leftRow(0, k)
	if t.rows == 1 {
		first := (*[panelCols]float32)(sums[:])
		if active == AVX {
			return simd.Tile1AVX(first, end-k, a0, step, b)
		}
		return simd.Tile1SSE2(first, end-k, a0, step, b)
	}
	a1, _ := t.leftRow(1, k)
	if active == AVX {
		return simd.Tile2AVX(sums, end-k, a0, a1, step, b)
	}
	return simd.Tile2SSE2(sums, end-k, a0, a1, step, b)
}

// leftRow returns where number k of row i of the left operand is, and the distance from there to
// the next one in bytes.
func (t *tile[T]) leftRow(i, k int) (first *float32, step int) {
	if t.aPanel != nil {
		return (*float32)(unsafe.Pointer(at(t.aPanel, k*panelCols+i))), 4 * panelCols
	}
	return (*float32)(unsafe.Pointer(at(unsafe.Slice(t.a, t.rows)[i], t.aOffset+k))), 4
}

// addPairsSSE2 is addSSE2 for weights in bfloat16, some of which it widens at a time.
func (t *tile[T]) addPairsSSE2(sums *[2 * panelCols]float32) (found int) {
	var panel [widened * panelCols]float32
	for k, end := 0, 0; k < t.k; k = end {
		end = min(k+widened, t.k)
		for i := k; i < end; i += 2 {
			even, odd := lanes(&panel[0], (i-k)*panelCols), lanes(&panel[0], (i-k+1)*panelCols)
			for j, word := range lanes(t.pairs, i/2*panelCols) {
				even[j], odd[j] = wide(uint16(word)), wide(uint16(word>>16))
			}
		}
		found |= t.addSSE2(sums, k, end, &panel[0])
	}
	return found
}
