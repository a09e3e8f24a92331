package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// paths returns what can run here.
func paths() []Path {
	var all []Path
	for p := Portable; p <= fastest(); p++ {
		all = append(all, p)
	}
	return all
}

// use makes p the path in use until the test ends.
func use(t testing.TB, p Path) {
	before := active
	t.Cleanup(func() { _ = Use(before) })
	if err := Use(p); err != nil {
		t.Fatal(err)
	}
}

// onEveryPath runs a test once for every path.
func onEveryPath(t *testing.T, test func(t *testing.T)) {
	for _, p := range paths() {
		t.Run(p.String(), func(t *testing.T) {
			use(t, p)
			test(t)
		})
	}
}

// newRand returns a source of random numbers that is the same in every run.
func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// randoms returns n numbers from the standard normal distribution.
func randoms[T Float](rng *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(rng.NormFloat64())
	}
	return x
}

// wild returns n numbers with random signs, exponents and mantissas of every kind,
// special numbers included.
func wild(rng *rand.Rand, n int) []float32 {
	special := []float32{
		0, float32(math.Copysign(0, -1)), 1, -1, 0x1p-149, -0x1p-149, 0x1p-126, 0x1.fffffcp-127,
		math.MaxFloat32, -math.MaxFloat32, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
	}
	x := make([]float32, n)
	for i := range x {
		switch rng.IntN(4) {
		case 0:
			x[i] = special[rng.IntN(len(special))]
		case 1:
			x[i] = math.Float32frombits(rng.Uint32())
		default:
			x[i] = float32(rng.NormFloat64())
		}
	}
	return x
}

// A guarded slice lies between numbers that nobody may read or write: NaNs of one
// pattern, which show in any sum that includes one.
type guarded[T Float] struct {
	memory []T
	slice  []T
}

const guardLen = 40

// guard copies x to guarded memory, offset numbers further than its start.
func guard[T Float](x []T, offset int) guarded[T] {
	memory := make([]T, guardLen+offset+len(x)+guardLen)
	for i := range memory {
		memory[i] = T(math.NaN())
	}
	start := guardLen + offset
	end := start + len(x)
	copy(memory[start:], x)
	return guarded[T]{memory, memory[start:end:end]}
}

// check fails the test if a number around the slice has changed.
func (g guarded[T]) check(t *testing.T, what string) {
	t.Helper()
	start := cap(g.memory) - guardLen - len(g.slice)
	for i, x := range g.memory {
		if (i < start || i >= start+len(g.slice)) && x == x {
			t.Fatalf("%s: number %d outside of a slice of %d became %v", what, i-start, len(g.slice), x)
		}
	}
}

// sameBits reports whether a and b are the same number, sign of zero included, or
// both not a number.
func sameBits[T Float](a, b T) bool {
	return math.Float64bits(float64(a)) == math.Float64bits(float64(b)) || a != a && b != b
}

// wantBits fails the test at the first element in which got and want differ.
func wantBits[T Float](t *testing.T, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !sameBits(got[i], want[i]) {
			t.Fatalf("%s: number %d of %d is %v, want %v", what, i, len(got), got[i], want[i])
		}
	}
}
