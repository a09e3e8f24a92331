package schedule

import (
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
)

// Elementwise values that are not computed together, or together though a product or another
// shape lies between; values that are stored though nobody reads them, or read though they
// are not.
func TestClusters(t *testing.T) {
	one := Settings{Workers: 2}
	checkSteps(t, `
		x = input 8x3
		y = input 8x3
		a = tanh(x)
		b = mul(a, y)
		c = sigmoid(b)
		return c
	`, `
		cluster 8×3: tanh ⊙ σ: x y →#2
	`, one)
	checkSteps(t, `
		x = input 8x3
		y = input 8x3
		a = tanh(x)
		b = mul(a, y)
		c = sigmoid(b)
		return c
	`, `
		cluster 8×3: tanh: x →#2
		cluster 8×3: ⊙: #2 y →#3
		cluster 8×3: σ: #3 →#4
	`, one, "clusters")
	// Two that read the same stored matrix are one; two that read the same input are two.
	checkSteps(t, `
		x = input 8x3
		s = softmax(x)
		a = tanh(s)
		b = exp(s)
		c = tanh(x)
		d = exp(x)
		return a, b, c, d
	`, `
		softmax 8×3: x →#1
		cluster 8×3: tanh: x →#2
		cluster 8×3: exp: x →#3
		cluster 8×3: tanh exp: #1 →#4 →#5
	`, one)
	// Rows that are looked up for a cluster are there before it, also where its first value is.
	checkSteps(t, `
		x = input 6x3
		e = param 9x3
		k = index 1x6
		a = affine[2, 1](x)
		l = lookup[0:6](e, k)
		b = mul(a, l)
		return b
	`, `
		copy 6×3: e →#3
		cluster 6×3: affine ⊙: x #3 →#4
	`, one)
	// A row, a column and a number are spread; a row is no operand of the cluster of a matrix.
	checkSteps(t, `
		x = input 8x3
		r = input 1x3 row
		c = input 8x1
		n = input 1x1
		k = constant[2]()
		a = tanh(r)
		b = add(x, a)
		d = mul(c, b)
		e = sub(n, d)
		f = div(k, e)
		return f
	`, `
		cluster 1×3: tanh: r →#4
		| cluster 8×3: + ⊙ − /: x #4 c n →#5
	`, one)
}

// A derivative that is stored, where it could be computed from its gate when it is wanted; one
// that is an output is stored.
func TestSink(t *testing.T) {
	const text = `
		x = input 8x3
		w = param 3x3
		s = sigmoid(x)
		o = affine[-1, 1](s)
		z = sum(s*w)
		g = mul(o, z)
		return g
	`
	sunk := `
		pack 1: w →#2
		cluster 8×3: σ: x →#3
		| product 8×[3×3]: #3 #2 →#4
		cluster 8×3: affine ⊙: #3 #4 →#5
	`
	checkSteps(t, text, sunk, Settings{Workers: 2})
	checkSteps(t, text, `
		pack 1: w →#2
		cluster 8×3: σ affine: x →#3 →#4
		| product 8×[3×3]: #3 #2 →#5
		cluster 8×3: ⊙: #4 #5 →#6
	`, Settings{Workers: 2}, "sink")
}

// A value that is cheap, wanted later, and an output.
func TestSinkOfAnOutput(t *testing.T) {
	const text = `
		x = input 8x3
		w = param 3x3
		s = sigmoid(x)
		o = affine[-1, 1](s)
		z = sum(s*w)
		g = mul(o, z)
		return g, o
	`
	checkSteps(t, text, `
		pack 1: w →#2
		cluster 8×3: σ affine: x →#3 →#4
		| product 8×[3×3]: #3 #2 →#5
		cluster 8×3: ⊙: #4 #5 →#6
	`, Settings{Workers: 2})
}

