package pass

import (
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// A chain of additions that is not one sum, or a term that somebody else wants and that is
// computed twice or not at all.
func TestSums(t *testing.T) {
	checkPass(t, Sums, `
		x = input 4x3
		w = param 3x5
		h = input 4x5
		u = param 5x5
		b = param 1x5 row
		xw = sum(x*w)
		hu = sum(h*u)
		z = add(xw, hu)
		a = add(z, b)
		y = tanh(a)
		return y
	`, `
		x = input 4x3
		w = param 3x5
		h = input 4x5
		u = param 5x5
		b = param 1x5 row
		v5 = sum(x*w + h*u + b)
		v6 = tanh(v5)
		return v6
	`)
	checkPass(t, Sums, `
		x = input 4x3
		w = param 3x5
		xw = sum(x*w)
		y = input 4x5
		a = add(xw, y)
		c = add(y, a)
		return c, xw, a
	`, `
		y = input 4x5
		x = input 4x3
		w = param 3x5
		v3 = sum(x*w)
		v4 = sum(v3 + y)
		v5 = sum(y + v4)
		return v5, v3, v4
	`)
}

// A sum of shape (1, 5) that is added to a matrix of four rows: its terms are of another shape.
// One that is used as a row, of a batch of one, stays a row.
func TestSumsOfRows(t *testing.T) {
	checkPass(t, Sums, `
		x = input 4x5
		b = param 1x5
		c = param 1x5
		d = add(b, c)
		z = add(x, d)
		return z
	`, `
		x = input 4x5
		b = param 1x5
		c = param 1x5
		v3 = sum(b + c)
		v4 = sum(x + v3)
		return v4
	`)
	checkPass(t, Sums, `
		x = input 1x5
		b = param 1x5
		c = param 1x5
		d = add(b, c) row
		z = add(x, d)
		return z
	`, `
		x = input 1x5
		b = param 1x5
		c = param 1x5
		v3 = sum(b + c) row
		v4 = sum(x + v3)
		return v4
	`)
}

// A chain of a hundred thousand additions takes as long as that, and not its square.
func TestSumsOfALongChain(t *testing.T) {
	const n = 100_000
	p := ir.MustParse("x = input 1x1\na = add(x, x)\nreturn a")
	x, chain := p.Values[0], p.Outputs[0]
	for range n {
		chain = p.Raw(ir.Value{Op: ir.Add, In: []*ir.Value{chain, x}})
	}
	p.Outputs[0] = chain
	p.Order()
	q, taken := Sums(p)
	if got := len(q.Outputs[0].In); got < n || taken < n {
		t.Errorf("the sum has %d operands after %d rewrites, want more than %d", got, taken, n)
	}
}

// Products over time, from the last step to the first, that stay apart, in another order, or that
// are taken although somebody else wants them.
func TestGradients(t *testing.T) {
	const steps = `
		a1 = input 2x3
		b1 = input 2x4
		a2 = input 2x3
		b2 = input 2x4
		o1 = outer(a1, b1)
		o2 = outer(a2, b2)
	`
	checkPass(t, Gradients, steps+`
		z = input 3x4
		s = sum(o2 + z + o1)
		return s
	`, `
		z = input 3x4
		a2 = input 2x3
		a1 = input 2x3
		v3 = stack(a2, a1)
		b2 = input 2x4
		b1 = input 2x4
		v6 = stack(b2, b1)
		v7 = outer(v3, v6)
		v8 = sum(z + v7)
		return v8
	`)
	checkPass(t, Gradients, steps+`
		s = sum(o2 + o1)
		n = neg(s)
		return n
	`, `
		a2 = input 2x3
		a1 = input 2x3
		v2 = stack(a2, a1)
		b2 = input 2x4
		b1 = input 2x4
		v5 = stack(b2, b1)
		v6 = outer(v2, v5)
		v7 = neg(v6)
		return v7
	`)
	checkPass(t, Gradients, steps+`
		s = sum(o2 + o1)
		return s, o1
	`, `
		a1 = input 2x3
		b1 = input 2x4
		v2 = outer(a1, b1)
		a2 = input 2x3
		b2 = input 2x4
		v5 = outer(a2, b2)
		v6 = sum(v2 + v5)
		return v6, v2
	`)
	checkPass(t, Gradients, `
		b1 = input 2x4
		b2 = input 2x4
		o1 = sumrows(b1)
		o2 = sumrows(b2)
		s = sum(o2 + o1)
		n = neg(s)
		return n
	`, `
		b2 = input 2x4
		b1 = input 2x4
		v2 = stack(b2, b1)
		v3 = sumrows(v2)
		v4 = neg(v3)
		return v4
	`)
}

// A sum of rows that somebody else wants is computed once.
func TestGradientsOfWantedRows(t *testing.T) {
	p := ir.MustParse("b1 = input 2x4\nb2 = input 2x4\no1 = sumrows(b1)\no2 = sumrows(b2)\ns = sum(o2 + o1)\nn = neg(o1)\nreturn s, n")
	q, joined := Gradients(p)
	if joined != 0 || q.Users(q.Outputs[1].In[0])[0] != q.Outputs[0] {
		t.Errorf("the program has become\n%v", q)
	}
}

// Pieces that are put together in the wrong place, though one is missing, twice, or wanted
// elsewhere.
func TestPieces(t *testing.T) {
	const cut = `
		a = input 2x3
		b = input 1x3
		pa = padrows[1 of 3](a)
		pb = padrows[0 of 3](b)
	`
	checkPass(t, Pieces, cut+`
		s = sum(pa + pb)
		n = neg(s)
		return n
	`, `
		b = input 1x3
		a = input 2x3
		v2 = stack(b, a)
		v3 = neg(v2)
		return v3
	`)
	checkPass(t, Pieces, cut+`
		s = sum(pb + pa)
		return s, pb
	`, `
		b = input 1x3
		v1 = padrows[0 of 3](b)
		a = input 2x3
		v3 = padrows[1 of 3](a)
		v4 = sum(v1 + v3)
		return v4, v1
	`)
	checkPass(t, Pieces, `
		a = input 2x3
		b = input 1x3
		y = input 4x3
		pa = padrows[2 of 4](a)
		pb = padrows[0 of 4](b)
		s = sum(pa + pb + y)
		return s
	`, `
		y = input 4x3
		a = input 2x3
		v2 = padrows[2 of 4](a)
		b = input 1x3
		v4 = padrows[0 of 4](b)
		v5 = sum(y + v2 + v4)
		return v5
	`)
	for what, text := range map[string]string{
		"the end is missing":  "a = input 2x3\npa = padrows[0 of 4](a)\ny = input 4x3\ns = sum(pa + y)\nreturn s",
		"pieces that overlap": "a = input 1x3\nb = input 2x3\nc = input 1x3\npa = padrows[0 of 4](a)\npb = padrows[2 of 4](b)\npc = padrows[3 of 4](c)\ns = sum(pa + pb + pc)\nreturn s",
	} {
		if q, joined := Pieces(ir.MustParse(text)); joined != 0 || q.Outputs[0].Op != ir.Sum {
			t.Errorf("%s: the program has become\n%v", what, q)
		}
	}
	checkPass(t, Pieces, `
		a = input 2x3
		b = input 2x1
		pa = padcolumns[1 of 4](a)
		pb = padcolumns[0 of 4](b)
		w = param 5x4
		x = input 2x5
		s = sum(x*w + pa + pb)
		return s
	`, `
		x = input 2x5
		w = param 5x4
		b = input 2x1
		a = input 2x3
		v4 = concat(b, a)
		v5 = sum(x*w + v4)
		return v5
	`)
}
