package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
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
			wantBits(t, "tripleDot "+what, []float64{tripleDot(a.slice, b.slice, a.slice)},
				[]float64{plainLanes(n, func(i int) float64 {
					return float64(float64(float64(a.slice[i])*float64(b.slice[i])) * float64(a.slice[i]))
				})})
			wantBits(t, "sumSquares "+what, []float64{sumSquares(a.slice, 0.3)},
				[]float64{plainLanes(n, func(i int) float64 {
					d := float64(a.slice[i]) - 0.3
					return float64(d * d)
				})})

			largest := T(math.Inf(-1))
			for i, x := range a.slice {
				if rng.IntN(5) == 0 {
					a.slice[i] = T(math.NaN())
					continue
				}
				largest = T(math.Max(float64(largest), float64(x)))
			}
			wantBits(t, "Max "+what, []T{Max(a.slice)}, []T{largest})
		}
	})
}

func TestReductions32(t *testing.T) { testReductions[float32](t) }
func TestReductions64(t *testing.T) { testReductions[float64](t) }

// TestRowSums catches rows added in another order, a row added to the wrong place,
// and a repeated index that counts once.
func TestRowSums(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		const rows, cols = 50, 21
		m := Matrix[float32]{Data: randoms[float32](rng, rows*cols), Rows: rows, Cols: cols}
		sum := randoms[float32](rng, cols)
		want := append([]float32(nil), sum...)
		table := Matrix[float32]{Data: randoms[float32](rng, 7*cols), Rows: 7, Cols: cols}
		wantTable := append([]float32(nil), table.Data...)
		indices := make([]int, rows)
		for i := range rows {
			indices[i] = rng.IntN(6)
			for j, x := range m.Row(i) {
				want[j] += x
				wantTable[indices[i]*cols+j] += x
			}
		}
		AddRows(sum, RowsOf(m))
		wantBits(t, "AddRows", sum, want)
		ScatterAdd(table, indices, RowsOf(m))
		wantBits(t, "ScatterAdd", table.Data, wantTable)
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
