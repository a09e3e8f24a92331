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
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			worst, where := 0.0, float32(0)
			sample(func(a []float32) {
				want, got := make([]float32, len(a)), make([]float32, len(a))
				for i, x := range a {
					want[i] = c.portable(x)
					if u := ulps(want[i], c.reference(float64(x))); u > worst {
						worst, where = u, x
					}
				}
				for _, path := range paths()[1:] {
					use(t, path)
					c.run(got, a)
					wantBits(t, path.String(), got, want)
				}
			})
			t.Logf("at most %.3f units in the last place, at %v", worst, where)
			if worst > c.bound {
				t.Errorf("wrong at %v by %.3f units in the last place, more than %v", where, worst, c.bound)
			}
		})
	}
}

// sample calls test with blocks of numbers: of every exponent and sign, or of all
// numbers, if the flag says so.
func sample(test func(a []float32)) {
	rng := newRand()
	stride := uint64(4093) // a prime: all mantissas in time
	if testing.Short() {
		stride = 100_003
	}
	if *everyFloat {
		stride = 1
	}
	a := make([]float32, 0, 1<<16)
	for bits := uint64(0); bits < 1<<32; bits += stride {
		a = append(a, math.Float32frombits(uint32(bits)+rng.Uint32N(uint32(stride))))
		if len(a) == cap(a) {
			test(a)
			a = a[:0]
		}
	}
	test(a)
}

// TestSigmoidOfLargeSum catches the one of 1 + e⁻ˣ that gets lost where it is half a
// unit in the last place of the sum, which a sample of all numbers hardly meets.
func TestSigmoidOfLargeSum(t *testing.T) {
	for x := float32(-16); x > -17.5; x = math.Nextafter32(x, -20) {
		if u := ulps(sigmoid32(x), sigmoid64(float64(x))); u > 2 {
			t.Fatalf("sigmoid(%v) is wrong by %.3f units in the last place", x, u)
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
