package kernel

import (
	"syscall"
	"testing"
	"unsafe"
)

// atPageEnd returns a copy of x right before a page of memory that may not be read or
// written: who goes on behind it ends the program.
func atPageEnd[T any](t *testing.T, x []T) []T {
	t.Helper()
	page := syscall.Getpagesize()
	size := len(x) * int(unsafe.Sizeof(*new(T)))
	whole := (size + page - 1) / page * page
	memory, err := syscall.Mmap(-1, 0, whole+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(memory) })
	if err := syscall.Mprotect(memory[whole:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	if len(x) == 0 {
		return nil
	}
	y := unsafe.Slice((*T)(unsafe.Pointer(&memory[whole-size])), len(x))
	copy(y, x)
	return y
}

// TestNothingReadBehind catches a vector that is loaded or stored as a whole where
// only part of it belongs to an operand. NaNs around the operands do not show what is
// read and then thrown away.
func TestNothingReadBehind(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		matrix := func(rows, cols int) Matrix[float32] {
			return Matrix[float32]{Data: atPageEnd(t, randoms[float32](rng, rows*cols)), Rows: rows, Cols: cols}
		}
		for _, s := range [][3]int{{1, 1, 1}, {2, 17, 3}, {3, 33, 16}, {5, 47, 18}, {12, 30, 7}, {13, 64, 33}, {40, 5, 9}} {
			m, n, k := s[0], s[1], s[2]
			a, b, c, bias := matrix(m, k), matrix(k, n), matrix(m, n), matrix(1, n).Data
			w := PackedIn(atPageEnd(t, make([]float32, PackedLen(k, n))), k, n)
			transposed := PackedIn(atPageEnd(t, make([]float32, PackedLen(n, k))), n, k)
			w.Pack(b)
			transposed.PackTransposed(b)
			rows := RowsOf(a)
			Mul(c, rows, w)
			MulBias(c, rows, w, bias)
			MulFrom(c, matrix(m, n), rows, w)
			outer(b, rows, RowsOf(c))
			SumRows(bias, RowsOf(c), atPageEnd(t, make([]float64, n)))
			SumProducts(bias, RowsOf(c), RowsOf(c), atPageEnd(t, make([]float64, n)))

			narrow := NewPacked16(k, n)
			narrow.Pack(b)
			narrow.data = atPageEnd(t, narrow.data)
			Mul16(c, rows, narrow)
			MulBias16(c, rows, narrow, bias)

			Softmax(c, matrix(m, n))
			LayerNorm(c, matrix(m, n), 1, matrix(1, m).Data)
		}
		for n := range 40 {
			x := func() []float32 { return atPageEnd(t, randoms[float32](rng, n)) }
			for _, op := range append(operations[float32](), transcendental[float32]()...) {
				op.run(x(), x(), x(), x(), 2)
			}
			_, _, _ = Sum(x()), Dot(x(), x()), largest(x())
			AdamUpdate(x(), x(), x(), x(), AdamFactors{Epsilon: 1})
		}
	})
}