// Gates that are not one step, or that are though their left operands differ; right operands
// that are packed twice, or once though one is transposed.
func TestSharedProducts(t *testing.T) {
	const text = `
		x = input 8x4
		y = input 8x4
		w = param 4x4
		u = param 4x4
		a = sum(x*w)
		b = sum(x*u)
		c = sum(y*w)
		d = sum(x*w')
		return a, b, c, d
	`
	checkSteps(t, text, `
		pack 3: w →#4 u →#5 w →#6
		| product 8×[4×4 4×4 4×4]: x #4 →#7 #5 →#8 #6 →#9
		product 8×[4×4]: y #4 →#10
	`, Settings{Workers: 2})
	checkSteps(t, text, `
		pack 1: w →#4
		pack 1: u →#5
		pack 1: w →#6
		| product 8×[4×4]: x #4 →#7
		product 8×[4×4]: x #5 →#8
		product 8×[4×4]: y #4 →#9
		product 8×[4×4]: x #6 →#10
	`, Settings{Workers: 2}, "share")
	checkSteps(t, text, `
		pack 1: w →#4
		pack 1: u →#5
		pack 1: w →#6
		pack 1: w →#7
		| product 8×[4×4 4×4 4×4]: x #4 →#8 #5 →#9 #7 →#10
		product 8×[4×4]: y #6 →#11
	`, Settings{Workers: 2}, "pack")
	// What is kept while parameters are frozen, and what is not.
	checkSteps(t, `
		e = param 8x4
		w = param 4x4
		x = input 4x4
		a = sum(e*w)
		b = sum(e*x)
		return a, b
	`, `
		pack 1: w →#3
		pack 1: x →#4
		| product 8×[4×4]: e #3 →#5
		product 8×[4×4]: e #4 →#6
		copy 8×4: #5 →#7
	`, Settings{Workers: 2})
	// A right operand that is computed is packed when it is there; products at different times
	// are different steps.
	checkSteps(t, `
		x = input 8x4
		w = param 4x4
		t = tanh(w)
		a = sum(x*t)
		b = sum(x*w + a)
		return b
	`, `
		pack 1: w →#2
		cluster 4×4: tanh: w →#3
		| pack 1: #3 →#4
		| product 8×[4×4]: x #4 →#5
		product 8×[4×4]: x #5 #2 →#6
	`, Settings{Workers: 2}, "memory")
}

// Outer products with the same left operand, and sums of rows, that are steps of their own.
func TestSharedReductions(t *testing.T) {
	checkSteps(t, `
		a = input 8x4
		b = input 8x5
		c = input 8x6
		o1 = outer(a, b)
		o2 = outer(a, c)
		o3 = outer(b, c)
		s1 = sumrows(b)
		s2 = sumrows(b, b)
		return o1, o2, o3, s1, s2
	`, `
		outer products 8×[4×5 4×6] 8×[5×6]: a b →#3 c →#4 b c →#5
		sum rows 8×5 8×5 of products: b →#6 b →#7 b
	`, Settings{Workers: 2})
}

// A sum that is written somewhere else than over what it starts from, or that starts from a
// row as if it were a matrix.
func TestStarts(t *testing.T) {
	checkSteps(t, `
		x = input 4x3
		w = param 3x5
		u = param 5x5
		h = input 2x5
		b = param 1x5 row
		v = sum(x*w + b)
		r = rows[2:4](v)
		z = sum[in place true](h*u + r)
		n = neg(z)
		return n
	`, `
		pack 2: w →#5 u →#6
		| product 4×[3×5]: x b #5 →#7
		| product 2×[5×5]: h #7+10 #6 →#7+10
		| cluster 2×5: −: #7+10 →#8
	`, Settings{Workers: 2})
}

// Workers that wait for one another though each reads only rows that it has written itself.
func TestNoBarriersBetweenSteps(t *testing.T) {
	checkSteps(t, `
		x = input 8x4
		w = param 4x4
		k = index 1x8
		o = input 8x1
		one = constant[1]()
		a = softmax(x)
		b = tanh(a)
		n = layernorm[0.1](b)
		c = neg(n)
		g = layernormgrad[0.1](b, n, c)
		s = concat(g, x)
		p = softmax(s)
		z = sum(g*w)
		l = crossentropygrad(z, k, o, one)
		m = softmax(l)
		y = transpose(p)
		e = exp(y)
		q = softmax(e)
		return q, m
	`, `
		pack 1: w →#4
		softmax 8×4: x →#5
		cluster 8×4: tanh: #5 →#6
		layer norm 8×4: #6 →#7 →#8
		cluster 8×4: −: #7 →#9
		layer norm gradient 8×4: #7 #9 #8 →#10+0
		copy 8×4: x →#10+4
		softmax 8×8: #10 →#11
		| product 8×[4×4]: #10+0 #4 →#12
		cross-entropy and its gradient 8×4: #12 o →#13 →#14 #15
		transpose 8×8: #11 →#16
		softmax 8×4: #14 →#17
		cluster 8×8: exp: #16 →#18
		softmax 8×8: #18 →#19
	`, Settings{Workers: 2}, "memory")
}

// Workers that read rows that another one has, and may not have written yet: what adds up rows, or
// reads columns, waits for all of them.
func TestBarriersOfReductions(t *testing.T) {
	checkSteps(t, `
		x = input 8x4
		k = index 1x8
		d = tanh(x)
		s = scatter[8](d, k)
		o = outer(s, x)
		r = sumrows(o)
		a = add(d, r)
		m = sumrows(a, d)
		b = mul(a, m)
		t = transpose(b)
		return t
	`, `
		cluster 8×4: tanh: x →#2
		| scatter 8 rows to 8×4: #2 →#3
		| outer products 8×[4×4]: #3 x →#4
		| sum rows 4×4: #4 →#5
		| cluster 8×4: +: #2 #5 →#6
		| sum rows 8×4 of products: #6 →#7 #2
		| cluster 8×4: ⊙: #6 #7 →#8
		| transpose 8×4: #8 →#9
	`, Settings{Workers: 2}, "memory")
}

