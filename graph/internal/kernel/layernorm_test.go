package kernel

import (
	"fmt"
	"math"
	"testing"
)

// plainNorm returns layer normalisation of one row in float64, and its scale.
func plainNorm[T Float](x []T, epsilon float64) (y []float64, scale float64) {
	n, mean, variance := float64(len(x)), 0.0, 0.0
	for _, v := range x {
		mean += float64(v) / n
	}
	for _, v := range x {
		variance += (float64(v) - mean) * (float64(v) - mean) / n
	}
	scale = 1 / math.Sqrt(variance+epsilon)
	for _, v := range x {
		y = append(y, (float64(v)-mean)*scale)
	}
	return y, scale
}

// testLayerNorm catches a wrong formula, rows that mix, numbers written outside of the
// result, and bits that depend on the path.
func testLayerNorm[T Float](t *testing.T, tolerance float64) {
	const epsilon = 1e-3
	for _, s := range [][2]int{{1, 1}, {3, 2}, {2, 16}, {4, 37}, {5, 70}} {
		t.Run(fmt.Sprintf("%dx%d", s[0], s[1]), func(t *testing.T) {
			var first []T
			onEveryPath(t, func(t *testing.T) {
				rng := newRand()
				p := &productCase[T]{}
				x, y := p.matrix(rng, s[0], s[1]), p.matrix(rng, s[0], s[1])
				Shift(x.Row(0), x.Row(0), 3)
				scales := make([]T, s[0])
				LayerNorm(y, x, epsilon, scales)
				for i := range x.Rows {
					want, scale := plainNorm(x.Row(i), epsilon)
					wantNear(t, fmt.Sprintf("scale %d", i), scales[i], scale, tolerance)
					for j := range want {
						wantNear(t, fmt.Sprintf("y (%d, %d)", i, j), y.Row(i)[j], want[j], tolerance)
					}
				}
				if first == nil {
					first = plain(y)
				}
				wantBits(t, "y, as on the portable path", plain(y), first)
				LayerNorm(x, x, epsilon, scales)
				wantBits(t, "in place", plain(x), plain(y))
				for _, g := range p.memory {
					g.check(t, "LayerNorm")
				}
			})
		})
	}
}

// wantNear fails the test unless got is want but for tolerance, relative to numbers
// around one.
func wantNear[T Float](t *testing.T, what string, got T, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= tolerance*(4+math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestLayerNorm32(t *testing.T) { testLayerNorm[float32](t, 0x1p-22) }
func TestLayerNorm64(t *testing.T) { testLayerNorm[float64](t, 1e-13) }
