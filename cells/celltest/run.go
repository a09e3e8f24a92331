package celltest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// A run is a cell with inputs, lengths and a state to start from.
type run struct {
	cell          cells.Cell
	batch, input  int
	x             [][]float64          // per step, (B, I)
	lengths       []int                // per row; nil means that no row ends early
	state         map[string][]float64 // per node of the state, (B, width)
	weights       map[string][]float64 // of the objective, per node of the state, (B, width)
	initialParams map[string]*graph.Param
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(4, 2)) }

func newRun(t *testing.T, newCell New, steps, batch, input, hidden int) *run {
	t.Helper()
	rng := newRand()
	r := &run{cell: newCell(input, hidden, rng), batch: batch, input: input,
		state: map[string][]float64{}, weights: map[string][]float64{}}
	for _, p := range r.cell.Params() {
		graph.Convert(graph.Float64, p)
		graph.Uniform(p, 0.8, rng) // biases too, so that none of them hides behind a zero
	}
	for range steps {
		r.x = append(r.x, normals(batch*input, rng))
	}
	r.cell.Begin(func(name string, width int) *graph.Node {
		r.state[name] = normals(batch*width, rng)
		r.weights[name] = normals(batch*width, rng)
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
	one := &run{cell: r.cell, batch: 1, input: r.input, state: map[string][]float64{}, weights: map[string][]float64{}}
	for _, x := range r.x {
		one.x = append(one.x, x[i*r.input:(i+1)*r.input])
	}
	for name, s := range r.state {
		width := len(s) / r.batch
		one.state[name] = s[i*width : (i+1)*width]
		one.weights[name] = r.weights[name][i*width : (i+1)*width]
	}
	return one
}

// compile builds the run: outputs y0, y1, … and, per node of the state, end/name. If
// gradient is set, the objective is a random linear function of the end state, the
// state to start from is made of parameters, and dx0, dx1, … are the gradients of the
// inputs.
func (r *run) compile(t *testing.T, gradient bool) *graph.Program {
	t.Helper()
	r.initialParams = map[string]*graph.Param{}
	p, err := graph.Compile(func(b *graph.Builder) { r.build(b, gradient) }, graph.Settings{Dtype: graph.Float64})
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
	start := r.cell.Begin(func(name string, width int) *graph.Node {
		if !gradient {
			return b.Input("start/"+name, r.batch, width)
		}
		if r.initialParams[name] == nil {
			r.initialParams[name] = graph.NewParam("start/"+name, r.batch, width)
			graph.Convert(graph.Float64, r.initialParams[name])
		}
		return b.Param(r.initialParams[name])
	})
	outputs, end := cells.Unroll(b, r.cell, xs, masks, start)
	for step, y := range outputs {
		b.Output(fmt.Sprintf("y%d", step), y)
	}
	var loss *graph.Node
	end.Map(func(name string, n *graph.Node) *graph.Node {
		b.Output("end/"+name, n)
		if gradient {
			shape := b.Shape(n)
			term := b.Dot(n, b.Input("weight/"+name, shape[0], shape[1]))
			if loss != nil {
				term = b.Add(loss, term)
			}
			loss = term
		}
		return n
	})
	if gradient {
		b.Minimize(loss)
	}
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
			check(p.SetFloats("weight/"+name, r.weights[name]))
		} else {
			check(p.SetFloats("start/"+name, s))
		}
	}
}

// run runs the program and returns its outputs by name.
func (r *run) run(t *testing.T, p *graph.Program) map[string][]float64 {
	t.Helper()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	values := map[string][]float64{}
	for step := range r.x {
		name := fmt.Sprintf("y%d", step)
		values[name] = p.Floats(name)
	}
	for name := range r.state {
		values["end/"+name] = p.Floats("end/" + name)
	}
	return values
}
