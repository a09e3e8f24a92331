package pass

import (
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// A rule that is applied where it does not hold, or is not applied: of each rule a case and one
// that is nearly it.
func TestFold(t *testing.T) {
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
			p := ir.MustParse(neededAll(leaves + c.text))
			q, folded := Fold(p)
			if got := q.String(); got != c.want+"\n" {
				t.Errorf("it is\n%s\nwant\n%s", got, c.want)
			}
			p.Order()
			if changed := q.String() != p.String(); changed != (folded > 0) {
				t.Errorf("%d rewrites have been counted, and the program has changed: %v", folded, changed)
			}
			if err := q.Verify(); err != nil {
				t.Error(err)
			}
		})
	}
}
