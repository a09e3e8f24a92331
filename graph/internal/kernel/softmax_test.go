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

// TestCrossEntropy catches a loss of another column, a gradient without its one or
// without its scale, and rows that count although they are left out.
func TestCrossEntropy(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		const rows, cols = 5, 19
		x := Matrix[float32]{Data: randoms[float32](rng, rows*cols), Rows: rows, Cols: cols}
		Fill(x.Row(3), float32(math.NaN())) // left out below
		targets, scales := []int{0, 18, 7, -1, 7}, []float32{1, 0.5, 2, float32(math.NaN()), 0}
		p := Matrix[float32]{Data: make([]float32, rows*cols), Rows: rows, Cols: cols}
		losses := make([]float32, rows)
		CrossEntropy(losses, p, x, targets)
		grad := Matrix[float32]{Data: make([]float32, rows*cols), Rows: rows, Cols: cols}
		CrossEntropyGrad(grad, p, targets, scales)
		for i, target := range targets {
			if target < 0 {
				wantBits(t, "loss of a row left out", losses[i:i+1], []float32{0})
				wantBits(t, "gradient of a row left out", grad.Row(i), make([]float32, cols))
				continue
			}
			want, sum := plainSoftmax(x.Row(i))
			if loss := sum - float64(x.Row(i)[target]); math.Abs(float64(losses[i])-loss) > 1e-6*(1+loss) {
				t.Errorf("loss %d = %v, want %v", i, losses[i], loss)
			}
			want[target]--
			for j, g := range want {
				g *= float64(scales[i])
				if math.Abs(float64(grad.Row(i)[j])-g) > 1e-6 {
					t.Errorf("gradient (%d, %d) = %v, want %v", i, j, grad.Row(i)[j], g)
				}
			}
		}
		CrossEntropyGrad(p, p, targets, scales)
		wantBits(t, "gradient in place", p.Data, grad.Data)
	})
}
