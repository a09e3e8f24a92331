package pass

import "testing"

// Sums get the form in which they are computed: products that start from one operand, the rest
// of which is added. It starts from what can be written over, else a row, else what is stored.
func TestLower(t *testing.T) {
	const leaves = `
		x = input 2x3
		w = param 3x4
		b = param 1x4 row
		y = input 2x4
		e = tanh(y)
	`
	for _, c := range []struct{ text, want string }{
		{"z = sum(x*w + e + b)\nreturn z", "x = input 2x3\nw = param 3x4\nb = param 1x4 row\nv3 = sum(x*w + b)\ny = input 2x4\nv5 = tanh(y)\nv6 = add(v3, v5)\nreturn v6"},
		{"z = sum(x*w + e + y)\nreturn z", "x = input 2x3\nw = param 3x4\ny = input 2x4\nv3 = sum(x*w + y)\nv4 = tanh(y)\nv5 = add(v3, v4)\nreturn v5"},
		{"z = sum(x*w + e)\nreturn z", "x = input 2x3\nw = param 3x4\nv2 = sum(x*w)\ny = input 2x4\nv4 = tanh(y)\nv5 = add(v2, v4)\nreturn v5"},
		{"z = sum(x*w + b + b)\nreturn z", "x = input 2x3\nw = param 3x4\nb = param 1x4 row\nv3 = sum(x*w + b)\nv4 = add(v3, b)\nreturn v4"},
		{"z = sum(e + y + b)\nreturn z", "y = input 2x4\nv1 = tanh(y)\nv2 = add(v1, y)\nb = param 1x4 row\nv4 = add(v2, b)\nreturn v4"},
		{"z = sum(x*w)\nreturn z", "x = input 2x3\nw = param 3x4\nv2 = sum(x*w)\nreturn v2"},
	} {
		checkPass(t, Lower, neededAll(outdented(leaves)+c.text), c.want)
	}
}

// A row that is looked up is not written over by the matrix that it is added to, which is higher.
func TestLowerStartsFromALookedUpRow(t *testing.T) {
	checkPass(t, Lower, `
		t = input 3x4
		k = index 1x1
		row = lookup[0:1](t, k) row
		x = input 2x3
		w = param 3x4
		z = sum(x*w + row)
		return z`,
		"x = input 2x3\nw = param 3x4\nt = input 3x4\nk = index 1x1\nv4 = lookup[0:1](t, k) row\nv5 = sum(x*w + v4)\nreturn v5")
}

