package weights_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// jointStep is the LSTMCell of TensorFlow 1 for one row, in plain loops: the new c and h from
// a kernel of rows for x on top of rows for h, and of columns for i, j, f and o.
func jointStep(kernel, bias, x, h, c []float64, forgetBias float64) (nextC, nextH []float64) {
	xh := append(append([]float64{}, x...), h...)
	n := len(c)
	z := append([]float64{}, bias...)
	for row, v := range xh {
		for col := range z {
			z[col] += v * kernel[row*len(z)+col]
		}
	}
	for k := range c {
		i, j, f, o := z[k], z[n+k], z[2*n+k], z[3*n+k]
		nextC = append(nextC, sigmoid(f+forgetBias)*c[k]+sigmoid(i)*math.Tanh(j))
		nextH = append(nextH, sigmoid(o)*math.Tanh(nextC[k]))
	}
	return nextC, nextH
}

// A wrong order of the gates, kernels on the wrong side, a forget bias that is not taken off
// or that is taken off another gate's.
func TestJointEquations(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	for name, test := range map[string]struct {
		tensors    func(cells.Cell) ([]weights.Tensor, error)
		forgetBias float64
	}{
		"TensorFlow": {tensorFlow, 1},
		"TensorFlow with another forget bias": {func(c cells.Cell) ([]weights.Tensor, error) {
			return weights.TensorFlow("", c, 0.25)
		}, 0.25},
		"Haiku": {named(weights.Haiku, ""), 1},
	} {
		t.Run(name, func(t *testing.T) {
			cell := newLSTM(rng)
			graph.Convert(graph.Float64, cell.Params()...)
			for _, p := range cell.Params() {
				graph.Uniform(p, 1, rng)
			}
			x, h, c := draw(inputs, rng), draw(hidden, rng), draw(hidden, rng)
			tensors, err := test.tensors(cell)
			if err != nil {
				t.Fatal(err)
			}
			wantC, wantH := jointStep(tensors[0].Floats(), tensors[1].Floats(), x, h, c, test.forgetBias)
			state := step(t, cell, x, map[string][]float64{"h": h, "c": c})
			graphtest.CheckClose(t, "h", state["h"], wantH, 1e-12)
			graphtest.CheckClose(t, "c", state["c"], wantC, 1e-12)
		})
	}
}

func draw(n int, rng *rand.Rand) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// step runs one step of a cell in float64 for one row.
func step(t *testing.T, cell cells.Cell, x []float64, state map[string][]float64) map[string][]float64 {
	t.Helper()
	p, err := graph.Compile(func(b *graph.Builder) {
		start := cell.Begin(func(name string, width int) *graph.Node { return b.Input(name, 1, width) })
		next := cell.Step(b, b.Input("x", 1, len(x)), start)
		next.Map(func(name string, n *graph.Node) *graph.Node { b.Output(name, n); return n })
	}, graph.Settings{Dtype: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.SetFloats("x", x); err != nil {
		t.Fatal(err)
	}
	for name, values := range state {
		if err := p.SetFloats(name, values); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	next := map[string][]float64{}
	for name := range state {
		next[name] = p.Floats(name)
	}
	return next
}
