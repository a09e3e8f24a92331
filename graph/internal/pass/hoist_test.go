package pass

import (
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// A bias that is added twice and taken out of the sums twice: it would be added once.
func TestHoistTakesOneOfEqualBiases(t *testing.T) {
	checkPass(t, Hoist, `
		x = input 4x3
		y = input 4x3
		w = param 3x5
		b = param 1x5 row
		z1 = sum(x*w + b + b)
		z2 = sum(y*w + b)
		return z1, z2
	`, `
		x = input 4x3
		y = input 4x3
		v2 = stack(x, y)
		w = param 3x5
		b = param 1x5 row
		v5 = sum(v2*w + b)
		v6 = rows[0:4](v5)
		v7 = sum(v6 + b)
		v8 = rows[4:8](v5)
		return v7, v8
	`)
}

// The products of the inputs of three steps leave the loop, in the order in which they are cut,
// with the bias; h·U stays. Catches rows of another step.
func TestHoist(t *testing.T) {
	checkPass(t, Hoist, `
		x = input 6x3
		x1 = rows[0:2](x)
		x2 = rows[2:4](x)
		x3 = rows[4:6](x)
		w = param 3x5
		u = param 5x5
		b = param 1x5 row
		h0 = input 2x5
		z1 = sum(x3*w + h0*u + b)
		h1 = tanh(z1)
		z2 = sum(x2*w + h1*u + b)
		h2 = tanh(z2)
		z3 = sum(x1*w + h2*u + b)
		return z3
	`, `
		h0 = input 2x5
		u = param 5x5
		x = input 6x3
		w = param 3x5
		b = param 1x5 row
		v5 = sum(x*w + b)
		v6 = rows[4:6](v5)
		v7 = sum(h0*u + v6)
		v8 = tanh(v7)
		v9 = rows[2:4](v5)
		v10 = sum(v8*u + v9)
		v11 = tanh(v10)
		v12 = rows[0:2](v5)
		v13 = sum(v11*u + v12)
		return v13
	`)
}

// Products that wait for one another, directly or by way of what another family has become; two
// products of one sum; right operands and transposes of them; few columns of many rows.
func TestHoistLeaves(t *testing.T) {
	for what, text := range map[string]string{
		"steps that wait": `
			h = input 2x5
			u = param 5x5
			z1 = sum(h*u)
			h1 = tanh(z1)
			z2 = sum(h1*u)
			return z2`,
		"a right operand that waits": `
			x = input 3x2
			y = input 3x2
			u = param 2x2
			z1 = sum(x*u)
			r = outer(z1, z1)
			z2 = sum(y*r)
			z3 = sum(z2*u)
			return z3`,
		"two products of one sum": `
			x = input 2x5
			y = input 2x5
			w = param 5x5
			z1 = sum(x*w + y*w)
			z2 = sum(y*w + x*w)
			return z1, z2`,
		"a matrix and its transpose": `
			x = input 2x5
			w = param 5x5
			z1 = sum(x*w)
			z2 = sum(x*w')
			return z1, z2`,
		"batches of two sizes": `
			x = input 2x5
			y = input 3x5
			w = param 5x5
			z1 = sum(x*w)
			z2 = sum(y*w)
			return z1, z2`,
		"shallow products of many rows": `
			x = input 16x64
			y = input 16x64
			w = param 64x5
			z1 = sum(x*w)
			z2 = sum(y*w)
			return z1, z2`,
	} {
		p := ir.MustParse(text)
		p.MergeEqual()
		if q, n := Hoist(p); n != 0 {
			t.Errorf("%s: the program\n%v\nhas become\n%v", what, p, q)
		}
	}
}

// Two families, each of which waits for nothing until the other has become one product: the
// second one stays, or values would wait for themselves.
func TestHoistOfFamiliesThatCross(t *testing.T) {
	p := ir.MustParse(`
		i = input 2x5
		j = input 2x5
		v = param 5x5
		w = param 5x5
		a2 = sum(i*w)
		y1 = tanh(a2)
		b2 = sum(j*v)
		x1 = tanh(b2)
		a1 = sum(x1*w)
		b1 = sum(y1*v)
		return a1, b1
	`)
	p.MergeEqual()
	q, n := Hoist(p)
	if err := q.Verify(); err != nil {
		t.Error(err)
	}
	if n != 2 {
		t.Errorf("%d products have been hoisted, want the 2 of one family:\n%v", n, q)
	}
}

// Deeper products, and those of few rows, are hoisted: the bounds of what is too shallow.
func TestHoistOfDeepProducts(t *testing.T) {
	for text, want := range map[string]int{
		"x = input 16x65\ny = input 16x65\nw = param 65x5\nz1 = sum(x*w)\nz2 = sum(y*w)\nreturn z1, z2":                                      2,
		"x = input 15x64\ny = input 15x64\nw = param 64x5\nz1 = sum(x*w)\nz2 = sum(y*w)\nreturn z1, z2":                                      2,
		"x = input 16x5\ny = input 16x5\nw = param 65x5\nz1 = sum(x*w')\nz2 = sum(y*w')\nreturn z1, z2":                                      0,
		"x = input 16x64\ny = input 16x64\nw = param 64x5\nu = param 64x5\nz1 = sum(x*w + x*u)\nz2 = sum(y*w + y*u)\nreturn z1, z2":          4,
		"x = input 2x3\ny = input 2x3\nb = input 1x5 row\nw = param 3x5\nz1 = sum(x*w + b)\nz2 = sum(y*w + b)\nz3 = sum(z1 + z2)\nreturn z3": 2,
	} {
		p := ir.MustParse(text)
		p.MergeEqual()
		if q, n := Hoist(p); n != want {
			t.Errorf("%d products have been hoisted, want %d:\n%v", n, want, q)
		}
	}
}

// Of two biases that all steps add the one that the first step adds first goes into the product:
// another order of additions would give other bits.
func TestHoistOfTwoBiases(t *testing.T) {
	checkPass(t, Hoist, `
		x = input 2x3
		y = input 2x3
		w = param 3x5
		b = param 1x5 row
		c = param 1x5 row
		z1 = sum(x*w + b + c)
		z2 = sum(y*w + c + b)
		return z1, z2
	`, `
		x = input 2x3
		y = input 2x3
		v2 = stack(x, y)
		w = param 3x5
		b = param 1x5 row
		v5 = sum(v2*w + b)
		v6 = rows[0:2](v5)
		c = param 1x5 row
		v8 = sum(v6 + c)
		v9 = rows[2:4](v5)
		v10 = sum(v9 + c)
		return v8, v10
	`)
}

// A row that is one of the steps' results goes into no product.
func TestHoistOfARowThatWaits(t *testing.T) {
	checkPass(t, Hoist, `
		x = input 1x3
		y = input 1x3
		w = param 3x5
		z1 = sum(x*w) row
		z2 = sum(y*w + z1)
		return z1, z2
	`, `
		x = input 1x3
		y = input 1x3
		v2 = stack(x, y)
		w = param 3x5
		v4 = sum(v2*w)
		v5 = rows[0:1](v4)
		v6 = rows[1:2](v4)
		v7 = sum(v6 + v5)
		return v5, v7
	`)
}

// A row that only one of the sums adds stays where it is, and a weight that is hoisted stays
// transposed where it waits.
func TestHoistOfAWeightAndItsTranspose(t *testing.T) {
	checkPass(t, Hoist, `
		x = input 2x5
		y = input 2x5
		h = input 2x5
		w = param 5x5
		b = param 1x5 row
		z1 = sum(x*w + h*w' + b)
		h1 = tanh(z1)
		z2 = sum(y*w + h1*w')
		return z2
	`, `
		h = input 2x5
		w = param 5x5
		x = input 2x5
		y = input 2x5
		v4 = stack(x, y)
		v5 = sum(v4*w)
		v6 = rows[0:2](v5)
		b = param 1x5 row
		v8 = sum(h*w' + v6 + b)
		v9 = tanh(v8)
		v10 = rows[2:4](v5)
		v11 = sum(v9*w' + v10)
		return v11
	`)
}

// What is computed row by row of a hoisted product follows it, and what follows that.
func TestLift(t *testing.T) {
	const leaves = `
		z = input 4x3
		g = param 1x3 row
		z1 = rows[0:2](z)
		z2 = rows[2:4](z)
	`
	checkPass(t, Lift, leaves+`
		n1 = layernorm[0.5](z1)
		n2 = layernorm[0.5](z2)
		y1 = mul(n1, g)
		y2 = mul(n2, g)
		return y2, y1
	`, `
		z = input 4x3
		v1 = layernorm[0.5](z)
		g = param 1x3 row
		v3 = mul(v1, g)
		v4 = rows[2:4](v3)
		v5 = rows[0:2](v3)
		return v4, v5
	`)
	for what, text := range map[string]string{
		"another number":          "n1 = layernorm[0.5](z1)\nn2 = layernorm[0.25](z2)\nreturn n1, n2",
		"another operation":       "n1 = tanh(z1)\nn2 = sigmoid(z2)\nreturn n1, n2",
		"one part alone":          "n1 = tanh(z1)\nreturn n1, z2",
		"other columns":           "n1 = columns[0:2](z1)\nn2 = columns[1:3](z2)\nreturn n1, n2",
		"rows that overlap":       "z3 = rows[1:3](z)\nn1 = tanh(z1)\nn2 = tanh(z3)\nreturn n1, n2, z2",
		"some of the rows":        "y = input 6x3\ny1 = rows[0:2](y)\ny2 = rows[2:4](y)\nn1 = tanh(y1)\nn2 = tanh(y2)\nreturn n1, n2",
		"matrices of two heights": "y = input 6x3\ny1 = rows[0:2](y)\ny2 = rows[2:4](y)\nn1 = mul(z1, y1)\nn2 = mul(z2, y2)\nreturn n1, n2",
		"two rows at once":        "n1 = mul(z1, z2)\nn2 = mul(z2, z1)\nreturn n1, n2",
		"a matrix of each step":   "y = input 2x3\nn1 = mul(z1, y)\nn2 = mul(z2, y)\nreturn n1, n2",
		"not row by row":          "n1 = reshape[3x2](z1)\nn2 = reshape[3x2](z2)\nreturn n1, n2",
		"two matrices":            "y = input 4x3\ny2 = rows[2:4](y)\nn1 = tanh(z1)\nn2 = tanh(y2)\nreturn n1, n2",
		"two biases":              "h = param 1x3 row\nn1 = mul(z1, g)\nn2 = mul(z2, h)\nreturn n1, n2",
		"two numbers":             "k = constant[2]()\nl = constant[3]()\nn1 = div(k, z1)\nn2 = div(l, z2)\nreturn n1, n2",
		"sums":                    "w = param 3x3\nn1 = sum(z1*w)\nn2 = sum(z2*w)\nreturn n1, n2",
	} {
		p := ir.MustParse(neededAll(outdented(leaves) + text))
		if q, n := Lift(p); n != 0 {
			t.Errorf("%s: the program\n%v\nhas become\n%v", what, p, q)
		}
	}
}

// Stacks of rows of one matrix are that matrix; in another order they are not.
func TestRestack(t *testing.T) {
	checkPass(t, Restack, `
		z = input 4x3
		z1 = rows[0:2](z)
		z2 = rows[2:4](z)
		s = stack(z1, z2)
		r = stack(z2, z1)
		n = neg(s)
		return n, r
	`, `
		z = input 4x3
		v1 = neg(z)
		v2 = rows[2:4](z)
		v3 = rows[0:2](z)
		v4 = stack(v2, v3)
		return v1, v4
	`)
}
