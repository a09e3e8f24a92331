package celltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// A run is a layer with inputs, lengths and a state to start from.
type run struct {
	layer         cells.Layer
	settings      graph.Settings
	batch, input  int
	x             [][]float64          // per step, (B, I)
	lengths       []int                // per row; nil means that no row ends early
	state         map[string][]float64 // per node of the state, (B, width)
	weights       map[string][]float64 // of the objective, per output and node of the state at the end
	initialParams map[string]*graph.Param

	// watch, if not nil, is called before the layer is built, and what it returns after.
	watch func(b *graph.Builder) (done func())
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(4, 2)) }

func newRun(newLayer NewLayer, s graph.Settings, steps, batch, input, hidden int) *run {
	rng := newRand()
	r := &run{layer: newLayer(input, hidden, rng), settings: s, batch: batch, input: input,
		state: map[string][]float64{}, weights: map[string][]float64{}}
	graph.Convert(s.Dtype, r.layer.Params()...)
	for _, p := range r.layer.Params() {
		graph.Uniform(p, min(0.8, 2/math.Sqrt(float64(hidden))), rng) // biases too, so that none of them hides behind a zero
	}
	for range steps {
		r.x = append(r.x, normals(batch*input, rng))
	}
	r.layer.Begin(func(name string, width int) *graph.Node {
		r.state[name] = normals(batch*width, rng)
		if path.Base(name) == "n" { // a normaliser is a sum of positive numbers
			for i, v := range r.state[name] {
				r.state[name][i] = 0.5 + math.Abs(v)
			}
		}
		return nil
	})
	return r
}

func normals(n int, rng *rand.Rand) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// row returns the run of one row alone.
func (r *run) row(i int) *run {
	one := &run{layer: r.layer, settings: r.settings, batch: 1, input: r.input, state: map[string][]float64{}}
	for _, x := range r.x {
		one.x = append(one.x, x[i*r.input:(i+1)*r.input])
	}
	for name, s := range r.state {
		width := len(s) / r.batch
		one.state[name] = s[i*width : (i+1)*width]
	}
	return one
}

// compile builds the run: outputs y0, y1, … and, per node of the state, end/name, and
// end/output. If gradient is set, the objective is a random linear function of all of
// these, the state to start from is made of parameters, and dx0, dx1, … are the gradients of
// the inputs.
func (r *run) compile(t *testing.T, gradient bool) *graph.Program {
	t.Helper()
	r.initialParams = map[string]*graph.Param{}
	p, err := graph.Compile(func(b *graph.Builder) { r.build(b, gradient) }, r.settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func (r *run) build(b *graph.Builder, gradient bool) {
	var xs, masks []*graph.Node
	for step := range r.x {
		x := b.Input(fmt.Sprintf("x%d", step), r.batch, r.input)
		if gradient {
			x = b.Gradient(fmt.Sprintf("dx%d", step), x)
		}
		xs = append(xs, x)
		if r.lengths != nil {
			masks = append(masks, b.Input(fmt.Sprintf("mask%d", step), r.batch, 1))
		}
	}
	start := r.layer.Begin(func(name string, width int) *graph.Node {
		if !gradient {
			return b.Input("start/"+name, r.batch, width)
		}
		if r.initialParams[name] == nil {
			r.initialParams[name] = graph.NewParam("start/"+name, r.batch, width)
			graph.Convert(r.settings.Dtype, r.initialParams[name])
		}
		return b.Param(r.initialParams[name])
	})
	if r.watch != nil {
		defer r.watch(b)()
	}
	outputs, end := r.layer.Over(b, xs, masks, start)
	var loss *graph.Node
	result := func(name string, n *graph.Node) {
		b.Output(name, n)
		if gradient {
			loss = r.objective(b, loss, name, n)
		}
	}
	for step, y := range outputs {
		result(fmt.Sprintf("y%d", step), y)
	}
	end.Map(func(name string, n *graph.Node) *graph.Node {
		result("end/"+name, n)
		return n
	})
	result("end/output", end.Output())
	if gradient {
		b.Minimize(loss)
	}
}

// objective adds a random linear function of a result to the loss.
func (r *run) objective(b *graph.Builder, loss *graph.Node, name string, n *graph.Node) *graph.Node {
	shape := b.Shape(n)
	if len(shape) != 2 {
		return nil
	}
	if r.weights[name] == nil {
		r.weights[name] = normals(shape[0]*shape[1], rand.New(rand.NewPCG(uint64(len(r.weights)), 9)))
	}
	term := b.Dot(n, b.Input("weight/"+name, shape[0], shape[1]))
	if loss == nil {
		return term
	}
	return b.Add(loss, term)
}

// set hands the run's numbers to its program.
func (r *run) set(t *testing.T, p *graph.Program) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	for step, x := range r.x {
		check(p.SetFloats(fmt.Sprintf("x%d", step), x))
		if r.lengths != nil {
			mask := make([]float64, r.batch)
			for row, n := range r.lengths {
				if step < n {
					mask[row] = 1
				}
			}
			check(p.SetFloats(fmt.Sprintf("mask%d", step), mask))
		}
	}
	for name, s := range r.state {
		if param := r.initialParams[name]; param != nil {
			check(param.SetFloats(s))
		} else {
			check(p.SetFloats("start/"+name, s))
		}
	}
	for name, w := range r.weights {
		check(p.SetFloats("weight/"+name, w))
	}
}

// run runs the program and returns its outputs by name, with the gradients of the inputs if
// there are any.
func (r *run) run(t *testing.T, p *graph.Program) map[string][]float64 {
	t.Helper()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	values := map[string][]float64{"end/output": p.Floats("end/output")}
	for step := range r.x {
		name := fmt.Sprintf("y%d", step)
		values[name] = p.Floats(name)
		if len(p.Params()) > 0 {
			values[fmt.Sprint("dx", step)] = p.Floats(fmt.Sprint("dx", step))
		}
	}
	for name := range r.state {
		values["end/"+name] = p.Floats("end/" + name)
	}
	return values
}
