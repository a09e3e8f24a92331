// Package celltest is the conformance suite that every recurrent cell and layer passes.
package celltest

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

// New makes a cell of the given sizes under test.
type New func(inputSize, hiddenSize int, rng *rand.Rand) cells.Cell

// NewLayer makes a layer of the given sizes under test.
type NewLayer func(inputSize, hiddenSize int, rng *rand.Rand) cells.Layer

// TestCell checks what every cell promises, whatever its equations:
//
//   - all that TestLayer checks, reading forward;
//   - T steps give the same bits as some, and then the others from the carried state;
//   - a row that has ended keeps its state whatever a watcher puts in its place.
//
// TestEquations compares a cell with its equations, which no other check does.
func TestCell(t *testing.T, newCell New) {
	forward := func(in, hidden int, rng *rand.Rand) cells.Layer {
		return cells.Forward{Cell: newCell(in, hidden, rng)}
	}
	TestLayer(t, forward)
	for _, engine := range engines {
		t.Run("carry/"+string(engine), func(t *testing.T) { testCarry(t, forward, engine) })
		t.Run("named in rows that end/"+string(engine), func(t *testing.T) { testNamed(t, forward, engine, []int{3, 1, 0}) })
	}
}

// TestLayer checks what every layer promises:
//
//   - its gradients are those of its equations, from a state that is not zero, with
//     sequences of length 0, 1 and T in one batch, and with sizes of 1;
//   - a row that has ended keeps its state, and what its inputs hold from then on has
//     no influence on any output or gradient, and no gradient;
//   - a batch of n rows gives the same bits as n batches of one;
//   - the fused engine agrees with the reference in every output and gradient, to 1e-12 of the
//     largest number in float64. That is for gates that are not saturated: the σ of the reference
//     engine is exactly 1 for arguments above 19, and above 15 in float32; see TestEquations;
//   - each of its memories is named once a step, before anything reads it, so that who watches
//     it sees its whole gradient and who controls it changes all that depends on it;
//   - its parameters come in the same order each time, under names of their own.
func TestLayer(t *testing.T, newLayer NewLayer) {
	t.Run("gradient", func(t *testing.T) { testGradient(t, newLayer) })
	for _, engine := range engines {
		t.Run("mask/"+string(engine), func(t *testing.T) { testMask(t, newLayer, engine) })
		t.Run("batch/"+string(engine), func(t *testing.T) { testBatch(t, newLayer, engine) })
		t.Run("named/"+string(engine), func(t *testing.T) { testNamed(t, newLayer, engine, nil) })
	}
	t.Run("engines", func(t *testing.T) { testEngines(t, newLayer) })
	t.Run("params", func(t *testing.T) { testParams(t, newLayer) })
}

var engines = []graph.Engine{graph.Reference, graph.Fused}

func inFloat64(engine graph.Engine) graph.Settings {
	return graph.Settings{Dtype: graph.Float64, Engine: engine}
}

// manyWeights is the number above which gradients are checked along random directions only.
const manyWeights = 100

func testGradient(t *testing.T, newLayer NewLayer) {
	sizes := []struct{ batch, input, hidden int }{{1, 1, 1}, {3, 2, 3}, {3, 3, 1}, {1, 2, 4}}
	if testing.Short() {
		sizes = sizes[:2]
	}
	for _, size := range sizes {
		t.Run(fmt.Sprintf("B=%d,I=%d,H=%d", size.batch, size.input, size.hidden), func(t *testing.T) {
			r := newRun(newLayer, inFloat64(graph.Reference), 3, size.batch, size.input, size.hidden)
			if size.batch > 1 {
				r.lengths = []int{3, 1, 0}
			}
			p := r.compile(t, true)
			r.set(t, p)
			for _, param := range r.layer.Params() {
				if !slices.Contains(p.Params(), param) {
					t.Errorf("no output and no state depends on parameter %s", param.Name())
				}
			}
			if graph.Count(p.Params()) <= manyWeights {
				graphtest.CheckGradient(t, p)
			} else {
				graphtest.CheckGradientAlong(t, p, 2, newRand())
			}
		})
	}
}

func testMask(t *testing.T, newLayer NewLayer, engine graph.Engine) {
	const steps, batch = 4, 4
	r := newRun(newLayer, inFloat64(engine), steps, batch, 2, 3)
	r.lengths = []int{4, 2, 1, 0}
	p := r.compile(t, true)
	r.set(t, p)
	clean, cleanGrads := r.run(t, p), grads(p)
	for row, n := range r.lengths {
		for step := n; step < steps; step++ {
			for k := range r.input {
				r.x[step][row*r.input+k] = 1e3 * float64(1+k)
			}
		}
	}
	r.set(t, p)
	same(t, "with other inputs after the end", r.run(t, p), clean)
	same(t, "with other inputs after the end", grads(p), cleanGrads)
	for step := range steps {
		grad := p.Floats(fmt.Sprintf("dx%d", step))
		for row, n := range r.lengths {
			for k := range r.input {
				if g := grad[row*r.input+k]; step >= n && g != 0 {
					t.Errorf("gradient of the input of row %d, of length %d, at step %d is %g, want 0", row, n, step, g)
				}
			}
		}
	}
	for name, start := range r.state {
		width := len(start) / batch
		end := clean["end/"+name]
		for k := range width {
			if end[3*width+k] != start[3*width+k] {
				t.Errorf("a sequence of length 0 ends with %s = %g, want its initial state %g", name, end[3*width+k], start[3*width+k])
			}
		}
	}
}

