package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// plainLanes returns Σ f(i) in the order that the package promises: element i to
// lane i mod 16, then lanes 8 apart, 4, 2 and 1.
func plainLanes(n int, f func(i int) float64) float64 {
	var l [16]float64
	for i := range n {
		l[i%16] += f(i)
	}
	pair := func(j int) float64 { return (l[j] + l[j+8]) + (l[j+4] + l[j+12]) }
	return (pair(0) + pair(2)) + (pair(1) + pair(3))
}

// spread returns n random numbers of such different magnitudes that their sums depend
// on the order, in float64 too. A third of the time they have any magnitude that a
// float32 can have, subnormal ones included.
func spread[T Float](rng *rand.Rand, n int) []T {
	x := randoms[T](rng, n)
	exponents := 60
	if rng.IntN(3) == 0 {
		exponents = 250
	}
	for i := range x {
		x[i] = T(float32(math.Ldexp(float64(x[i]), rng.IntN(exponents)-exponents/2-rng.IntN(exponents/10))))
	}
	return x
}

// testReductions catches another order of the sums, a lost or doubled tail, a
// maximum that a NaN hides, and reads outside of the slices.
func testReductions[T Float](t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		for n := range 200 {
			a, b := guard(spread[T](rng, n), rng.IntN(16)), guard(spread[T](rng, n), rng.IntN(16))
			what := fmt.Sprintf("of %d numbers", n)
			wantBits(t, "Sum "+what, []float64{Sum(a.slice)},
				[]float64{plainLanes(n, func(i int) float64 { return float64(a.slice[i]) })})
			wantBits(t, "Dot "+what, []float64{Dot(a.slice, b.slice)},
				[]float64{plainLanes(n, func(i int) float64 { return float64(float64(a.slice[i]) * float64(b.slice[i])) })})
			wantBits(t, "sumSquares "+what, []float64{sumSquares(a.slice, 0.3)},
				[]float64{plainLanes(n, func(i int) float64 {
					d := float64(a.slice[i]) - 0.3
					return float64(d * d)
				})})

			want := T(math.Inf(-1))
			for i, x := range a.slice {
				if rng.IntN(5) == 0 {
					a.slice[i] = T(math.NaN())
					continue
				}
				want = T(math.Max(float64(want), float64(x)))
			}
			wantBits(t, "largest "+what, []T{largest(a.slice)}, []T{want})
		}
	})
}

func TestReductions32(t *testing.T) { testReductions[float32](t) }
func TestReductions64(t *testing.T) { testReductions[float64](t) }

// TestArgmaxRows catches the last of equal numbers, the wrong row, and a NaN that
// wins.
func TestArgmaxRows(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	x := Matrix[float32]{Rows: 7, Cols: 20, Stride: 23, Data: make([]float32, 7*23)}
	Fill(x.Data, 9)
	for i := range x.Rows {
		Fill(x.Row(i), -1)
	}
	x.Row(0)[3], x.Row(0)[19] = 2, 2
	x.Row(1)[19] = inf
	x.Row(2)[0], x.Row(2)[18] = nan, 0
	Fill(x.Row(3), nan)
	Fill(x.Row(4), -inf)
	x.Row(5)[7] = -0.5
	Fill(x.Row(6), nan)
	x.Row(6)[17] = -inf
	onEveryPath(t, func(t *testing.T) {
		got := []int{5, 5, 5, 5, 5, 5, 5}
		ArgmaxRows(got, x)
		if want := []int{3, 19, 18, 0, 0, 7, 17}; !slices.Equal(got, want) {
			t.Errorf("columns %v, want %v", got, want)
		}
	})
}

// TestAddRows catches rows added in another order, and a row left out.
func TestAddRows(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		const rows, cols = 50, 21
		m := Matrix[float32]{Data: randoms[float32](rng, rows*cols), Rows: rows, Cols: cols}
		sum := randoms[float32](rng, cols)
		want := slices.Clone(sum)
		for i := range rows {
			for j, x := range m.Row(i) {
				want[j] += x
			}
		}
		AddRows(sum, RowsOf(m))
		wantBits(t, "AddRows", sum, want)
	})
}

// Sums of rows that depend on the path, columns left out, rows of a view misplaced.
func TestSumRows(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		for range 200 {
			n, m := 1+rng.IntN(70), 1+rng.IntN(140)
			x := Matrix[float32]{Data: randoms[float32](rng, n*m), Rows: n, Cols: m}
			lo := rng.IntN(m)
			want := make([]float32, m-lo)
			for j := range want {
				sum := 0.0
				for i := range n {
					sum += float64(x.Row(i)[lo+j])
				}
				want[j] = float32(sum)
			}
			got := make([]float32, m-lo)
			SumRows(got, RowsOf(x).Columns(lo, m), make([]float64, m-lo))
			wantBits(t, "SumRows", got, want)
		}
	})
}

// The same for sums of products, and rows of one list at the place of the other's.
func TestSumProducts(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		for range 200 {
			n, m := 1+rng.IntN(70), 1+rng.IntN(140)
			lo, gap := rng.IntN(m), rng.IntN(5)
			x := Matrix[float32]{Data: randoms[float32](rng, n*m), Rows: n, Cols: m}
			y := Matrix[float32]{Data: randoms[float32](rng, n*(m+gap)), Rows: n, Cols: m + gap}
			want := make([]float32, m-lo)
			for j := range want {
				sum := 0.0
				for i := range n {
					sum += float64(x.Row(i)[lo+j]) * float64(y.Row(i)[lo+gap+j])
				}
				want[j] = float32(sum)
			}
			got := make([]float32, m-lo)
			SumProducts(got, RowsOf(x).Columns(lo, m), RowsOf(y).Columns(lo+gap, m+gap), make([]float64, m-lo))
			wantBits(t, "SumProducts", got, want)
		}
	})
}
