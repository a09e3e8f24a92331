package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
)

// A sketch is a random graph: it adds the same nodes at every call with the same seed.
type sketch struct {
	seed   uint64
	dtype  graph.Dtype
	params map[string]*graph.Param
	inputs map[string][]float64
	ints   map[string][]int
}

func newSketch(seed uint64, d graph.Dtype) *sketch {
	return &sketch{seed: seed, dtype: d, params: map[string]*graph.Param{}, inputs: map[string][]float64{}, ints: map[string][]int{}}
}

// A drawer draws the nodes of a sketch.
type drawer struct {
	*sketch
	*rand.Rand
	b      *graph.Builder
	nodes  []*graph.Node // matrices that an operation may use
	used   []*graph.Node // parameters
	terms  []*graph.Node // scalars of the objective
	serial int
}

func (s *sketch) build(b *graph.Builder) {
	d := &drawer{sketch: s, Rand: rand.New(rand.NewPCG(s.seed, 7)), b: b}
	widths := []int{1, 2, 3, 5, 16, 17, 33}
	rows, width := 1+d.IntN(5), widths[d.IntN(len(widths))]
	d.nodes = []*graph.Node{d.input(rows, width), d.param(rows, width), d.param(rows, widths[d.IntN(len(widths))])}
	for range 3 + d.IntN(12) {
		d.operation()
	}
	if d.IntN(2) == 0 {
		d.recurrence()
	}
	for i, n := range d.nodes {
		if d.IntN(3) == 0 || i == len(d.nodes)-1 {
			shape := b.Shape(n)
			d.terms = append(d.terms, b.Dot(n, d.input(shape[0], shape[1])))
		}
		if d.IntN(4) == 0 {
			b.Output(fmt.Sprintf("node %d", i), n)
		}
	}
	loss := d.terms[0]
	for _, t := range d.terms[1:] {
		loss = b.Add(loss, t)
	}
	for _, n := range d.used { // so that the objective depends on all of them
		shape := b.Shape(n)
		loss = b.Add(loss, b.Dot(n, b.Constant(0.1, shape[0], shape[1])))
	}
	b.Minimize(loss)
}

// param returns a parameter's node, sometimes one that was used before.
func (d *drawer) param(rows, cols int) *graph.Node {
	name := fmt.Sprintf("p%d %d×%d", d.IntN(2), rows, cols)
	p := d.params[name]
	if p == nil {
		p = graph.NewParam(name, rows, cols)
		graph.Convert(d.dtype, p)
		rng := rand.New(rand.NewPCG(d.seed, uint64(len(d.params))))
		graph.Uniform(p, 1, rng)
		d.params[name] = p
	}
	n := d.b.Param(p)
	d.used = append(d.used, n)
	return n
}

func (d *drawer) input(rows, cols int) *graph.Node {
	name := d.name("input")
	if d.inputs[name] == nil {
		rng := rand.New(rand.NewPCG(d.seed+1, uint64(len(d.inputs))))
		for range rows * cols {
			d.inputs[name] = append(d.inputs[name], 2*rng.Float64()-1)
		}
	}
	return d.b.Input(name, rows, cols)
}

// name returns a name that is new in this build, the same ones in every build.
func (d *drawer) name(kind string) string {
	d.serial++
	return fmt.Sprintf("%s %d", kind, d.serial)
}

func (d *drawer) any() *graph.Node { return d.nodes[d.IntN(len(d.nodes))] }

// like returns a node of the same shape: one there is, or one made for it.
func (d *drawer) like(x *graph.Node) *graph.Node {
	var all []*graph.Node
	for _, n := range d.nodes {
		if fmt.Sprint(d.b.Shape(n)) == fmt.Sprint(d.b.Shape(x)) {
			all = append(all, n)
		}
	}
	if d.IntN(4) == 0 {
		s := d.b.Shape(x)
		return d.param(s[0], s[1])
	}
	return all[d.IntN(len(all))]
}

// operation adds one operation on nodes that are there. Values stay within a few units.
func (d *drawer) operation() {
	b, x := d.b, d.any()
	s := b.Shape(x)
	var y *graph.Node
	switch d.IntN(16) {
	case 0:
		y = b.Tanh(b.Add(x, d.like(x)))
	case 1:
		y = b.Sub(b.Sigmoid(x), d.like(x))
	case 2:
		y = b.Mul(b.Tanh(x), d.like(x))
	case 3:
		y = b.Div(b.Tanh(d.like(x)), b.Affine(b.Sigmoid(x), 2, 0.5))
	case 4:
		y = b.Exp(b.Tanh(x))
	case 5:
		y = b.Log(b.Affine(b.Sigmoid(x), 1, 0.25))
	case 6:
		y = b.Affine(b.Tanh(x), -1, 1)
	case 7:
		y = b.AddRow(x, d.param(1, s[1]))
	case 8, 9:
		y = b.Tanh(b.MatMul(x, d.param(s[1], 1+d.IntN(20))))
	case 10:
		y = b.Select(d.input(s[0], 1), x, d.like(x))
	case 11:
		y = b.Stack([]*graph.Node{x, d.like(x), x})
	case 12:
		from := d.IntN(s[0])
		y = b.RowBlock(x, from, from+1+d.IntN(s[0]-from))
	case 13:
		y = b.Rows(x, d.indices(1+d.IntN(12), s[0]))
	case 14:
		y = b.Softmax(x)
	case 15:
		steps := b.Unstack(x, s[0])
		y = steps[d.IntN(len(steps))]
	}
	d.nodes = append(d.nodes, y)
}

