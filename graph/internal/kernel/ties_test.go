package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// A numberKind is a kind of operands that a replacement of the fused multiply-add may get wrong.
type numberKind struct {
	name string
	next func(rng *rand.Rand) float32
}

// numberKinds are coarse numbers, whose sums often lie half way between two float32 and are exact;
// numbers of few bits and far apart, whose sums lie there and are not; and numbers whose products
// and sums are subnormal, infinite or not numbers.
var numberKinds = []numberKind{
	{"coarse", func(rng *rand.Rand) float32 { return sign(rng) * power(rng.IntN(3)) }},
	{"whole", func(rng *rand.Rand) float32 { return sign(rng) * float32(1+rng.Uint32N(1<<13)) }},
	{"far apart", func(rng *rand.Rand) float32 {
		return sign(rng) * float32(1+2*rng.Uint32N(1<<12)) * power(-30*rng.IntN(3))
	}},
	{"tiny", func(rng *rand.Rand) float32 { return float32(rng.NormFloat64()) * power(-70+rng.IntN(20)) }},
	{"huge", func(rng *rand.Rand) float32 { return float32(rng.NormFloat64()) * power(58+rng.IntN(8)) }},
	{"wild", func(rng *rand.Rand) float32 { return wild(rng, 1)[0] }},
	{"normal", func(rng *rand.Rand) float32 { return float32(rng.NormFloat64()) }},
}

// TestHardProducts catches products of hard operands that differ from the sums of exact
// fused multiply-adds, in each kind of operands and for each of their mixtures.
func TestHardProducts(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		for _, left := range numberKinds {
			for _, right := range numberKinds {
				for _, s := range [][3]int{{1, 16, 40}, {2, 16, 40}, {3, 21, 90}, {5, 40, 131}} {
					m, n, k := s[0], s[1], s[2]
					a := Matrix[float32]{Data: make([]float32, m*k), Rows: m, Cols: k}
					b := Matrix[float32]{Data: make([]float32, k*n), Rows: k, Cols: n}
					c := Matrix[float32]{Data: make([]float32, m*n), Rows: m, Cols: n}
					for i := range a.Data {
						a.Data[i] = left.next(rng)
					}
					for i := range b.Data {
						b.Data[i] = right.next(rng)
					}
					for i := range c.Data {
						c.Data[i] = left.next(rng)
					}
					if k == 90 { // hard ones at the beginning only
						for i := range m {
							clear(a.Row(i)[64:])
						}
					}
					what := fmt.Sprintf("%s times %s, %v", left.name, right.name, s)
					want := Matrix[float32]{Data: plain(c), Rows: m, Cols: n}
					plainProduct(want, a, b)
					w := NewPacked[float32](k, n)
					w.Pack(b)
					MulAdd(c, RowsOf(a), w)
					wantBits(t, what, c.Data, want.Data)

					clear(want.Data)
					plainProduct(want, a, b)
					transposed := Matrix[float32]{Data: make([]float32, k*m), Rows: k, Cols: m}
					for i := range m {
						for p := range k {
							transposed.Row(p)[i] = a.Row(i)[p]
						}
					}
					outer(c, RowsOf(transposed), RowsOf(b))
					wantBits(t, what+", outer", c.Data, want.Data)

					for i, x := range b.Data {
						b.Data[i] = wide(narrow(x))
					}
					clear(want.Data)
					plainProduct(want, a, b)
					half := NewPacked16(k, n)
					half.Pack(b)
					Mul16(c, RowsOf(a), half)
					wantBits(t, what+", bfloat16", c.Data, want.Data)
				}
			}
		}
	})
}

// TestHardElementwise catches the same mistakes in the elementwise functions that are fused.
func TestHardElementwise(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		const n = 203
		a, b, c := make([]float32, n), make([]float32, n), make([]float32, n)
		got, want := make([]float32, n), make([]float32, n)
		for _, left := range numberKinds {
			for _, right := range numberKinds {
				for range 20 {
					for i := range a {
						a[i], b[i], c[i] = left.next(rng), right.next(rng), left.next(rng)
						if i%3 == 0 {
							a[i], b[i], c[i] = hardCase(rng)
						}
					}
					what := left.name + " times " + right.name
					for i := range want {
						want[i] = fmaExact(a[i], b[i], c[i])
					}
					MulAddElements(got, a, b, c)
					wantBits(t, what, got, want)
					for i := range want {
						want[i] = fmaExact(a[i], b[0], c[i])
					}
					ScaleAdd(got, a, c, b[0])
					wantBits(t, what+", scaled", got, want)
				}
			}
		}
		for _, op := range transcendental[float32]() {
			for i := range a {
				a[i] = float32(math.Log(2)) * (float32(rng.IntN(40)) / 2) * sign(rng) // to powers of two
			}
			for i := range want {
				want[i] = op.scalar(a[i], 0, 0, 1)
			}
			op.run(got, a, b, c, 1)
			wantBits(t, op.name, got, want)
		}
	})
}

// TestLostDoubts catches a sum half way between two float32, but for 2⁻⁶⁰, that is noted and
// forgotten: in the first rows of weights in bfloat16, and in a step of Adam.
func TestLostDoubts(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		const k = 90
		a := Matrix[float32]{Data: make([]float32, k), Rows: 1, Cols: k}
		a.Data[0], a.Data[1] = 0x1p-60, 11184814 // three times that is 8388610.5·4
		b := Matrix[float32]{Data: make([]float32, k), Rows: k, Cols: 1}
		b.Data[0], b.Data[1] = 1, 3
		w := NewPacked16(k, 1)
		w.Pack(b)
		c := Matrix[float32]{Data: make([]float32, 1), Rows: 1, Cols: 1}
		Mul16(c, RowsOf(a), w)
		wantBits(t, "Mul16", c.Data, []float32{8388611 * 4})

		m, v, g := []float32{4097, 4097, 4097, 4097}, make([]float32, 4), []float32{0x1p-60, 0x1p-60, 0x1p-60, 0x1p-60}
		AdamUpdate(make([]float32, 4), m, v, g, AdamFactors{Beta1: 4097, Rest1: 1, Epsilon: 1})
		wantBits(t, "AdamUpdate", m, []float32{16785410, 16785410, 16785410, 16785410})
	})
}
