package cells_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// compileMasked compiles a graph in float64 and draws its masks.
func compileMasked(t *testing.T, masks *cells.Masks, build func(*graph.Builder)) *graph.Program {
	t.Helper()
	p, err := graph.Compile(build, graph.Settings{Dtype: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	redraw(t, p, masks, rand.New(rand.NewPCG(3, 3)))
	return p
}

func redraw(t *testing.T, p *graph.Program, masks *cells.Masks, rng *rand.Rand) {
	t.Helper()
	if err := masks.Draw(p, rng); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
}

// shareOf returns the share of elements that equal x.
func shareOf(values []float64, x float64) float64 {
	n := 0.0
	for _, v := range values {
		if v == x {
			n++
		}
	}
	return n / float64(len(values))
}

// checkShare compares a share of n draws with its probability, within three deviations.
func checkShare(t *testing.T, what string, share, probability float64, n int) {
	t.Helper()
	if d := 3 * math.Sqrt(probability*(1-probability)/float64(n)); math.Abs(share-probability) > d {
		t.Errorf("%s: a share of %.4f, want %.4f within %.4f", what, share, probability, d)
	}
}

// Dropout drops the promised share and scales the rest to keep the expectation; each call
// has a mask of its own, those of one key and one sequence share theirs, and every draw is
// new but follows its seed.
func TestDropoutMasks(t *testing.T) {
	const rate, rows, cols = 0.3, 50, 200
	masks := &cells.Masks{}
	p := compileMasked(t, masks, func(b *graph.Builder) {
		x := b.Constant(1, rows, cols)
		b.Output("a", masks.Dropout(b, x, rate))
		b.Output("b", masks.Dropout(b, x, rate))
		b.Output("locked 1", masks.Locked(b, "key", x, rate))
		b.Output("locked 2", masks.Locked(b, "key", x, rate))
		b.Output("other key", masks.Locked(b, "other", x, rate))
		steps := masks.Sequence(b, []*graph.Node{x, x}, rate)
		b.Output("step 1", steps[0])
		b.Output("step 2", steps[1])
	})
	names := []string{"a", "b", "locked 1", "other key", "step 1"}
	for i, name := range names {
		values := p.Floats(name)
		zeros, kept := shareOf(values, 0), shareOf(values, 1/(1-rate))
		checkShare(t, name, zeros, rate, rows*cols)
		if zeros+kept < 1-1e-9 {
			t.Errorf("%s holds other values than 0 and 1/(1−rate)", name)
		}
		for _, other := range names[:i] {
			if slices.Equal(values, p.Floats(other)) {
				t.Errorf("%s and %s have the same mask", name, other)
			}
		}
	}
	for _, pair := range [][2]string{{"locked 1", "locked 2"}, {"step 1", "step 2"}} {
		if !slices.Equal(p.Floats(pair[0]), p.Floats(pair[1])) {
			t.Errorf("%s and %s have different masks", pair[0], pair[1])
		}
	}
	first := p.Floats("a")
	rng := rand.New(rand.NewPCG(4, 4))
	redraw(t, p, masks, rng)
	second := p.Floats("a")
	redraw(t, p, masks, rng)
	if third := p.Floats("a"); slices.Equal(first, second) || slices.Equal(second, third) {
		t.Error("two draws are the same")
	}
	redraw(t, p, masks, rand.New(rand.NewPCG(3, 3)))
	if !slices.Equal(p.Floats("a"), first) {
		t.Error("the same seed draws another mask")
	}
}

// Without Masks, the graph for evaluation, nothing is added and nothing is dropped.
func TestNoMasksInEvaluation(t *testing.T) {
	var none *cells.Masks
	rng := rand.New(rand.NewPCG(1, 1))
	lstm, embedding := cells.NewLSTM("l", 3, 3, rng), cells.NewEmbedding("e", 4, 3, rng)
	p, err := graph.Compile(func(b *graph.Builder) {
		x := b.Input("x", 2, 3)
		cells.WeightDrop(b, lstm, 0.5, none)
		cells.EmbeddingDropout(b, embedding, 0.5, none)
		if none.Dropout(b, x, 0.5) != x || none.Locked(b, "k", x, 0.5) != x || none.Sequence(b, []*graph.Node{x}, 0.5)[0] != x {
			t.Error("a mask in a graph for evaluation")
		}
		next := cells.Dropout{Cell: lstm, Rate: 0.5}.Step(b, x, cells.Zeros(b, lstm, 2))
		b.Output("dropped", next.Hidden)
		b.Output("plain", lstm.Step(b, x, cells.Zeros(b, lstm, 2)).Hidden)
		b.Output("table", b.Param(embedding.Table))
	}, graph.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	mustSet(t, p, "x", draw(6, rng))
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.CheckClose(t, "h", p.Floats("dropped"), p.Floats("plain"), 0)
	graphtest.CheckClose(t, "table", p.Floats("table"), embedding.Table.Floats(), 0)
}

// In training each unit of h and c is either the old one or the new one, old with its
// probability; in evaluation it is the expectation. A mask on the wrong side shows as 1 − rate.
func TestZoneout(t *testing.T) {
	const batch, hidden = 40, 25
	rng := rand.New(rand.NewPCG(1, 1))
	lstm := cells.NewLSTM("l", 2, hidden, rng)
	graph.Convert(graph.Float64, lstm.Params()...)
	masks := &cells.Masks{}
	build := func(masks *cells.Masks) func(*graph.Builder) {
		return func(b *graph.Builder) {
			x := b.Input("x", batch, 2)
			start := lstm.Begin(func(name string, width int) *graph.Node { return b.Input("start/"+name, batch, width) })
			plain := lstm.Step(b, x, start)
			zoned := cells.Zoneout{Cell: lstm, H: 0.2, C: 0.7, Masks: masks}.Step(b, x, start)
			for name, n := range map[string]*graph.Node{"plain/h": plain.Hidden, "plain/c": plain.Cell, "h": zoned.Hidden, "c": zoned.Cell} {
				b.Output(name, n)
			}
		}
	}
	x, h, c := draw(batch*2, rng), draw(batch*hidden, rng), draw(batch*hidden, rng)
	training := compileMasked(t, masks, build(masks))
	evaluation := compileMasked(t, &cells.Masks{}, build(nil))
	for _, p := range []*graph.Program{training, evaluation} {
		mustSet(t, p, "x", x)
		mustSet(t, p, "start/h", h)
		mustSet(t, p, "start/c", c)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		for name, was := range map[string][]float64{"h": h, "c": c} {
			rate := map[string]float64{"h": 0.2, "c": 0.7}[name]
			got, now := p.Floats(name), p.Floats("plain/"+name)
			kept := 0.0
			for i, v := range got {
				switch {
				case p == evaluation:
					got[i] -= rate*was[i] + (1-rate)*now[i]
				case v == was[i]:
					kept++
					got[i] = 0
				default:
					got[i] -= now[i]
				}
			}
			graphtest.CheckClose(t, name, got, make([]float64, len(got)), 1e-15)
			if p == training {
				checkShare(t, "kept of "+name, kept/float64(len(got)), rate, len(got))
			}
		}
	}
}

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

// In a graph for training with every kind of mask, over sequences of length 0, 1 and T, the
// gradients are those of the equations with the masks as they are drawn, and padding has
// no influence.
func TestGradientsWithMasks(t *testing.T) {
	const steps, batch, in = 3, 3, 6 // fewer units, all dropped, make a layer norm divide by nearly nothing
	rng := rand.New(rand.NewPCG(1, 1))
	masks := &cells.Masks{}
	cell := func(name string, in int) cells.Cell {
		norm := cells.NewLayerNormLSTM(name, in, 6, rng)
		dropped := cells.Variational{Cell: norm, Name: name, Input: 0.2, Recurrent: 0.3, Masks: masks}
		return cells.Zoneout{Cell: dropped, H: 0.2, C: 0.5, Masks: masks}
	}
	layers := cells.Layers{
		cells.Bidirectional{Forward: cell("0/f", in), Backward: cell("0/b", in), Merge: cells.Sum},
		cells.Bidirectional{
			Forward:  cells.Dropout{Cell: cell("1/f", 6), Rate: 0.3, Masks: masks},
			Backward: cells.Dropout{Cell: cell("1/b", 6), Rate: 0.3, Masks: masks},
		},
	}
	graph.Convert(graph.Float64, layers.Params()...)
	lengths := []int{3, 1, 0}
	p := compileMasked(t, masks, func(b *graph.Builder) {
		cells.WeightDrop(b, layers, 0.2, masks)
		var xs, ms []*graph.Node
		for step := range steps {
			xs = append(xs, b.Input(fmt.Sprint("x", step), batch, in))
			ms = append(ms, b.Input(fmt.Sprint("mask", step), batch, 1))
		}
		outputs, end := layers.Over(b, masks.Sequence(b, xs, 0.2), ms, cells.Zeros(b, layers, batch))
		y := b.ConcatColumns(append(masks.Sequence(b, outputs, 0.2), end.Output())...)
		b.Minimize(b.Dot(y, b.Input("weight", batch, 12*(steps+1))))
	})
	xs := make([][]float64, steps)
	for step := range steps {
		var mask []float64
		for _, n := range lengths {
			mask = append(mask, map[bool]float64{true: 1}[step < n])
		}
		xs[step] = draw(batch*in, rng)
		mustSet(t, p, fmt.Sprint("x", step), xs[step])
		mustSet(t, p, fmt.Sprint("mask", step), mask)
	}
	mustSet(t, p, "weight", draw(batch*12*(steps+1), rng))
	graphtest.CheckGradientAlong(t, p, 2, rng)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	loss := p.Scalar("loss")
	for step := range steps {
		for row, n := range lengths {
			if step >= n {
				xs[step][row*in] = 1e3
			}
		}
		mustSet(t, p, fmt.Sprint("x", step), xs[step])
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if got := p.Scalar("loss"); got != loss {
		t.Errorf("the loss is %.17g with other padding, and was %.17g", got, loss)
	}
}
