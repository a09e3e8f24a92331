package cells_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// A trace has i, f, g, o, c and h of every step and layer, of which h and c recomputed are
// those that the cell puts out. A gate under another's name, or steps in another order, give
// other numbers. It works in a graph that is differentiated, and adds to it only outputs.
func TestTrace(t *testing.T) {
	const steps, batch, in, hidden = 4, 2, 3, 5
	rng := rand.New(rand.NewPCG(2, 2))
	stack := cells.Stack{cells.NewLSTM("a", in, hidden, rng), cells.NewGRU("b", hidden, 2, rng)}
	graph.Convert(graph.Float64, stack.Params()...)
	var names []string
	compile := func(trace bool) *graph.Program {
		p, err := graph.Compile(func(b *graph.Builder) {
			var tr *cells.Trace
			if trace {
				tr = cells.NewTrace(b)
			}
			xs := b.Unstack(b.Input("x", steps*batch, in), steps)
			start := stack.Begin(func(name string, width int) *graph.Node { return b.InputWith(name, batch, width, 0.3) })
			outputs, _ := cells.Unroll(b, stack, xs, nil, start)
			y := b.Stack(outputs)
			b.Output("y", y)
			if trace {
				tr.Outputs("trace/")
				names = tr.Names()
			}
			b.Minimize(b.Dot(y, y))
		}, graph.Settings{Dtype: graph.Float64})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close() })
		mustSet(t, p, "x", draw(steps*batch*in, rand.New(rand.NewPCG(1, 1))))
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		return p
	}
	traced, plain := compile(true), compile(false)
	want := []string{"0/i", "0/f", "0/g", "0/o", "0/c", "0/h", "1/r", "1/z", "1/n", "1/h"}
	if !slices.Equal(names, want) {
		t.Fatalf("names %v, want %v", names, want)
	}
	if extra := traced.Nodes() - plain.Nodes(); extra > 2*len(names) {
		t.Errorf("the trace adds %d nodes, want no more than a Stack and an output for each of %d names", extra, len(names))
	}
	graphtest.CheckClose(t, "y", traced.Floats("y"), plain.Floats("y"), 0)
	for _, p := range stack.Params() {
		graphtest.CheckClose(t, "gradient of "+p.Name(), traced.Grad(p), plain.Grad(p), 0)
	}
	at := func(name string) []float64 { return traced.Floats("trace/" + name) }
	size := batch * hidden
	c := repeat(0.3, size)
	for step := range steps {
		for k := range size {
			n := step*size + k
			c[k] = at("0/f")[n]*c[k] + at("0/i")[n]*at("0/g")[n]
			graphtest.CheckClose(t, "c", at("0/c")[n:n+1], c[k:k+1], 1e-12)
			graphtest.CheckClose(t, "h", at("0/h")[n:n+1], []float64{at("0/o")[n] * math.Tanh(c[k])}, 1e-12)
		}
	}
	h := repeat(0.3, batch*2)
	for step := range steps {
		for k := range h {
			n := step*len(h) + k
			h[k] = (1-at("1/z")[n])*at("1/n")[n] + at("1/z")[n]*h[k]
			graphtest.CheckClose(t, "GRU's h", at("1/h")[n:n+1], h[k:k+1], 1e-12)
		}
	}
	graphtest.CheckClose(t, "output", at("1/h"), traced.Floats("y"), 0)
}

func repeat(x float64, n int) []float64 { return fill(n, func(float64) float64 { return x }) }

