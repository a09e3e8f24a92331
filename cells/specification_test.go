package cells_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// The equations of each cell as plain loops over single numbers. Of wrong equations a
// gradient check sees none that are differentiated rightly; this sees all.

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// affine returns element j of x·W + h·U + b for one row.
func affine(g cells.Gate, x, h []float64, j int) float64 {
	z := g.B.At(0, j)
	for k, v := range x {
		z += v * g.W.At(k, j)
	}
	for k, v := range h {
		z += v * g.U.At(k, j)
	}
	return z
}

// lstmStep replaces the state of one row.
func lstmStep(l *cells.LSTM, x, h, c []float64) (nextH, nextC []float64) {
	for j := range h {
		i := sigmoid(affine(l.Input, x, h, j))
		f := sigmoid(affine(l.Forget, x, h, j))
		g := math.Tanh(affine(l.Candidate, x, h, j))
		o := sigmoid(affine(l.Output, x, h, j))
		nextC = append(nextC, f*c[j]+i*g)
		nextH = append(nextH, o*math.Tanh(nextC[j]))
	}
	return nextH, nextC
}

func rnnStep(r *cells.RNN, x, h []float64) (next []float64) {
	for j := range h {
		next = append(next, math.Tanh(affine(r.Update, x, h, j)))
	}
	return next
}

// A wrong equation, a swapped gate, a transposed weight, a wrong mask.
func TestSpecification(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	for range 8 {
		batch, in, hidden, steps := 1+rng.IntN(4), 1+rng.IntN(5), 1+rng.IntN(6), 1+rng.IntN(5)
		lengths := make([]int, batch)
		for i := range lengths {
			lengths[i] = rng.IntN(steps + 1)
		}
		lstm := cells.NewLSTM("lstm", in, hidden, rng)
		rnn := cells.NewRNN("rnn", in, hidden, rng)
		t.Run(fmt.Sprintf("B=%d,T=%d,I=%d,H=%d", batch, steps, in, hidden), func(t *testing.T) {
			s := newSequence(batch, steps, in, lengths, rng)
			s.check(t, lstm, hidden, func(x, h, c []float64) ([]float64, []float64) { return lstmStep(lstm, x, h, c) }, rng)
			s.check(t, rnn, hidden, func(x, h, _ []float64) ([]float64, []float64) { return rnnStep(rnn, x, h), nil }, rng)
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
func (s *sequence) check(t *testing.T, cell cells.Cell, hidden int, step func(x, h, c []float64) (nextH, nextC []float64), rng *rand.Rand) {
	t.Helper()
	for _, p := range cell.Params() {
		graph.Convert(graph.Float64, p)
		graph.Uniform(p, 1, rng)
	}
	h0, c0 := draw(s.batch*hidden, rng), draw(s.batch*hidden, rng)
	h, c := h0, c0
	var want [][]float64
	for i, x := range s.x {
		var nextH, nextC []float64
		for row, n := range s.lengths {
			rowH, rowC := h[row*hidden:(row+1)*hidden], c[row*hidden:(row+1)*hidden]
			if i < n {
				rowH, rowC = step(x[row*s.in:(row+1)*s.in], rowH, rowC)
			}
			if rowC == nil {
				rowC = make([]float64, hidden)
			}
			nextH, nextC = append(nextH, rowH...), append(nextC, rowC...)
		}
		h, c = nextH, nextC
		want = append(want, h)
	}
	p := s.compile(t, cell)
	mustSet(t, p, "start/h", h0)
	hasCell := false
	cell.Begin(func(name string, _ int) *graph.Node { hasCell = hasCell || name == "c"; return nil })
	if hasCell {
		mustSet(t, p, "start/c", c0)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for i := range s.x {
		graphtest.CheckClose(t, fmt.Sprintf("%T h at step %d", cell, i), p.Floats(fmt.Sprintf("y%d", i)), want[i], 1e-12)
	}
	if hasCell {
		graphtest.CheckClose(t, fmt.Sprintf("%T c", cell), p.Floats("end/c"), c, 1e-12)
	}
}

// compile builds the sequence: inputs start/NAME; outputs y0, y1, … and end/NAME.
func (s *sequence) compile(t *testing.T, cell cells.Cell) *graph.Program {
	t.Helper()
	p, err := graph.Compile(func(b *graph.Builder) {
		var xs, masks []*graph.Node
		for i := range s.x {
			xs = append(xs, b.Input(fmt.Sprintf("x%d", i), s.batch, s.in))
			masks = append(masks, b.Input(fmt.Sprintf("mask%d", i), s.batch, 1))
		}
		start := cell.Begin(func(name string, width int) *graph.Node { return b.Input("start/"+name, s.batch, width) })
		ys, end := cells.Unroll(b, cell, xs, masks, start)
		for i, y := range ys {
			b.Output(fmt.Sprintf("y%d", i), y)
		}
		end.Map(func(name string, n *graph.Node) *graph.Node { b.Output("end/"+name, n); return n })
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
