package kernel

import (
	"math"
	"testing"
)

// TestNarrow catches a rounding that is not to the nearest, or not to even between
// two, an overflow that is not infinite, and a NaN that becomes an infinity.
func TestNarrow(t *testing.T) {
	rng := newRand()
	numbers := wild(rng, 1<<16)
	for i := range 1 << 16 { // all ties, and numbers next to them
		tie := uint32(i)<<16 | 1<<15
		numbers = append(numbers, math.Float32frombits(tie-1), math.Float32frombits(tie), math.Float32frombits(tie+1))
	}
	for _, x := range numbers {
		bits := math.Float32bits(x)
		below, above := wide(uint16(bits>>16)), wide(uint16(bits>>16)+1) // in magnitude
		got := wide(narrow(x))
		if x != x {
			if got == got {
				t.Fatalf("%x, not a number, becomes %v", bits, got)
			}
			continue
		}
		rest, gap := bits&0xffff, uint32(1<<15) // how far x is from below, and the middle
		want := below
		if rest > gap || rest == gap && bits>>16&1 == 1 {
			want = above
		}
		if !sameBits(got, want) {
			t.Fatalf("%b becomes %b, want %b", x, got, want)
		}
	}
}

// TestProducts16 catches weights in the wrong half of a word, a last odd row that is
// lost or doubled, a wrong border of tiles, and memory touched outside of operands:
// the bits must be those of a product with the rounded weights.
func TestProducts16(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		for _, s := range shapes(rng, 60) {
			p := newProductCase[float32](rng, s)
			w := NewPacked16(p.k, p.n)
			for i := range w.data {
				w.data[i] = math.MaxUint32
			}
			w.Pack(p.b)
			for i := range p.k { // what check compares with
				for j, x := range p.b.Row(i) {
					p.b.Row(i)[j] = wide(narrow(x))
				}
			}
			rows := RowsOf(p.a)
			Mul16(p.c, rows, w)
			p.check(t, "Mul16", func(i, j int) float32 { return 0 })
			MulBias16(p.c, rows, w, p.bias)
			p.check(t, "MulBias16", func(i, j int) float32 { return p.bias[j] })
			before := Matrix[float32]{Data: plain(p.c), Rows: p.m, Cols: p.n}
			MulAdd16(p.c, rows, w)
			p.check(t, "MulAdd16", func(i, j int) float32 { return before.Row(i)[j] })
			if p.n > 32 {
				part := Matrix[float32]{Data: make([]float32, p.m*(p.n-32)), Rows: p.m, Cols: p.n - 32}
				whole := Matrix[float32]{Data: make([]float32, p.m*p.n), Rows: p.m, Cols: p.n}
				Mul16(part, rows, w.Columns(32, p.n))
				Mul16(whole, rows, w)
				for i := range p.m {
					wantBits(t, "columns", part.Row(i), whole.Row(i)[32:])
				}
			}
		}
	})
}
