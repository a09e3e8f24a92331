package cells_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// fill returns f(0), f(1), …, f(n−1).
func fill(n int, f func(float64) float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = f(float64(i))
	}
	return x
}

// load sets an LSTM's parameters, in float64, from tensors in PyTorch's layout.
func load(t *testing.T, l *cells.LSTM, tensors map[string][]float64) {
	t.Helper()
	graph.Convert(graph.Float64, l.Params()...)
	layout, err := weights.Torch("lstm", l)
	if err != nil {
		t.Fatal(err)
	}
	for _, tensor := range layout {
		if err := tensor.SetFloats(tensors[tensor.Name]); err != nil {
			t.Fatal(err)
		}
	}
}

// PyTorch's own values, as candle's tests quote them: every wrong order of the gates, of
// the weights or of the two biases gives other numbers.
func TestGoldenPyTorch(t *testing.T) {
	biases := []float64{-1, 1, -0.5, 2}
	l := cells.NewLSTM("lstm", 2, 3, rand.New(rand.NewPCG(0, 0)))
	load(t, l, map[string][]float64{
		"lstm.weight_ih_l0": fill(24, math.Cos),
		"lstm.weight_hh_l0": fill(36, math.Sin),
		"lstm.bias_ih_l0":   fill(12, func(i float64) float64 { return biases[int(i)%4] }),
		"lstm.bias_hh_l0":   fill(12, func(i float64) float64 { return math.Cos(biases[int(i)%4]) }),
	})
	s := &sequence{batch: 1, in: 2, lengths: []int{7}}
	for _, v := range []float64{3, 1, 4, 1, 5, 9, 2} {
		s.x = append(s.x, []float64{v, v / 2})
	}
	p := s.compile(t, l)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	h, c := p.Floats("end/h"), p.Floats("end/c")
	t.Logf("h = %.6f, c = %.6f", h, c)
	graphtest.CheckClose(t, "h", h, []float64{0.991865, 0.173788, -0.145063}, 5e-7)
	graphtest.CheckClose(t, "c", c, []float64{5.724954, 0.445806, -0.290838}, 5e-7)

	plainH, plainC := make([]float64, 3), make([]float64, 3)
	for _, x := range s.x {
		plainH, plainC = lstmStep(l, x, plainH, plainC)
	}
	graphtest.CheckClose(t, "h against plain loops", h, plainH, 1e-12)
	graphtest.CheckClose(t, "c against plain loops", c, plainC, 1e-12)
}

