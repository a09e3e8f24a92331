package ir_test

import (
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/ir/irtest"
)

// A text that reads as another program: one that prints otherwise or computes something else.
func TestParseReadsWhatIsPrinted(t *testing.T) {
	for seed := range uint64(200) {
		s := irtest.Random(seed, 12)
		text := s.String()
		p, err := ir.Parse(text)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		if again := p.String(); again != text {
			t.Fatalf("seed %d:\n%s\nis read as\n%s", seed, text, again)
		}
		want, err := s.Interpret(s.Leaves)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Interpret(s.Leaves)
		if err != nil {
			t.Fatal(err)
		}
		if worst, where := irtest.Difference(got, want); worst != 0 {
			t.Fatalf("seed %d: what is read computes something else: %s", seed, where)
		}
	}
}

// Names of leaves that are none in a text, or that are taken.
func TestNamesOfLeaves(t *testing.T) {
	text := `v0 = input 1x2 "layer 0/\"W\""
x = input 1x2
v2 = input 1x2 "x"
v3 = input 1x2 "v0"
v4 = input 1x2 "return"
v5 = sum[in place true](v6*w + v0)
`
	text = text[:strings.Index(text, "v5")] + "v5 = add(v0, x)\nreturn v5, v2, v3, v4\n"
	p, err := ir.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.String(); got != text {
		t.Errorf("%s\nis printed as\n%s", text, got)
	}
}

// Texts that are no programs: the error names the line and what is wrong.
func TestParseRefuses(t *testing.T) {
	const leaves = "x = input 2x3\ny = input 3x2\nk = index 1x4\n"
	for line, want := range map[string]string{
		"v ~ neg(x)":                    "want name = operation(operands)",
		"v = neg x":                     "is not an operation and its operands",
		"v = frobnicate(x)":             `no operation "frobnicate"`,
		"v = neg(z)":                    `nothing is called "z"`,
		"v = neg(x, y)":                 "2 operands, want 1",
		"v = add(x)":                    "1 operands, want 2",
		"x = neg(y)":                    "x is defined twice",
		"v = add(x, y)":                 "does not spread",
		"v = sum(x*x)":                  "product 0 is of (2, 3) and (2, 3)",
		"v = sum(x*y')":                 "product 0",
		"v = sum(x*y*x)":                "not a term",
		"v = sum(x')":                   "not a term",
		"v = sum()":                     "not a term",
		"v = sum[over x](x)":            "in place",
		"v = sum[in place true](x)":     "cannot be written over",
		"v = affine[1](x)":              "has 1 numbers, want 2",
		"v = affine[1, b](x)":           "not a number",
		"v = affine(x)":                 "numbers, want 2",
		"v = rows[0:3](x)":              "0 to 3 of 2",
		"v = rows[1:1](x)":              "1 to 1 of 2",
		"v = rows[-1:1](x)":             "-1 to 1 of 2",
		"v = rows[0-1](x)":              "want 2",
		"v = rows[a:1](x)":              "not a whole number",
		"v = columns[2:4](x)":           "2 to 4 of 3",
		"v = padrows[1 of 2](x)":        "2 from 1 on of 2",
		"v = padcolumns[0 of 2](x)":     "3 from 0 on of 2",
		"v = reshape[2x2](x)":           "6 elements as (2, 2)",
		"v = stack(x, y)":               "part 1 has 2 columns, want 3",
		"v = concat(x, y)":              "part 1 has 3 rows, want 2",
		"v = outer(x, y)":               "2 and 3 rows",
		"v = sumrows(x, y)":             "two of one shape",
		"v = layernormgrad[1](x, x, y)": "operand 2 has shape (3, 2)",
		"v = lookup[0:4](x, y)":         "not an index",
		"v = lookup[0:5](x, k)":         "0 to 5 of 4",
		"v = scatter[2](x, k)":          "2 rows by 4 numbers",
		"v = crossentropy(x, k, y)":     "2 rows of logits with 4 targets",
		"v = opaque[f](x)":              "not a shape and a name",
		"v = input 2 by 3":              "not an operation",
		"v = leaf[2](x)":                "not how a leaf is written",
	} {
		_, err := ir.Parse(leaves + line + "\nreturn v")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line 4") {
			t.Errorf("%s gives the error %v, want one of line 4 with %q", line, err, want)
		}
	}
}
