package ir_test

import (
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// Operations that a report calls otherwise than the table, or an operation that has no name.
func TestSymbols(t *testing.T) {
	for op, want := range map[ir.Op]string{ir.Neg: "−", ir.Tanh: "tanh", ir.Sum: "Σ", ir.Transpose: "transpose"} {
		if got := op.Symbol(); got != want {
			t.Errorf("%v is %q in reports, want %q", op, got, want)
		}
	}
	for i, op := range ir.Ops() {
		if int(op) != i || op.String() == "" || op.Symbol() == "" || op.Row().Shape == nil {
			t.Errorf("operation %d has the number %d, the name %q and the symbol %q", i, op, op, op.Symbol())
		}
	}
}

// Traits that an operation has for another: passes and the scheduler would take it for one.
func TestTraits(t *testing.T) {
	for trait, want := range map[ir.Traits]string{
		ir.Transcendental:           "sigmoid tanh exp log",
		ir.View:                     "rows stack columns concat reshape",
		ir.Reduction:                "outer sumrows scatter",
		ir.Indexed:                  "lookup scatter crossentropy crossentropygrad",
		ir.Rowwise:                  "neg sigmoid tanh exp log sqrt square affine add sub mul div muladd sigmoidgrad tanhgrad max atleast clamp within choose keep drop columns concat layernorm layernormgrad softmax",
		ir.View | ir.Rowwise:        "columns concat",
		ir.Elementwise | ir.Rowwise: "neg sigmoid tanh exp log sqrt square affine add sub mul div muladd sigmoidgrad tanhgrad max atleast clamp within choose keep drop",
	} {
		var got []string
		for _, op := range ir.Ops() {
			if op.Is(trait) {
				got = append(got, op.String())
			}
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("the operations with the traits %b are %s, want %s", trait, got, want)
		}
	}
}

// Rows or columns that a value begins with, and the inner dimension of a product.
func TestFromAndDepth(t *testing.T) {
	p := ir.MustParse(`
		x = input 2x3
		w = param 5x3
		k = index 1x9
		a = rows[1:2](x)
		b = columns[2:3](x)
		c = padrows[3 of 6](x)
		d = padcolumns[4 of 9](x)
		l = lookup[5:8](x, k)
		z = sum(x*w')
		e = affine[6, 7](x)
		return a, b, c, d, l, z, e
	`)
	for i, want := range []int{0, 0, 0, 1, 2, 3, 4, 5, 0, 0} {
		if got := p.Values[i].From(); got != want {
			t.Errorf("value %d, %v, is from %d on, want %d", i, p.Values[i].Op, got, want)
		}
	}
	if got := p.Values[8].Products[0].Depth(); got != 3 {
		t.Errorf("the inner dimension of (2, 3)·(5, 3)ᵀ is %d, want 3", got)
	}
}

// Values that are made of operands that do not fit: nothing of them is left.
func TestMakingRefuses(t *testing.T) {
	p := ir.MustParse("x = input 2x3\ny = input 3x2\nreturn x, y")
	x, y := p.Values[0], p.Values[1]
	made := p.Made()
	for name, make := range map[string]func() *ir.Value{
		"New":    func() *ir.Value { return p.New(ir.Add, nil, x, y) },
		"NewSum": func() *ir.Value { return p.NewSum([]ir.Product{{Left: x, Right: x}}, nil) },
		"Make":   func() *ir.Value { return p.Make(ir.Value{Op: ir.Concat, In: []*ir.Value{x, y}}) },
		"Raw":    func() *ir.Value { return p.Raw(ir.Value{Op: ir.Stack, In: []*ir.Value{x, y}}) },
	} {
		func() {
			defer func() {
				if message, _ := recover().(string); !strings.HasPrefix(message, "ir: ") {
					t.Errorf("%s panics with %q, want the operation and what does not fit", name, message)
				}
			}()
			make()
		}()
	}
	if p.Made() != made {
		t.Errorf("%d values have been made", p.Made()-made)
	}
	if p.Merges() {
		t.Error("equal values become one without being asked to")
	}
	a, b := p.Make(ir.Value{Op: ir.Neg, In: []*ir.Value{x}}), p.Make(ir.Value{Op: ir.Neg, In: []*ir.Value{x}})
	if a == b || a.ID != made || b.ID != made+1 || p.Made() != made+2 {
		t.Errorf("two values have the numbers %d and %d of %d, want %d and the next", a.ID, b.ID, p.Made(), made)
	}
	if p.MergeEqual(); !p.Merges() {
		t.Error("equal values stay apart")
	}
	if v := p.Raw(ir.Value{Op: ir.Stack, In: []*ir.Value{x, x}}); v.Rows != 4 || v.Cols != 3 {
		t.Errorf("the stack of two (2, 3) has shape (%d, %d)", v.Rows, v.Cols)
	}
}
