//go:build !purego

package kernel

import (
	"math"
	"testing"

	"golang.org/x/sys/cpu"

	"github.com/seed-222a112c/lstm/graph/internal/kernel/simd"
)

// A tileOf is a tile of 2 rows and one panel whose operands are the same in each lane and row: c
// plus, k times, a·b.
type tileOf struct {
	name    string
	a, b, c float32
	k       int
	fast    int // what the fast tile finds
	careful int // what the careful one finds
}

// TestTilesKnowTheirDoubts catches tiles that give up sums that they know, which nothing but the
// time shows, and the flag of an underflow that stays. The tiles that do not know what they
// ought to are found by TestHardProducts.
func TestTilesKnowTheirDoubts(t *testing.T) {
	cases := []tileOf{
		{"underflow", 0x1.234568p-70, 0x1.56789ap-70, 0, 3, simd.Redo, simd.Redo},
		{"normal, after an underflow", 0.3, 0.7, 0.1, 100, 0, 0},
		{"subnormal and exact", 0x1p-70, 0x1p-70, 0, 3, 0, 0},
		{"tie and exact", 1, 1, 0x1p24, 1, simd.TieFound | simd.Redo, simd.TieFound},
		{"tie and not exact", 4097, 4097, 0x1p-60, 1, simd.TieFound | simd.Redo, simd.TieFound | simd.Redo}, // 4097² has 25 bits, 2⁻⁶⁰ is lost in float64
		{"far above a tie", 0x1p-40, 0x1p-40, 0x1.000002p0, 1, 0, 0},
		{"zeros", 0, 0, 0, 5, 0, 0},
		{"infinite", float32(math.Inf(1)), 1, 1, 2, 0, 0},
		{"large", 0x1p100, 0x1p20, 0, 3, 0, 0},
	}
	for _, c := range cases {
		a, b, sums := make([]float32, c.k), make([]float32, panelCols*c.k), [2 * panelCols]float32{}
		for i := range a {
			a[i] = c.a
		}
		for i := range b {
			b[i] = c.b
		}
		start := func() *[2 * panelCols]float32 {
			for i := range sums {
				sums[i] = c.c
			}
			return &sums
		}
		first := (*[panelCols]float32)(sums[:])
		tiles := map[string]func() int{
			"SSE2, 1 row":  func() int { return simd.Tile1SSE2(first, c.k, &a[0], 4, &b[0]) },
			"SSE2, 2 rows": func() int { return simd.Tile2SSE2(&sums, c.k, &a[0], &a[0], 4, &b[0]) },
		}
		if cpu.X86.HasAVX {
			tiles["AVX, 1 row"] = func() int { return simd.Tile1AVX(first, c.k, &a[0], 4, &b[0]) }
			tiles["AVX, 2 rows"] = func() int { return simd.Tile2AVX(&sums, c.k, &a[0], &a[0], 4, &b[0]) }
		}
		for name, tile := range tiles {
			start()
			if got := tile(); got != c.fast {
				t.Errorf("%s, %s: found %b, want %b", c.name, name, got, c.fast)
			}
		}
		start()
		if got := simd.TileCarefulSSE2(first, c.k, &a[0], 4, &b[0]); got != c.careful {
			t.Errorf("%s, careful: found %b, want %b", c.name, got, c.careful)
		}
	}
}

// TestVectorsGoOn catches elementwise functions that give up vectors that they know.
func TestVectorsGoOn(t *testing.T) {
	x := randoms[float32](newRand(), 400)
	dst := make([]float32, len(x))
	simd.MulAddSSE2(dst[:4], []float32{0x1.234568p-70, 1, 1, 1}, []float32{0x1.56789ap-70, 1, 1, 1}, dst[:4]) // raises the flag
	for name, done := range map[string]int{
		"sigmoid": simd.SigmoidSSE2(dst, x),
		"tanh":    simd.TanhSSE2(dst, x),
		"exp":     simd.ExpSSE2(dst, x, 0),
		"mulAdd":  simd.MulAddSSE2(dst, x, x, x),
		"coarse":  simd.ScaleAddSSE2(dst, x, x, 1),
		"mul":     simd.MulSSE2(dst, x, x),
	} {
		if done != len(x) {
			t.Errorf("%s: done %d of %d numbers", name, done, len(x))
		}
	}
	y := append([]float32{0x1.002p0, 0x1.1p-3, 1, 2}, 0x1.234568p-70, 1, 1, 1)
	if done := simd.MulAddSSE2(dst[:8], y, y, make([]float32, 8)); done != 4 {
		t.Errorf("an underflow in the second vector: done %d numbers, want 4", done)
	}
}

// TestCarefulAfterTies catches tiles that try the fast way again and again where it never works, and
// ones that never return to it.
func TestCarefulAfterTies(t *testing.T) {
	for _, p := range []Path{SSE2, AVX} {
		if p > fastest() {
			continue
		}
		use(t, p)
		run := func(t *tile[float32], a, c float32) {
			left, b := []float32{a}, make([]float32, panelCols)
			for i := range b {
				b[i] = 1
			}
			first := &left[0]
			sums := []float32{c}
			t.rows, t.panels, t.lastCols, t.k = 1, 1, 1, 1
			t.a, t.b = &first, &b[0]
			t.start, t.c = &sums[0], &sums[0]
			t.run()
			if want := fmaExact(a, 1, c); sums[0] != want {
				panic("kernel: wrong sum")
			}
		}
		var tile tile[float32]
		for _, step := range []struct {
			a, c float32
			ties bool
		}{{0.3, 0.1, false}, {1, 0x1p24, true}, {1, 0x1p24, true}, {0.5, 0.1, false}, {0.3, 0.1, false}} {
			run(&tile, step.a, step.c)
			if tile.ties != step.ties {
				t.Errorf("%v: after %v + %v ties are %v, want %v", p, step.a, step.c, tile.ties, step.ties)
			}
		}
	}
}