// Parts that are copied though they could be computed where they are wanted, or computed in two
// places; views that are copied.
func TestPlacements(t *testing.T) {
	const text = `
		x = input 2x3
		y = input 2x3
		a = tanh(x)
		b = exp(y)
		s = stack(a, x, b)
		n = softmax(s)
		c = concat(a, b)
		m = softmax(c)
		return n, m
	`
	checkSteps(t, text, `
		cluster 2×3: tanh: x →#2
		cluster 2×3: exp: y →#2+12
		copy 2×3: x →#2+6
		copy 2×3: #2 →#3+0
		copy 2×3: #2+12 →#3+3
		| softmax 6×3: #2 →#4
		softmax 2×6: #3 →#5
	`, Settings{Workers: 2})
	checkSteps(t, text, `
		cluster 2×3: tanh: x →#2
		cluster 2×3: exp: y →#3
		copy 2×3: #2 →#4
		copy 2×3: x →#4+6
		copy 2×3: #3 →#4+12
		copy 2×3: #2 →#5+0
		copy 2×3: #3 →#5+3
		| softmax 6×3: #4 →#6
		softmax 2×6: #5 →#7
	`, Settings{Workers: 2}, "placements")
	checkSteps(t, `
		x = input 4x6
		r = rows[1:3](x)
		c = columns[2:4](r)
		a = softmax(c)
		q = reshape[2x6](r)
		b = softmax(q)
		p = reshape[1x4](c)
		d = softmax(p)
		return a, b, d
	`, `
		reshape 2×2: x+8 →#1
		softmax 2×2: x+8 →#2
		softmax 2×6: x+6 →#3
		| softmax 1×4: #1 →#4
	`, Settings{Workers: 2})
}

// A concatenation that only a product reads: its parts are computed in it all the same.
func TestPlacementsOfALeftOperand(t *testing.T) {
	checkSteps(t, `
		x = input 8x2
		w = param 4x3
		a = tanh(x)
		s = softmax(x)
		c = concat(a, s)
		z = sum(c*w)
		return z
	`, `
		pack 1: w →#2
		cluster 8×2: tanh: x →#3+0
		softmax 8×2: x →#3+2
		| product 8×[4×3]: #3 #2 →#4
	`, Settings{Workers: 2})
}

// Outputs that share memory with a leaf, with one another or with a part of something: who reads
// them after a run may change them.
func TestOutputs(t *testing.T) {
	checkSteps(t, `
		x = input 4x6
		a = tanh(x)
		c = columns[2:4](a)
		r = rows[0:1](a)
		return x, a, a, c, r
	`, `
		cluster 4×6: tanh: x →#1
		copy 4×6: x →#2
		copy 4×6: #1 →#3
		copy 4×2: #1+2 →#4
		| copy 1×6: #1 →#5
	`, Settings{Workers: 2})
}

// An output that is a part of a stack, and keeps all of it from being written over.
func TestOutputInAStack(t *testing.T) {
	checkSteps(t, `
		x = input 2x3
		a = tanh(x)
		s = stack(x, a)
		n = softmax(s)
		return n, a
	`, `
		cluster 2×3: tanh: x →#1
		copy 2×3: x →#2
		copy 2×3: #1 →#2+6
		| softmax 4×3: #2 →#3
	`, Settings{Workers: 2})
}

// An output whose rows have gaps between them.
func TestOutputWithGaps(t *testing.T) {
	checkSteps(t, `
		x = input 4x6
		a = softmax(x)
		c = columns[2:4](a)
		return c
	`, `
		softmax 4×6: x →#1
		copy 4×2: #1+2 →#2
	`, Settings{Workers: 2})
}

// Rows of a list that begin in one part and end in another, one of which is looked up from a
// table of another height.
func TestCut(t *testing.T) {
	table := exec.Place{Buffer: 1, Rows: 9, Cols: 2, Stride: 2}
	rows := exec.Place{Buffer: 2, Rows: 5, Cols: 2, Stride: 4}
	parts := []exec.Part{{Place: table, Lookup: true, Index: 7, From: 3, Num: 4}, {Place: rows}}
	want := []exec.Part{{Place: table, Lookup: true, Index: 7, From: 5, Num: 2}, {Place: exec.Place{Buffer: 2, Rows: 3, Cols: 2, Stride: 4}}}
	if got := cut(parts, 2, 5); !slices.Equal(got, want) {
		t.Errorf("rows 2 to 7 are %+v, want %+v", got, want)
	}
	want = []exec.Part{{Place: exec.Place{Buffer: 2, Offset: 4, Rows: 2, Cols: 2, Stride: 4}}}
	if got := cut(parts, 5, 2); !slices.Equal(got, want) {
		t.Errorf("rows 5 to 7 are %+v, want %+v", got, want)
	}
}

