package ir_test

import (
	"math"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// Values that differ in one thing and are taken for one, and equal ones that are two.
func TestEqualValuesAreOne(t *testing.T) {
	p := ir.MustParse("x = input 4x4\ny = input 4x4\nw = param 4x4\nreturn x, y, w")
	p.MergeEqual()
	x, y, w := p.Values[0], p.Values[1], p.Values[2]
	product := func(a, b *ir.Value, trans bool) []ir.Product { return []ir.Product{{Left: a, Right: b, Trans: trans}} }
	makes := []func() *ir.Value{
		func() *ir.Value { return p.New(ir.Tanh, nil, x) },
		func() *ir.Value { return p.New(ir.Tanh, nil, y) },
		func() *ir.Value { return p.New(ir.Sigmoid, nil, x) },
		func() *ir.Value { return p.New(ir.Sub, nil, x, y) },
		func() *ir.Value { return p.New(ir.Sub, nil, y, x) },
		func() *ir.Value { return p.New(ir.Affine, ir.Linear{Scale: 1, Shift: 2}, x) },
		func() *ir.Value { return p.New(ir.Affine, ir.Linear{Scale: 2, Shift: 1}, x) },
		func() *ir.Value { return p.New(ir.Affine, ir.Linear{Scale: 1, Shift: math.Nextafter(2, 3)}, x) },
		func() *ir.Value { return p.New(ir.Constant, ir.Number(0)) },
		func() *ir.Value { return p.New(ir.Constant, ir.Number(math.Copysign(0, -1))) },
		func() *ir.Value { return p.Block(x, 0, 2) },
		func() *ir.Value { return p.Block(x, 1, 2) },
		func() *ir.Value { return p.Block(x, 1, 1) },
		func() *ir.Value { return p.Columns(x, 1, 2) },
		func() *ir.Value { return p.New(ir.PadRows, ir.Pad{From: 0, Size: 5}, x) },
		func() *ir.Value { return p.New(ir.PadRows, ir.Pad{From: 1, Size: 5}, x) },
		func() *ir.Value { return p.New(ir.PadRows, ir.Pad{From: 0, Size: 6}, x) },
		func() *ir.Value { return p.New(ir.Reshape, ir.Shape{Rows: 2, Cols: 8}, x) },
		func() *ir.Value { return p.New(ir.Reshape, ir.Shape{Rows: 8, Cols: 2}, x) },
		func() *ir.Value { return p.NewSum(product(x, w, false), nil) },
		func() *ir.Value { return p.NewSum(product(x, w, true), nil) },
		func() *ir.Value { return p.NewSum(product(w, x, false), nil) },
		func() *ir.Value { return p.NewSum(product(x, w, false), []*ir.Value{y}) },
		func() *ir.Value { return p.NewSum(nil, []*ir.Value{x, w, y}) },
		func() *ir.Value { return p.New(ir.Stack, nil, x, w) },
		func() *ir.Value { return p.New(ir.Stack, nil, w, x) },
		func() *ir.Value { return p.New(ir.Concat, nil, x, w) },
	}
	seen := map[*ir.Value]int{}
	for i, make := range makes {
		v := make()
		if j, known := seen[v]; known {
			t.Errorf("value %d is value %d", i, j)
		}
		seen[v] = i
		if again := make(); again != v {
			t.Errorf("value %d is made twice", i)
		}
	}
	p.Forget()
	if first := makes[0](); makes[0]() != first {
		t.Error("equal values stay apart after Forget")
	}
}

// What is kept from run to run while parameters are frozen: too much would be out of date, too
// little computed again.
func TestSteady(t *testing.T) {
	p := ir.MustParse(`
		x = input 4x4
		k = index 1x4
		w = param 4x4
		b = param 1x4 row
		v4 = sum(w*w + b)
		v5 = sum(w*x)
		v6 = sum(w*w + x)
		v7 = sum(v4*w)
		v8 = tanh(w)
		v9 = lookup[0:4](w, k)
		return v5, v6, v7, v8, v9
	`)
	want := []bool{false, false, true, true, true, false, false, false, false, false}
	for i, v := range p.Values {
		if v.Steady() != want[i] {
			t.Errorf("value %d, %v, is steady: %v, want %v", i, v.Op, v.Steady(), want[i])
		}
	}
}

// Users that are missing or come twice, outputs that are not known as such.
func TestUsers(t *testing.T) {
	p := ir.MustParse("x = input 2x2\ny = tanh(x)\nz = mul(y, y)\ns = sum(x*z + y)\nreturn s, y")
	for i, want := range []int{2, 3, 1, 0} {
		if got := len(p.Users(p.Values[i])); got != want {
			t.Errorf("value %d has %d uses, want %d", i, got, want)
		}
	}
	for i, want := range []bool{false, true, false, true} {
		if p.IsOutput(p.Values[i]) != want {
			t.Errorf("value %d is an output: %v", i, !want)
		}
		if single := i == 2; p.Single(p.Values[i]) != single {
			t.Errorf("value %d is wanted by one user alone: %v", i, !single)
		}
	}
	if made := p.New(ir.Neg, nil, p.Values[0]); len(p.Users(made)) != 0 || p.IsOutput(made) {
		t.Error("a value that has just been made has users")
	}
}

// A program that changes when another is made of it, values that are made anew without need,
// and marks of rows that are lost.
func TestRewrite(t *testing.T) {
	p := ir.MustParse("x = input 2x2\nb = param 1x2 row\ny = tanh(x)\nz = add(y, b)\nu = neg(b) row\nw = add(x, u)\nreturn z, w")
	before := p.String()
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op == ir.Tanh {
			return r.New(ir.Sigmoid, nil, r.All(v.In)...)
		}
		return nil
	})
	if p.String() != before {
		t.Errorf("the program has become\n%v", p)
	}
	if want := "x = input 2x2\nv1 = sigmoid(x)\nb = param 1x2 row\nv3 = add(v1, b)\nv4 = neg(b) row\nv5 = add(x, v4)\nreturn v3, v5\n"; q.String() != want {
		t.Errorf("the new program is\n%v\nwant\n%s", q, want)
	}
	if q.Outputs[1] != p.Outputs[1] {
		t.Error("a value without new operands has been made anew")
	}
	swapped := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op == ir.Leaf && v.Row {
			return r.Raw(ir.Value{Op: ir.Leaf, Attr: v.Attr, Rows: 1, Cols: 2})
		}
		return nil
	})
	if got := swapped.Outputs[1].In[1]; !got.Row {
		t.Error("what stands for a row is not marked as one")
	}
}

