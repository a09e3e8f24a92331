package kernel

import (
	"flag"
	"math"
	"testing"
)

var everyFloat = flag.Bool("every", false, "test the transcendental functions on all 2³² numbers")

// ulps returns the distance between got and want in units in the last place of
// the float32 nearest to want.
func ulps(got float32, want float64) float64 {
	nearest := float32(want)
	switch {
	case math.IsNaN(want) || got != got:
		if math.IsNaN(want) && got != got {
			return 0
		}
		return math.Inf(1)
	case got == nearest:
		return math.Min(0.5, math.Abs(float64(got)-want)) // infinities included
	}
	_, exponent := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(exponent-24, -149))
}

// TestTranscendentalAccuracy catches a wrong coefficient or constant, a range in
// which precision is lost, and bits that depend on the path. Without -every it
// takes numbers with every exponent and sign.
func TestTranscendentalAccuracy(t *testing.T) {
	cases := []struct {
		name      string
		run       func(dst, a []float32)
		portable  func(float32) float32
		reference func(float64) float64
		bound     float64
	}{
		{"Exp", Exp[float32], exp32, math.Exp, 1},
		{"Sigmoid", Sigmoid[float32], sigmoid32, sigmoid64, 2},
		{"Tanh", Tanh[float32], tanh32, math.Tanh, 2},
		{"Log", Log[float32], log32, math.Log, 1},
	}
	const block = 1 << 16
	a, got := make([]float32, block), make([]float32, block)
	for _, c := range cases {
		worst, where := 0.0, float32(0)
		rng := newRand()
		stride := uint64(4093) // a prime: all mantissas in time
		if testing.Short() {
			stride = 100_003
		}
		if *everyFloat {
			stride = 1
		}
		for bits := uint64(0); bits < 1<<32; {
			n := 0
			for ; n < block && bits < 1<<32; n++ {
				x := uint32(bits)
				if stride > 1 {
					x += rng.Uint32N(uint32(stride))
				}
				a[n] = math.Float32frombits(x)
				bits += stride
			}
			c.run(got[:n], a[:n])
			for i, x := range a[:n] {
				if want := c.portable(x); !sameBits(got[i], want) {
					t.Fatalf("%s(%b) is %b on path %v, %b on the portable one", c.name, x, got[i], Active(), want)
				}
				if u := ulps(got[i], c.reference(float64(x))); u > worst {
					worst, where = u, x
				}
			}
		}
		t.Logf("%s: at most %.3f units in the last place, at %v", c.name, worst, where)
		if worst > c.bound {
			t.Errorf("%s(%v) is wrong by %.3f units in the last place, more than %v", c.name, where, worst, c.bound)
		}
	}
}

// TestTranscendentalSpecial catches a special number that comes out as any other,
// for example the wrong sign of zero or a NaN lost in a minimum.
func TestTranscendentalSpecial(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	negativeZero := float32(math.Copysign(0, -1))
	x := []float32{0, negativeZero, inf, -inf, nan, 0x1p-149, -0x1p-149, math.MaxFloat32, -math.MaxFloat32}
	onEveryPath(t, func(t *testing.T) {
		got := make([]float32, len(x))
		Exp(got, x)
		wantBits(t, "Exp", got, []float32{1, 1, inf, 0, nan, 1, 1, inf, 0})
		Sigmoid(got, x)
		wantBits(t, "Sigmoid", got, []float32{0.5, 0.5, 1, 0, nan, 0.5, 0.5, 1, 0})
		Tanh(got, x)
		wantBits(t, "Tanh", got, []float32{0, negativeZero, 1, -1, nan, 0x1p-149, -0x1p-149, 1, -1})
		Log(got, x)
		wantBits(t, "Log", got, []float32{-inf, -inf, inf, nan, nan, -103.27893, nan, 88.72284, nan})
	})
}
