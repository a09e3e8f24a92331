//go:build !purego

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/seed-222a112c/lstm/graph/internal/kernel/simd"
)

// fastest returns the fastest path that processor and operating system support.
func fastest() Path {
	x := cpu.X86
	switch {
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX2 && x.HasFMA:
		return AVX512
	case x.HasAVX2 && x.HasFMA:
		return AVX2
	case x.HasAVX:
		return AVX
	}
	return SSE2
}

// tilePanelsSSE2 is for SSE2 and AVX what the lists of package simd are for the other paths.
var tilePanelsSSE2 = []uint8{1: 1, 1}

// tilePanels returns the list for the path in use.
func tilePanels[T Float](pairs bool) []uint8 {
	if _, ok := any(T(0)).(float32); ok {
		switch {
		case active == AVX2 && pairs:
			return simd.PairPanelsAVX2
		case active == AVX2:
			return simd.GridPanelsAVX2
		case active == AVX512 && pairs:
			return simd.PairPanelsAVX512
		case active == AVX512:
			return simd.GridPanelsAVX512
		case active == SSE2, active == AVX:
			return tilePanelsSSE2
		}
	}
	switch active {
	case AVX2:
		return simd.DoublePanelsAVX2
	case AVX512:
		return simd.DoublePanelsAVX512
	}
	return tilePanelsPortable
}

// outerTilePanels returns the list for operands that are not packed.
func outerTilePanels() []uint8 {
	if active == AVX2 {
		return simd.OuterPanelsAVX2
	}
	return simd.OuterPanelsAVX512
}

// runDoubleTile computes the tile and returns true if the path in use has assembly
// for it. The assembly does whole panels of one tile; the
// last columns of a matrix go through a buffer.
func runDoubleTile(t *tile[float64]) bool {
	if active < AVX2 {
		return false
	}
	if t.lastCols == panelCols {
		runWholeDoubleTile(t)
		return true
	}
	var buffer [8 * panelCols]float64
	part := *t
	part.start, part.startStride = &buffer[0], panelCols
	part.c, part.cStride = &buffer[0], panelCols
	for i := range t.rows {
		copy(buffer[i*panelCols:][:t.lastCols], unsafe.Slice(at(t.start, i*t.startStride), t.lastCols))
	}
	runWholeDoubleTile(&part)
	for i := range t.rows {
		copy(unsafe.Slice(at(t.c, i*t.cStride), t.lastCols), buffer[i*panelCols:])
	}
	return true
}

func runWholeDoubleTile(t *tile[float64]) {
	switch {
	case active == AVX2 && t.aPanel == nil:
		simd.TileDoubleAVX2(t.rows, t.k, t.a, 8*t.aOffset, t.b, t.start, 8*t.startStride, t.c, 8*t.cStride)
	case active == AVX2:
		simd.TileDoubleTransposedAVX2(t.rows, t.k, t.aPanel, t.b, t.start, 8*t.startStride, t.c, 8*t.cStride)
	case t.aPanel == nil:
		simd.TileDoubleAVX512(t.rows, t.k, t.a, 8*t.aOffset, t.b, t.start, 8*t.startStride, t.c, 8*t.cStride)
	default:
		simd.TileDoubleTransposedAVX512(t.rows, t.k, t.aPanel, t.b, t.start, 8*t.startStride, t.c, 8*t.cStride)
	}
}
