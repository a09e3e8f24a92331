package kernel

import (
	"math"
	"testing"
)

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

// testExpCrossEntropy catches the same mistakes in the form with fewer passes, a row
// of weight zero that is looked at, and a gradient of such a row that is not zero.
func testExpCrossEntropy[T Float](t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		const rows, cols = 5, 37
		x := Matrix[T]{Data: randoms[T](rng, rows*40), Rows: rows, Cols: cols, Stride: 40}
		Fill(x.Row(3), T(math.NaN()))
		targets, weights := []int{0, 36, 7, 1, 7}, []T{1, 0.5, 2, 0, 3}
		exps := Matrix[T]{Data: make([]T, rows*cols), Rows: rows, Cols: cols}
		Fill(exps.Data, T(math.NaN()))
		losses, sums := make([]float64, rows), make([]float64, rows)
		ExpCrossEntropy(losses, sums, exps, x, targets, weights)
		grad := Matrix[T]{Data: make([]T, rows*cols), Rows: rows, Cols: cols}
		scales := []float64{1, -0.25, 2, 0, 0.125}
		ExpCrossEntropyGrad(grad, exps, sums, targets, scales)
		for i, target := range targets {
			if weights[i] == 0 {
				wantBits(t, "loss and sum of a row left out", []float64{losses[i], sums[i]}, []float64{0, 0})
				wantBits(t, "gradient of a row left out", grad.Row(i), make([]T, cols))
				continue
			}
			single := make([]float32, cols)
			for j, v := range x.Row(i) {
				single[j] = float32(v)
			}
			want, sum := plainSoftmax(single)
			if loss := sum - float64(single[target]); math.Abs(losses[i]-loss) > 1e-6*(1+loss) {
				t.Errorf("loss %d = %v, want %v", i, losses[i], loss)
			}
			want[target]--
			for j, g := range want {
				g *= scales[i]
				if math.Abs(float64(grad.Row(i)[j])-g) > 1e-6*math.Abs(g)+1e-9 {
					t.Errorf("gradient (%d, %d) = %v, want %v", i, j, grad.Row(i)[j], g)
				}
			}
		}
		ExpCrossEntropyGrad(exps, exps, sums, targets, scales)
		wantBits(t, "gradient in place", exps.Data, grad.Data)

		ExpCrossEntropy(losses, sums, x, x, targets, nil)
		if !math.IsNaN(losses[3]) || math.IsNaN(losses[4]) {
			t.Errorf("without weights, losses are %v: want those of all rows", losses)
		}
	})
}

func TestExpCrossEntropy32(t *testing.T) { testExpCrossEntropy[float32](t) }
func TestExpCrossEntropy64(t *testing.T) { testExpCrossEntropy[float64](t) }

// TestConfidentGradient catches a gradient that is lost where the target's
// probability is nearly one: p-1 must not be computed from a rounded p.
func TestConfidentGradient(t *testing.T) {
	x := Matrix[float32]{Data: []float32{20, 0, 0}, Rows: 1, Cols: 3}
	losses, sums := make([]float64, 1), make([]float64, 1)
	ExpCrossEntropy(losses, sums, x, x, []int{0}, nil)
	ExpCrossEntropyGrad(x, x, sums, []int{0}, []float64{1})
	q := 2 * math.Exp(-20) / (1 + 2*math.Exp(-20))
	for j, want := range []float64{-q, q / 2, q / 2} {
		if got := float64(x.Data[j]); math.Abs(got-want) > 1e-6*q {
			t.Errorf("gradient %d is %v, want %v", j, got, want)
		}
	}
}
