package cells_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// Weight drop masks U, the same in every step, and neither W nor b; embedding dropout masks
// whole rows.
func TestWeightAndEmbeddingDropout(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	stack := cells.Stack{cells.NewLSTM("a", 2, 20, rng), cells.NewMLSTM("b", 20, 4, 1, rng)}
	embedding := cells.NewEmbedding("e", 300, 3, rng)
	graph.Convert(graph.Float64, append(stack.Params(), embedding.Table)...)
	masks := &cells.Masks{}
	p := compileMasked(t, masks, func(b *graph.Builder) {
		cells.WeightDrop(b, stack, 0.4, masks)
		cells.EmbeddingDropout(b, embedding, 0.2, masks)
		for _, param := range append(stack.Params(), embedding.Table) {
			b.Output(param.Name(), b.Param(param))
		}
	})
	for _, g := range stack.Gates() {
		for _, param := range g.Params() {
			got, want := p.Floats(param.Name()), param.Floats()
			if param != g.U {
				graphtest.CheckClose(t, param.Name(), got, want, 0)
				continue
			}
			checkShare(t, param.Name(), shareOf(got, 0), 0.4, len(got))
			for i, v := range got {
				if v != 0 {
					graphtest.CheckClose(t, param.Name(), []float64{v}, []float64{want[i] / 0.6}, 1e-12)
				}
			}
		}
	}
	dropped, table := 0.0, p.Floats("e/table")
	for row := range 300 {
		if slices.Equal(table[row*3:row*3+3], []float64{0, 0, 0}) {
			dropped++
			continue
		}
		for k := range 3 {
			graphtest.CheckClose(t, "table", []float64{table[row*3+k]}, []float64{embedding.Table.At(row, k) / 0.8}, 1e-12)
		}
	}
	checkShare(t, "rows of the table", dropped/300, 0.2, 300)
}

// A variational cell sees the same mask of x and of h in every step, which a cell that puts out
// what it sees shows; Dropout sees another one in each step.
func TestVariational(t *testing.T) {
	const batch, in = 10, 30
	masks := &cells.Masks{}
	p := compileMasked(t, masks, func(b *graph.Builder) {
		x := b.Constant(1, batch, in)
		xs := []*graph.Node{x, x, x}
		for name, cell := range map[string]cells.Cell{
			"x": cells.Variational{Cell: seer{in, false}, Name: "x", Input: 0.5, Masks: masks},
			"h": cells.Variational{Cell: seer{in, true}, Name: "h", Recurrent: 0.5, Masks: masks},
		} {
			outputs, _ := cells.Unroll(b, cell, xs, nil, cell.Begin(func(string, int) *graph.Node { return b.Constant(1, batch, in) }))
			for step, y := range outputs {
				b.Output(fmt.Sprint(name, step), y)
			}
		}
		dropout := cells.Dropout{Cell: seer{in, false}, Rate: 0.5, Masks: masks}
		outputs, _ := cells.Unroll(b, dropout, xs, nil, cells.Zeros(b, dropout, batch))
		for step, y := range outputs {
			b.Output(fmt.Sprint("dropout", step), y)
		}
	})
	for _, name := range []string{"x", "h"} {
		checkShare(t, name, shareOf(p.Floats(name+"0"), 0), 0.5, batch*in)
	}
	if !slices.Equal(p.Floats("x0"), p.Floats("x2")) || !slices.Equal(p.Floats("x0"), p.Floats("x1")) {
		t.Error("the input's mask changes from step to step")
	}
	for i, v := range p.Floats("h0") { // 0 stays 0, and what is kept is doubled each time
		if got := p.Floats("h2")[i]; got != v*v*v {
			t.Fatalf("unit %d of h is %g and two steps later %g: another mask", i, v, got)
		}
	}
	if slices.Equal(p.Floats("x0"), p.Floats("h0")) {
		t.Error("input and recurrent path have the same mask")
	}
	if slices.Equal(p.Floats("dropout0"), p.Floats("dropout1")) {
		t.Error("dropout has the same mask in two steps")
	}
}

// A seer puts out its input, or h, as it sees it.
type seer struct {
	width     int
	recurrent bool
}

func (s seer) Begin(node func(string, int) *graph.Node) cells.State {
	return cells.State{Hidden: node("h", s.width)}
}

func (s seer) Step(_ *graph.Builder, x *graph.Node, prev cells.State) cells.State {
	if s.recurrent {
		return cells.State{Hidden: prev.Hidden}
	}
	return cells.State{Hidden: x}
}

func (s seer) Params() []*graph.Param { return nil }

// gated is a GRU with a Step of its own.
type gated struct{ *cells.GRU }

func (g gated) Step(b *graph.Builder, x *graph.Node, prev cells.State) cells.State {
	return g.GRU.Step(b, x, prev)
}

// open is a GRU that says of itself that its gates may read another h than the one it carries.
type open struct{ *cells.GRU }

func (open) HiddenIsMemory() bool { return false }

// What embeds or wraps a GRU has its memory, so that recurrent dropout does not apply to it either.
func TestHiddenIsMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	gru, lstm := cells.NewGRU("g", 2, 2, rng), cells.NewLSTM("l", 2, 2, rng)
	for _, test := range []struct {
		cell cells.Cell
		want bool
	}{
		{gru, true}, {cells.NewOriginalGRU("o", 2, 2, rng), true}, {gated{gru}, true}, {cells.Residual{Of: gru}, true},
		{cells.Zoneout{Cell: cells.Dropout{Cell: gated{gru}}}, true}, {cells.Stack{lstm, gru}, true},
		{lstm, false}, {cells.Residual{Of: lstm}, false}, {open{gru}, false}, {cells.Stack{}, false},
	} {
		if got := cells.HiddenIsMemory(test.cell); got != test.want {
			t.Errorf("HiddenIsMemory of %s is %t", cells.TypeOf(test.cell), got)
		}
		if !slices.Contains(cells.Memories(test.cell), "h") {
			continue // it has layers with one
		}
		masks := &cells.Masks{}
		_, err := graph.Compile(func(b *graph.Builder) {
			cell := cells.Variational{Cell: test.cell, Recurrent: 0.5, Masks: masks}
			b.Output("h", cell.Step(b, b.Input("x", 3, 2), cells.Zeros(b, cell, 3)).Output())
		}, graph.Settings{})
		if refused := err != nil && strings.Contains(err.Error(), "whose h is its memory"); refused != test.want || !test.want && err != nil {
			t.Errorf("Variational of a %s: error %v", cells.TypeOf(test.cell), err)
		}
	}
}
