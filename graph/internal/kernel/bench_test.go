package kernel

import (
	"fmt"
	"math"
	"testing"
	"time"
)

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

// BenchmarkFewRows measures how fast weights of a level of memory pass by, in both
// precisions: what matters in inference step by step.
func BenchmarkFewRows(b *testing.B) {
	const k, n = 512, 2048
	rng := newRand()
	const copies = 16 // 64 MiB in float32
	var wide [copies]Packed[float32]
	var narrow [copies]Packed16
	for i := range copies {
		m := Matrix[float32]{Data: randoms[float32](rng, k*n), Rows: k, Cols: n}
		wide[i], narrow[i] = NewPacked[float32](k, n), NewPacked16(k, n)
		wide[i].Pack(m)
		narrow[i].Pack(m)
	}
	for _, path := range paths()[1:] {
		for _, rows := range []int{1, 2, 4} {
			x := RowsOf(Matrix[float32]{Data: randoms[float32](rng, rows*k), Rows: rows, Cols: k})
			c := Matrix[float32]{Data: make([]float32, rows*n), Rows: rows, Cols: n}
			for _, count := range []int{1, 3, copies} {
				run := func(name string, round func(i int)) {
					b.Run(fmt.Sprintf("%v/%d rows/%d MB/%s", path, rows, 4*count, name), func(b *testing.B) {
						use(b, path)
						reportSpeed(b, 2*rows*k*n*count, func() {
							for i := range count {
								round(i)
							}
						})
					})
				}
				run("float32", func(i int) { Mul(c, x, wide[i]) })
				run("bfloat16", func(i int) { Mul16(c, x, narrow[i]) })
			}
		}
	}
}

func BenchmarkSetOuters(b *testing.B) {
	for _, path := range paths() {
		for _, s := range [][3]int{{2560, 128, 512}, {700, 650, 2600}, {256, 128, 512}} {
			b.Run(fmt.Sprintf("%v/%dx%dx%d", path, s[0], s[1], s[2]), func(b *testing.B) {
				use(b, path)
				rows, m, n := s[0], s[1], s[2]
				rng := newRand()
				x := RowsOf(Matrix[float32]{Data: randoms[float32](rng, rows*m), Rows: rows, Cols: m})
				y := RowsOf(Matrix[float32]{Data: randoms[float32](rng, rows*n), Rows: rows, Cols: n})
				c := Matrix[float32]{Data: make([]float32, m*n), Rows: m, Cols: n}
				reportSpeed(b, 2*m*n*rows, func() { outer(c, x, y) })
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
		run("copy", func() { copy(p.data, m.Data) })
		run("Pack", func() { p.Pack(m) })
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
	if top := PeakGFLOPS(); top > 0 {
		b.ReportMetric(100*speed/top, "%peak")
	}
}

// BenchmarkElementwise measures functions on as many numbers as a cluster of the fused engine
// works on at a time, all in the first-level cache, and on few.
func BenchmarkElementwise(b *testing.B) {
	rng := newRand()
	for _, path := range paths()[1:] {
		for _, op := range append(operations[float32](), transcendental[float32]()...) {
			for _, n := range []int{64, 1024} {
				b.Run(fmt.Sprintf("%v/%s/%d", path, op.name, n), func(b *testing.B) {
					use(b, path)
					x, y, z, dst := randoms[float32](rng, n), randoms[float32](rng, n), randoms[float32](rng, n), make([]float32, n)
					for b.Loop() {
						op.run(dst, x, y, z, 2)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/number")
				})
			}
		}
	}
}
