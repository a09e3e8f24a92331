// Package irtest makes random programs, of every operation of the table and of what the passes
// look for, and compares what programs compute.
package irtest

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// A Sample is a program with values for its leaves.
type Sample struct {
	*ir.Program
	Leaves map[string]ir.Matrix
}

// Random returns a random program of about n operations, which is different for each seed. Its
// values stay within some units and away from where a function jumps or has a pole, so that
// programs which compute the same differ by rounding only.
func Random(seed uint64, n int) *Sample {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 3)), p: ir.NewProgram(), leaves: map[string]ir.Matrix{}}
	rows, cols := g.size(), g.size()
	g.values = []*ir.Value{g.leaf(ir.Input, rows, cols), g.leaf(ir.Param, rows, cols)}
	for len(g.values) < n+2 {
		if g.IntN(4) == 0 {
			motifs[g.IntN(len(motifs))](g)
		} else {
			g.operation()
		}
	}
	for i, v := range g.values {
		if i == len(g.values)-1 || g.IntN(4) == 0 {
			g.p.Outputs = append(g.p.Outputs, v)
		}
	}
	g.p.Order()
	return &Sample{g.p, g.leaves}
}

// A generator adds random values to a program.
type generator struct {
	*rand.Rand
	p      *ir.Program
	leaves map[string]ir.Matrix
	values []*ir.Value // matrices that an operation may use
}

func (g *generator) size() int { return []int{1, 1, 2, 3, 4, 5, 8, 17}[g.IntN(8)] }

func (g *generator) any() *ir.Value { return g.values[g.IntN(len(g.values))] }

// add adds a value that others may use, and returns it.
func (g *generator) add(v *ir.Value) *ir.Value {
	g.values = append(g.values, v)
	return v
}

// make returns a value as it is written: nothing is simplified.
func (g *generator) make(op ir.Op, attr ir.Attr, in ...*ir.Value) *ir.Value {
	return g.p.Make(ir.Value{Op: op, Attr: attr, In: in})
}

func (g *generator) product(a, b *ir.Value, trans bool) *ir.Value {
	return g.p.Make(ir.Value{Op: ir.Sum, Products: []ir.Product{{Left: a, Right: b, Trans: trans}}})
}

func (g *generator) sum(vs ...*ir.Value) *ir.Value {
	total := vs[0]
	for _, v := range vs[1:] {
		total = g.make(ir.Add, nil, total, v)
	}
	return total
}

// small returns a value between −1 and 1.
func (g *generator) small(v *ir.Value) *ir.Value { return g.make(ir.Tanh, nil, v) }

// leaf adds a leaf with numbers in (−1, 1).
func (g *generator) leaf(kind ir.Kind, rows, cols int) *ir.Value {
	m := ir.NewMatrix(rows, cols)
	for i := range m.Data {
		m.Data[i] = 2*g.Float64() - 1
	}
	return g.given(kind, m)
}

// given adds a leaf of these numbers.
func (g *generator) given(kind ir.Kind, m ir.Matrix) *ir.Value {
	name := fmt.Sprintf("%s%d", kind, len(g.leaves))
	g.leaves[name] = m
	return g.p.Raw(ir.Value{Op: ir.Leaf, Attr: ir.Memory{Kind: kind, Name: name, Rows: m.Rows, Cols: m.Cols}, Rows: m.Rows, Cols: m.Cols})
}

// index adds n numbers below a limit.
func (g *generator) index(n, below int) *ir.Value {
	m := ir.NewMatrix(1, n)
	for i := range m.Data {
		m.Data[i] = float64(g.IntN(below))
	}
	return g.given(ir.Index, m)
}

// mask adds a column of zeros and ones.
func (g *generator) mask(rows int) *ir.Value {
	m := ir.NewMatrix(rows, 1)
	for i := range m.Data {
		m.Data[i] = float64(g.IntN(2))
	}
	return g.given(ir.Input, m)
}

// row adds a bias of that width.
func (g *generator) row(cols int) *ir.Value {
	b := g.leaf([]ir.Kind{ir.Param, ir.Param, ir.Input}[g.IntN(3)], 1, cols)
	b.Row = true
	return b
}

// like returns a value of the shape of x, if spread is asked for also a row, a column or a
// number.
func (g *generator) like(x *ir.Value, spread bool) *ir.Value {
	if spread && g.IntN(3) == 0 {
		switch g.IntN(4) {
		case 0:
			return g.row(x.Cols)
		case 1:
			return g.leaf(ir.Input, x.Rows, 1)
		case 2:
			return g.leaf(ir.Input, 1, 1)
		case 3:
			return g.make(ir.Constant, ir.Number(2*g.Float64()-1))
		}
	}
	var same []*ir.Value
	for _, v := range g.values {
		if v.SameShape(x) {
			same = append(same, v)
		}
	}
	if len(same) == 0 || g.IntN(4) == 0 {
		return g.leaf([]ir.Kind{ir.Input, ir.Param}[g.IntN(2)], x.Rows, x.Cols)
	}
	return same[g.IntN(len(same))]
}

// span returns part of n.
func (g *generator) span(n int) ir.Range {
	from := g.IntN(n)
	return ir.Range{From: from, Size: 1 + g.IntN(n-from)}
}
