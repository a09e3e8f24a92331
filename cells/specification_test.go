package cells_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/celltest"
	"github.com/seed-222a112c/lstm/graph"
)

// A wrong equation, a swapped gate, a transposed weight, a wrong mask.
func TestSpecification(t *testing.T) {
	for name, newCell := range specifications {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			celltest.TestEquations(t, newCell)
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
