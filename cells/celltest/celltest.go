// Package celltest is the conformance suite that every recurrent cell passes.
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

// TestCell checks what every cell promises, whatever its equations:
//
//   - its gradients are those of its equations, from a state that is not zero, with
//     sequences of length 0, 1 and T in one batch, and with sizes of 1;
//   - a row that has ended keeps its state, and what its inputs hold from then on has
//     no influence on any output or gradient, and no gradient;
//   - a batch of n rows gives the same bits as n batches of one;
//   - T steps give the same bits as some, and then the others from the carried state;
//   - its parameters come in the same order each time, under names of their own.
func TestCell(t *testing.T, newCell New) {
	t.Run("gradient", func(t *testing.T) { testGradient(t, newCell) })
	t.Run("mask", func(t *testing.T) { testMask(t, newCell) })
	t.Run("batch", func(t *testing.T) { testBatch(t, newCell) })
	t.Run("carry", func(t *testing.T) { testCarry(t, newCell) })
	t.Run("params", func(t *testing.T) { testParams(t, newCell) })
}

func testGradient(t *testing.T, newCell New) {
	for _, size := range []struct{ batch, input, hidden int }{{1, 1, 1}, {3, 2, 4}, {3, 4, 1}, {1, 3, 5}} {
		t.Run(fmt.Sprintf("B=%d,I=%d,H=%d", size.batch, size.input, size.hidden), func(t *testing.T) {
			r := newRun(t, newCell, 3, size.batch, size.input, size.hidden)
			if size.batch > 1 {
				r.lengths = []int{3, 1, 0}
			}
			p := r.compile(t, true)
			r.set(t, p)
			for _, param := range r.cell.Params() {
				if !slices.Contains(p.Params(), param) {
					t.Errorf("the state does not depend on parameter %s", param.Name())
				}
			}
			graphtest.CheckGradient(t, p)
		})
	}
}

func testMask(t *testing.T, newCell New) {
	const steps, batch = 4, 4
	r := newRun(t, newCell, steps, batch, 2, 3)
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

func testBatch(t *testing.T, newCell New) {
	const batch = 3
	r := newRun(t, newCell, 3, batch, 2, 3)
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

func testCarry(t *testing.T, newCell New) {
	r := newRun(t, newCell, 5, 2, 2, 3)
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

func testParams(t *testing.T, newCell New) {
	cell := newCell(2, 3, newRand())
	names := map[string]bool{}
	again := cell.Params()
	for i, p := range cell.Params() {
		if names[p.Name()] {
			t.Errorf("two parameters are named %q", p.Name())
		}
		names[p.Name()] = true
		if again[i] != p {
			t.Errorf("parameter %d is %q and then %q", i, p.Name(), again[i].Name())
		}
	}
	if len(names) == 0 {
		t.Error("the cell has no parameters")
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