// Buffers whose size is no multiple of a cache line, and that nobody takes over.
func TestReuse(t *testing.T) {
	p := planOf(t, `
		x = input 5x3
		a = softmax(x)
		b = softmax(a)
		c = softmax(b)
		d = softmax(c)
		return d
	`, Settings{Workers: 1})
	if want := 3 * 16; p.arena != want { // two that change places, and the output
		t.Errorf("the arena has %d numbers, want %d", p.arena, want)
	}
}

// Stacks, blocks and lookups that products and sums of rows read: they are pointers, and
// nothing is copied.
func TestLists(t *testing.T) {
	checkSteps(t, `
		e = param 9x3
		k = index 1x6
		y = input 4x3
		w = param 3x5
		d = input 8x5
		l = lookup[0:6](e, k)
		m = rows[2:6](l)
		s = stack(y, m)
		z = sum(s*w)
		g = outer(s, d)
		return z, g
	`, `
		pack 1: w →#5
		| product 8×[3×5]: y e #5 →#6
		outer products 8×[3×5]: y e d →#7
	`, Settings{Workers: 2})
	// One that an elementwise operation reads too has to be there.
	checkSteps(t, `
		e = param 9x3
		k = index 1x6
		w = param 3x5
		l = lookup[0:6](e, k)
		z = sum(l*w)
		n = tanh(l)
		return z, n
	`, `
		pack 1: w →#3
		copy 6×3: e →#4
		| product 6×[3×5]: #4 #3 →#5
		cluster 6×3: tanh: #4 →#6
	`, Settings{Workers: 2})
}

// A loss whose gradient takes another pass over the logits, though what it is multiplied by is
// known before; or that is computed with one that waits for the loss.
func TestLosses(t *testing.T) {
	const text = `
		x = input 4x6
		k = index 1x4
		w = input 4x1
		l = crossentropy(x, k, w)
	`
	checkSteps(t, text+"d = constant[1]()\ng = crossentropygrad(x, k, w, d)\nreturn l, g", `
		cross-entropy and its gradient 4×6: x w →#3 →#4 #5
		| mean of losses: #3 w →#6
	`, Settings{Workers: 2})
	checkSteps(t, text+"d = neg(l)\ng = crossentropygrad(x, k, w, d)\nreturn l, g", `
		cross-entropy 4×6: x w →#3 →#4
		| mean of losses: #3 w →#5
		| cluster 1×1: −: #5 →#6
		| cross-entropy and its gradient 4×6: x w →#7 →#8 #6
	`, Settings{Workers: 2}, "memory")
	checkSteps(t, text+"v = input 4x1\nd = constant[1]()\ng = crossentropygrad(x, k, v, d)\nreturn l, g", `
		cross-entropy 4×6: x w →#4 →#5
		cross-entropy and its gradient 4×6: x v →#6 →#7 #8
		| mean of losses: #4 w →#9
	`, Settings{Workers: 2}, "memory")
}

// Weights of a loss that lie in a matrix, with gaps between them: the loss reads them as if they
// had none.
func TestLossOfAColumn(t *testing.T) {
	checkSteps(t, `
		x = input 4x6
		k = index 1x4
		m = input 4x3
		n = softmax(m)
		c = concat(n, m)
		w = columns[1:2](c)
		l = crossentropy(x, k, w)
		return l
	`, `
		softmax 4×3: m →#3+0
		copy 4×3: m →#3+3
		copy 4×1: #3+1 →#4
		| cross-entropy 4×6: x #4 →#5 →#6
		| mean of losses: #5 #4 →#7
	`, Settings{Workers: 2})
}

// Layer norms whose gradients read the scales of other rows.
func TestLayerNorms(t *testing.T) {
	checkSteps(t, `
		x = input 4x6
		d = input 2x6
		n = layernorm[0.1](x)
		r = rows[2:4](n)
		q = rows[2:4](x)
		g = layernormgrad[0.1](q, r, d)
		p = padrows[1 of 4](g)
		c = padcolumns[1 of 8](g)
		t = transpose(p)
		return n, t, c
	`, `
		layer norm 4×6: x →#2 →#3
		| layer norm gradient 2×6: #2+12 d #3+2 →#4
		| pad to 4×6: #4 →#5
		pad to 2×8: #4 →#6
		| transpose 4×6: #5 →#7
	`, Settings{Workers: 2})
}
