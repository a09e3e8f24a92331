package kernel

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// peakGFLOPS measures the fused multiply-adds that one core can do on the path in
// use, in 10⁹ floating-point operations a second.
func peakGFLOPS() float64 {
	best := 0.0
	for range 10 {
		const rounds = 1 << 18
		start := time.Now()
		operations := peak(rounds)
		best = max(best, float64(rounds*operations)/float64(time.Since(start).Nanoseconds()))
	}
	return best
}

func BenchmarkMul(b *testing.B) {
	for _, path := range paths() {
		for _, s := range [][3]int{{32, 512, 128}, {20, 800, 200}, {20, 2600, 650}, {50, 512, 128}, {1, 2048, 512}, {2560, 512, 128}} {
			b.Run(fmt.Sprintf("%v/%dx%dx%d", path, s[0], s[1], s[2]), func(b *testing.B) {
				use(b, path)
				m, n, k := s[0], s[1], s[2]
				rng := newRand()
				x := RowsOf(Matrix[float32]{Data: randoms[float32](rng, m*k), Rows: m, Cols: k})
				w := NewPacked[float32](k, n)
				w.Pack(Matrix[float32]{Data: randoms[float32](rng, k*n), Rows: k, Cols: n})
				c := Matrix[float32]{Data: make([]float32, m*n), Rows: m, Cols: n}
				reportSpeed(b, 2*m*n*k, func() { Mul(c, x, w) })
			})
		}
	}
}

func BenchmarkAddOuter(b *testing.B) {
	for _, path := range paths() {
		for _, s := range [][3]int{{2560, 128, 512}, {700, 650, 2600}, {256, 128, 512}} {
			b.Run(fmt.Sprintf("%v/%dx%dx%d", path, s[0], s[1], s[2]), func(b *testing.B) {
				use(b, path)
				rows, m, n := s[0], s[1], s[2]
				rng := newRand()
				x := RowsOf(Matrix[float32]{Data: randoms[float32](rng, rows*m), Rows: rows, Cols: m})
				y := RowsOf(Matrix[float32]{Data: randoms[float32](rng, rows*n), Rows: rows, Cols: n})
				c := NewPacked[float32](m, n)
				reportSpeed(b, 2*m*n*rows, func() { AddOuterPacked(c, x, y) })
			})
		}
	}
}

// BenchmarkPack compares packing with copying the same numbers.
func BenchmarkPack(b *testing.B) {
	for _, s := range [][2]int{{128, 512}, {650, 2600}} {
		m := Matrix[float32]{Data: make([]float32, s[0]*s[1]), Rows: s[0], Cols: s[1]}
		p, transposed := NewPacked[float32](s[0], s[1]), NewPacked[float32](s[1], s[0])
		run := func(name string, round func()) {
			b.Run(fmt.Sprintf("%s/%dx%d", name, s[0], s[1]), func(b *testing.B) {
				b.SetBytes(int64(8 * len(m.Data))) // read and written
				for b.Loop() {
					round()
				}
			})
		}
		run("copy", func() { copy(p.Data(), m.Data) })
		run("Pack", func() { p.Pack(m) })
		run("Unpack", func() { p.Unpack(m) })
		for _, path := range paths() {
			use(b, path)
			run("PackTransposed/"+path.String(), func() { transposed.PackTransposed(m) })
		}
	}
}

// reportSpeed runs a benchmark whose round takes that many operations. It adds the
// speed of the fastest round, which other programs on the machine disturbed least,
// and its share of the peak measured right after.
func reportSpeed(b *testing.B, operations int, round func()) {
	fastest := time.Duration(math.MaxInt64)
	for b.Loop() {
		start := time.Now()
		round()
		fastest = min(fastest, time.Since(start))
	}
	speed := float64(operations) / float64(fastest.Nanoseconds())
	b.ReportMetric(speed, "GFLOP/s")
	if top := peakGFLOPS(); top > 0 {
		b.ReportMetric(100*speed/top, "%peak")
	}
}
