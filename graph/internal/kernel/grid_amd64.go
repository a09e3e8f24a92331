//go:build !purego

package kernel

import (
	"unsafe"

	"github.com/seed-222a112c/lstm/graph/internal/kernel/simd"
)

// A grid is the argument of the assembly for products.
type grid simd.Grid

// largeResult is how many numbers of a result leave too little of the second-level cache to
// the operands.
const largeResult = 1 << 16

// cutRows cuts the rows into tiles of at most most.
func (g *grid) cutRows(rows, most int) { g.Rows, g.Tall, g.Short = cut(rows, most) }

// cutColumns cuts the columns into groups of at most most panels.
func (g *grid) cutColumns(cols, most int) {
	panels := int(uint(cols+panelCols-1) / panelCols)
	g.Panels, g.Wide, g.Narrow = cut(panels, most)
	g.LastCols = cols - (panels-1)*panelCols
}

// cut divides n into as few parts of at most most as possible: so many parts of a size and
// so many of one less. It divides in 32 bits, which is faster.
func cut(n, most int) (size, parts, smaller int) {
	if n <= most { // the common case, without divisions
		return n, 1, 0
	}
	parts = int(uint32(n+most-1) / uint32(most))
	size = int(uint32(n+parts-1) / uint32(parts))
	smaller = size*parts - n
	return size, parts - smaller, smaller
}

// A gridKind is how the operands of a grid lie in memory.
type gridKind int

const (
	rowsByPanels  gridKind = iota
	rowsByPairs            // panels of a Packed16
	panelByPanels          // the left operand is a panel
	rowsByRows             // the left operand is transposed: its columns are the rows of c
)

// run computes the tiles.
func (g *grid) run(kind gridKind) {
	p := (*byte)(unsafe.Pointer(g))
	switch {
	case active == AVX512 && kind == rowsByPanels:
		simd.GridAVX512(p)
	case active == AVX512 && kind == rowsByPairs:
		simd.GridPairsAVX512(p)
	case active == AVX512 && kind == panelByPanels:
		simd.GridTransposedAVX512(p)
	case active == AVX512:
		simd.GridOuterAVX512(p)
	case kind == rowsByPanels:
		simd.GridAVX2(p)
	case kind == rowsByPairs:
		simd.GridPairsAVX2(p)
	case kind == panelByPanels:
		simd.GridTransposedAVX2(p)
	default:
		simd.GridOuterAVX2(p)
	}
}

// multiplyGrids is multiply and returns true if the path in use has assembly for it.
func multiplyGrids[T Float](c, start target[T], a *Rows[T], b rightOperand[T], cols int) bool {
	rows := len(a.first)
	if active < AVX2 || unsafe.Sizeof(*c.first) != 4 || a.width == 0 || rows == 0 || cols == 0 {
		return false
	}
	var g grid // set field by field: a literal would be copied, and the copy wait for its parts
	g.K, g.AOffset = a.width, 4*a.offset
	g.BStep = 4 * b.bStep
	g.StartStride, g.StartStep, g.CStride = 4*start.stride, 4*start.step(), 4*c.stride
	if rows*cols > largeResult {
		g.Large = 1
	}
	kind := rowsByPanels
	if b.pairs != nil {
		kind = rowsByPairs
	}
	limits := tilePanels[T](kind == rowsByPairs)
	most := len(limits) - 1
	part := rows
	if rows > most {
		part = evenPart(rows, cachedRows(a.width, most), 1)
	}
	for lo := 0; lo < rows; lo += part {
		g.A, g.B = unsafe.Pointer(&a.first[lo]), unsafe.Pointer(b.b)
		if kind == rowsByPairs {
			g.B = unsafe.Pointer(b.pairs)
		}
		g.Start, g.C = unsafe.Pointer(start.at(lo, 0)), unsafe.Pointer(c.at(lo, 0))
		g.cutRows(min(part, rows-lo), most)
		g.cutColumns(cols, int(limits[g.Rows]))
		g.run(kind)
	}
	return true
}

// addGrids is addTiles and returns true if the path in use has assembly for it. A group of
// panels at a time passes by all panels of the left operand.
func (o *outerBuffer[T]) addGrids(c, start target[T], k, i, below, j, right int) bool {
	if active < AVX2 || unsafe.Sizeof(*c.first) != 4 {
		return false
	}
	limits := tilePanels[T](false)
	most := min(len(limits)-1, panelCols/2) // so that a panel consists of whole tiles
	var g grid
	g.K, g.BStep, g.Large = k, 4*outerRows*panelCols, 1
	g.StartStride, g.StartStep, g.CStride = 4*start.stride, 4*start.step(), 4*c.stride
	height := min(below-i, most)
	for left := j; left < right; {
		cols := min(evenPart((right-left+panelCols-1)/panelCols, int(limits[height]), 1)*panelCols, right-left)
		for row := i; row < below; row += panelCols {
			g.A = unsafe.Pointer(&o.a[(row-i)/panelCols][0])
			g.B = unsafe.Pointer(&o.b[(left-j)/panelCols][0])
			g.Start, g.C = unsafe.Pointer(start.at(row, left)), unsafe.Pointer(c.at(row, left))
			g.cutRows(min(panelCols, below-row), most)
			g.cutColumns(cols, panelCols)
			g.run(panelByPanels)
		}
		left += cols
	}
	return true
}

// directOuter tells whether a sum of outer products of rows of m and n numbers is faster if they
// are not packed. Short ones are, for packing takes as long as the sums; long ones are not,
// for equal places in many rows get in each other's way in the first-level cache.
func directOuter[T Float](m, n int) bool {
	if unsafe.Sizeof(*new(T)) != 4 || m == 0 || n == 0 {
		return false
	}
	return active == AVX512 && max(m, n) <= 512 || active == AVX2 && m*n <= 1024
}

// addOuterGrid sets c to aᵀ·b, or adds that to it if these are not the first rows.
func addOuterGrid[T Float](c *Matrix[T], a, b *Rows[T], first bool) {
	var zeros [panelCols]T
	to, limits := rowMajor(c), outerTilePanels()
	var g grid
	g.K, g.A, g.AOffset = len(a.first), unsafe.Pointer(&a.first[0]), 4*a.offset
	g.B, g.BOffset, g.BStep = unsafe.Pointer(&b.first[0]), 4*b.offset, 4*panelCols
	g.Start, g.C, g.CStride = unsafe.Pointer(&zeros), unsafe.Pointer(to.first), 4*to.stride
	if !first {
		g.Start, g.StartStride, g.StartStep = g.C, g.CStride, 4*to.step()
	}
	g.cutRows(c.Rows, len(limits)-1)
	g.cutColumns(c.Cols, int(limits[g.Rows]))
	g.run(rowsByRows)
}
