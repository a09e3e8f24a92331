package kernel

import (
	"fmt"
	"math"
	"testing"
)

// testBroadcast catches a row taken for a column, rows that mix, a mask read the
// wrong way, and a row that is looked at although it is not taken.
func testBroadcast[T Float](t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		const rows, cols = 6, 35
		p := &productCase[T]{}
		dst, x, other := p.matrix(rng, rows, cols), p.matrix(rng, rows, cols), p.matrix(rng, rows, cols)
		row, column := randoms[T](rng, cols), randoms[T](rng, rows)
		column[2], column[4] = 0, T(math.Copysign(0, -1))
		choice := func(i int, a, b T) T {
			if column[i] == 0 {
				return b
			}
			return a
		}
		for name, c := range map[string]struct {
			run  func(dst Matrix[T])
			want func(i, j int) T
		}{
			"AddRow":            {func(dst Matrix[T]) { AddRow(dst, x, row) }, func(i, j int) T { return x.Row(i)[j] + row[j] }},
			"MulRow":            {func(dst Matrix[T]) { MulRow(dst, x, row) }, func(i, j int) T { return x.Row(i)[j] * row[j] }},
			"AddColumn":         {func(dst Matrix[T]) { AddColumn(dst, x, column) }, func(i, j int) T { return x.Row(i)[j] + column[i] }},
			"MulColumn":         {func(dst Matrix[T]) { MulColumn(dst, x, column) }, func(i, j int) T { return x.Row(i)[j] * column[i] }},
			"SelectRows":        {func(dst Matrix[T]) { SelectRows(dst, column, x, other) }, func(i, j int) T { return choice(i, x.Row(i)[j], other.Row(i)[j]) }},
			"MaskRows":          {func(dst Matrix[T]) { MaskRows(dst, x, column, true) }, func(i, j int) T { return choice(i, x.Row(i)[j], 0) }},
			"MaskRows reversed": {func(dst Matrix[T]) { MaskRows(dst, x, column, false) }, func(i, j int) T { return choice(i, 0, x.Row(i)[j]) }},
		} {
			var want []T
			for i := range rows {
				for j := range cols {
					want = append(want, c.want(i, j))
				}
			}
			c.run(dst)
			wantBits(t, name, plain(dst), want)
			before := Matrix[T]{Data: plain(x), Rows: rows, Cols: cols}
			c.run(x)
			wantBits(t, name+" in place", plain(x), want)
			for i := range rows {
				copy(x.Row(i), before.Row(i))
			}
			for _, g := range p.memory {
				g.check(t, name)
			}
		}
	})
}

func TestBroadcast32(t *testing.T) { testBroadcast[float32](t) }
func TestBroadcast64(t *testing.T) { testBroadcast[float64](t) }

// TestArgmaxRows catches the last of equal numbers, the wrong row, and a NaN that
// wins.
func TestArgmaxRows(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	x := Matrix[float32]{Rows: 6, Cols: 20, Stride: 23, Data: make([]float32, 6*23)}
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
	onEveryPath(t, func(t *testing.T) {
		got := []int{5, 5, 5, 5, 5, 5}
		ArgmaxRows(got, x)
		if want := []int{3, 19, 18, 0, 0, 7}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("columns %v, want %v", got, want)
		}
	})
}
