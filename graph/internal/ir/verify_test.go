package ir_test

import (
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// A program that a pass has spoilt and that nobody notices.
func TestVerify(t *testing.T) {
	const text = "x = input 2x3\nk = index 1x2\nw = param 3x2\nv3 = sum(x*w)\nv4 = tanh(v3)\nv5 = lookup[0:2](w, k)\nreturn v4, v5"
	for name, c := range map[string]struct {
		spoil func(p *ir.Program)
		want  string
	}{
		"nothing":              {func(p *ir.Program) {}, ""},
		"a user first":         {func(p *ir.Program) { p.Values[3], p.Values[4] = p.Values[4], p.Values[3] }, "operand 0 is not computed before"},
		"a value is missing":   {func(p *ir.Program) { p.Values = append(p.Values[:2:2], p.Values[3:]...) }, "operand 1 is not computed before"},
		"a shape":              {func(p *ir.Program) { p.Values[4].Rows = 3 }, "its rule gives the shape (2, 2)"},
		"an attribute":         {func(p *ir.Program) { p.Values[5].Attr = ir.Number(1) }, "its attribute is a ir.Number, want a ir.Range"},
		"no attribute":         {func(p *ir.Program) { p.Values[5].Attr = nil }, "its attribute is a <nil>"},
		"one operand less":     {func(p *ir.Program) { p.Values[5].In = p.Values[5].In[:1] }, "1 operands, want 2"},
		"one operand more":     {func(p *ir.Program) { p.Values[4].In = append(p.Values[4].In, p.Values[3]) }, "2 operands, want 1"},
		"products of no sum":   {func(p *ir.Program) { p.Values[4].Products = p.Values[3].Products }, "it has products"},
		"an index is added":    {func(p *ir.Program) { p.Values[4].In = []*ir.Value{p.Values[1]} }, "operand 0 is an index"},
		"an unknown operation": {func(p *ir.Program) { p.Values[4].Op = 250 }, "not in the table"},
		"a number twice":       {func(p *ir.Program) { p.Values[4].ID = p.Values[3].ID }, "is taken"},
		"a number not given":   {func(p *ir.Program) { p.Values[4].ID = 1000 }, "is taken, or has not been given"},
		"an output is missing": {func(p *ir.Program) { p.Values = p.Values[:5] }, "output 1, lookup, is not among the values"},
		"no outputs":           {func(p *ir.Program) { p.Outputs = nil }, "no outputs"},
		"nobody needs it":      {func(p *ir.Program) { p.Outputs = p.Outputs[:1] }, "no output needs it"},
		"written over a row":   {func(p *ir.Program) { p.Values[3].Attr = ir.Start{InPlace: true} }, "cannot be written over"},
		"a sum of nothing":     {func(p *ir.Program) { p.Values[3].Products = nil }, "0 operands"},
	} {
		p := ir.MustParse(text)
		c.spoil(p)
		err := p.Verify()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want %q", name, err, c.want)
		}
	}
}
