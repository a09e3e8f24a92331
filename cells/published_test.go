package cells_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// Values that frameworks publish in their own tests, to the digits that are printed there:
// seven, of computations in float32.
const digits = 2e-7

// setTensors fills a framework's tensors, by their number.
func setTensors(t *testing.T, tensors []weights.Tensor, err error, values ...func(float64) float64) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for i, tensor := range tensors {
		if err := tensor.SetFloats(fill(tensor.Size(), values[i])); err != nil {
			t.Fatal(err)
		}
	}
}

func always(v float64) func(float64) float64 { return func(float64) float64 { return v } }

// counting returns a batch that counts from the given number, sequence by sequence.
func counting(from float64, batch, steps, in int) *sequence {
	s := &sequence{batch: batch, in: in, lengths: slices.Repeat([]int{steps}, batch)}
	for step := range steps {
		var x []float64
		for row := range batch {
			x = append(x, fill(in, func(k float64) float64 { return from + float64((row*steps+step)*in) + k })...)
		}
		s.x = append(s.x, x)
	}
	return s
}

// backwards returns the same batch with time reversed.
func (s *sequence) backwards() *sequence {
	back := *s
	back.x = slices.Clone(s.x)
	slices.Reverse(back.x)
	return &back
}

// run runs a cell in float64 from a state; nodes that start does not name are zeros.
func (s *sequence) run(t *testing.T, cell cells.Cell, start map[string][]float64) *graph.Program {
	t.Helper()
	graph.Convert(graph.Float64, cell.Params()...)
	p := s.compile(t, cell)
	for name, x := range start {
		mustSet(t, p, "start/"+name, x)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return p
}

// endState returns the end state of a run.
func endState(p *graph.Program) map[string][]float64 {
	return map[string][]float64{"h": p.Floats("end/h"), "c": p.Floats("end/c")}
}

// rowsOf returns rows of one value each.
func rowsOf(width int, rows ...float64) []float64 {
	var x []float64
	for _, v := range rows {
		x = append(x, slices.Repeat([]float64{v}, width)...)
	}
	return x
}

// newKeras returns an LSTM with the constants of Keras's tests: kernels of 0.01 and 0.02 and a
// bias; the bias of the forget gate is another.
func newKeras(t *testing.T, in, hidden int, bias, forgetBias float64) *cells.LSTM {
	t.Helper()
	l := cells.NewLSTM("lstm", in, hidden, rand.New(rand.NewPCG(0, 0)))
	tensors, err := weights.Keras("", l)
	setTensors(t, tensors, err, always(0.01), always(0.02), func(k float64) float64 {
		if int(k)/hidden == 1 {
			return forgetBias
		}
		return bias
	})
	return l
}

func TestPublishedKeras(t *testing.T) {
	t.Run("layers", func(t *testing.T) {
		s := counting(0, 3, 6, 4)
		for name, test := range map[string]struct {
			s                *sequence
			bias, forgetBias float64
			want             []float64
		}{
			"forward":             {s, 0.03, 1, []float64{0.6288687, 0.8689915, 0.9460773}},
			"go_backwards":        {s.backwards(), 0.03, 1, []float64{0.3562217, 0.7478952, 0.8872726}},
			"no unit_forget_bias": {s, 0.03, 0.03, []float64{0.5701971, 0.8661914, 0.9459622}},
			"no use_bias":         {s, 0, 0, []float64{0.5498692, 0.8622679, 0.9443936}},
		} {
			p := test.s.run(t, newKeras(t, 4, 3, test.bias, test.forgetBias), nil)
			graphtest.CheckClose(t, name, p.Floats("end/h"), rowsOf(3, test.want...), digits)
		}
	})
	t.Run("stateful", func(t *testing.T) {
		s, l := counting(0, 2, 3, 4), newKeras(t, 4, 4, 0.03, 1)
		first := s.run(t, l, nil)
		second := s.run(t, l, endState(first))
		graphtest.CheckClose(t, "the second call", second.Floats("end/h"), rowsOf(4, 0.3124785, 0.6863672), digits)
	})
	t.Run("initial state", func(t *testing.T) {
		start := []float64{0, 1, 2, 3}
		p := counting(0, 2, 4, 3).run(t, newKeras(t, 3, 2, 0.03, 1), map[string][]float64{"h": start, "c": start})
		graphtest.CheckClose(t, "h", p.Floats("end/h"), []float64{0.2057444, 0.3558822, 0.6493083, 0.6627600}, digits)
	})
	t.Run("mask", func(t *testing.T) {
		s := counting(0, 2, 4, 3)
		s.lengths = []int{3, 2}
		p := s.run(t, newKeras(t, 3, 2, 0.03, 1), nil)
		for step, want := range [][]float64{{0.0158891, 0.1418560}, {0.0555205, 0.2855621}, {0.1175594, 0.2855621}, {0.1175594, 0.2855621}} {
			graphtest.CheckClose(t, fmt.Sprint("step ", step), p.Floats(fmt.Sprint("y", step)), rowsOf(2, want...), digits)
		}
	})
	t.Run("stateful in two directions", func(t *testing.T) {
		s, l := counting(0, 2, 4, 3), newKeras(t, 3, 2, 0.03, 1)
		for name, test := range map[string]struct {
			s    *sequence
			want []float64
		}{"forward": {s, []float64{0.2623466, 0.6137073}}, "backward": {s.backwards(), []float64{0.1695915, 0.5381646}}} {
			second := test.s.run(t, l, endState(test.s.run(t, l, nil)))
			graphtest.CheckClose(t, name, second.Floats("end/h"), rowsOf(2, test.want...), digits)
		}
	})
}

// newONNX returns an LSTM whose weights are all w and whose biases, of the input, are all b.
func newONNX(t *testing.T, in, hidden int, w, b float64) *cells.LSTM {
	t.Helper()
	l := cells.NewLSTM("lstm", in, hidden, rand.New(rand.NewPCG(0, 0)))
	tensors, err := weights.ONNX("", l)
	setTensors(t, tensors, err, always(w), always(w), func(k float64) float64 {
		if int(k) < 4*hidden {
			return b
		}
		return 0
	})
	return l
}

// newONNXPeephole returns a Peephole whose weights, but for the biases, are all w.
func newONNXPeephole(t *testing.T, in, hidden int, w float64) *cells.Peephole {
	t.Helper()
	l := cells.NewPeephole("lstm", in, hidden, rand.New(rand.NewPCG(0, 0)))
	tensors, err := weights.ONNX("", l)
	setTensors(t, tensors, err, always(w), always(w), always(0), always(w))
	return l
}

// The node tests of the ONNX specification: every weight is the same, so that they cannot tell
// the order of gates.
func TestPublishedONNX(t *testing.T) {
	three := counting(1, 1, 3, 2)
	for name, test := range map[string]struct {
		s    *sequence
		cell cells.Cell
		h, c []float64
	}{
		"defaults":               {counting(1, 3, 1, 2), newONNX(t, 2, 3, 0.1, 0), rowsOf(3, 0.0952412, 0.2560645, 0.4032378), nil},
		"initial bias":           {counting(1, 3, 1, 3), newONNX(t, 3, 4, 0.1, 0.1), rowsOf(4, 0.2560645, 0.5367278, 0.6672132), nil},
		"peepholes":              {counting(1, 2, 1, 4), newONNXPeephole(t, 4, 3, 0.1), rowsOf(3, 0.3750691, 0.6801310), nil},
		"batchwise":              {counting(1, 3, 1, 2), newONNX(t, 2, 7, 0.3, 0), rowsOf(7, 0.3336926, 0.6223932, 0.7185790), nil},
		"reverse":                {three.backwards(), newONNX(t, 2, 3, 0.1, 0), rowsOf(3, 0.4041250), rowsOf(3, 0.7970233)},
		"bidirectional forward":  {three, newONNX(t, 2, 3, 0.5, 0), rowsOf(3, 0.9902244), rowsOf(3, 2.7129131)},
		"bidirectional backward": {three.backwards(), newONNX(t, 2, 3, 2, 0), rowsOf(3, 0.9950469), rowsOf(3, 2.9999771)},
	} {
		p := test.s.run(t, test.cell, nil)
		graphtest.CheckClose(t, name+" h", p.Floats("end/h"), test.h, digits)
		if test.c != nil {
			graphtest.CheckClose(t, name+" c", p.Floats("end/c"), test.c, digits)
		}
	}
}

// The order of ONNX's gates and both of its biases, from weights that all differ: W, R and B
// count from −1 to 1. The second sequence is the first with time reversed. The values are
// those of the tests of gomlx.
func TestPublishedONNXOrder(t *testing.T) {
	l := cells.NewLSTM("lstm", 2, 3, rand.New(rand.NewPCG(0, 0)))
	tensors, err := weights.ONNX("", l)
	var lines []func(float64) float64
	for _, tensor := range tensors {
		last := float64(tensor.Size() - 1)
		lines = append(lines, func(k float64) float64 { return 2*k/last - 1 })
	}
	setTensors(t, tensors, err, lines...)
	s := &sequence{batch: 2, in: 2, lengths: []int{4, 4}}
	for step := range 4 {
		v, w := 0.1*float64(2*step+1), 0.1*float64(2*(3-step)+1)
		s.x = append(s.x, []float64{v, v + 0.1, w, w + 0.1})
	}
	h := []float64{0.036964, 0.098017, 0.214403, 0.075464, 0.140465, 0.235885}
	c := []float64{0.164589, 0.311346, 0.530262, 0.232744, 0.370234, 0.555948}
	p := s.run(t, l, nil)
	graphtest.CheckClose(t, "h", p.Floats("end/h"), h, 5e-7)
	graphtest.CheckClose(t, "c", p.Floats("end/c"), c, 5e-7)
	p = s.backwards().run(t, l, nil)
	graphtest.CheckClose(t, "h in reverse", p.Floats("end/h"), append(h[3:6:6], h[:3]...), 5e-7)
	graphtest.CheckClose(t, "c in reverse", p.Floats("end/c"), append(c[3:6:6], c[:3]...), 5e-7)
}
