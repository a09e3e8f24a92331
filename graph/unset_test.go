package graph_test

import (
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// An input without a value stops a run, which says what to do, until it has one, however it
// was set; then it is an input like any other. A check that looks at one of several inputs
// only, or that a second input makes content, shows.
func TestUnsetInput(t *testing.T) {
	for _, engine := range []graph.Engine{graph.Reference, graph.Fused} {
		p := compile(t, graph.Settings{Engine: engine, Dtype: graph.Float64}, func(b *graph.Builder) {
			x := b.UnsetInput("a mask", 1, 2, "draw it")
			y := b.UnsetInput("b mask", 1, 2, "draw that")
			z := b.UnsetInput("c mask", 1, 2, "draw that")
			b.Output("sum", b.Add(b.Add(x, b.Input("plain", 1, 2)), b.Add(y, z)))
			b.Output("one", b.Constant(1, 1, 2))
		})
		fails := func(want string) {
			t.Helper()
			if err := p.Run(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want one with %q", engine, err, want)
			}
		}
		fails(`"a mask", "b mask", "c mask"; draw it, draw that`)
		if err := p.SetFloats("a mask", []float64{1, 2}); err != nil {
			t.Fatal(err)
		}
		if err := p.SetFloats("b mask", []float64{1}); err == nil {
			t.Error("one value was taken for two")
		}
		fails(`"b mask", "c mask"; draw that`)
		if err := p.Clear("c mask"); err != nil {
			t.Fatal(err)
		}
		fails(`no value: "b mask"; draw that`)
		if err := p.Feed("one", "b mask"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
		}
		graphtest.CheckClose(t, "sum", p.Floats("sum"), []float64{1, 2}, 0)
	}
}
