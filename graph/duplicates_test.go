package graph_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/internal/graphgen"
)

// In each of three time steps something occurs twice. Catches a pass that takes it for what
// occurs once.
func TestTermsThatOccurTwice(t *testing.T) {
	type step struct{ z, x, w, b *graph.Node }
	for name, add := range map[string]func(*graph.Builder, step) *graph.Node{
		"a row": func(g *graph.Builder, s step) *graph.Node { return g.AddRow(g.AddRow(s.z, s.b), s.b) },
		"a row and another": func(g *graph.Builder, s step) *graph.Node {
			return g.AddRow(g.AddRow(g.AddRow(s.z, s.b), g.Affine(s.b, 2, 0)), s.b)
		},
		"a matrix":            func(g *graph.Builder, s step) *graph.Node { return g.Add(s.z, g.Add(s.x, s.x)) },
		"a product":           func(g *graph.Builder, s step) *graph.Node { y := g.MatMul(s.x, s.w); return g.Add(s.z, g.Add(y, y)) },
		"a right operand":     func(g *graph.Builder, s step) *graph.Node { return g.Add(s.z, g.MatMul(g.Sigmoid(s.x), s.w)) },
		"a left operand":      func(g *graph.Builder, s step) *graph.Node { return g.Add(s.z, g.MatMul(s.x, g.Tanh(s.w))) },
		"w and its transpose": func(g *graph.Builder, s step) *graph.Node { return g.Add(s.z, g.MatMul(s.x, g.Transpose(s.w))) },
	} {
		for _, rows := range []int{1, 2, 20} { // of 20 rows shallow products stay in the loop
			t.Run(fmt.Sprint(name, rows), func(t *testing.T) {
				compareEngines(t, func(g *graph.Builder, param func(string, int, int) *graph.Node) {
					const T, H = 3, 4
					h, w, u, b := param("h", rows, H), param("w", H, H), param("u", H, H), param("b", 1, H)
					var outputs []*graph.Node
					for i, x := range g.Unstack(param("x", T*rows, H), T) {
						z := g.Add(g.MatMul(x, w), g.MatMul(h, u))
						h = g.Tanh(g.AddRow(add(g, step{z, x, w, b}), b))
						outputs = append(outputs, h)
						g.Output(fmt.Sprint("h", i), h)
					}
					y := g.Stack(outputs)
					g.Minimize(g.Dot(y, y))
				})
			})
		}
	}
}

// compareEngines compares outputs and gradients of the fused engine with the reference's, in
// float64.
func compareEngines(t *testing.T, build func(g *graph.Builder, param func(name string, rows, cols int) *graph.Node)) {
	t.Helper()
	values := map[graph.Engine]map[string][]float64{}
	params := map[string]*graph.Param{}
	for _, engine := range []graph.Engine{graph.Reference, graph.Fused} {
		p := compile(t, graph.Settings{Dtype: graph.Float64, Engine: engine}, func(g *graph.Builder) {
			build(g, func(name string, rows, cols int) *graph.Node {
				if params[name] == nil {
					params[name] = graph.NewParam(name, rows, cols)
					graph.Convert(graph.Float64, params[name])
					graph.Normal(params[name], 1, rand.New(rand.NewPCG(uint64(len(params)), 1)))
				}
				return g.Param(params[name])
			})
		})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		values[engine] = map[string][]float64{}
		for _, name := range p.Outputs() {
			values[engine][name] = p.Floats(name)
		}
		for _, param := range p.Params() {
			values[engine]["gradient of "+param.Name()] = p.Grad(param)
		}
	}
	if worst, where := graphgen.Difference(values[graph.Fused], values[graph.Reference]); !(worst <= 1e-12) {
		t.Errorf("fused and reference differ by %g: %s", worst, where)
	}
}

// Programs that random graphs have found: the weights of a loss are a column of a matrix, or
// lie in a concatenation; a table and rows of it are multiplied by the same weight, once
// transposed twice.
func TestProgramsThatFailed(t *testing.T) {
	for name, build := range map[string]func(*graph.Builder, func(string, int, int) *graph.Node){
		"weights with gaps": func(g *graph.Builder, param func(string, int, int) *graph.Node) {
			w := g.Sigmoid(param("w", 3, 3))
			loss := g.CrossEntropy(param("x", 3, 2), g.Indices("targets", 3), g.ColumnBlock(w, 1, 2), graph.CrossEntropySettings{})
			g.Minimize(g.Add(loss, g.Dot(w, w)))
		},
		"weights in a concatenation": func(g *graph.Builder, param func(string, int, int) *graph.Node) {
			w := g.Sigmoid(param("w", 3, 1))
			both := g.ConcatColumns(param("v", 3, 2), w)
			loss := g.CrossEntropy(param("x", 3, 2), g.Indices("targets", 3), w, graph.CrossEntropySettings{})
			g.Minimize(g.Add(loss, g.Dot(both, both)))
		},
		"a table and its rows": func(g *graph.Builder, param func(string, int, int) *graph.Node) {
			table, w, u := param("table", 1, 2), param("w", 2, 1), param("u", 2, 1)
			again := g.MatMul(table, u)
			row := g.Add(g.Add(g.MatMul(table, w), g.MatMul(table, u)), again)
			y := g.AddRow(g.MatMul(g.Rows(table, g.Indices("numbers", 2)), g.Transpose(g.Transpose(w))), row)
			g.Output("y", y)
			g.Minimize(g.Dot(y, y))
		},
		"an affine map of a constant": func(g *graph.Builder, param func(string, int, int) *graph.Node) {
			u, v := g.Dot(param("u", 2, 2), param("u2", 2, 2)), g.Dot(param("v", 2, 2), param("v2", 2, 2))
			g.Minimize(g.Add(g.Affine(u, 0.3, 2), g.Mul(u, v)))
		},
	} {
		t.Run(name, func(t *testing.T) { compareEngines(t, build) })
	}
}