// indices returns n numbers of rows.
func (d *drawer) indices(n, rows int) *graph.Node {
	name := d.name("index")
	if d.ints[name] == nil {
		rng := rand.New(rand.NewPCG(d.seed+2, uint64(len(d.ints))))
		for range n {
			d.ints[name] = append(d.ints[name], rng.IntN(rows))
		}
	}
	return d.b.Indices(name, n)
}

// recurrence unrolls a random gated cell, with masks: over a matrix, the same in every step,
// or over rows of a table.
func (d *drawer) recurrence() {
	b, x := d.b, d.any()
	s := b.Shape(x)
	h := 1 + d.IntN(20)
	state := d.input(s[0], h)
	var outputs []*graph.Node
	inputs := make([]*graph.Node, 2+d.IntN(4))
	for t := range inputs {
		inputs[t] = x
	}
	if d.IntN(2) == 0 {
		table := d.param(1+d.IntN(6), s[1])
		inputs = b.Unstack(b.Rows(table, d.indices(len(inputs)*s[0], b.Shape(table)[0])), len(inputs))
	}
	for _, x := range inputs {
		z := b.Add(b.MatMul(x, d.param(s[1], h)), b.MatMul(state, d.param(h, h)))
		gate := b.Sigmoid(b.AddRow(z, d.param(1, h)))
		next := b.Add(b.Mul(gate, state), b.Mul(b.Affine(gate, -1, 1), b.Tanh(b.MatMul(state, d.param(h, h)))))
		state = b.Select(d.input(s[0], 1), next, state)
		outputs = append(outputs, state)
		d.nodes = append(d.nodes, state)
	}
	d.nodes = append(d.nodes, b.Stack(outputs))
}

// run compiles and runs the sketch and returns all outputs and gradients by name.
func (s *sketch) run(t *testing.T, settings graph.Settings) map[string][]float64 {
	t.Helper()
	settings.Dtype = s.dtype
	p, err := graph.Compile(s.build, settings)
	if err != nil {
		t.Fatalf("seed %d: %v", s.seed, err)
	}
	defer p.Close()
	if settings.Inference {
		p.Freeze()
	}
	values := map[string][]float64{}
	for range 2 { // the second time with buffers that have been used
		for name, x := range s.inputs {
			if err := p.SetFloats(name, x); err != nil {
				t.Fatal(err)
			}
		}
		for name, x := range s.ints {
			if err := p.SetInts(name, x); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Run(); err != nil {
			t.Fatalf("seed %d: %v", s.seed, err)
		}
		for _, name := range p.Outputs() {
			values[name] = p.Floats(name)
		}
		for _, param := range p.Params() {
			values["gradient of "+param.Name()] = p.Grad(param)
		}
	}
	return values
}

// difference returns the largest difference, relative to the largest number of each value.
func difference(got, want map[string][]float64) (worst float64, where string) {
	for name, w := range want {
		scale := 1.0
		for _, x := range w {
			scale = math.Max(scale, math.Abs(x))
		}
		for i := range w {
			if d := math.Abs(got[name][i]-w[i]) / scale; !(d <= worst) {
				worst, where = d, fmt.Sprintf("%s[%d] = %g, want %g", name, i, got[name][i], w[i])
			}
		}
	}
	return worst, where
}

// checkFused compares the fused engine with the reference on one random graph: all outputs
// and gradients, with all passes and without each of them, and its bits with several
// numbers of workers.
func checkFused(t *testing.T, seed uint64, passes bool) {
	t.Helper()
	for dtype, tolerance := range map[graph.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 2e-5} {
		s := newSketch(seed, dtype)
		want := s.run(t, graph.Settings{Engine: graph.Reference})
		got := s.run(t, graph.Settings{Workers: 1})
		if worst, where := difference(got, want); !(worst <= tolerance) {
			t.Errorf("seed %d, %v: fused and reference differ by %g: %s", seed, dtype, worst, where)
		}
		for _, workers := range []int{2, 3} {
			if worst, where := difference(s.run(t, graph.Settings{Workers: workers}), got); worst != 0 {
				t.Errorf("seed %d, %v: %d workers differ from one: %s", seed, dtype, workers, where)
			}
		}
		if !passes {
			continue
		}
		if worst, where := difference(s.run(t, graph.Settings{Inference: true}), want); !(worst <= tolerance) {
			t.Errorf("seed %d, %v: for inference, fused and reference differ by %g: %s", seed, dtype, worst, where)
		}
		for _, pass := range graph.Passes() {
			if worst, where := difference(s.run(t, graph.Settings{Without: []string{pass}}), want); !(worst <= tolerance) {
				t.Errorf("seed %d, %v: without pass %s, fused and reference differ by %g: %s", seed, dtype, pass, worst, where)
			}
		}
	}
}

// Whatever a pass gets wrong.
func TestFusedEqualsReference(t *testing.T) {
	n := uint64(150)
	if testing.Short() {
		n = 40
	}
	for seed := range n {
		checkFused(t, seed, seed%8 == 0)
	}
}

func FuzzFused(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkFused(t, seed, true) })
}
