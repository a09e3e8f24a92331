package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactFMA returns a·b + c rounded once, by arithmetic of unlimited precision. The
// arguments must be finite.
func exactFMA(a, b, c float32) float32 {
	number := func(x float32) *big.Float { return new(big.Float).SetPrec(1000).SetFloat64(float64(x)) }
	sum := number(a)
	sum.Mul(sum, number(b)).Add(sum, number(c))
	rounded, _ := sum.Float32()
	if rounded == 0 && sum.Sign() == 0 {
		return float32(float64(a)*float64(b) + float64(c)) // the sign of an exact zero
	}
	return rounded
}

// hardCase returns operands whose exact sum is close to the middle between two
// float32 but not on it, by less than float64 resolves: there rounding twice goes
// wrong. Either the product is in the middle and c is tiny, or c is a float32 and
// the product almost half a unit in its last place. Many results are subnormal.
func hardCase(rng *rand.Rand) (a, b, c float32) {
	if rng.IntN(2) == 0 {
		x := rng.Uint32N(1<<11) | 1<<11 | 1
		y := (1<<24/x + 1 + rng.Uint32N(1<<24/x)) | 1 // x·y has 25 bits and is odd
		return sign(rng) * float32(x), float32(y), sign(rng) * power(-30-rng.IntN(90))
	}
	a = math.Float32frombits(0x3f800000 | rng.Uint32N(1<<23))
	b = 1 / a
	c = float32(1 + rng.Uint32N(1<<(1+rng.IntN(24))))
	scale := max(rng.IntN(300)-200, -149)
	return sign(rng) * a * power(scale/2), b * power(scale-scale/2-1), sign(rng) * c * power(scale)
}

// power returns 2ⁿ.
func power(n int) float32 { return float32(math.Ldexp(1, n)) }

// sign returns 1 or -1.
func sign(rng *rand.Rand) float32 { return float32(2*rng.IntN(2) - 1) }

// TestFMAExact catches double rounding, above all of ties and of subnormals, in
// the replacement of the fused multiply-add.
func TestFMAExact(t *testing.T) {
	rng := newRand()
	count := 1_000_000
	if testing.Short() {
		count = 50_000
	}
	twice := 0 // cases in which the naive formula fails
	for i := range count {
		a, b, c := hardCase(rng)
		if i%4 == 0 {
			x := wild(rng, 3)
			a, b, c = x[0], x[1], x[2]
		}
		if s := float64(a)*float64(b) + float64(c); math.IsNaN(s) || math.IsInf(float64(a*b*c), 0) {
			continue
		}
		want := exactFMA(a, b, c)
		for name, got := range map[string]float32{"fmaExact": fmaExact(a, b, c), "fma32": fma32(a, b, c)} {
			if !sameBits(got, want) {
				t.Fatalf("%s(%b, %b, %b) = %b, want %b", name, a, b, c, got, want)
			}
		}
		if float32(float64(a)*float64(b)+float64(c)) != want {
			twice++
		}
	}
	if twice < count/1000 {
		t.Errorf("rounding twice was wrong in %d of %d cases only: the cases are too easy", twice, count)
	}
}

// TestFMAHardware catches a difference between the replacement, also inside of a
// product, and the processor's instruction, special numbers included.
func TestFMAHardware(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		const n = 1 << 12
		rounds := 200
		if testing.Short() {
			rounds = 40
		}
		a, b, c, got, want := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
		for round := range rounds {
			copy(a, wild(rng, n))
			copy(b, wild(rng, n))
			copy(c, wild(rng, n))
			for i := range n {
				if round%2 == 0 {
					a[i], b[i], c[i] = hardCase(rng)
				}
				want[i] = fmaExact(a[i], b[i], c[i])
			}
			MulAddElements(got, a, b, c)
			wantBits(t, "MulAddElements", got, want)

			// The same as a product with one step in every sum.
			w := NewPacked[float32](1, 1)
			for i := range n / 8 {
				w.data[0] = b[i]
				MulAdd(Matrix[float32]{Data: c[i : i+1], Rows: 1, Cols: 1}, RowsOf(Matrix[float32]{Data: a[i : i+1], Rows: 1, Cols: 1}), w)
			}
			wantBits(t, "MulAdd", c[:n/8], want[:n/8])
		}
	})
}
