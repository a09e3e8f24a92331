package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// fused returns a·b + c rounded once.
func fused[T Float](a, b, c T) T {
	switch any(a).(type) {
	case float32:
		return T(fmaExact(float32(a), float32(b), float32(c)))
	}
	return T(math.FMA(float64(a), float64(b), float64(c)))
}

// plainProduct adds a·b to c, in the order that the package promises.
func plainProduct[T Float](c, a, b Matrix[T]) {
	for i := range a.Rows {
		for j := range b.Cols {
			for k := range a.Cols {
				c.Row(i)[j] = fused(a.Row(i)[k], b.Row(k)[j], c.Row(i)[j])
			}
		}
	}
}

// shapes returns sizes m, n, k around the borders of tiles, panels and blocks, and
// that many random ones up to 70. Short mode takes a third of the latter two kinds.
func shapes(rng *rand.Rand, count int) [][3]int {
	share := 1
	if testing.Short() {
		share = 3
	}
	all := [][3]int{
		{1, 1, 1}, {2, 3, 1}, {1, 16, 1}, {1, 17, 5}, {6, 16, 4}, {7, 15, 9}, {12, 32, 8}, {13, 33, 7},
		{5, 31, 64}, {11, 48, 3}, {24, 64, 2}, {25, 65, 70}, {3, 70, 128}, {37, 130, 11}, {128, 20, 3}, {130, 3, 20},
	}
	for m := 1; m <= 13; m++ { // all tiles, with whole and with partial panels
		for n := 16 * (1 + m%share); n <= 9*16; n += 16 * share {
			all = append(all, [3]int{m, n - rng.IntN(16)*rng.IntN(2), 1 + rng.IntN(4)})
		}
	}
	for range count / share {
		all = append(all, [3]int{1 + rng.IntN(70), 1 + rng.IntN(70), 1 + rng.IntN(70)})
	}
	return all
}

// A case of a product: a in guarded memory with a stride, c likewise.
type productCase[T Float] struct {
	m, n, k int
	a, b, c Matrix[T]
	memory  []guarded[T]
	bias    []T
}

func newProductCase[T Float](rng *rand.Rand, s [3]int) *productCase[T] {
	p := &productCase[T]{m: s[0], n: s[1], k: s[2]}
	p.a = p.matrix(rng, p.m, p.k)
	p.b = p.matrix(rng, p.k, p.n)
	p.c = p.matrix(rng, p.m, p.n)
	bias := guard(randoms[T](rng, p.n), rng.IntN(16))
	p.memory = append(p.memory, bias)
	p.bias = bias.slice
	return p
}

// matrix returns a random matrix with a random stride in guarded memory, with NaNs
// between the rows.
func (p *productCase[T]) matrix(rng *rand.Rand, rows, cols int) Matrix[T] {
	stride := cols + rng.IntN(3)*rng.IntN(20)
	numbers := randoms[T](rng, (rows-1)*stride+cols)
	for i := range numbers {
		if i%stride >= cols {
			numbers[i] = T(math.NaN())
		}
	}
	g := guard(numbers, rng.IntN(16))
	p.memory = append(p.memory, g)
	return Matrix[T]{Data: g.slice, Rows: rows, Cols: cols, Stride: stride}
}

// plain returns the rows of m one after the other.
func plain[T Float](m Matrix[T]) []T {
	var all []T
	for i := range m.Rows {
		all = append(all, m.Row(i)...)
	}
	return all
}

// check compares the case's c with a plain product on top of start, and looks for
// numbers written outside of it.
func (p *productCase[T]) check(t *testing.T, name string, start func(i, j int) T) {
	t.Helper()
	want := Matrix[T]{Data: make([]T, p.m*p.n), Rows: p.m, Cols: p.n}
	for i := range p.m {
		for j := range p.n {
			want.Row(i)[j] = start(i, j)
		}
	}
	plainProduct(want, p.a, p.b)
	what := fmt.Sprintf("%s of %d×%d and %d×%d", name, p.m, p.k, p.k, p.n)
	wantBits(t, what, plain(p.c), want.Data)
	for i := range p.m - 1 {
		for _, x := range p.c.Data[i*p.c.Stride+p.n : (i+1)*p.c.Stride] {
			if x == x {
				t.Fatalf("%s: %v written between the rows", what, x)
			}
		}
	}
	for _, g := range p.memory {
		g.check(t, what)
	}
}

