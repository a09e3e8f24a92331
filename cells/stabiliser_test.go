package cells_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// From a state of zeros, the stabilised cells agree with the plain exponential where that does
// not overflow.
func TestStabilisedAgreesWithPlain(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	s, m := cells.NewSLSTM("s", 2, 3, 1, rng), cells.NewMLSTM("m", 2, 3, 1, rng)
	graph.Convert(graph.Float64, append(s.Params(), m.Params()...)...)
	sequence := newSequence(1, 5, 2, []int{5}, rng)
	for cell, want := range map[cells.Cell][][]float64{s: plainSLSTM(s, sequence.x), m: plainMLSTM(m, sequence.x)} {
		p := sequence.compile(t, cell)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		for step, h := range want {
			graphtest.CheckClose(t, fmt.Sprintf("%T at step %d", cell, step), p.Floats(fmt.Sprintf("y%d", step)), h, 1e-9)
		}
	}
}

// plainSLSTM computes c′ = f·c + exp(ĩ)·g and n′ = f·n + exp(ĩ) as they are.
func plainSLSTM(l *cells.SLSTM, xs [][]float64) (outputs [][]float64) {
	h, c, n := make([]float64, 3), make([]float64, 3), make([]float64, 3)
	for _, x := range xs {
		next := make([]float64, 3)
		for j := range h {
			i, f := math.Exp(affine(l.Input, x, h, j)), sigmoid(affine(l.Forget, x, h, j))
			c[j] = f*c[j] + i*math.Tanh(affine(l.Candidate, x, h, j))
			n[j] = f*n[j] + i
			next[j] = sigmoid(affine(l.Output, x, h, j)) * c[j] / n[j]
		}
		h = next
		outputs = append(outputs, h)
	}
	return outputs
}

// plainMLSTM computes C′ = f·C + exp(ĩ)·v⊗k and reads it with C′q/max(|n′·q|, 1).
func plainMLSTM(l *cells.MLSTM, xs [][]float64) (outputs [][]float64) {
	var C [3][3]float64
	var n [3]float64
	for _, x := range xs {
		i, f := math.Exp(affine(l.Input, x, nil, 0)), sigmoid(affine(l.Forget, x, nil, 0))
		keys, weight, read := product(x, l.Key.W), 0.0, [3]float64{}
		for k := range n {
			key := keys[k]/math.Sqrt(3) + l.Key.B.At(0, k)
			q := affine(l.Query, x, nil, k)
			n[k] = f*n[k] + i*key
			weight += n[k] * q
			for j := range C {
				C[j][k] = f*C[j][k] + i*affine(l.Value, x, nil, j)*key
				read[j] += C[j][k] * q
			}
		}
		y := make([]float64, 3)
		for j := range y {
			y[j] = sigmoid(affine(l.Output, x, nil, j)) * read[j] / math.Max(math.Abs(weight), 1)
		}
		outputs = append(outputs, y)
	}
	return outputs
}

// Where a plain exponential overflows, or a sigmoid is zero, values and gradients are finite.
func TestStabiliserKeepsFinite(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	for _, bias := range []float64{1000, -1000} {
		for _, cell := range []cells.Cell{cells.NewSLSTM("s", 2, 3, 1, rng), cells.NewMLSTM("m", 2, 4, 2, rng)} {
			for _, gate := range []string{"i", "f", "i and f"} {
				finite(t, cell, gate, bias)
			}
		}
	}
}

// finite runs three steps in float32 with an extreme bias of the gates with a letter in gate.
func finite(t *testing.T, cell cells.Cell, gate string, bias float64) {
	t.Helper()
	for _, g := range cell.(cells.Gated).Gates() {
		if strings.Contains(gate, g.Letter()) {
			old := g.B.Floats()
			defer g.B.SetFloats(old)
			graph.Constant(g.B, bias)
		}
	}
	p, err := graph.Compile(func(b *graph.Builder) {
		x := b.InputWith("x", 2, 2, 0.5)
		outputs, _ := cells.Unroll(b, cell, []*graph.Node{x, x, x}, nil, cells.Zeros(b, cell, 2))
		y := b.Stack(outputs)
		b.Output("y", y)
		b.Minimize(b.Dot(y, y))
	}, graph.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for _, y := range p.Floats("y") {
		if math.IsNaN(y) || math.Abs(y) > 10 {
			t.Errorf("%T with bias %g of %s puts out %g", cell, bias, gate, y)
		}
	}
	for _, param := range p.Params() {
		for _, d := range p.Grad(param) {
			if math.IsNaN(d) || math.IsInf(d, 0) {
				t.Errorf("%T with bias %g of %s: gradient %g of %s", cell, bias, gate, d, param.Name())
			}
		}
	}
}
