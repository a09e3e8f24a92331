package ir_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// Leaves of the programs of this file.
var given = map[string]ir.Matrix{
	"x": {Rows: 2, Cols: 2, Data: []float64{1, 2, -3, 4}},
	"y": {Rows: 2, Cols: 2, Data: []float64{0.5, 0, 2, -1}},
	"p": {Rows: 2, Cols: 2, Data: []float64{1, 4, 9, 0.25}},
	"r": {Rows: 1, Cols: 2, Data: []float64{10, 20}},
	"c": {Rows: 2, Cols: 1, Data: []float64{0, 1}},
	"s": {Rows: 1, Cols: 1, Data: []float64{3}},
	"k": {Rows: 1, Cols: 4, Data: []float64{1, 0, 1, 1}},
	"t": {Rows: 1, Cols: 2, Data: []float64{1, 0}},
	"m": {Rows: 2, Cols: 3, Data: []float64{1, 2, 3, 4, 5, 6}},
	"n": {Rows: 4, Cols: 2, Data: []float64{1, 2, 3, 4, 5, 6, 7, 8}},
	"g": {Rows: 2, Cols: 2, Data: []float64{10, 20, 10, 20}},

	"classes": {Rows: 1, Cols: 2, Data: []float64{0, 2}},
}

const leaves = `
	x = input 2x2
	y = input 2x2
	p = input 2x2
	r = input 1x2 row
	c = input 2x1
	s = input 1x1
	k = index 1x4
	t = index 1x2
	m = input 2x3
	n = input 4x2
	g = input 2x2
`

// Numbers that a hand has computed from the meaning of each operation. Catches a definition,
// which everything else is compared with, that is another operation's or that spreads, orders or
// counts otherwise.
func TestDefinitions(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	e1, e7 := math.Exp(1), math.Exp(7)
	tested := map[string]bool{}
	for _, c := range []struct {
		text string
		want []float64
	}{
		{"constant[2.5]()", []float64{2.5}},
		{"neg(x)", []float64{-1, -2, 3, -4}},
		{"sigmoid(x)", []float64{sigmoid(1), sigmoid(2), sigmoid(-3), sigmoid(4)}},
		{"tanh(x)", []float64{math.Tanh(1), math.Tanh(2), math.Tanh(-3), math.Tanh(4)}},
		{"exp(x)", []float64{math.E, math.Exp(2), math.Exp(-3), math.Exp(4)}},
		{"log(p)", []float64{0, math.Log(4), math.Log(9), -math.Log(4)}},
		{"sqrt(p)", []float64{1, 2, 3, 0.5}},
		{"square(x)", []float64{1, 4, 9, 16}},
		{"affine[2, -1](x)", []float64{1, 3, -7, 7}},
		{"add(x, r)", []float64{11, 22, 7, 24}},
		{"sub(x, c)", []float64{1, 2, -4, 3}},
		{"sub(s, x)", []float64{2, 1, 6, -1}},
		{"mul(x, c)", []float64{0, 0, -3, 4}},
		{"div(x, p)", []float64{1, 0.5, -3.0 / 9, 16}},
		{"muladd(x, y, r)", []float64{10.5, 20, 4, 16}},
		{"sigmoidgrad(y, x)", []float64{0.25, 0, 6, -8}},
		{"tanhgrad(y, x)", []float64{0.75, 2, 9, 0}},
		{"max(x, y)", []float64{1, 2, 2, 4}},
		{"atleast(x, p)", []float64{1, 0, 0, 1}},
		{"clamp[-1, 2](x)", []float64{1, 2, -1, 2}},
		{"within[-3, 2](x)", []float64{1, 0, 0, 0}},
		{"choose(c, x, y)", []float64{0.5, 0, -3, 4}},
		{"keep(y, x)", []float64{1, 0, -3, 4}},
		{"drop(y, x)", []float64{0, 2, 0, 0}},
		{"sum(x*y + r + s)", []float64{17.5, 21, 19.5, 19}},
		{"sum(x*y')", []float64{0.5, 0, -1.5, -10}},
		{"sum(r*x + r*y')", []float64{10 - 60 + 5, 20 + 80 + 0}},
		{"outer(x, m)", []float64{1 - 12, 2 - 15, 3 - 18, 2 + 16, 4 + 20, 6 + 24}},
		{"sumrows(m)", []float64{5, 7, 9}},
		{"sumrows(x, y)", []float64{0.5 - 6, -4}},
		{"rows[1:2](x)", []float64{-3, 4}},
		{"columns[1:3](m)", []float64{2, 3, 5, 6}},
		{"padrows[1 of 4](r)", []float64{0, 0, 10, 20, 0, 0, 0, 0}},
		{"padcolumns[1 of 3](c)", []float64{0, 0, 0, 0, 1, 0}},
		{"stack(r, x)", []float64{10, 20, 1, 2, -3, 4}},
		{"concat(c, x)", []float64{0, 1, 2, 1, -3, 4}},
		{"reshape[3x2](m)", []float64{1, 2, 3, 4, 5, 6}},
		{"transpose(m)", []float64{1, 4, 2, 5, 3, 6}},
		{"layernorm[0.75](x)", []float64{-0.5, 0.5, -3.5 / math.Sqrt(13), 3.5 / math.Sqrt(13)}},
		{"layernormgrad[0.75](x, y, g)", normGradByHand()},
		{"softmax(x)", []float64{1 / (1 + e1), e1 / (1 + e1), 1 / (1 + e7), e7 / (1 + e7)}},
		{"lookup[1:4](x, k)", []float64{1, 2, -3, 4, -3, 4}},
		{"scatter[3](n, k)", []float64{3, 4, 13, 16, 0, 0}},
		{"crossentropy(x, t, c)", []float64{math.Log(1 + e7)}},
		{"crossentropygrad(x, t, c, s)", []float64{0, 0, 3/(1+e7) - 3, 3 * e7 / (1 + e7)}},
	} {
		name, _, _ := strings.Cut(strings.ReplaceAll(c.text, "[", "("), "(")
		tested[name] = true
		text := leaves + "v = " + c.text + "\nreturn v, x, y, p, r, c, s, m, n, g, k, t"
		p, err := ir.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		out, err := p.Interpret(given)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got := out[0].Data
		if len(got) != len(c.want) {
			t.Errorf("%s = %v, want %v", c.text, got, c.want)
			continue
		}
		for i, w := range c.want {
			if !(math.Abs(got[i]-w) <= 1e-12*(1+math.Abs(w))) {
				t.Errorf("%s: element %d is %.15g, want %.15g", c.text, i, got[i], w)
			}
		}
	}
	for _, op := range ir.Ops() {
		if op != ir.Leaf && op != ir.Opaque && !tested[op.String()] {
			t.Errorf("no numbers for %v", op)
		}
	}
}

