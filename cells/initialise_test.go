package cells_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// fills checks that numbers lie within ±limit and fill it, as those of a uniform distribution
// do, or, if there are several terms, those of a sum.
func fills(t *testing.T, p *graph.Param, limit float64, terms int) {
	t.Helper()
	largest, square := 0.0, 0.0
	for _, x := range p.Floats() {
		largest, square = max(largest, math.Abs(x)), square+x*x
	}
	if largest > limit*float64(terms)*(1+1e-6) {
		t.Errorf("%s holds %g, want it within ±%g", p.Name(), largest, limit*float64(terms))
	}
	variance, want := square/float64(p.Size()), float64(terms)*limit*limit/3
	if math.Abs(variance/want-1) > 5/math.Sqrt(float64(p.Size())) {
		t.Errorf("%s has variance %g, want %g", p.Name(), variance, want)
	}
}

func initialise(t *testing.T, preset string, of cells.Stateful) {
	t.Helper()
	if err := cells.Initialise(preset, of, rand.New(rand.NewPCG(5, 5))); err != nil {
		t.Fatal(err)
	}
}

func TestPresetPyTorch(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	lstm, gru := cells.NewLSTM("a", 50, 100, rng), cells.NewGRU("b", 100, 100, rng)
	initialise(t, "pytorch", cells.Stack{lstm, cells.Zoneout{Cell: gated{gru}}})
	for _, g := range append(lstm.Gates(), gru.Gates()...) {
		fills(t, g.W, 0.1, 1)
		fills(t, g.U, 0.1, 1)
		terms := 2
		if g == gru.Candidate {
			terms = 1
		}
		fills(t, g.B, 0.1, terms)
	}
	fills(t, gru.RecurrentBias, 0.1, 1)
}

// Over the four gates together, rows of U are orthonormal and W has Glorot's limit, √(6/(I+4H)).
func TestPresetKeras(t *testing.T) {
	const in, hidden = 60, 40
	rng := rand.New(rand.NewPCG(1, 1))
	a, b := cells.NewLSTM("a", in, hidden, rng), cells.NewLSTM("b", hidden, hidden, rng)
	layers := cells.Layers{cells.Bidirectional{Forward: a, Backward: cells.NewRNN("f", in, hidden, rng)}, cells.Backward{Cell: b}}
	graph.Convert(graph.Float64, layers.Params()...)
	initialise(t, "keras", layers)
	for _, l := range []*cells.LSTM{a, b} {
		inputs, _ := l.Input.W.Shape()
		for _, g := range l.Gates() {
			fills(t, g.W, math.Sqrt(6/float64(inputs+4*hidden)), 1)
			graphtest.CheckClose(t, g.B.Name(), g.B.Floats(), repeat(map[string]float64{"f": 1}[g.Letter()], hidden), 0)
		}
		for i := range hidden {
			for j := range i + 1 {
				inner := 0.0
				for _, g := range l.Gates() {
					for k := range hidden {
						inner += g.U.At(i, k) * g.U.At(j, k)
					}
				}
				want := 0.0
				if i == j {
					want = 1
				}
				graphtest.CheckClose(t, "U·Uᵀ", []float64{inner}, []float64{want}, 1e-6)
			}
		}
	}
	for _, g := range layers.Gates() { // the plain RNN's name is no letter of a gate
		if g.Letter() == "f" && g.B.Name() == "f/b" {
			graphtest.CheckClose(t, "bias of the RNN", g.B.Floats(), repeat(0, hidden), 0)
		}
	}
}

// Forget biases are logarithms of numbers spread over [1, T−1], input biases their opposites,
// weights as they were.
func TestPresetChrono(t *testing.T) {
	const hidden, steps = 1000, 101
	rng := rand.New(rand.NewPCG(1, 1))
	lstm, cifg := cells.NewLSTM("a", 2, hidden, rng), cells.NewCIFG("b", hidden, hidden, rng)
	before := lstm.Output.W.Floats()
	initialise(t, "chrono:101", cells.Stack{lstm, cifg})
	graphtest.CheckClose(t, "W", lstm.Output.W.Floats(), before, 0)
	for _, biases := range [][]float64{lstm.Forget.B.Floats(), negative(cifg.Input.B.Floats())} {
		for i, b := range biases {
			biases[i] = math.Exp(b)
		}
		slices.Sort(biases)
		if biases[0] < 1-1e-5 || biases[hidden-1] > steps-1+1e-4 {
			t.Errorf("exp of the forget biases is in [%g, %g], want [1, 100]", biases[0], biases[hidden-1])
		}
		if median := biases[hidden/2]; math.Abs(median-50.5) > 5 {
			t.Errorf("the median of exp of the forget biases is %g, want 50.5", median)
		}
	}
	graphtest.CheckClose(t, "input bias", lstm.Input.B.Floats(), negative(lstm.Forget.B.Floats()), 0)
	for _, g := range []cells.Gate{lstm.Candidate, lstm.Output, cifg.Output} {
		graphtest.CheckClose(t, g.B.Name(), g.B.Floats(), repeat(0, hidden), 0)
	}
}

