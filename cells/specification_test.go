package cells_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// A rowState is the state of one row by the names of Begin, and its output where that is not
// h, as "y".
type rowState map[string][]float64

func (s rowState) output() []float64 {
	if y, ok := s["y"]; ok {
		return y
	}
	return s["h"]
}

// A rowStep computes the state of one row after a step.
type rowStep func(x []float64, s rowState) rowState

// A wrong equation, a swapped gate, a transposed weight, a wrong mask.
func TestSpecification(t *testing.T) {
	for name, newCell := range specifications {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 5))
			for range 8 {
				batch, in, hidden, steps := 1+rng.IntN(4), 1+rng.IntN(5), 1+rng.IntN(6), 1+rng.IntN(5)
				lengths := make([]int, batch)
				for i := range lengths {
					lengths[i] = rng.IntN(steps + 1)
				}
				cell, step := newCell(in, hidden, rng)
				newSequence(batch, steps, in, lengths, rng).check(t, cell, step, rng)
			}
		})
	}
}

// A sequence is a batch of inputs and lengths.
type sequence struct {
	batch, in int
	x         [][]float64 // per step, (B, I)
	lengths   []int
}

func newSequence(batch, steps, in int, lengths []int, rng *rand.Rand) *sequence {
	s := &sequence{batch: batch, in: in, lengths: lengths}
	for range steps {
		s.x = append(s.x, draw(batch*in, rng))
	}
	return s
}

func draw(n int, rng *rand.Rand) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// check compares a cell, with all its parameters drawn anew, with its equations.
func (s *sequence) check(t *testing.T, cell cells.Cell, step rowStep, rng *rand.Rand) {
	t.Helper()
	for _, p := range cell.Params() {
		graph.Convert(graph.Float64, p)
		graph.Uniform(p, 1, rng)
	}
	p := s.compile(t, cell)
	rows := make([]rowState, s.batch)
	for row := range rows {
		rows[row] = rowState{}
	}
	cell.Begin(func(name string, width int) *graph.Node {
		start := draw(s.batch*width, rng)
		for i, v := range start {
			if path.Base(name) == "n" {
				start[i] = 0.5 + math.Abs(v) // a sum of positive numbers
			}
		}
		mustSet(t, p, "start/"+name, start)
		for row := range rows {
			rows[row][name] = start[row*width : (row+1)*width]
		}
		return nil
	})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for i, x := range s.x {
		got := p.Floats(fmt.Sprintf("y%d", i))
		var want []float64
		for row, n := range s.lengths {
			if i < n {
				rows[row] = step(x[row*s.in:(row+1)*s.in], rows[row])
			}
			y := rows[row].output()
			if y == nil {
				y = make([]float64, len(got)/s.batch)
			}
			want = append(want, y...)
		}
		graphtest.CheckClose(t, fmt.Sprintf("%T output of step %d", cell, i), got, want, 1e-12)
	}
	cell.Begin(func(name string, _ int) *graph.Node {
		var want []float64
		for row := range rows {
			want = append(want, rows[row][name]...)
		}
		graphtest.CheckClose(t, fmt.Sprintf("%T %s at the end", cell, name), p.Floats("end/"+name), want, 1e-12)
		return nil
	})
}

// compile builds the sequence: inputs start/NAME; outputs y0, y1, … and end/NAME.
func (s *sequence) compile(t *testing.T, cell cells.Cell) *graph.Program {
	t.Helper()
	return s.compileLayer(t, cells.Forward{Cell: cell})
}

func (s *sequence) compileLayer(t *testing.T, layer cells.Layer) *graph.Program {
	t.Helper()
	p, err := graph.Compile(func(b *graph.Builder) {
		var xs, masks []*graph.Node
		for i := range s.x {
			xs = append(xs, b.Input(fmt.Sprintf("x%d", i), s.batch, s.in))
			masks = append(masks, b.Input(fmt.Sprintf("mask%d", i), s.batch, 1))
		}
		start := layer.Begin(func(name string, width int) *graph.Node { return b.Input("start/"+name, s.batch, width) })
		ys, end := layer.Over(b, xs, masks, start)
		for i, y := range ys {
			b.Output(fmt.Sprintf("y%d", i), y)
		}
		end.Map(func(name string, n *graph.Node) *graph.Node { b.Output("end/"+name, n); return n })
		b.Output("end/output", end.Output())
	}, graph.Settings{Dtype: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	for i, x := range s.x {
		mustSet(t, p, fmt.Sprintf("x%d", i), x)
		mask := make([]float64, s.batch)
		for row, n := range s.lengths {
			if i < n {
				mask[row] = 1
			}
		}
		mustSet(t, p, fmt.Sprintf("mask%d", i), mask)
	}
	return p
}

func mustSet(t *testing.T, p *graph.Program, input string, x []float64) {
	t.Helper()
	if err := p.SetFloats(input, x); err != nil {
		t.Fatal(err)
	}
}
