package cells_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// lstmRow runs the equations of an LSTM over one row from a state of zeros and returns its
// outputs.
func lstmRow(l *cells.LSTM, hidden int, xs [][]float64) (outputs [][]float64) {
	h, c := make([]float64, hidden), make([]float64, hidden)
	for _, x := range xs {
		h, c = lstmStep(l, x, h, c)
		outputs = append(outputs, h)
	}
	return outputs
}

// Each merge is of both readings of each row within its own length, also at the end; what the
// padding holds, forward the last output and backward the first state, is merged too.
func TestBidirectional(t *testing.T) {
	const in, hidden, steps = 2, 3, 4
	rng := rand.New(rand.NewPCG(1, 4))
	forward, backward := cells.NewLSTM("f", in, hidden, rng), cells.NewLSTM("b", in, hidden, rng)
	graph.Convert(graph.Float64, append(forward.Params(), backward.Params()...)...)
	s := newSequence(3, steps, in, []int{4, 0, 3}, rng)
	for merge, f := range map[cells.Merge]func(y, z []float64) []float64{
		"":            func(y, z []float64) []float64 { return slices.Concat(y, z) },
		cells.Concat:  func(y, z []float64) []float64 { return slices.Concat(y, z) },
		cells.Sum:     elementwise(func(y, z float64) float64 { return y + z }),
		cells.Product: elementwise(func(y, z float64) float64 { return y * z }),
		cells.Average: elementwise(func(y, z float64) float64 { return (y + z) / 2 }),
	} {
		p := s.compileLayer(t, cells.Bidirectional{Forward: forward, Backward: backward, Merge: merge})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		want := make([][]float64, steps+1) // the last is the output at the end
		for row, n := range s.lengths {
			xs := s.row(row)[:n]
			there := lstmRow(forward, hidden, xs)
			slices.Reverse(xs)
			back := lstmRow(backward, hidden, xs)
			slices.Reverse(back)
			zeros := make([]float64, hidden)
			for len(there) < steps {
				last := zeros
				if len(there) > 0 {
					last = there[len(there)-1]
				}
				there, back = append(there, last), append(back, zeros)
			}
			for step := range steps {
				want[step] = append(want[step], f(there[step], back[step])...)
			}
			want[steps] = append(want[steps], f(there[steps-1], back[0])...)
		}
		for step := range steps {
			graphtest.CheckClose(t, fmt.Sprintf("merge %q, step %d", merge, step), p.Floats(fmt.Sprintf("y%d", step)), want[step], 1e-12)
		}
		graphtest.CheckClose(t, fmt.Sprintf("merge %q at the end", merge), p.Floats("end/output"), want[steps], 1e-12)
	}
}

func elementwise(f func(y, z float64) float64) func(y, z []float64) []float64 {
	return func(y, z []float64) (merged []float64) {
		for i := range y {
			merged = append(merged, f(y[i], z[i]))
		}
		return merged
	}
}

// row returns the inputs of one row.
func (s *sequence) row(i int) (xs [][]float64) {
	for _, x := range s.x {
		xs = append(xs, x[i*s.in:(i+1)*s.in])
	}
	return xs
}

