package pass

import (
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

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

// A value that becomes a row because one that is equal to it, or simplifies to it, is one: a mark
// that the new program lacks, and one that the program which was given has got.
func TestFoldMarksRows(t *testing.T) {
	checkPass(t, Fold, `
		x = input 1x3
		y = tanh(x)
		z = tanh(x) row
		c = rows[0:1](x) row
		s = add(y, c)
		return s, z
	`, `
		x = input 1x3 row
		v1 = tanh(x) row
		v2 = add(v1, x)
		return v2, v1
	`)
	p := ir.MustParse("x = input 1x3\ny = tanh(x)\nz = tanh(x) row\nreturn y, z")
	before := p.String()
	q, _ := Fold(p)
	if p.String() != before {
		t.Errorf("the program that was given has become\n%v", p)
	}
	if q.New(ir.Tanh, nil, q.Values[0]) != q.Outputs[1] {
		t.Error("an equal value is not the one that is marked")
	}
}