// testProducts catches a wrong order or a lost step of the sums, a wrong start, a
// wrong border of tiles, and reads or writes outside of the operands.
func testProducts[T Float](t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		for _, s := range shapes(rng, 150) {
			p := newProductCase[T](rng, s)
			w := NewPacked[T](p.k, p.n)
			w.Pack(p.b)
			rows := RowsOf(p.a)

			Mul(p.c, rows, w)
			p.check(t, "Mul", func(i, j int) T { return 0 })
			MulBias(p.c, rows, w, p.bias)
			p.check(t, "MulBias", func(i, j int) T { return p.bias[j] })
			before := Matrix[T]{Data: plain(p.c), Rows: p.m, Cols: p.n}
			MulAdd(p.c, rows, w)
			p.check(t, "MulAdd", func(i, j int) T { return before.Row(i)[j] })
			start := p.matrix(rng, p.m, p.n)
			MulFrom(p.c, start, rows, w)
			p.check(t, "MulFrom", func(i, j int) T { return start.Row(i)[j] })
		}
	})
}

func TestProducts32(t *testing.T) { testProducts[float32](t) }
func TestProducts64(t *testing.T) { testProducts[float64](t) }

// outer is SetOuters for one right operand.
func outer[T Float](c Matrix[T], a, b Rows[T]) { SetOuters([]Matrix[T]{c}, a, []Rows[T]{b}) }

// testOuter catches the same mistakes in sums of outer products, of which there are more rows than are
// computed at a time, whether they are packed or not.
func testOuter[T Float](t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		for _, s := range append(shapes(rng, 60), [3]int{5, 33, 600}, [3]int{270, 18, 129}, [3]int{3, 140, 257},
			[3]int{1, 1000, 300}, [3]int{3, 512, 300}, [3]int{3, 513, 300}) {
			p := newProductCase[T](rng, s)
			transposed := Matrix[T]{Data: make([]T, p.k*p.m), Rows: p.k, Cols: p.m}
			for i := range p.m {
				for k := range p.k {
					transposed.Row(k)[i] = p.a.Row(i)[k]
				}
			}
			left := guard(transposed.Data, 3)
			a := RowsOf(Matrix[T]{Data: left.slice, Rows: p.k, Cols: p.m})
			b := RowsOf(p.b)

			outer(p.c, a, b)
			p.check(t, "SetOuters", func(i, j int) T { return 0 })

			// The same with another operand before it.
			want := plain(p.c)
			part := b.Columns(p.n/2, p.n)
			half := Matrix[T]{Data: make([]T, p.m*part.width), Rows: p.m, Cols: part.width}
			p.c.Data[0]++
			SetOuters([]Matrix[T]{half, p.c}, a, []Rows[T]{part, b})
			wantBits(t, fmt.Sprintf("SetOuters of %v", s), plain(p.c), want)
			for i := range p.m {
				wantBits(t, fmt.Sprintf("SetOuters of %v, half, row %d", s, i), half.Row(i), want[i*p.n+p.n/2:(i+1)*p.n])
			}
		}
	})
}

func TestOuter32(t *testing.T) { testOuter[float32](t) }
func TestOuter64(t *testing.T) { testOuter[float64](t) }

// TestProductsOfSeveralOperands catches a second operand that starts anew instead
// of going on with the sums, and rows or columns taken from the wrong place.
func TestProductsOfSeveralOperands(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		const m, n, kx, kh = 7, 40, 9, 5
		table := Matrix[float32]{Data: randoms[float32](rng, 30*kx), Rows: 30, Cols: kx}
		h := Matrix[float32]{Data: randoms[float32](rng, m*(kh+6)), Rows: m, Cols: kh + 6}
		wu := Matrix[float32]{Data: randoms[float32](rng, (kx+kh)*n), Rows: kx + kh, Cols: n}
		indices := []int{3, 29, 0, 3, 7, 1, 12}

		joined := Matrix[float32]{Data: make([]float32, m*(kx+kh)), Rows: m, Cols: kx + kh}
		for i, index := range indices {
			copy(joined.Row(i), table.Row(index))
			copy(joined.Row(i)[kx:], h.Row(i)[4:4+kh])
		}
		want := Matrix[float32]{Data: make([]float32, m*n), Rows: m, Cols: n}
		plainProduct(want, joined, wu)

		w, u := NewPacked[float32](kx, n), NewPacked[float32](kh, n)
		w.Pack(Matrix[float32]{Data: wu.Data, Rows: kx, Cols: n})
		u.Pack(Matrix[float32]{Data: wu.Data[kx*n:], Rows: kh, Cols: n})
		got := Matrix[float32]{Data: make([]float32, m*n), Rows: m, Cols: n}
		var x Rows[float32]
		x.AppendLookup(table, indices)
		Mul(got, x, w)
		MulAdd(got, RowsOf(h).Columns(2, kh+6).Columns(2, 2+kh), u)
		wantBits(t, "x·W + h·U", got.Data, want.Data)

		// The same by parts of the rows and of the columns.
		clear(got.Data)
		for _, part := range [][2]int{{0, 3}, {3, 7}} {
			for _, cols := range [][2]int{{0, 32}, {32, n}} {
				c := Matrix[float32]{Data: got.Data[part[0]*n+cols[0]:], Rows: part[1] - part[0], Cols: cols[1] - cols[0], Stride: n}
				Mul(c, x.Slice(part[0], part[1]), w.Columns(cols[0], cols[1]))
				MulAdd(c, RowsOf(h).Slice(part[0], part[1]).Columns(4, 4+kh), u.Columns(cols[0], cols[1]))
			}
		}
		wantBits(t, "x·W + h·U by parts", got.Data, want.Data)
	})
}

