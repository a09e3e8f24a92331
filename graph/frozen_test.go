package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
)

// A frozen parameter has no gradient, costs none of the arithmetic of one, and leaves those of the
// others as they are, to the bit; frozen after its first use it is an error. Would catch
// gradients that are handed out in another's place.
func TestFrozen(t *testing.T) {
	for _, engine := range []graph.Engine{graph.Fused, graph.Reference} {
		a, b, c := graph.NewParam("a", 3, 4), graph.NewParam("b", 4, 2), graph.NewParam("c", 1, 2)
		for k, p := range []*graph.Param{a, b, c} {
			next := 0.1 * float64(k+1)
			p.Fill(func() float64 { next = 0.9 - next*1.1; return next })
		}
		compile := func(frozen ...*graph.Param) *graph.Program {
			p, err := graph.Compile(func(g *graph.Builder) {
				g.Frozen(frozen...)
				h := g.Tanh(g.MatMul(g.Input("x", 5, 3), g.Param(a)))
				y := g.AddRow(g.MatMul(h, g.Param(b)), g.Param(c))
				g.Minimize(g.SquaredError(y, g.Constant(0.5, 5, 2), g.Ones(5)))
			}, graph.Settings{Engine: engine})
			if err != nil {
				t.Fatal(err)
			}
			x := make([]float64, 15)
			for i := range x {
				x[i] = float64(i%4) - 1.5
			}
			if err := p.SetFloats("x", x); err != nil {
				t.Fatal(err)
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			return p
		}
		all := compile()
		for _, frozen := range [][]*graph.Param{{a}, {b}, {c}, {a, c}, {a, b, c}} {
			p := compile(frozen...)
			var want []*graph.Param
			for _, param := range []*graph.Param{a, b, c} {
				isFrozen := slices.Contains(frozen, param)
				if !isFrozen {
					want = append(want, param)
				}
				if (p.Grad(param) == nil) != isFrozen || !isFrozen && !slices.Equal(p.Grad(param), all.Grad(param)) {
					t.Errorf("%s, %d frozen: the gradient of %s is %v, without any frozen %v", engine, len(frozen), param.Name(), p.Grad(param), all.Grad(param))
				}
			}
			if !slices.Equal(p.Params(), want) || len(p.ValueGrads()) != len(want) || p.Scalar("loss") != all.Scalar("loss") {
				t.Errorf("%s: loss %v with %d frozen, %v without", engine, p.Scalar("loss"), len(frozen), all.Scalar("loss"))
			}
			// A product fewer for a and for b; c is added, not multiplied.
			if products := slices.Contains(frozen, a) || slices.Contains(frozen, b); engine == graph.Fused && products != (p.Report().FLOPs < all.Report().FLOPs) {
				t.Errorf("%s: products take %d operations with %d frozen, %d without", engine, p.Report().FLOPs, len(frozen), all.Report().FLOPs)
			}
		}
	}
	p := graph.NewParam("p", 1, 1)
	_, err := graph.Compile(func(g *graph.Builder) {
		g.Output("p", g.Param(p))
		g.Frozen(p)
	}, graph.Settings{})
	if err == nil || !strings.Contains(err.Error(), `Frozen of parameter "p" after it was used`) {
		t.Errorf("error %v", err)
	}
}
