package exec_test

import (
	"fmt"
	"testing"
)

// Products wider than what is packed, or given to a worker, at a time, and just as wide: columns
// that no worker computes, or that are packed from others.
func TestWideProducts(t *testing.T) {
	const text = `
		x = input %[1]dx3
		y = input %[1]dx130
		b = param 1x130 row
		w = param 3x32
		u = param 3x31
		v = param 3x64
		q = param 3x130
		r = param 100x3
		z1 = sum(x*w)
		z2 = sum(x*u)
		z3 = sum(x*v)
		z4 = sum(x*q + b)
		z5 = sum(x*r')
		z6 = sum(x*q + y)
		z7 = sum(y*q')
		o1 = outer(x, y)
		o2 = outer(x, z3)
		o3 = outer(y, x)
		s = sumrows(y)
		return z1, z2, z3, z4, z5, z6, z7, o1, o2, o3, s
	`
	for _, rows := range []int{1, 3, 8} {
		for _, workers := range []int{1, 2, 3, 5} {
			checkRun(t, fmt.Sprintf(text, rows), workers)
		}
	}
}