// A rewriting that makes a value depend on itself: it panics, and does not run for ever.
func TestRewriteOfALoop(t *testing.T) {
	p := ir.MustParse("x = input 2x2\ny = tanh(x)\nz = neg(y)\nreturn z")
	defer func() {
		if recover() == nil {
			t.Error("a value depends on itself")
		}
	}()
	p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op == ir.Tanh {
			return r.New(ir.Neg, nil, r.Of(p.Outputs[0]))
		}
		return nil
	})
}

// Rows of the table that lack what defines them, or whose name is taken.
func TestRegisterRefuses(t *testing.T) {
	scalar := func(ir.Attr, [3]float64) float64 { return 0 }
	for name, r := range map[string]ir.Row{
		"no name":       {Traits: ir.Elementwise, Arity: 1, Scalar: scalar},
		"a taken name":  {Name: "tanh", Traits: ir.Elementwise, Arity: 1, Scalar: scalar},
		"no definition": {Name: "undefined", Traits: ir.Elementwise, Arity: 1},
		"no operands":   {Name: "nullary", Traits: ir.Elementwise, Scalar: scalar},
		"four operands": {Name: "quaternary", Traits: ir.Elementwise, Arity: 4, Scalar: scalar},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a row with %s is taken", name)
				}
			}()
			ir.Register(r)
		}()
	}
}