// TestOuterByParts catches parts of a sum of outer products, as workers share it out,
// that differ from the whole or that touch each other.
func TestOuterByParts(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		const rows, m, n = 300, 37, 70
		left := Matrix[float32]{Data: randoms[float32](rng, rows*m), Rows: rows, Cols: m}
		right := Matrix[float32]{Data: randoms[float32](rng, rows*n), Rows: rows, Cols: n}
		a, b := RowsOf(left), RowsOf(right)
		want := Matrix[float32]{Data: make([]float32, m*n), Rows: m, Cols: n}
		outer(want, a, b)

		got := Matrix[float32]{Data: make([]float32, m*n), Rows: m, Cols: n}
		for _, cols := range [][2]int{{0, 32}, {32, n}} {
			for _, part := range [][2]int{{0, 5}, {5, 22}, {22, m}} {
				c := Matrix[float32]{Data: got.Data[part[0]*n+cols[0]:], Rows: part[1] - part[0], Cols: cols[1] - cols[0], Stride: n}
				outer(c, a.Columns(part[0], part[1]), b.Columns(cols[0], cols[1]))
			}
		}
		wantBits(t, "by rows and columns", got.Data, want.Data)
	})
}

// TestEmptyProducts catches a loop that runs once for nothing.
func TestEmptyProducts(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		c := Matrix[float32]{Data: []float32{1, 2, 3}, Rows: 1, Cols: 3}
		empty := RowsOf(Matrix[float32]{Rows: 1})
		MulAdd(c, empty, NewPacked[float32](0, 3))
		wantBits(t, "c + empty", c.Data, []float32{1, 2, 3})
		MulFrom(c, Matrix[float32]{Data: []float32{7, 8, 9}, Rows: 1, Cols: 3}, empty, NewPacked[float32](0, 3))
		wantBits(t, "start + empty", c.Data, []float32{7, 8, 9})
		MulBias(c, empty, NewPacked[float32](0, 3), []float32{4, 5, 6})
		wantBits(t, "bias + empty", c.Data, []float32{4, 5, 6})
		Mul(c, empty, NewPacked[float32](0, 3))
		wantBits(t, "empty", c.Data, []float32{0, 0, 0})

		none := RowsOf(Matrix[float32]{Cols: 3})
		Mul(Matrix[float32]{Cols: 2}, none, NewPacked[float32](3, 2))
		square := Matrix[float32]{Data: []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}, Rows: 3, Cols: 3}
		outer(square, none, none)
		wantBits(t, "no outer products", square.Data, make([]float32, 9))
	})
}

// TestLargeProduct catches mistakes at the borders of the groups of rows that
// share the cache, which small shapes do not reach.
func TestLargeProduct(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		p := newProductCase[float32](rng, [3]int{90, 35, 1500})
		w := NewPacked[float32](p.k, p.n)
		w.Pack(p.b)
		Mul(p.c, RowsOf(p.a), w)
		p.check(t, "Mul", func(i, j int) float32 { return 0 })
		before := Matrix[float32]{Data: plain(p.c), Rows: p.m, Cols: p.n}
		MulAdd(p.c, RowsOf(p.a), w)
		p.check(t, "MulAdd", func(i, j int) float32 { return before.Row(i)[j] })
	})
}