// A sum that is written over what somebody else reads, or what is kept: rows of a product of all
// steps may be written over where each is read once.
func TestLowerInPlace(t *testing.T) {
	const text = `
		x = input 4x3
		w = param 3x5
		u = param 5x5
		h = input 2x5
		v = sum(x*w)
	`
	const want = "h = input 2x5\nu = param 5x5\nx = input 4x3\nw = param 3x5\nv4 = sum(x*w)\nv5 = rows[0:2](v4)\n"
	inPlace := "v6 = sum[in place true](h*u + v5)\n"
	apart := "v6 = sum(h*u + v5)\n"
	for what, c := range map[string]struct{ text, want string }{
		"free":               {"a = rows[0:2](v)\nz = sum(h*u + a)\nreturn z", want + inPlace + "return v6"},
		"two blocks":         {"a = rows[0:2](v)\nb = rows[2:4](v)\nz = sum(h*u + a)\nreturn z, b", want + apart + "v7 = rows[2:4](v4)\nreturn v6, v7"},
		"an overlap":         {"a = rows[0:2](v)\nb = rows[1:3](v)\nz = sum(h*u + a)\nn = neg(b)\nreturn z, n", want + apart + "v7 = rows[1:3](v4)\nv8 = neg(v7)\nreturn v6, v8"},
		"no overlap":         {"a = rows[0:2](v)\nb = rows[2:4](v)\nz = sum(h*u + a)\nn = neg(b)\nreturn z, n", want + inPlace + "v7 = rows[2:4](v4)\nv8 = neg(v7)\nreturn v6, v8"},
		"an output":          {"a = rows[0:2](v)\nz = sum(h*u + a)\nreturn z, v", want + apart + "return v6, v4"},
		"an output of rows":  {"a = rows[0:2](v)\nz = sum(h*u + a)\nreturn z, a", want + apart + "return v6, v5"},
		"a row of it":        {"a = rows[0:1](v)\nz = sum(h*u + a)\nreturn z", "h = input 2x5\nu = param 5x5\nv2 = sum(h*u)\nx = input 4x3\nw = param 3x5\nv5 = sum(x*w)\nv6 = rows[0:1](v5)\nv7 = add(v2, v6)\nreturn v7"},
		"another reader":     {"a = rows[0:2](v)\nz = sum(h*u + a)\nn = neg(a)\nreturn z, n", want + apart + "v7 = neg(v5)\nreturn v6, v7"},
		"a reader of it all": {"a = rows[0:2](v)\nz = sum(h*u + a)\nn = neg(v)\nreturn z, n", want + apart + "v7 = neg(v4)\nreturn v6, v7"},
	} {
		t.Run(what, func(t *testing.T) { checkPass(t, Lower, outdented(text)+c.text, c.want) })
	}
	checkPass(t, Lower, `
		a = param 4x3
		w = param 3x5
		h = input 2x5
		u = param 5x5
		v = sum(a*w)
		r = rows[0:2](v)
		z = sum(h*u + r)
		return z
	`, `
		h = input 2x5
		u = param 5x5
		a = param 4x3
		w = param 3x5
		v4 = sum(a*w)
		v5 = rows[0:2](v4)
		v6 = sum(h*u + v5)
		return v6
	`)
	checkPass(t, Lower, `
		x = input 4x5
		y = input 4x5
		h = input 2x5
		u = param 5x5
		v = sum(x + y)
		r = rows[0:2](v)
		z = sum(h*u + r)
		return z
	`, `
		h = input 2x5
		u = param 5x5
		x = input 4x5
		y = input 4x5
		v4 = add(x, y)
		v5 = rows[0:2](v4)
		v6 = sum(h*u + v5)
		return v6
	`)
	for outputs, attr := range map[string]string{"z": "[in place true]", "z, r": ""} {
		checkPass(t, Lower, `
			e = param 9x5
			k = index 1x2
			h = input 2x5
			u = param 5x5
			r = lookup[0:2](e, k)
			z = sum(h*u + r)
			return `+outputs, `
			h = input 2x5
			u = param 5x5
			e = param 9x5
			k = index 1x2
			v4 = lookup[0:2](e, k)
			v5 = sum`+attr+`(h*u + v4)
			return `+map[string]string{"z": "v5", "z, r": "v5, v4"}[outputs])
	}
}

