//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C asm . -out ../simd_amd64.s -stubs ../simd_amd64.go -pkg kernel

// fastest returns the fastest path that processor and operating system support.
func fastest() Path {
	x := cpu.X86
	switch {
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX2 && x.HasFMA:
		return AVX512
	case x.HasAVX2 && x.HasFMA:
		return AVX2
	}
	return Portable
}

// tileShape returns the largest number of rows and the number of panels of a
// tile of the path in use.
func tileShape[T Float]() (rows, panels int) {
	if _, ok := any(T(0)).(float32); ok {
		switch active {
		case AVX2:
			return 6, 1
		case AVX512:
			return 12, 2
		}
	}
	return 4, 1
}

// runVectorTile computes the tile and returns true if the path in use has
// assembly for it. The assembly counts in bytes.
func runVectorTile(t *tile[float32]) bool {
	switch {
	case active == AVX2 && t.aPanel == nil:
		tileAVX2(t.rows, t.k, t.a, 4*t.aOffset, t.b, 4*t.bHalf, t.start, 4*t.startStride, 4*t.startHalf, t.c, 4*t.cStride, 4*t.cHalf)
	case active == AVX2:
		tileTransposedAVX2(t.rows, t.k, t.aPanel, t.b, 4*t.bHalf, t.start, 4*t.startStride, 4*t.startHalf, t.c, 4*t.cStride, 4*t.cHalf)
	case active == AVX512 && t.aPanel == nil:
		tileAVX512(t.rows, t.k, t.a, 4*t.aOffset, t.b, 4*t.bHalf, t.start, 4*t.startStride, 4*t.startHalf, t.c, 4*t.cStride, 4*t.cHalf)
	case active == AVX512:
		tileTransposedAVX512(t.rows, t.k, t.aPanel, t.b, 4*t.bHalf, t.start, 4*t.startStride, 4*t.startHalf, t.c, 4*t.cStride, 4*t.cHalf)
	default:
		return false
	}
	return true
}
