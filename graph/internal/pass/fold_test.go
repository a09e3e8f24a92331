package pass

import "testing"

// Equal values that stay apart, marks of rows that are lost, rewrites that are not counted; the
// rules of the table have tests of their own.
func TestFold(t *testing.T) {
	checkPass(t, Fold, `
		x = input 4x3
		b = param 1x3 row
		y = tanh(x)
		z = tanh(x)
		n = neg(z)
		m = neg(n)
		c = rows[0:1](b) row
		s = add(y, c)
		return s, m
	`, `
		x = input 4x3
		v1 = tanh(x)
		b = param 1x3 row
		v3 = add(v1, b)
		return v3, v1
	`)
	checkPass(t, Fold, `
		x = input 4x3
		y = tanh(x)
		return y
	`, `
		x = input 4x3
		v1 = tanh(x)
		return v1
	`)
}
