package celltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// A Row is the state of one row of a batch, by the names of its memories, and its output, where
// that is not h, as "y".
type Row map[string][]float64

// output returns what the layer above reads, of the given width: zeros before the first step of
// a cell that puts out no memory.
func (r Row) output(width int) []float64 {
	if y, ok := r["y"]; ok {
		return y
	}
	if h, ok := r["h"]; ok {
		return h
	}
	return make([]float64, width)
}

// A RowStep computes the state of a row after a step, as plain loops over single numbers.
type RowStep func(x []float64, s Row) Row

// NewWithEquations makes a cell of the given sizes and what it is to compute, with the
// parameters that the cell has when a step is computed.
type NewWithEquations func(inputSize, hiddenSize int, rng *rand.Rand) (cells.Cell, RowStep)

// TestEquations compares a cell with its equations, which a gradient check does not: an
// equation that is wrong may be differentiated rightly. Sizes, weights, states and lengths are
// random; both engines agree with the equations to 1e-12 of the largest number.
//
// Then biases are large, so that gates are saturated. There only the fused engine agrees as
// well: the σ of the reference engine, Gorgonia's, is exactly 1 for arguments above 19, and above
// 15 in float32, where it is 6e-9, and 3e-7, less.
func TestEquations(t *testing.T, newCell NewWithEquations) {
	rng := newRand()
	for range 8 {
		c := comparison{new: newCell, batch: 1 + rng.IntN(4), input: 1 + rng.IntN(5), hidden: 1 + rng.IntN(6), steps: 1 + rng.IntN(5)}
		for range c.batch {
			c.lengths = append(c.lengths, rng.IntN(c.steps+1))
		}
		for _, engine := range engines {
			c.check(t, engine, 1e-12)
			saturated := c
			saturated.bias = 20
			if engine == graph.Fused {
				saturated.check(t, engine, 1e-12)
			} else {
				saturated.check(t, engine, 1e-6)
			}
		}
	}
}

// A comparison is of a cell with its equations over a batch of sequences.
type comparison struct {
	new                         NewWithEquations
	batch, input, hidden, steps int
	lengths                     []int
	bias                        float64 // magnitude of what is added to biases
}

func (c comparison) check(t *testing.T, engine graph.Engine, tolerance float64) {
	t.Helper()
	var equations RowStep
	newLayer := func(in, hidden int, rng *rand.Rand) cells.Layer {
		var cell cells.Cell
		cell, equations = c.new(in, hidden, rng)
		return cells.Forward{Cell: cell}
	}
	r := newRun(newLayer, inFloat64(engine), c.steps, c.batch, c.input, c.hidden)
	r.lengths = c.lengths
	c.saturate(r.layer.(cells.Forward))
	p := r.compile(t, false)
	r.set(t, p)
	got := r.run(t, p)

	rows := make([]Row, c.batch)
	for row := range rows {
		rows[row] = Row{}
		for name, s := range r.state {
			width := len(s) / c.batch
			rows[row][name] = s[row*width : (row+1)*width]
		}
	}
	for step, x := range r.x {
		name := fmt.Sprintf("y%d", step)
		var want []float64
		for row, length := range c.lengths {
			if step < length {
				rows[row] = equations(x[row*c.input:(row+1)*c.input], rows[row])
			}
			want = append(want, rows[row].output(len(got[name])/c.batch)...)
		}
		c.compare(t, engine, name, got[name], want, tolerance)
	}
	for name := range r.state {
		var want []float64
		for row := range rows {
			want = append(want, rows[row][name]...)
		}
		c.compare(t, engine, name+" at the end", got["end/"+name], want, tolerance)
	}
}

// saturate adds the bias, with either sign, to what gates add.
func (c comparison) saturate(cell cells.Forward) {
	rng := rand.New(rand.NewPCG(8, 8))
	for _, g := range cell.Gates() {
		if g.B == nil {
			continue
		}
		b := g.B.Floats()
		for i := range b {
			b[i] += c.bias * float64(1-2*rng.IntN(2))
		}
		if err := g.B.SetFloats(b); err != nil {
			panic(err) // b is its own size
		}
	}
}

func (c comparison) compare(t *testing.T, engine graph.Engine, what string, got, want []float64, tolerance float64) {
	t.Helper()
	largest := 1.0
	for _, w := range want {
		largest = max(largest, math.Abs(w))
	}
	if len(got) != len(want) {
		t.Errorf("%s: %s has %d values, want %d", engine, what, len(got), len(want))
		return
	}
	for i, w := range want {
		if d := math.Abs(got[i] - w); !(d <= tolerance*largest) {
			t.Errorf("%s, B=%d, I=%d, H=%d, biases of ±%g: %s, element %d, is %.17g, want %.17g by the equations",
				engine, c.batch, c.input, c.hidden, c.bias, what, i, got[i], w)
			return
		}
	}
}