// A merge or a state that cannot be is an error that says so.
func TestLayerErrors(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	lstm, gru := cells.NewLSTM("l", 2, 2, rng), cells.NewGRU("g", 2, 2, rng)
	masks := &cells.Masks{}
	for want, layer := range map[string]cells.Layer{
		`no merge "max"`:      cells.Bidirectional{Forward: lstm, Backward: gru, Merge: "max"},
		"whose h is its mem":  cells.Forward{Cell: cells.Variational{Cell: gru, Recurrent: 0.5, Masks: masks}},
		"want it in [0, 1)":   cells.Forward{Cell: cells.Dropout{Cell: gru, Rate: 1, Masks: masks}},
		"Zoneout of c of a":   cells.Forward{Cell: cells.Zoneout{Cell: gru, C: 0.5}},
		"Zoneout of h of a":   cells.Forward{Cell: cells.Zoneout{Cell: cells.Stack{gru}, H: 0.5}},
		"which has no h":      cells.Forward{Cell: cells.Variational{Cell: cells.NewMLSTM("m", 2, 2, 1, rng), Recurrent: 0.5}},
		"want equal shapes":   cells.Forward{Cell: cells.Residual{Of: cells.NewRNN("r", 2, 3, rng)}},
		"Stack of 0 layers":   cells.Forward{Cell: cells.Stack{}},
		"graph: MatMul of (3": cells.Layers{cells.Forward{Cell: cells.NewRNN("r", 2, 3, rng)}, cells.Forward{Cell: gru}},
	} {
		_, err := graph.Compile(func(b *graph.Builder) {
			xs := []*graph.Node{b.Input("x0", 3, 2), b.Input("x1", 3, 2)}
			ys, _ := layer.Over(b, xs, nil, cells.Zeros(b, layer, 3))
			if b.Err() == nil {
				b.Output("y", ys[0])
			}
		}, graph.Settings{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

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

// The weights that the paper counts for its tasks, output units included: adding, temporal
// order with two and three symbols, and the Reber grammar, whose cells have no biases.
func TestWeightCountsOf1997(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	for _, c := range []struct {
		task                          string
		inputs, blocks, size, outputs int
		cellBias, outputBias          bool
		want                          int
	}{
		{"adding", 2, 2, 2, 1, true, true, 93},
		{"temporal order, two symbols", 8, 2, 2, 4, true, true, 156},
		{"temporal order, three symbols", 8, 3, 2, 8, true, true, 308},
		{"Reber grammar, four blocks", 7, 4, 1, 7, false, false, 264},
		{"Reber grammar, three blocks", 7, 3, 2, 7, false, false, 276},
	} {
		cell := cells.NewMemoryBlocks("cell", c.inputs, c.blocks, c.size, rng)
		if !c.cellBias {
			cell.Candidate.B = nil
		}
		head := cells.NewDense("head", c.blocks*c.size, c.outputs, rng)
		n := graph.Count(cell.Params()) + head.W.Size()
		if c.outputBias {
			n += head.B.Size()
		}
		if n != c.want {
			t.Errorf("%s: %d weights, want %d", c.task, n, c.want)
		}
	}
}

// From a state of zeros, the stabilised cells agree with the plain exponential where that does
// not overflow, and stay finite, in value and gradient, where it does.
func TestStabiliser(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	s := cells.NewSLSTM("s", 2, 3, 1, rng)
	graph.Convert(graph.Float64, s.Params()...)
	sequence := newSequence(1, 5, 2, []int{5}, rng)
	p := sequence.compile(t, s)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	h, c, n := make([]float64, 3), make([]float64, 3), make([]float64, 3)
	for step, x := range sequence.x {
		next := make([]float64, 3)
		for j := range h {
			i, f := math.Exp(affine(s.Input, x, h, j)), sigmoid(affine(s.Forget, x, h, j))
			c[j] = f*c[j] + i*math.Tanh(affine(s.Candidate, x, h, j))
			n[j] = f*n[j] + i
			next[j] = sigmoid(affine(s.Output, x, h, j)) * c[j] / n[j]
		}
		h = next
		graphtest.CheckClose(t, fmt.Sprint("h at step ", step), p.Floats(fmt.Sprintf("y%d", step)), h, 1e-9)
	}
	for _, bias := range []float64{1000, -1000} {
		for _, cell := range []cells.Gated{cells.NewSLSTM("s", 2, 3, 1, rng), cells.NewMLSTM("m", 2, 4, 2, rng)} {
			for _, gate := range []string{"i", "f"} {
				finite(t, cell.(cells.Cell), gate, bias)
			}
		}
	}
}

// finite runs three steps in float32 with an extreme bias of one gate.
func finite(t *testing.T, cell cells.Cell, gate string, bias float64) {
	t.Helper()
	for _, g := range cell.(cells.Gated).Gates() {
		if g.Letter() == gate {
			old := g.B.Floats()
			defer g.B.SetFloats(old)
			graph.Constant(g.B, bias)
		}
	}
	p, err := graph.Compile(func(b *graph.Builder) {
		x := b.InputWith("x", 2, 2, 0.5)
		outputs, _ := cells.Unroll(b, cell, []*graph.Node{x, x, x}, nil, cells.Zeros(b, cell, 2))
		y := b.Stack(outputs)
		b.Output("y", y)
		b.Minimize(b.Dot(y, y))
	}, graph.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for _, y := range p.Floats("y") {
		if math.IsNaN(y) || math.Abs(y) > 10 {
			t.Errorf("%T with bias %g of %s puts out %g", cell, bias, gate, y)
		}
	}
	for _, param := range p.Params() {
		for _, d := range p.Grad(param) {
			if math.IsNaN(d) || math.IsInf(d, 0) {
				t.Errorf("%T with bias %g of %s: gradient %g of %s", cell, bias, gate, d, param.Name())
			}
		}
	}
}