// controlled compiles a cell that reads one input for several steps, under a Control.
func controlled(t *testing.T, cell cells.Cell, c *cells.Control, steps, batch, in int) *graph.Program {
	t.Helper()
	graph.Convert(graph.Float64, cell.Params()...)
	p, err := graph.Compile(func(b *graph.Builder) {
		if c != nil {
			c.Attach(b)
		}
		xs := b.Unstack(b.Input("x", steps*batch, in), steps)
		start := cell.Begin(func(name string, width int) *graph.Node { return b.Input("start/"+name, batch, width) })
		_, end := cells.Unroll(b, cell, xs, nil, start)
		end.Map(func(name string, n *graph.Node) *graph.Node { b.Output("end/"+name, n); return n })
	}, graph.Settings{Dtype: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	mustSet(t, p, "x", draw(steps*batch*in, rand.New(rand.NewPCG(1, 1))))
	cell.Begin(func(name string, width int) *graph.Node {
		mustSet(t, p, "start/"+name, draw(batch*width, rand.New(rand.NewPCG(2, 2))))
		return nil
	})
	return p
}

func ends(t *testing.T, p *graph.Program) (h, c []float64) {
	t.Helper()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return p.Floats("end/h"), p.Floats("end/c")
}

// An attached Control changes nothing; with the forget gate frozen open and the input gate
// shut the memory is constant, exactly, over a thousand steps; freed, the cell is itself again.
func TestControlHoldsTheMemory(t *testing.T) {
	const steps, batch, in = 50, 2, 3
	cell := cells.NewLSTM("l", in, 4, rand.New(rand.NewPCG(2, 2)))
	control := cells.NewControl("i", "f")
	p := controlled(t, cell, control, steps, batch, in)
	wantH, wantC := ends(t, controlled(t, cell, nil, steps, batch, in))
	h, c := ends(t, p)
	graphtest.CheckClose(t, "h under a Control at rest", h, wantH, 0)
	graphtest.CheckClose(t, "c under a Control at rest", c, wantC, 0)

	check(t, control.Freeze(p, "f", 1))
	check(t, control.Freeze(p, "i", 0))
	start := draw(batch*4, rand.New(rand.NewPCG(2, 2)))
	for range 1000 / steps {
		_, c = ends(t, p)
		graphtest.CheckClose(t, "c held", c, start, 0)
		check(t, p.Feed("end/c", "start/c"))
		check(t, p.Feed("end/h", "start/h"))
	}
	check(t, control.Free(p, "f"))
	check(t, control.Free(p, "i"))
	mustSet(t, p, "start/h", start)
	mustSet(t, p, "start/c", start)
	_, c = ends(t, p)
	graphtest.CheckClose(t, "c when freed", c, wantC, 0)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Greff's variants are gates frozen at one.
func TestControlGivesGreffsVariants(t *testing.T) {
	const steps, batch, in, hidden = 6, 2, 3, 4
	peephole := cells.NewPeephole("p", in, hidden, rand.New(rand.NewPCG(2, 2)))
	for gate, variant := range map[string]cells.Cell{
		"i": &cells.NIG{Forget: peephole.Forget, Candidate: peephole.Candidate, Output: peephole.Output},
		"f": &cells.NFG{Input: peephole.Input, Candidate: peephole.Candidate, Output: peephole.Output},
		"o": &cells.NOG{Input: peephole.Input, Forget: peephole.Forget, Candidate: peephole.Candidate},
	} {
		control := cells.NewControl(gate)
		p := controlled(t, peephole, control, steps, batch, in)
		graph.Uniform(peephole.Input.P, 1, rand.New(rand.NewPCG(3, 3)))
		check(t, control.Freeze(p, gate, 1))
		h, c := ends(t, p)
		wantH, wantC := ends(t, controlled(t, variant, nil, steps, batch, in))
		graphtest.CheckClose(t, "h with "+gate+" open", h, wantH, 1e-14)
		graphtest.CheckClose(t, "c with "+gate+" open", c, wantC, 1e-14)
	}
}

// One step shows what each method makes of a gate, in each row and unit.
func TestControlMethods(t *testing.T) {
	cell := cells.NewLSTM("l", 1, 2, rand.New(rand.NewPCG(2, 2)))
	control := cells.NewControl("0/o")
	p := controlled(t, cells.Stack{cell}, control, 1, 2, 1)
	run := func() (o []float64) {
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		for i, h := range p.Floats("end/0/h") {
			o = append(o, h/math.Tanh(p.Floats("end/0/c")[i]))
		}
		return o
	}
	free := run()
	sorted := slices.Sorted(slices.Values(free))
	low, high := (sorted[0]+sorted[1])/2, (sorted[2]+sorted[3])/2
	for name, try := range map[string]struct {
		set  func() error
		want func(i int, o float64) float64
	}{
		"frozen":   {func() error { return control.Freeze(p, "0/o", 0.25) }, func(int, float64) float64 { return 0.25 }},
		"scaled":   {func() error { return control.Scale(p, "0/o", 3) }, func(_ int, o float64) float64 { return 3 * o }},
		"clamped":  {func() error { return control.Clamp(p, "0/o", low, high) }, func(_ int, o float64) float64 { return min(max(o, low), high) }},
		"replaced": {func() error { return control.Replace(p, "0/o", []float64{1, 2, 3, 4}) }, func(i int, _ float64) float64 { return float64(i + 1) }},
		"freed":    {func() error { return control.Free(p, "0/o") }, func(_ int, o float64) float64 { return o }},
	} {
		check(t, try.set())
		var want []float64
		for i, o := range free {
			want = append(want, try.want(i, o))
		}
		graphtest.CheckClose(t, name, run(), want, 1e-12)
	}
	for want, err := range map[string]error{
		`no gate "i"`: control.Freeze(p, "i", 0),
		"want 4":      control.Replace(p, "0/o", []float64{1}),
		"[1, 0]":      control.Clamp(p, "0/o", 1, 0),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// In a row that has ended a trace shows the memories that it keeps, from the state that it
// started from on, and a Control changes neither them nor the end; the rows beside it are as if
// they were alone. In a zoned-out cell, what is carried has the plain name.
func TestWatchedRowsThatEnd(t *testing.T) {
	const steps, batch, in, hidden = 4, 3, 2, 3
	rng := rand.New(rand.NewPCG(2, 2))
	zoned := cells.Zoneout{Cell: cells.NewLSTM("a", in, hidden, rng), Rates: map[string]float64{"c": 0.4}}
	cell := cells.Stack{zoned, cells.NewFGR("b", hidden, hidden, rng)}
	graph.Convert(graph.Float64, cell.Params()...)
	lengths := []int{steps, 2, 0}
	control := cells.NewControl("0/c", "1/h", "1/i")
	var names []string
	p, err := graph.Compile(func(b *graph.Builder) {
		trace := cells.NewTrace(b)
		control.Attach(b)
		xs, masks := b.Unstack(b.Input("x", steps*batch, in), steps), b.Unstack(b.Input("mask", steps*batch, 1), steps)
		start := cell.Begin(func(name string, width int) *graph.Node { return b.Input("start/"+name, batch, width) })
		_, end := cells.Unroll(b, cell, xs, masks, start)
		end.Map(func(name string, n *graph.Node) *graph.Node { b.Output("end/"+name, n); return n })
		trace.Outputs("")
		names = trace.Names()
	}, graph.Settings{Dtype: graph.Float64})
	check(t, err)
	defer p.Close()
	want := []string{"0/i", "0/f", "0/g", "0/o", "0/fresh/c", "0/h", "0/c", "1/i", "1/f", "1/g", "1/c", "1/o", "1/h"}
	if !slices.Equal(names, want) {
		t.Errorf("names %q, want %q", names, want)
	}
	mustSet(t, p, "x", draw(steps*batch*in, rng))
	var mask []float64
	for step := range steps {
		for _, n := range lengths {
			mask = append(mask, map[bool]float64{true: 1}[step < n])
		}
	}
	mustSet(t, p, "mask", mask)
	start := map[string][]float64{}
	for _, name := range cells.Memories(cell) {
		start[name] = draw(batch*hidden, rng)
		mustSet(t, p, "start/"+name, start[name])
	}
	row := func(x []float64, step, row int) []float64 {
		at := (step*batch + row) * hidden
		return x[at : at+hidden]
	}
	for _, controlled := range []bool{false, true} {
		if controlled {
			check(t, control.Freeze(p, "0/c", 7))
			check(t, control.Freeze(p, "1/h", 8))
			check(t, control.Freeze(p, "1/i", 9))
		}
		check(t, p.Run())
		for name, was := range start {
			x, end := p.Floats(name), p.Floats("end/"+name)
			for step := range steps {
				graphtest.CheckClose(t, name+" of length 0", row(x, step, 2), row(was, 0, 2), 0)
			}
			graphtest.CheckClose(t, "end of "+name+" of length 0", row(end, 0, 2), row(was, 0, 2), 0)
			frozen := map[string]float64{"0/c": 7, "1/h": 8, "1/i": 9}[name]
			if controlled && frozen != 0 { // the trace comes before the Control
				graphtest.CheckClose(t, "end of "+name, end[:2*hidden], repeat(frozen, 2*hidden), 0)
				graphtest.CheckClose(t, name+" kept", row(x, 3, 1), repeat(frozen, hidden), 0)
				continue
			}
			for step := 2; step < steps; step++ {
				graphtest.CheckClose(t, name+" kept", row(x, step, 1), row(x, 1, 1), 0)
			}
			graphtest.CheckClose(t, "end of "+name, end[:2*hidden], slices.Concat(row(x, 3, 0), row(x, 1, 1)), 0)
		}
		if c := p.Floats("1/c"); slices.Equal(row(c, 0, 0), row(c, 1, 0)) || slices.Equal(row(c, 0, 1), row(c, 1, 1)) {
			t.Error("1/c stands still in a row that has not ended")
		}
		if !controlled {
			c, fresh := p.Floats("0/c"), p.Floats("0/fresh/c")
			for k, v := range row(c, 0, 0) {
				graphtest.CheckClose(t, "0/c", []float64{v}, []float64{0.4*row(start["0/c"], 0, 0)[k] + 0.6*row(fresh, 0, 0)[k]}, 1e-14)
			}
		}
	}
}

// A cell that names nothing shows its memories all the same, and the layer above reads what is
// watched.
func TestUnnamedMemoriesAreWatched(t *testing.T) {
	cell := cells.Stack{seer{2, false}, seer{2, false}}
	control := cells.NewControl("0/h")
	var names []string
	p, err := graph.Compile(func(b *graph.Builder) {
		trace := cells.NewTrace(b)
		control.Attach(b)
		outputs, _ := cells.Unroll(b, cell, []*graph.Node{b.Input("x", 1, 2)}, nil, cells.Zeros(b, cell, 1))
		b.Output("y", outputs[0])
		names = trace.Names()
	}, graph.Settings{})
	check(t, err)
	defer p.Close()
	if want := []string{"0/h", "1/h"}; !slices.Equal(names, want) {
		t.Errorf("names %q, want %q", names, want)
	}
	mustSet(t, p, "x", []float64{1, 2})
	check(t, control.Scale(p, "0/h", 3))
	check(t, p.Run())
	graphtest.CheckClose(t, "y", p.Floats("y"), []float64{3, 6}, 0)
}

// A matrix memory that is frozen at zero is read as zero, and a normaliser that is frozen is what
// h is divided by: names are given before the memory is read.
func TestControlOfStabilisedMemories(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	run := func(cell cells.Cell, name string, x float64) (*graph.Program, *cells.Control) {
		control := cells.NewControl(name)
		graph.Convert(graph.Float64, cell.Params()...)
		p, err := graph.Compile(func(b *graph.Builder) {
			control.Attach(b)
			trace := cells.NewTrace(b)
			xs := b.Unstack(b.Constant(0.5, 6, 2), 3)
			outputs, _ := cells.Unroll(b, cell, xs, nil, cells.Zeros(b, cell, 2))
			trace.Outputs("")
			b.Output("y", b.Stack(outputs))
		}, graph.Settings{Dtype: graph.Float64})
		check(t, err)
		t.Cleanup(func() { p.Close() })
		check(t, control.Freeze(p, name, x))
		check(t, p.Run())
		return p, control
	}
	mlstm := cells.NewMLSTM("m", 2, 4, 2, rng)
	p, control := run(mlstm, "C", 0)
	graphtest.CheckClose(t, "y of C = 0", p.Floats("y"), make([]float64, 6*4), 0)
	check(t, control.Free(p, "C"))
	check(t, p.Run())
	if slices.Equal(p.Floats("y"), make([]float64, 6*4)) {
		t.Error("y is zero when C is freed")
	}
	free := p.Floats("y")
	p, _ = run(mlstm, "n", 1e9)
	for i, y := range p.Floats("y") {
		if !(math.Abs(y) < 1e-3*math.Abs(free[i])) {
			t.Errorf("y is %g with n at 1e9, and %g without", y, free[i])
		}
	}
	p, _ = run(cells.NewSLSTM("s", 2, 4, 2, rng), "n", 0.25)
	for i, y := range p.Floats("y") {
		graphtest.CheckClose(t, "y of n = 0.25", []float64{y}, []float64{p.Floats("o")[i] * p.Floats("c")[i] / 0.25}, 1e-12)
	}
	slstm := cells.NewSLSTM("s", 2, 4, 2, rng)
	p, _ = run(slstm, "m", 3)
	q, _ := run(slstm, "m", 4)
	for k, i := range p.Floats("i")[:8] { // of the first step: exp(ĩ − m)
		graphtest.CheckClose(t, "i of m = 4", q.Floats("i")[k:k+1], []float64{i / math.E}, 1e-12)
	}
}
