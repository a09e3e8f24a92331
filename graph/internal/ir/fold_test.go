package ir_test

import (
	"math"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/ir/irtest"
)

// simplified makes every value of a program anew, by the rules of the table.
func simplified(p *ir.Program) *ir.Program {
	p.MergeEqual()
	return p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		switch v.Op {
		case ir.Leaf, ir.Opaque:
			return nil
		case ir.Sum:
			return r.Like(v, r.NewSum(r.Terms(v.Products), r.All(v.In)))
		}
		return r.Like(v, r.New(v.Op, v.Attr, r.All(v.In)...))
	})
}

// A rule that is applied where it does not hold, or is not applied: of each rule a case and one
// that is nearly it.
func TestRules(t *testing.T) {
	const leaves = "x = input 4x3\ny = input 4x3\nw = param 3x5\n"
	for name, c := range map[string]struct{ text, want string }{
		"equal values": {"a = tanh(x)\nb = tanh(x)\nc = mul(a, b)\nreturn c", "x = input 4x3\nv1 = tanh(x)\nv2 = mul(v1, v1)\nreturn v2"},
		"equal values of equal values": {"a = tanh(x)\nb = tanh(x)\nc = neg(a)\nd = neg(b)\nreturn c, d",
			"x = input 4x3\nv1 = tanh(x)\nv2 = neg(v1)\nreturn v2, v2"},
		"constants":                          {"a = constant[2]()\nb = constant[3]()\nc = mul(a, b)\nd = neg(c)\nreturn d", "v0 = constant[-6]()\nreturn v0"},
		"a constant added":                   {"a = constant[2]()\nb = add(x, a)\nreturn b", "x = input 4x3\nv1 = affine[1, 2](x)\nreturn v1"},
		"added to a constant":                {"a = constant[2]()\nb = add(a, x)\nreturn b", "x = input 4x3\nv1 = affine[1, 2](x)\nreturn v1"},
		"a constant subtracted":              {"a = constant[2]()\nb = sub(x, a)\nreturn b", "x = input 4x3\nv1 = affine[1, -2](x)\nreturn v1"},
		"from a constant":                    {"a = constant[2]()\nb = sub(a, x)\nreturn b", "x = input 4x3\nv1 = affine[-1, 2](x)\nreturn v1"},
		"times a constant":                   {"a = constant[2]()\nb = mul(a, x)\nreturn b", "x = input 4x3\nv1 = affine[2, 0](x)\nreturn v1"},
		"divided by a constant":              {"a = constant[2]()\nb = div(x, a)\nreturn b", "x = input 4x3\nv1 = constant[2]()\nv2 = div(x, v1)\nreturn v2"},
		"minus minus":                        {"a = neg(x)\nb = neg(a)\nc = tanh(b)\nreturn c", "x = input 4x3\nv1 = tanh(x)\nreturn v1"},
		"σ of minus":                         {"a = neg(x)\nb = sigmoid(a)\nreturn b", "x = input 4x3\nv1 = sigmoid(x)\nv2 = affine[-1, 1](v1)\nreturn v2"},
		"all rows":                           {"a = rows[0:4](x)\nb = neg(a)\nreturn b", "x = input 4x3\nv1 = neg(x)\nreturn v1"},
		"rows of rows":                       {"a = rows[1:4](x)\nb = rows[1:2](a)\nreturn b", "x = input 4x3\nv1 = rows[2:3](x)\nreturn v1"},
		"rows of a part":                     {"a = stack(x, y)\nb = rows[5:7](a)\nreturn b", "y = input 4x3\nv1 = rows[1:3](y)\nreturn v1"},
		"a part":                             {"a = stack(x, y)\nb = rows[4:8](a)\nc = neg(b)\nreturn c", "y = input 4x3\nv1 = neg(y)\nreturn v1"},
		"rows of two parts":                  {"a = stack(x, y)\nb = rows[3:5](a)\nreturn b", "x = input 4x3\ny = input 4x3\nv2 = stack(x, y)\nv3 = rows[3:5](v2)\nreturn v3"},
		"all columns":                        {"a = columns[0:3](x)\nb = neg(a)\nreturn b", "x = input 4x3\nv1 = neg(x)\nreturn v1"},
		"columns of columns":                 {"a = columns[1:3](x)\nb = columns[1:2](a)\nreturn b", "x = input 4x3\nv1 = columns[2:3](x)\nreturn v1"},
		"columns of a part":                  {"a = concat(x, y)\nb = columns[4:6](a)\nreturn b", "y = input 4x3\nv1 = columns[1:3](y)\nreturn v1"},
		"columns of two parts":               {"a = concat(x, y)\nb = columns[2:4](a)\nreturn b", "x = input 4x3\ny = input 4x3\nv2 = concat(x, y)\nv3 = columns[2:4](v2)\nreturn v3"},
		"a stack of one":                     {"a = stack(x)\nb = neg(a)\nreturn b", "x = input 4x3\nv1 = neg(x)\nreturn v1"},
		"a stack of a stack":                 {"a = stack(x, y)\nb = stack(y, a)\nreturn b", "y = input 4x3\nx = input 4x3\nv2 = stack(y, x, y)\nreturn v2"},
		"a stack of rows":                    {"a = rows[1:2](x)\nb = rows[2:4](x)\nc = stack(a, b)\nreturn c", "x = input 4x3\nv1 = rows[1:4](x)\nreturn v1"},
		"rows in another order":              {"a = rows[2:4](x)\nb = rows[1:2](x)\nc = stack(a, b)\nreturn c", "x = input 4x3\nv1 = rows[2:4](x)\nv2 = rows[1:2](x)\nv3 = stack(v1, v2)\nreturn v3"},
		"rows that overlap":                  {"a = rows[1:3](x)\nb = rows[2:4](x)\nc = stack(a, b)\nreturn c", "x = input 4x3\nv1 = rows[1:3](x)\nv2 = rows[2:4](x)\nv3 = stack(v1, v2)\nreturn v3"},
		"rows of two matrices":               {"a = rows[0:2](x)\nb = rows[2:4](y)\nc = stack(a, b)\nreturn c", "x = input 4x3\nv1 = rows[0:2](x)\ny = input 4x3\nv3 = rows[2:4](y)\nv4 = stack(v1, v3)\nreturn v4"},
		"columns side by side":               {"a = columns[0:1](x)\nb = columns[1:3](x)\nc = concat(a, b)\nd = neg(c)\nreturn d", "x = input 4x3\nv1 = neg(x)\nreturn v1"},
		"columns with a gap":                 {"a = columns[0:1](x)\nb = columns[2:3](x)\nc = concat(a, b)\nreturn c", "x = input 4x3\nv1 = columns[0:1](x)\nv2 = columns[2:3](x)\nv3 = concat(v1, v2)\nreturn v3"},
		"a matrix side by side with nothing": {"a = concat(x)\nb = neg(a)\nreturn b", "x = input 4x3\nv1 = neg(x)\nreturn v1"},
		"transposed twice":                   {"a = transpose(x)\nb = transpose(a)\nc = neg(b)\nreturn c", "x = input 4x3\nv1 = neg(x)\nreturn v1"},
		"aᵀ·b transposed":                    {"a = outer(x, y)\nb = transpose(a)\nreturn b", "y = input 4x3\nx = input 4x3\nv2 = outer(y, x)\nreturn v2"},
		"a product with a transpose":         {"a = transpose(y)\nb = sum(x*a)\nreturn b", "x = input 4x3\ny = input 4x3\nv2 = sum(x*y')\nreturn v2"},
		"and with its transpose":             {"a = transpose(w)\nb = sum(x*a')\nreturn b", "x = input 4x3\nw = param 3x5\nv2 = sum(x*w)\nreturn v2"},
		"a sum of one":                       {"a = sum(x)\nb = neg(a)\nreturn b", "x = input 4x3\nv1 = neg(x)\nreturn v1"},
		"a mark of a row":                    {"a = rows[1:2](x)\nb = rows[0:1](a) row\nc = add(y, b)\nreturn c", "y = input 4x3\nx = input 4x3\nv2 = rows[1:2](x) row\nv3 = add(y, v2)\nreturn v3"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ir.Parse(leaves + c.text)
			if p == nil || err != nil && !strings.Contains(err.Error(), "no output needs it") {
				t.Fatal(err)
			}
			p.Order() // without the leaves that it does not use
			q := simplified(p)
			if got := q.String(); got != c.want+"\n" {
				t.Errorf("it is\n%s\nwant\n%s", got, c.want)
			}
			if err := q.Verify(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A rule that changes what random programs compute, or that makes one larger; simplifying again
// changes nothing.
func TestRulesOnRandomPrograms(t *testing.T) {
	smaller := 0
	for seed := range uint64(300) {
		s := irtest.Random(seed, 15)
		want, err := s.Interpret(s.Leaves)
		if err != nil {
			t.Fatal(err)
		}
		q := simplified(s.Program)
		if err := q.Verify(); err != nil {
			t.Fatalf("seed %d: %v\n%v", seed, err, q)
		}
		got, err := q.Interpret(s.Leaves)
		if err != nil {
			t.Fatal(err)
		}
		if worst, where := irtest.Difference(got, want); !(worst <= 1e-12) {
			t.Fatalf("seed %d: the outputs differ by %g: %s\n%v\n%v", seed, worst, where, s.Program, q)
		}
		if len(q.Values) < len(s.Values) {
			smaller++
		}
		text := q.String()
		if again := simplified(q).String(); again != text {
			t.Fatalf("seed %d:\n%s\nis simplified again to\n%s", seed, text, again)
		}
	}
	if smaller < 100 {
		t.Errorf("%d of 300 programs have become smaller: the test shows nothing", smaller)
	}
}

// A rewriting that replaces nothing is the program itself.
func TestRewriteOfNothing(t *testing.T) {
	for seed := range uint64(50) {
		p := irtest.Random(seed, 15).Program
		if q := p.Rewrite(func(*ir.Rewriter, *ir.Value) *ir.Value { return nil }); q != p {
			t.Fatalf("seed %d: another program has been made", seed)
		}
	}
}

// Attributes that read as others than they were written.
func TestAttributesAreReadAsWritten(t *testing.T) {
	for _, a := range []ir.Attr{
		ir.Number(0.1), ir.Number(-1e300), ir.Number(math.Inf(-1)), ir.Number(math.Copysign(0, -1)),
		ir.Epsilon(1e-5), ir.Linear{Scale: -1, Shift: 1.0 / 3}, ir.Bounds{Low: math.Inf(-1), High: 6},
		ir.Range{From: 3, Size: 4}, ir.Pad{From: 0, Size: 9}, ir.Rows(7), ir.Shape{Rows: 2, Cols: 3},
		ir.Start{InPlace: true}, ir.Start{}, ir.Foreign{Text: "a \"b\" (c)", Rows: 2, Cols: 3},
	} {
		text := string(a.Append(nil))
		got, err := a.Parse(text)
		if err != nil || got != a {
			t.Errorf("%T %v is written %q and read %v, %v", a, a, text, got, err)
		}
		if n, ok := a.(ir.Number); ok && math.Signbit(float64(n)) != math.Signbit(float64(got.(ir.Number))) {
			t.Errorf("%q has lost its sign", text)
		}
		if _, err := a.Parse(text + "?"); err == nil {
			t.Errorf("%T reads %q", a, text+"?")
		}
	}
}
