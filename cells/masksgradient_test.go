package cells_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// In a graph for training with every kind of mask, over sequences of length 0, 1 and T, the
// gradients are those of the equations with the masks as they are drawn, the same on both
// engines, and padding has no influence.
func TestGradientsWithMasks(t *testing.T) {
	var grads [2][][]float64
	for k, engine := range []graph.Engine{graph.Reference, graph.Fused} {
		m := newMasked(t, engine)
		graphtest.CheckGradientAlong(t, m.program, 2, rand.New(rand.NewPCG(1, 1)))
		loss := m.loss(t)
		for _, p := range m.program.Params() {
			grads[k] = append(grads[k], m.program.Grad(p))
		}
		for step, x := range m.xs {
			for row, n := range m.lengths {
				if step >= n {
					x[row*m.in] = 1e3
				}
			}
			mustSet(t, m.program, fmt.Sprint("x", step), x)
		}
		if got := m.loss(t); got != loss {
			t.Errorf("%s: the loss is %.17g with other padding, and was %.17g", engine, got, loss)
		}
	}
	for i, want := range grads[0] {
		graphtest.CheckClose(t, fmt.Sprint("fused gradient of parameter ", i), grads[1][i], want, 1e-11)
	}
}

// A masked is a program with every kind of mask and its inputs.
type masked struct {
	program *graph.Program
	in      int
	xs      [][]float64
	lengths []int
}

// newMasked returns a program of two layers in both directions of layer-norm cells with
// zoneout. Of fewer units, all dropped, a layer norm would divide by nearly nothing.
func newMasked(t *testing.T, engine graph.Engine) *masked {
	t.Helper()
	const steps, batch, in, hidden = 3, 3, 6, 6
	rng := rand.New(rand.NewPCG(1, 1))
	masks := &cells.Masks{}
	cell := func(name string) cells.Cell {
		norm := cells.NewLayerNormLSTM(name, in, hidden, rng)
		dropped := cells.Variational{Cell: norm, Name: name, Input: 0.2, Recurrent: 0.3, Masks: masks}
		return cells.Zoneout{Cell: dropped, Rates: map[string]float64{"h": 0.2, "c": 0.5}, Masks: masks}
	}
	layers := cells.Layers{
		cells.Bidirectional{Forward: cell("0/f"), Backward: cell("0/b"), Merge: cells.Sum},
		cells.Bidirectional{
			Forward:  cells.Dropout{Cell: cell("1/f"), Rate: 0.3, Masks: masks},
			Backward: cells.Dropout{Cell: cell("1/b"), Rate: 0.3, Masks: masks},
		},
	}
	graph.Convert(graph.Float64, layers.Params()...)
	p, err := graph.Compile(func(b *graph.Builder) {
		cells.WeightDrop(b, layers, 0.2, masks)
		var xs, ms []*graph.Node
		for step := range steps {
			xs = append(xs, b.Input(fmt.Sprint("x", step), batch, in))
			ms = append(ms, b.Input(fmt.Sprint("mask", step), batch, 1))
		}
		outputs, end := layers.Over(b, masks.Sequence(b, xs, 0.2), ms, cells.Zeros(b, layers, batch))
		y := b.ConcatColumns(append(masks.Sequence(b, outputs, 0.2), end.Output())...)
		b.Minimize(b.Dot(y, b.Input("weight", batch, 2*hidden*(steps+1))))
	}, graph.Settings{Dtype: graph.Float64, Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	m := &masked{program: p, in: in, lengths: []int{steps, 1, 0}}
	check(t, masks.Draw(p, rng))
	for step := range steps {
		var mask []float64
		for _, n := range m.lengths {
			mask = append(mask, map[bool]float64{true: 1}[step < n])
		}
		m.xs = append(m.xs, draw(batch*in, rng))
		mustSet(t, p, fmt.Sprint("x", step), m.xs[step])
		mustSet(t, p, fmt.Sprint("mask", step), mask)
	}
	mustSet(t, p, "weight", draw(batch*2*hidden*(steps+1), rng))
	return m
}

func (m *masked) loss(t *testing.T) float64 {
	t.Helper()
	if err := m.program.Run(); err != nil {
		t.Fatal(err)
	}
	return m.program.Scalar("loss")
}
