package kernel

import (
	"fmt"
	"math"
	"testing"
)

// plainNorm returns layer normalisation of one row in float64, and z, the row before
// gain and bias.
func plainNorm(x, gain, bias []float64, epsilon float64) (y, z []float64) {
	n, mean, variance := float64(len(x)), 0.0, 0.0
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / n
	}
	for j, v := range x {
		z = append(z, (v-mean)/math.Sqrt(variance+epsilon))
		y = append(y, z[j]*gain[j]+bias[j])
	}
	return y, z
}

// A normCase is layer normalisation of some rows and its gradient.
type normCase[T Float] struct {
	x, y, dy, dx             Matrix[T]
	gain, bias, dgain, dbias []T
	means, scales            []float64
}

func newNormCase[T Float](rows, cols int) *normCase[T] {
	rng := newRand()
	p := &productCase[T]{}
	n := &normCase[T]{
		x: p.matrix(rng, rows, cols), y: p.matrix(rng, rows, cols), dy: p.matrix(rng, rows, cols), dx: p.matrix(rng, rows, cols),
		gain: randoms[T](rng, cols), bias: randoms[T](rng, cols), dgain: randoms[T](rng, cols), dbias: randoms[T](rng, cols),
		means: make([]float64, rows), scales: make([]float64, rows),
	}
	Shift(n.x.Row(0), n.x.Row(0), 3)
	return n
}

const normEpsilon = 1e-3

func (n *normCase[T]) run() {
	LayerNorm(n.y, n.x, n.gain, n.bias, normEpsilon, n.means, n.scales)
	LayerNormGrad(n.dx, n.dgain, n.dbias, n.dy, n.x, n.gain, n.means, n.scales)
}

// loss returns Σ dy·y of row i with x[i,j] moved by d.
func (n *normCase[T]) loss(i, j int, d float64) (sum float64) {
	x := widened(n.x.Row(i))
	x[j] += d
	y, _ := plainNorm(x, widened(n.gain), widened(n.bias), normEpsilon)
	for k, v := range widened(n.dy.Row(i)) {
		sum += v * y[k]
	}
	return sum
}

func widened[T Float](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// testLayerNorm catches a wrong formula, rows that mix, a gradient that lacks one of
// its three terms or does not add to what is there, and bits that depend on the path.
func testLayerNorm[T Float](t *testing.T, tolerance float64) {
	for _, s := range [][2]int{{1, 1}, {3, 2}, {2, 16}, {4, 37}, {5, 70}} {
		t.Run(fmt.Sprintf("%dx%d", s[0], s[1]), func(t *testing.T) {
			var first *normCase[T]
			onEveryPath(t, func(t *testing.T) {
				n := newNormCase[T](s[0], s[1])
				dgain, dbias := widened(n.dgain), widened(n.dbias)
				n.run()
				for i := range n.x.Rows {
					y, z := plainNorm(widened(n.x.Row(i)), widened(n.gain), widened(n.bias), normEpsilon)
					for j := range y {
						wantNear(t, fmt.Sprintf("y (%d, %d)", i, j), n.y.Row(i)[j], y[j], tolerance)
						slope := (n.loss(i, j, 1e-5) - n.loss(i, j, -1e-5)) / 2e-5
						wantNear(t, fmt.Sprintf("dx (%d, %d)", i, j), n.dx.Row(i)[j], slope, math.Max(tolerance, 1e-7)*n.scales[i])
						dgain[j] += float64(n.dy.Row(i)[j]) * z[j]
						dbias[j] += float64(n.dy.Row(i)[j])
					}
				}
				for j := range dgain {
					wantNear(t, fmt.Sprintf("dgain %d", j), n.dgain[j], dgain[j], tolerance)
					wantNear(t, fmt.Sprintf("dbias %d", j), n.dbias[j], dbias[j], tolerance)
				}
				if first == nil {
					first = n
				}
				wantBits(t, "y, as on the portable path", plain(n.y), plain(first.y))
				wantBits(t, "dx, as on the portable path", plain(n.dx), plain(first.dx))
				wantBits(t, "dgain, as on the portable path", n.dgain, first.dgain)
				LayerNorm(n.x, n.x, n.gain, n.bias, normEpsilon, n.means, n.scales)
				wantBits(t, "in place", plain(n.x), plain(n.y))
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
