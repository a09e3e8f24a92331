package cells_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// A tied head multiplies by the transposed table, whose gradient is that of both uses.
func TestTied(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	e := cells.NewEmbedding("e", 4, 3, rng)
	head := cells.NewTied("head", e)
	graph.Convert(graph.Float64, e.Table, head.B)
	graph.Normal(head.B, 1, rng)
	p, err := graph.Compile(func(b *graph.Builder) {
		y := head.Of(b, b.Rows(b.Param(e.Table), b.Indices("i", 2)))
		b.Output("y", y)
		b.Minimize(b.Dot(y, b.Input("weight", 2, 4)))
	}, graph.Settings{Dtype: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.SetInts("i", []int{3, 1})
	mustSet(t, p, "weight", draw(8, rng))
	graphtest.CheckGradient(t, p)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	var want []float64
	for _, row := range []int{3, 1} {
		for v := range 4 {
			y := head.B.At(0, v)
			for k := range 3 {
				y += e.Table.At(row, k) * e.Table.At(v, k)
			}
			want = append(want, y)
		}
	}
	graphtest.CheckClose(t, "y", p.Floats("y"), want, 1e-12)
}

// The pools as plain loops, over lengths 3, 0 and 1 with other numbers in the padding, and over
// whole sequences. An output that is below zero shows a maximum that starts from zero.
func TestPools(t *testing.T) {
	const steps = 3
	values := [][]float64{{-1, 4, 7, 8, -6, 2}, {-3, 5, 70, 80, 60, 20}, {-2, -9, 700, 800, 600, 200}} // (3, 2) a step
	for name, c := range map[string]struct {
		pool         cells.Pool
		ragged, full []float64
	}{
		"last": {cells.LastStep, []float64{-2, -9, 0, 0, -6, 2}, values[2]},
		"mean": {cells.MeanStep, []float64{-2, 0, 0, 0, -6, 2}, []float64{-2, 0, 259, 296, 218, 74}},
		"max":  {cells.MaxStep, []float64{-1, 5, 0, 0, -6, 2}, []float64{-1, 5, 700, 800, 600, 200}},
	} {
		p, err := graph.Compile(func(b *graph.Builder) {
			var ys, masks []*graph.Node
			for step := range steps {
				ys = append(ys, b.Gradient(fmt.Sprintf("d%d", step), b.Input(fmt.Sprintf("y%d", step), 3, 2)))
				masks = append(masks, b.Input(fmt.Sprintf("mask%d", step), 3, 1))
			}
			ragged := c.pool(b, ys, masks)
			b.Output("ragged", ragged)
			b.Output("full", c.pool(b, ys, nil))
			b.Minimize(b.Dot(ragged, b.Constant(1, 3, 2)))
		}, graph.Settings{Dtype: graph.Float64})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		for step := range steps {
			mustSet(t, p, fmt.Sprintf("y%d", step), values[step])
			mustSet(t, p, fmt.Sprintf("mask%d", step), [][]float64{{1, 0, 1}, {1, 0, 0}, {1, 0, 0}}[step])
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		graphtest.CheckClose(t, name, p.Floats("ragged"), c.ragged, 1e-12)
		graphtest.CheckClose(t, name+" of whole sequences", p.Floats("full"), c.full, 1e-12)
		sum := make([]float64, 6)
		for step := range steps {
			for i, d := range p.Floats(fmt.Sprintf("d%d", step)) {
				sum[i] += d
			}
		}
		graphtest.CheckClose(t, name+" gradient over the steps", sum, []float64{1, 1, 0, 0, 1, 1}, 1e-12)
	}
}