func testBatch(t *testing.T, newLayer NewLayer, engine graph.Engine) {
	const batch = 3
	r := newRun(newLayer, inFloat64(engine), 3, batch, 2, 3)
	p := r.compile(t, false)
	r.set(t, p)
	together := r.run(t, p)
	for row := range batch {
		one := r.row(row)
		p := one.compile(t, false)
		one.set(t, p)
		for name, got := range one.run(t, p) {
			width := len(together[name]) / batch
			same(t, fmt.Sprintf("row %d alone", row), map[string][]float64{name: got},
				map[string][]float64{name: together[name][row*width : (row+1)*width]})
		}
	}
}

func testCarry(t *testing.T, newLayer NewLayer, engine graph.Engine) {
	r := newRun(newLayer, inFloat64(engine), 5, 2, 2, 3)
	p := r.compile(t, false)
	r.set(t, p)
	whole := r.run(t, p)

	first, second := *r, *r
	first.x, second.x = r.x[:2], r.x[2:]
	p = first.compile(t, false)
	first.set(t, p)
	part := first.run(t, p)
	second.state = map[string][]float64{}
	for name := range r.state {
		second.state[name] = part["end/"+name]
	}
	p = second.compile(t, false)
	second.set(t, p)
	for name, got := range second.run(t, p) {
		if strings.HasPrefix(name, "end/") {
			same(t, "2 steps and then 3", map[string][]float64{name: got}, map[string][]float64{name: whole[name]})
		}
	}
}

// engineSizes are the sizes at which the engines are compared: sizes of one, and those at
// which vectors, panels and Gorgonia's own operations have their limits.
var engineSizes = []struct{ steps, batch, input, hidden int }{
	{4, 3, 2, 3}, {1, 1, 1, 1}, {1, 3, 5, 16}, {3, 1, 4, 5}, {2, 2, 3, 128}, {2, 2, 3, 256}, {2, 3, 2, 257},
}

func testEngines(t *testing.T, newLayer NewLayer) {
	sizes := engineSizes
	if testing.Short() {
		sizes = sizes[:2]
	}
	for _, size := range sizes {
		for dtype, tolerance := range map[graph.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 1e-5} {
			run := func(engine graph.Engine) map[string][]float64 {
				r := newRun(newLayer, graph.Settings{Dtype: dtype, Engine: engine}, size.steps, size.batch, size.input, size.hidden)
				if size.batch == 3 {
					r.lengths = []int{size.steps, 0, 1}
				}
				return r.everything(t)
			}
			what := fmt.Sprintf("T=%d, B=%d, I=%d, H=%d, %v", size.steps, size.batch, size.input, size.hidden, dtype)
			compareEngines(t, what, run(graph.Fused), run(graph.Reference), tolerance)
		}
	}
}

// everything runs the run twice, so that buffers hold what the first time left, and returns
// all outputs and gradients.
func (r *run) everything(t *testing.T) map[string][]float64 {
	t.Helper()
	p := r.compile(t, true)
	var values map[string][]float64
	for range 2 {
		r.set(t, p)
		values = r.run(t, p)
	}
	for name, grad := range grads(p) {
		values["gradient of "+name] = grad
	}
	return values
}

// compareEngines allows each value a difference of the tolerance, some hundred roundings of
// its format, times the largest number of the value: sums have another order, and functions
// other polynomials.
func compareEngines(t *testing.T, what string, fused, reference map[string][]float64, tolerance float64) {
	t.Helper()
	for name, want := range reference {
		largest := 1.0
		for _, x := range want {
			largest = max(largest, math.Abs(x))
		}
		got := fused[name]
		if len(got) != len(want) {
			t.Errorf("%s: %s has %d values, want %d", what, name, len(got), len(want))
			continue
		}
		for i, w := range want {
			if d := math.Abs(got[i] - w); !(d <= tolerance*largest) {
				t.Errorf("%s: fused %s, element %d, is %.17g, want %.17g", what, name, i, got[i], w)
				break
			}
		}
	}
}

func testParams(t *testing.T, newLayer NewLayer) {
	layer := newLayer(2, 3, newRand())
	names := map[string]bool{}
	again := layer.Params()
	for i, p := range layer.Params() {
		if names[p.Name()] {
			t.Errorf("two parameters are named %q", p.Name())
		}
		names[p.Name()] = true
		if again[i] != p {
			t.Errorf("parameter %d is %q and then %q", i, p.Name(), again[i].Name())
		}
	}
	if len(names) == 0 {
		t.Error("there are no parameters")
	}
}

// grads returns the gradients of all parameters by name.
func grads(p *graph.Program) map[string][]float64 {
	values := map[string][]float64{}
	for _, param := range p.Params() {
		values[param.Name()] = p.Grad(param)
	}
	return values
}

// same fails the test unless the values are the same bits.
func same(t *testing.T, what string, got, want map[string][]float64) {
	t.Helper()
	for name, w := range want {
		g := got[name]
		if len(g) != len(w) {
			t.Errorf("%s: %s has %d values, want %d", what, name, len(g), len(w))
			continue
		}
		for i := range w {
			if math.Float64bits(g[i]) != math.Float64bits(w[i]) {
				t.Errorf("%s: %s[%d] = %.17g, want the bits of %.17g", what, name, i, g[i], w[i])
			}
		}
	}
}
