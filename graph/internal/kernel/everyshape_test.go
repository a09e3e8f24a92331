package kernel

import (
	"fmt"
	"testing"
)

// TestEveryShape catches a shape at some border of tiles for which a path has other
// bits than the portable one. With -every it takes all m, n and k up to 70, otherwise
// some of every m, every n and every k.
func TestEveryShape(t *testing.T) {
	const most = 70
	use(t, Portable) // and back to the fastest at the end
	rng := newRand()
	share := 41 // a prime, so that all sizes meet
	if testing.Short() {
		share = 311
	}
	if *everyFloat {
		share = 1
	}
	left, right := randoms[float32](rng, most*most), randoms[float32](rng, most+PackedLen(most, most))
	got, want := make([]float32, most*most), make([]float32, most*most)
	for i := 0; i < most*most*most; i += share {
		m, n, k := 1+i%most, 1+i/most%most, 1+i/most/most
		w := NewPacked[float32](k, n)
		copy(w.Data(), right[rng.IntN(most):]) // padding too, which must not matter
		product := func(path Path, c []float32) []float32 {
			if err := Use(path); err != nil {
				t.Fatal(err)
			}
			Mul(Matrix[float32]{Data: c[:m*n], Rows: m, Cols: n}, RowsOf(Matrix[float32]{Data: left[:m*k], Rows: m, Cols: k}), w)
			return c[:m*n]
		}
		product(Portable, want)
		for _, path := range paths()[1:] {
			what := fmt.Sprintf("%v, %d×%d and %d×%d", path, m, k, k, n)
			wantBits(t, what, product(path, got), want[:m*n])
		}
	}
}
