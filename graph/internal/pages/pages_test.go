package pages

import (
	"testing"
	"unsafe"
)

// Catches memory that is shorter than asked for, not aligned, or not zero, at the sizes around
// which Make changes its ways.
func TestMake(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 17, 1000, huge / 4, huge/2 - 1, huge / 2, huge/2 + 1, huge} {
		testMake[float32](t, n)
		testMake[float64](t, n)
	}
}

func testMake[T float32 | float64](t *testing.T, n int) {
	x := Make[T](n)
	if len(x) != n || cap(x) != n {
		t.Errorf("%d numbers of capacity %d, expected %d", len(x), cap(x), n)
	}
	if n == 0 {
		return
	}
	align := uintptr(line)
	if uintptr(n)*unsafe.Sizeof(x[0]) >= 2*huge {
		align = huge
	}
	if at := uintptr(unsafe.Pointer(&x[0])); at%align != 0 {
		t.Errorf("%d numbers begin at %x, expected a multiple of %x", n, at, align)
	}
	for i := range x {
		if x[i] != 0 {
			t.Fatalf("number %d of %d is %v", i, n, x[i])
		}
		x[i] = 1
	}
}