// Derivatives of gates, products that are added and products whose rows are summed become one
// operation, and what only looks like them does not.
func TestContract(t *testing.T) {
	const gates = `
		x = input 4x3
		d = input 4x3
		s = sigmoid(x)
		h = tanh(x)
		o = affine[-1, 1](s)
		so = mul(s, o)
		q = square(h)
		r = affine[-1, 1](q)
	`
	const sigmoid, tanh = "x = input 4x3\nv1 = sigmoid(x)\n", "x = input 4x3\nv1 = tanh(x)\n"
	for what, c := range map[string]struct{ text, want string }{
		"σ′":              {gates + "g = mul(so, d)\nreturn g", sigmoid + "d = input 4x3\nv3 = sigmoidgrad(v1, d)\nreturn v3"},
		"σ′ on the right": {gates + "g = mul(d, so)\nreturn g", sigmoid + "d = input 4x3\nv3 = sigmoidgrad(v1, d)\nreturn v3"},
		"σ′ that is wanted": {gates + "g = mul(so, d)\nreturn g, so",
			sigmoid + "v2 = affine[-1, 1](v1)\nv3 = mul(v1, v2)\nd = input 4x3\nv5 = mul(v3, d)\nreturn v5, v3"},
		"1 − σ that is wanted": {gates + "g = mul(so, d)\nreturn g, o",
			sigmoid + "v2 = affine[-1, 1](v1)\nv3 = mul(v1, v2)\nd = input 4x3\nv5 = mul(v3, d)\nreturn v5, v2"},
		"tanh′": {gates + "g = mul(r, d)\nreturn g", tanh + "d = input 4x3\nv3 = tanhgrad(v1, d)\nreturn v3"},
		"tanh′ by a product": {gates + "hh = mul(h, h)\nt = affine[-1, 1](hh)\ng = mul(t, d)\nreturn g",
			tanh + "d = input 4x3\nv3 = tanhgrad(v1, d)\nreturn v3"},
		"tanh² that is wanted": {gates + "g = mul(r, d)\nreturn g, q",
			tanh + "v2 = square(v1)\nv3 = affine[-1, 1](v2)\nd = input 4x3\nv5 = mul(v3, d)\nreturn v5, v2"},
		"the square of something else": {gates + "p = square(s)\nt = affine[-1, 1](p)\ng = mul(t, d)\nreturn g",
			sigmoid + "v2 = square(v1)\nv3 = affine[-1, 1](v2)\nd = input 4x3\nv5 = mul(v3, d)\nreturn v5"},
		"2 − σ": {gates + "t = affine[-1, 2](s)\nst = mul(s, t)\ng = mul(st, d)\nreturn g",
			sigmoid + "v2 = affine[-1, 2](v1)\nv3 = mul(v1, v2)\nd = input 4x3\nv5 = mul(v3, d)\nreturn v5"},
		"1 − another σ": {gates + "p = sigmoid(d)\nt = affine[-1, 1](p)\nst = mul(s, t)\ng = mul(st, d)\nreturn g",
			sigmoid + "d = input 4x3\nv3 = sigmoid(d)\nv4 = affine[-1, 1](v3)\nv5 = mul(v1, v4)\nv6 = mul(v5, d)\nreturn v6"},
		"a column": {gates + "c = input 4x1\ng = mul(so, c)\nreturn g",
			sigmoid + "v2 = affine[-1, 1](v1)\nv3 = mul(v1, v2)\nc = input 4x1\nv5 = mul(v3, c)\nreturn v5"},
		"a product added":           {"x = input 4x3\ny = input 4x3\nz = input 4x3\np = mul(x, y)\na = add(p, z)\nreturn a", "x = input 4x3\ny = input 4x3\nz = input 4x3\nv3 = muladd(x, y, z)\nreturn v3"},
		"a product on the right":    {"x = input 4x3\ny = input 4x3\nz = input 4x3\np = mul(x, y)\na = add(z, p)\nreturn a", "x = input 4x3\ny = input 4x3\nz = input 4x3\nv3 = muladd(x, y, z)\nreturn v3"},
		"a product that is wanted":  {"x = input 4x3\ny = input 4x3\np = mul(x, y)\na = add(p, x)\nreturn a, p", "x = input 4x3\ny = input 4x3\nv2 = mul(x, y)\nv3 = add(v2, x)\nreturn v3, v2"},
		"a product added to itself": {"x = input 4x3\ny = input 4x3\np = mul(x, y)\na = add(p, p)\nreturn a", "x = input 4x3\ny = input 4x3\nv2 = mul(x, y)\nv3 = add(v2, v2)\nreturn v3"},
		"a row added":               {"x = input 4x3\ny = input 4x3\nb = param 1x3 row\np = mul(x, y)\na = add(p, b)\nreturn a", "x = input 4x3\ny = input 4x3\nv2 = mul(x, y)\nb = param 1x3 row\nv4 = add(v2, b)\nreturn v4"},
		"rows of products":          {"x = input 4x3\ny = input 4x3\np = mul(x, y)\na = sumrows(p)\nreturn a", "x = input 4x3\ny = input 4x3\nv2 = sumrows(x, y)\nreturn v2"},
		"rows of products of all steps": {"x = input 4x3\ny = input 4x3\nu = input 1x3\nv = input 1x3\np = mul(x, y)\nq = mul(u, v)\ns = stack(p, q)\na = sumrows(s)\nreturn a",
			"x = input 4x3\nu = input 1x3\nv2 = stack(x, u)\ny = input 4x3\nv4 = input 1x3 \"v\"\nv5 = stack(y, v4)\nv6 = sumrows(v2, v5)\nreturn v6"},
		"rows of some products": {"x = input 4x3\ny = input 4x3\np = mul(x, y)\ns = stack(p, x)\na = sumrows(s)\nreturn a",
			"x = input 4x3\ny = input 4x3\nv2 = mul(x, y)\nv3 = stack(v2, x)\nv4 = sumrows(v3)\nreturn v4"},
		"rows of a stack that is wanted": {"x = input 4x3\ny = input 4x3\np = mul(x, y)\nq = mul(x, x)\ns = stack(p, q)\na = sumrows(s)\nreturn a, s",
			"x = input 4x3\ny = input 4x3\nv2 = mul(x, y)\nv3 = mul(x, x)\nv4 = stack(v2, v3)\nv5 = sumrows(v4)\nreturn v5, v4"},
	} {
		t.Run(what, func(t *testing.T) { checkPass(t, Contract, neededAll(outdented(c.text)), c.want) })
	}
}
