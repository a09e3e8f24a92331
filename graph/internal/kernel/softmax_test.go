package kernel

import (
	"math"
	"testing"
)

// plainSoftmax returns the softmax of x and the logarithm of the sum of its
// exponentials, in float64.
func plainSoftmax(x []float32) (p []float64, logSumExp float64) {
	largest, sum := math.Inf(-1), 0.0
	for _, v := range x {
		largest = math.Max(largest, float64(v))
	}
	for _, v := range x {
		p = append(p, math.Exp(float64(v)-largest))
		sum += p[len(p)-1]
	}
	for j := range p {
		p[j] /= sum
	}
	return p, largest + math.Log(sum)
}

// near reports whether got is want but for a few roundings: those of the shifted
// number, which are absolute in the exponent, the exponential, and the quotient.
func near(got float32, want, magnitude float64) bool {
	return math.Abs(float64(got)-want) <= (magnitude+8)*0x1p-24*want+0x1p-149
}

// TestSoftmax catches a missing shift by the maximum, a sum over the wrong
// numbers, rows that mix, and bits that depend on the path.
func TestSoftmax(t *testing.T) {
	var first []float32
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		const rows, cols = 20, 37
		x := Matrix[float32]{Data: randoms[float32](rng, rows*40), Rows: rows, Cols: cols, Stride: 40}
		Scale(x.Data, x.Data, 30)
		Shift(x.Row(3), x.Row(3), 1000)
		Shift(x.Row(4), x.Row(4), -1000)
		got := Matrix[float32]{Data: make([]float32, rows*cols), Rows: rows, Cols: cols}
		sums := make([]float64, rows)
		Softmax(got, x, sums)
		for i := range rows {
			want, sum := plainSoftmax(x.Row(i))
			if math.Abs(sums[i]-sum) > 1e-6*math.Max(1, math.Abs(sum)) {
				t.Errorf("row %d: logarithm of the sum %v, want %v", i, sums[i], sum)
			}
			for j, p := range want {
				if !near(got.Row(i)[j], p, 1200) {
					t.Errorf("softmax (%d, %d) = %v, want %v", i, j, got.Row(i)[j], p)
				}
			}
		}
		if first == nil {
			first = got.Data
		}
		wantBits(t, "softmax, as on the portable path", got.Data, first)
		Softmax(x, x, nil)
		wantBits(t, "softmax in place", plain(x), got.Data)
	})
}

// TestExpSum catches a sum in another order, a lost tail, and memory touched outside
// of the slices.
func TestExpSum(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		for n := range 100 {
			x, dst := guard(randoms[float32](rng, n), rng.IntN(16)), guard(make([]float32, n), rng.IntN(16))
			want := make([]float32, n)
			Scale(x.slice, x.slice, 10)
			largest := Max(x.slice)
			for j, y := range x.slice {
				want[j] = exp32(y - largest)
			}
			gotLargest, sum := ExpSum(dst.slice, x.slice)
			wantBits(t, "largest", []float32{gotLargest}, []float32{largest})
			wantBits(t, "exponentials", dst.slice, want)
			wantBits(t, "sum", []float64{sum}, []float64{plainLanes(n, func(i int) float64 { return float64(want[i]) })})
			dst.check(t, "ExpSum")
			x.check(t, "ExpSum")
		}
	})
}