// Sequences of 4, 2 and 0 steps in one batch, from a state that is not zero. The values
// were computed by an independent implementation in plain loops. A peephole of the output gate
// that sees the old memory, a wrong coupling, a clip of the memory in place of the gates, and
// a backward reading that begins in the padding each give other numbers.
func TestGoldenRagged(t *testing.T) {
	rng := rand.New(rand.NewPCG(0, 0))
	lstm, peephole := cells.NewLSTM("lstm", 2, 2, rng), cells.NewPeephole("p", 2, 2, rng)
	cifg, clipped := cells.NewCIFG("c", 2, 2, rng), cells.NewClippedLSTM("k", 2, 2, 0.25, rng)
	setRagged(t, lstm.Gates(), 0, 1, 2, 3)
	setRagged(t, peephole.Gates(), 0, 1, 2, 3)
	setRagged(t, cifg.Gates(), 0, 2, 3)
	setRagged(t, clipped.Gates(), 0, 1, 2, 3)
	graph.Convert(graph.Float64, peephole.Params()...)
	peephole.Input.P.SetFloats([]float64{0.3, -0.2})
	peephole.Forget.P.SetFloats([]float64{-0.4, 0.5})
	peephole.Output.P.SetFloats([]float64{0.6, -0.7})
	for _, c := range []struct {
		name  string
		layer cells.Layer
		h, c  []float64
	}{
		{"LSTM", cells.Forward{Cell: lstm},
			[]float64{-0.204214639, 0.164812833, 0.110257803, -0.048228554, 0.2, 0.3},
			[]float64{-0.345762539, 0.379140695, 0.182224336, -0.076087490, -0.2, -0.4}},
		{"backward LSTM", cells.Backward{Cell: lstm},
			[]float64{-0.292678113, 0.135081855, 0.128847352, -0.061316805, 0.2, 0.3}, nil},
		{"peephole", cells.Forward{Cell: peephole},
			[]float64{-0.191038322, 0.147431890, 0.114424116, -0.050165060, 0.2, 0.3}, nil},
		{"CIFG", cells.Forward{Cell: cifg},
			[]float64{-0.214809627, 0.216088331, 0.132210045, -0.050128274, 0.2, 0.3}, nil},
		{"clipped LSTM", cells.Forward{Cell: clipped},
			[]float64{-0.089862162, 0.110225166, 0.097351314, -0.040737909, 0.2, 0.3}, nil},
	} {
		s := &sequence{batch: 3, in: 2, lengths: []int{4, 2, 0}}
		for step := range 4 {
			s.x = append(s.x, fill(6, func(n float64) float64 { return math.Sin(6*float64(step) + n + 1) }))
		}
		p := s.compileLayer(t, c.layer)
		mustSet(t, p, "start/h", fill(6, func(n float64) float64 { return 0.1 * (n - 2) }))
		mustSet(t, p, "start/c", fill(6, func(n float64) float64 { return 0.2 * (3 - n) }))
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		graphtest.CheckClose(t, c.name+" h", p.Floats("end/h"), c.h, 5.1e-10)
		if c.c != nil {
			graphtest.CheckClose(t, c.name+" c", p.Floats("end/c"), c.c, 5.1e-10)
		}
	}
}

// setRagged sets gates to the blocks, of rows in PyTorch's layout, with the given numbers.
func setRagged(t *testing.T, gates []cells.Gate, blocks ...int) {
	t.Helper()
	for k, g := range gates {
		graph.Convert(graph.Float64, g.Params()...)
		first := 4 * float64(blocks[k])
		for i := range 2 {
			for j := range 2 {
				n := first + float64(2*i+j) // row i of the block
				g.W.Set(j, i, 0.5*math.Cos(n+1))
				g.U.Set(j, i, 0.5*math.Sin(n+1))
			}
			g.B.Set(0, i, 0.1*(first/2+float64(i)-3))
		}
	}
}

// The one-bias count is Keras's for LSTM(128) on an embedding of 128; PyTorch counts a
// second bias.
func TestParameterCounts(t *testing.T) {
	l := cells.NewLSTM("lstm", 128, 128, rand.New(rand.NewPCG(0, 0)))
	if n := graph.Count(l.Params()); n != 131584 {
		t.Errorf("%d parameters, want 131584", n)
	}
	tensors, err := weights.Torch("lstm", l)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, tensor := range tensors {
		n += tensor.Size()
	}
	if n != 132096 {
		t.Errorf("%d numbers in PyTorch's tensors, want 132096", n)
	}
}

// Weights start within ±1/√H, which they fill, and biases at zero, but for the forget
// gate's, which are one.
func TestInitialWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	l, r := cells.NewLSTM("lstm", 30, 25, rng), cells.NewRNN("rnn", 30, 25, rng)
	for i, g := range []cells.Gate{l.Input, l.Forget, l.Candidate, l.Output, r.Update} {
		for _, w := range []*graph.Param{g.W, g.U} {
			largest := 0.0
			for _, x := range w.Floats() {
				largest = max(largest, math.Abs(x))
			}
			if largest > 0.2+1e-7 || largest < 0.19 {
				t.Errorf("the largest of %s is %v, want it just under 1/√25", w.Name(), largest)
			}
		}
		bias := 0.0
		if i == 1 {
			bias = 1
		}
		graphtest.CheckClose(t, g.B.Name(), g.B.Floats(), fill(25, func(float64) float64 { return bias }), 0)
	}
}
