// Package pages allocates memory for numbers that every run reads or writes: it begins at a
// cache line, and much of it is in huge pages where the system gives them on request, so that
// the processor seldom waits for the address of a page. In pages of 4 KiB, whose addresses a
// core remembers for some 12 MB, a step of training over an embedding of 10 MB takes an
// eighth longer.
package pages

import "unsafe"

const (
	line = 64      // bytes of a cache line
	huge = 2 << 20 // bytes of a huge page
)

// Make returns n zeros. It panics if n is negative.
func Make[T float32 | float64](n int) []T {
	size := int(unsafe.Sizeof(T(0)))
	align := line
	if n*size >= 2*huge {
		align = huge
	}
	x := make([]T, n+align/size-1)
	skip := 0
	for n > 0 && uintptr(unsafe.Pointer(&x[skip]))%uintptr(align) != 0 {
		skip++
	}
	x = x[skip : skip+n : skip+n]
	if align == huge {
		advise(unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), n*size))
	}
	return x
}