func negative(x []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = -x[i]
	}
	return y
}

// What is no gate keeps its values.
func TestPresetZaremba(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	l := cells.NewLayerNormLSTM("a", 50, 100, rng)
	initialise(t, "zaremba:0.05", l)
	for _, g := range l.Gates() {
		fills(t, g.W, 0.05, 1)
		fills(t, g.U, 0.05, 1)
		fills(t, g.B, 0.05, 2)
	}
	graphtest.CheckClose(t, "gain", l.InputGain.Floats(), repeat(1, 400), 0)
}

// What stands around the cells is uniform on the limit of zaremba, biases too, and stays as it
// is with the other presets. Would catch a softmax layer that keeps its own start.
func TestInitialiseAround(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	dense := cells.NewDense("d", 50, 400, rng)
	around := append(cells.NewEmbedding("e", 60, 50, rng).Params(), dense.Params()...)
	before := dense.W.Floats()
	for _, preset := range []string{"pytorch", "keras", "chrono:100"} {
		if err := cells.InitialiseAround(preset, around, rng); err != nil {
			t.Error(err)
		}
	}
	graphtest.CheckClose(t, "W", dense.W.Floats(), before, 0)
	if err := cells.InitialiseAround("zaremba:0.05", around, rng); err != nil {
		t.Error(err)
	}
	for _, p := range around {
		fills(t, p, 0.05, 1)
	}
	if err := cells.InitialiseAround("zaremba:x", around, rng); err == nil || !strings.Contains(err.Error(), `the limit is "x"`) {
		t.Errorf("error %v, want one about the limit", err)
	}
}

// coupled is a CIFG of another type.
type coupled struct{ *cells.CIFG }

// A forget bias reaches the forget gate of every cell that has one and nothing else, wherever
// the cell is; f = σ(x) in a CIFG too.
func TestSetForgetBias(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	fresh := func() []cells.Cell {
		return []cells.Cell{
			cells.NewLSTM("a", 2, 3, rng), cells.NewPeephole("b", 2, 3, rng), cells.NewFGR("c", 2, 3, rng),
			cells.NewNIG("d", 2, 3, rng), cells.NewLSTMP("e", 2, 4, 3, rng), cells.NewLayerNormLSTM("g", 2, 3, rng),
			cells.NewSLSTM("h", 2, 3, 1, rng), cells.NewMLSTM("j", 2, 3, 1, rng), cells.NewCIFG("k", 2, 3, rng),
			coupled{cells.NewCIFG("k", 2, 3, rng)},
		}
	}
	for _, cell := range fresh() {
		before := map[string][]float64{}
		for _, p := range cell.Params() {
			before[p.Name()] = p.Floats()
		}
		if err := cells.SetForgetBias(cells.Forward{Cell: cells.Residual{Of: cell}}, 2.5); err != nil {
			t.Errorf("%T: %v", cell, err)
		}
		for _, p := range cell.Params() {
			want := before[p.Name()]
			switch {
			case strings.HasSuffix(p.Name(), "/f/b"):
				want = repeat(2.5, p.Size())
			case p.Name() == "k/i/b":
				want = repeat(-2.5, p.Size())
			}
			graphtest.CheckClose(t, p.Name(), p.Floats(), want, 0)
		}
	}
	for _, cell := range []cells.Cell{
		cells.NewRNN("f", 2, 3, rng), cells.NewReluRNN("f", 2, 3, rng), cells.NewGRU("a", 2, 3, rng),
		cells.NewNFG("b", 2, 3, rng), cells.NewMemoryBlocks("c", 2, 3, 1, rng),
	} {
		if cells.SetForgetBias(cell, 1) == nil {
			t.Errorf("a %T took a forget bias", cell)
		}
		if cells.Initialise("chrono:10", cell, rng) == nil {
			t.Errorf("a %T took chrono biases", cell)
		}
	}
}

func TestPresetErrors(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for preset, want := range map[string]string{
		"":                             `no preset ""; the presets are pytorch, keras, chrono:T, zaremba:LIMIT`,
		"torch":                        `no preset "torch"`,
		"pytorch:1":                    `no preset "pytorch:1"`,
		"chrono":                       "want a number of steps of 3 or more",
		"chrono:2":                     `T is "2"`,
		"zaremba:x":                    `the limit is "x"`,
		"zaremba:-1":                   "want a positive number",
		"zaremba:NaN":                  "want a positive number",
		"zaremba:+Inf":                 "want a positive number",
		"chrono:100000000000000000000": "want a number of steps",
	} {
		err := cells.Initialise(preset, cells.NewLSTM("l", 1, 1, rng), rng)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("preset %q: error %v, want %q", preset, err, want)
		}
	}
}