// normGradByHand is layernormgrad[0.75] of x, y and rows of 10 and 20: the variances of x are
// 1/4 and 49/4, the means of dy 15, and of dy ⊙ y 2.5 and 0.
func normGradByHand() []float64 {
	s := math.Sqrt(13)
	return []float64{10 - 15 - 0.5*2.5, 20 - 15, (10 - 15) / s, (20 - 15) / s}
}

// A kernel that computes something else than the definition, for either type of numbers.
func TestKernelsAreTheDefinitions(t *testing.T) {
	x := []float64{0.25, -0.5, 0.75, 0, -0.125, 0.875, 0.5, -0.75, 0.375, 0, 1, -1, 0.1, 0.2, 0.3, 0.4, 0.6}
	for _, op := range ir.Ops() {
		row := op.Row()
		if row.Traits&ir.Elementwise == 0 {
			continue
		}
		var attr ir.Attr
		switch row.Attr.(type) {
		case ir.Linear:
			attr = ir.Linear{Scale: -1.5, Shift: 0.25}
		case ir.Bounds:
			attr = ir.Bounds{Low: -0.5, High: 0.5}
		}
		checkKernel[float64](t, op, attr, x, 1e-12)
		checkKernel[float32](t, op, attr, x, 1e-6)
	}
}

func checkKernel[T kernel.Float](t *testing.T, op ir.Op, attr ir.Attr, x []float64, tolerance float64) {
	t.Helper()
	var in [3][]T
	for k := range op.Row().Arity {
		for i := range x {
			v := x[(i+5*k)%len(x)]
			if op == ir.Log || op == ir.Sqrt {
				v = math.Abs(v) + 0.5
			}
			in[k] = append(in[k], T(v))
		}
	}
	dst := make([]T, len(x))
	ir.KernelOf[T](op)(dst, &in, attr)
	for i, got := range dst {
		var at [3]float64
		for k := range op.Row().Arity {
			at[k] = float64(in[k][i])
		}
		want := op.Row().Scalar(attr, at)
		if d := math.Abs(float64(got) - want); !(d <= tolerance*(1+math.Abs(want))) && !(math.IsInf(want, 0) && float64(got) == want) && !math.IsNaN(want) {
			t.Errorf("%v of %v in %T is %v, want %v", op, at, got, got, want)
		}
	}
}

// Leaves and numbers that do not fit the program.
func TestInterpretRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"z = input 2x2\nreturn z":                                                                      `leaf "z" is given as (0, 0), want (2, 2)`,
		"x = input 3x2\nreturn x":                                                                      "given as (2, 2), want (3, 2)",
		"x = input 2x2\nv = opaque[2x2 \"f\"](x)\nreturn v":                                            "opaque has no definition",
		"x = input 1x2 \"r\"\nk = index 1x4\nv = lookup[0:4](x, k)\nreturn v":                          "number 1 at position 0 is outside [0, 1)",
		"x = input 2x2\nt = index 1x2 \"classes\"\nc = input 2x1\nv = crossentropy(x, t, c)\nreturn v": "number 2 at position 1 is outside [0, 2)",
		"n = input 4x2\nk = index 1x4\nv = scatter[1](n, k)\nreturn v":                                 "number 1 at position 0 is outside [0, 1)",
	} {
		_, err := ir.MustParse(text).Interpret(given)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngives the error %v, want one with %q", text, err, want)
		}
	}
}

func ExampleParse() {
	p, err := ir.Parse(`
		x = input 4x3
		w = param 3x5
		b = param 1x5 row
		z = sum(x*w + b)
		h = tanh(z)
		return h
	`)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(p)
	// Output:
	// x = input 4x3
	// w = param 3x5
	// b = param 1x5 row
	// v3 = sum(x*w + b)
	// v4 = tanh(v3)
	// return v4
}
