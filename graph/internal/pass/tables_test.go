package pass

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// Rows of a table times a matrix that are not rows of a table, or of another's rows; a bias that
// is lost or added twice.
func TestTables(t *testing.T) {
	checkPass(t, Tables(false), `
		e = param 3x2
		k = index 1x8
		w = param 2x5
		b = param 1x5 row
		x = lookup[0:8](e, k)
		x1 = rows[4:8](x)
		h = input 4x5
		u = param 5x5
		z = sum(x1*w + h*u + b + b)
		return z
	`, `
		h = input 4x5
		u = param 5x5
		e = param 3x2
		w = param 2x5
		b = param 1x5 row
		v5 = sum(e*w + b)
		k = index 1x8
		v7 = lookup[4:8](v5, k)
		v8 = sum(h*u + v7 + b)
		return v8
	`)
}

// A lookup that begins behind the first number, of which there are some rows; a bias that
// changes while parameters are frozen, which stays outside.
func TestTablesOfSomeNumbers(t *testing.T) {
	checkPass(t, Tables(false), `
		e = param 3x2
		k = index 1x9
		w = param 5x2
		b = input 1x5 row
		x = lookup[1:9](e, k)
		x1 = rows[4:8](x)
		z = sum(x1*w' + b)
		return z
	`, `
		e = param 3x2
		w = param 5x2
		v2 = sum(e*w')
		k = index 1x9
		v4 = lookup[5:9](v2, k)
		b = input 1x5 row
		v6 = sum(v4 + b)
		return v6
	`)
}

// A table that is computed though it has more rows than are looked up, or in training, or of
// something that changes while parameters are frozen.
func TestTablesThatAreWorthIt(t *testing.T) {
	for _, c := range []struct {
		rows      int
		table, by string // kinds of leaves
		inference bool
		worth     bool
	}{
		{4, "input", "input", false, true},
		{5, "param", "param", false, false},
		{5, "param", "param", true, true},
		{5, "input", "param", true, false},
		{5, "param", "input", true, false},
	} {
		text := fmt.Sprintf("e = %s %dx2\nk = index 1x8\nw = %s 2x3\nx = lookup[0:8](e, k)\nz = sum(x*w)\nreturn z", c.table, c.rows, c.by)
		q, found := Tables(c.inference)(ir.MustParse(text))
		if got := found == 1 && strings.Contains(q.String(), "e*w"); got != c.worth || found > 1 {
			t.Errorf("%+v: a table has been made: %v\n%v", c, got, q)
		}
	}
}

// A gradient of a table that adds rows by number after it has multiplied them, or other rows.
func TestScatters(t *testing.T) {
	checkPass(t, Scatters, `
		d = input 8x5
		w = param 2x5
		y = input 8x2
		k = index 1x8
		g = sum(d*w' + y)
		s = scatter[3](g, k)
		return s
	`, `
		d = input 8x5
		k = index 1x8
		v2 = scatter[3](d, k)
		w = param 2x5
		y = input 8x2
		v5 = scatter[3](y, k)
		v6 = sum(v2*w' + v5)
		return v6
	`)
	for _, unchanged := range []string{
		"s = scatter[5](g, k)\nreturn s",    // too many rows
		"s = scatter[3](g, k)\nreturn s, g", // the rows are wanted
		"r = neg(g)\ns = scatter[3](g, k)\nreturn s, r",
	} {
		p := ir.MustParse("d = input 8x5\nw = param 2x5\nk = index 1x8\ng = sum(d*w')\n" + unchanged)
		if q, n := Scatters(p); n != 0 || q.String() != p.String() {
			p.Order()
			if q.String() != p.String() {
				t.Errorf("the program\n%v\nhas become\n%v", p, q)
			}
		}
	}
	p := ir.MustParse("d = input 8x5\nw = param 2x5\nb = param 1x2 row\nk = index 1x8\ng = sum(d*w' + b)\ns = scatter[3](g, k)\nreturn s")
	if _, n := Scatters(p); n != 0 {
		t.Error("a row is added to every row, and is not one of them")
	}
}

// The gradient of a matrix that rows of a table are multiplied by, of time steps in another
// order than the numbers'; and cases that are nearly one.
func TestScattersOfOuterProducts(t *testing.T) {
	const text = `
		e = param 2x3
		k = index 1x6
		x = lookup[0:6](e, k)
		x1 = rows[0:2](x)
		x2 = rows[2:4](x)
		x3 = rows[4:6](x)
		d1 = input 2x5
		d2 = input 2x5
		d3 = input 2x5
		xs = stack(x3, x1, x2)
		ds = stack(d3, d1, d2)
		o = outer(xs, ds)
		return o
	`
	checkPass(t, Scatters, text, `
		e = param 2x3
		d1 = input 2x5
		d2 = input 2x5
		d3 = input 2x5
		v4 = stack(d1, d2, d3)
		k = index 1x6
		v6 = scatter[2](v4, k)
		v7 = outer(e, v6)
		return v7
	`)
	for what, change := range map[string][2]string{
		"rows that come twice":           {"stack(x3, x1, x2)", "stack(x3, x1, x1)"},
		"a step that is missing":         {"[4:6](x)", "[3:5](x)"},
		"rows of something else":         {"stack(x3, x1, x2)", "stack(x3, x1, y)"},
		"steps of another height":        {"stack(d3, d1, d2)", "stack(d4, d1, d5)"},
		"more numbers than are wanted":   {"k = index 1x6", "k = index 1x7"},
		"numbers from the second one on": {"lookup[0:6](e, k)", "lookup[1:7](e, k)"},
		"a large table":                  {"e = param 2x3", "e = param 4x3"},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if change[0] == "lookup[0:6](e, k)" {
			changed = strings.Replace(changed, "k = index 1x6", "k = index 1x7", 1)
		}
		p := ir.MustParse(neededAll("y = input 2x3\nd4 = input 1x5\nd5 = input 3x5\n" + outdented(changed)))
		if q, n := Scatters(p); n != 0 {
			t.Errorf("%s: the program\n%v\nhas become\n%v", what, p, q)
		}
	}
}
