package cells_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// A learned initial state is what every row starts from, and its gradient is that of all rows.
func TestInitialState(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	stack := cells.Stack{cells.NewLSTM("a", 2, 3, rng), cells.NewGRU("b", 3, 2, rng)}
	initial := cells.NewInitialState("start", stack)
	graph.Convert(graph.Float64, append(stack.Params(), initial.Params()...)...)
	for _, p := range initial.Params() {
		graph.Normal(p, 1, rng)
	}
	var names []string
	for _, p := range initial.Params() {
		names = append(names, p.Name())
	}
	if want := []string{"start/0/h", "start/0/c", "start/1/h"}; !slices.Equal(names, want) {
		t.Errorf("parameters %v, want %v", names, want)
	}
	p, err := graph.Compile(func(b *graph.Builder) {
		start := initial.State(b, 3)
		b.Output("h", start.Layers[1].Hidden)
		outputs, _ := cells.Unroll(b, stack, []*graph.Node{b.Input("x", 3, 2)}, nil, start)
		b.Minimize(b.Dot(outputs[0], b.Input("weight", 3, 2)))
	}, graph.Settings{Dtype: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	mustSet(t, p, "x", draw(6, rng))
	mustSet(t, p, "weight", draw(6, rng))
	graphtest.CheckGradient(t, p)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	row := initial.Params()[2].Floats()
	graphtest.CheckClose(t, "h", p.Floats("h"), slices.Concat(row, row, row), 0)
}

// Of a carried state, only the rows that begin anew are reset.
func TestSelectResetsRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	stack := cells.Stack{cells.NewLSTM("a", 2, 1, rng), cells.Residual{Of: cells.NewMLSTM("b", 1, 1, 1, rng)}}
	p, err := graph.Compile(func(b *graph.Builder) {
		carried := stack.Begin(func(name string, width int) *graph.Node { return b.InputWith(name, 3, width, 5) })
		start := carried.Select(b, b.Input("keep", 3, 1), cells.Zeros(b, stack, 3))
		start.Map(func(name string, n *graph.Node) *graph.Node { b.Output(name, n); return n })
	}, graph.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	mustSet(t, p, "keep", []float64{1, 0, 1})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"0/h", "0/c", "1/0/n", "1/0/m", "1/0/C"} {
		graphtest.CheckClose(t, name, p.Floats(name), []float64{5, 0, 5}, 0)
	}
}
