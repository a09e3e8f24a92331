package graph_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/internal/graphgen"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// A table of 5 rows that 48 are looked up from: its products are of 5 rows, forward and
// backward. One of 30 rows is left as it is. Catches a pass that does nothing or that makes
// more work; the values are TestFusedEqualsReference's to check.
func TestSmallTable(t *testing.T) {
	for _, c := range []struct {
		rows  int
		small bool
	}{{5, true}, {24, true}, {25, false}, {30, false}} {
		build := twoLayers(12, 4, c.rows, 16)
		with := compile(t, graph.Settings{Workers: 1}, build).Report()
		without := compile(t, graph.Settings{Workers: 1, Without: []string{"tables", "scatters"}}, build).Report()
		// Four gates, each with a product forward, a gradient of W and one of the table.
		saved := 0
		if c.small {
			saved = 4 * 3 * 2 * (48 - c.rows) * 16 * 16
		}
		if got := without.FLOPs - with.FLOPs; got != saved {
			t.Errorf("a table of %d rows saves %d operations, want %d", c.rows, got, saved)
		}
	}
}

// For inference the products of a large table are computed once. Catches one that is kept
// although the parameters have changed, or that is computed again in each run.
func TestTableForInference(t *testing.T) {
	const T, B, V, H = 3, 2, 50, 16
	rng := rand.New(rand.NewPCG(1, 2))
	table := cells.NewEmbedding("embedding", V, H, rng)
	cell := cells.NewLSTM("0", H, H, rng)
	build := func(b *graph.Builder) {
		outputs, _ := cells.Unroll(b, cell, table.Of(b, b.Indices("tokens", T*B), T), nil, cells.Zeros(b, cell, B))
		b.Output("h", b.Stack(outputs))
	}
	p := compile(t, graph.Settings{Inference: true}, build)
	if !slices.ContainsFunc(p.Report().Segments, func(s string) bool { return strings.Contains(s, "product 50×") }) {
		t.Errorf("no product of the table in\n%v", p.Report())
	}
	reference := compile(t, graph.Settings{Engine: graph.Reference}, build)
	run := func(p *graph.Program) map[string][]float64 {
		if err := p.SetInts("tokens", []int{0, 49, 7, 7, 21, 3}); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		return map[string][]float64{"h": p.Floats("h")}
	}
	p.Freeze()
	before := run(p)
	table.Table.Fill(func() float64 { return rng.Float64() })
	if changed, _ := graphgen.Difference(run(p), before); changed != 0 {
		t.Error("a frozen program has computed what depends on parameters again")
	}
	p.Freeze()
	if worst, where := graphgen.Difference(run(p), run(reference)); worst > 1e-5 {
		t.Errorf("after Freeze, fused and reference differ by %g: %s", worst, where)
	}
	p.Thaw()
	table.Table.Fill(func() float64 { return rng.Float64() })
	if worst, where := graphgen.Difference(run(p), run(reference)); worst > 1e-5 {
		t.Errorf("after Thaw, fused and reference differ by %g: %s", worst, where)
	}
}

// A gradient of a lookup that adds up in float32: of a row that is looked up a million times it
// would be 1 % off. The other row is not looked up at all in the second run.
func TestGradientOfLookupAddsUpInFloat64(t *testing.T) {
	const n = 1 << 20
	for _, engine := range []graph.Engine{graph.Reference, graph.Fused} {
		table := graph.NewParam("table", 2, 1)
		p := compile(t, graph.Settings{Engine: engine}, func(b *graph.Builder) {
			b.Minimize(b.Dot(b.Rows(b.Param(table), b.Indices("numbers", n)), b.Constant(0.1, n, 1)))
		})
		numbers := make([]int, n)
		tenth := float64(float32(0.1))
		for _, others := range []int{3, 0} {
			for i := range numbers {
				numbers[i] = 0
				if i < others {
					numbers[i] = 1
				}
			}
			if err := p.SetInts("numbers", numbers); err != nil {
				t.Fatal(err)
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			graphtest.CheckClose(t, string(engine), p.Grad(table), []float64{float64(n-others) * tenth, float64(others) * tenth}, 1e-7)
		}
	}
}
