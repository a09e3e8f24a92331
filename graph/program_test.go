package graph_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

func compile(t *testing.T, s graph.Settings, build func(*graph.Builder)) *graph.Program {
	t.Helper()
	p, err := graph.Compile(build, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// What goes wrong first is what Compile reports, with the operation and its shapes.
func TestErrorsStick(t *testing.T) {
	w, v := graph.NewParam("w", 2, 3), graph.NewParam("v", 1, 1)
	double := graph.NewParam("double", 1, 1)
	graph.Convert(graph.Float64, double)
	for want, build := range map[string]func(b *graph.Builder){
		"graph: MatMul of (1, 4) and (2, 3)": func(b *graph.Builder) {
			y := b.MatMul(b.Input("x", 1, 4), b.Param(w))
			b.Output("y", b.Add(y, b.Input("other", 9, 9)))
		},
		"Add of (2, 3) and (3, 2)":                        func(b *graph.Builder) { b.Add(b.Param(w), b.Input("x", 3, 2)) },
		"nothing is broadcast":                            func(b *graph.Builder) { b.Mul(b.Param(w), b.Dot(b.Param(w), b.Param(w))) },
		"the row has shape (2, 1), want (1, 3)":           func(b *graph.Builder) { b.AddRow(b.Param(w), b.Input("x", 2, 1)) },
		"operand 2 is nil":                                func(b *graph.Builder) { b.Mul(b.Param(w), nil) },
		`a second input named "x"`:                        func(b *graph.Builder) { b.Input("x", 1, 1); b.Input("x", 2, 2) },
		`a second output named "y"`:                       func(b *graph.Builder) { b.Output("y", b.Param(w)); b.Output("y", b.Param(w)) },
		`two parameters named "w"`:                        func(b *graph.Builder) { b.Param(w); b.Param(graph.NewParam("w", 1, 1)) },
		`"double" is of float64 and the graph of float32`: func(b *graph.Builder) { b.Param(double) },
		"the loss has shape (2, 3), want a scalar":        func(b *graph.Builder) { b.Minimize(b.Param(w)) },
		"neither an output nor an objective":              func(b *graph.Builder) { b.Param(w) },
		"does not depend on parameter v":                  func(b *graph.Builder) { b.Param(v); b.Minimize(b.Dot(b.Param(w), b.Param(w))) },
		`Gradient "d" without an objective`:               func(b *graph.Builder) { b.Output("y", b.Gradient("d", b.Param(w))) },
		"Unstack of [2 3] into 5 steps":                   func(b *graph.Builder) { b.Unstack(b.Param(w), 5) },
		"rows 1 to 3 of a matrix of shape (2, 3)":         func(b *graph.Builder) { b.RowBlock(b.Param(w), 1, 3) },
		"2 class weights for 3 classes": func(b *graph.Builder) {
			b.CrossEntropy(b.Param(w), b.Indices("k", 2), b.Ones(2), graph.CrossEntropySettings{ClassWeights: []float64{1, 2}})
		},
		"label smoothing of 1, want it in [0, 1)": func(b *graph.Builder) {
			b.CrossEntropy(b.Param(w), b.Indices("k", 2), b.Ones(2), graph.CrossEntropySettings{Smoothing: 1})
		},
	} {
		_, err := graph.Compile(build, graph.Settings{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Catches the last of equals, a row or a column of another one, a NaN that wins, and a
// slice that is not the caller's where that is long enough.
func TestArgmax(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, dtype := range []graph.Dtype{graph.Float32, graph.Float64} {
		p := compile(t, graph.Settings{Dtype: dtype}, func(b *graph.Builder) {
			x := b.Input("x", 5, 3)
			b.Output("y", b.Add(x, x))
		})
		p.SetFloats("x", []float64{1, 3, 2, 4, 0, 4, nan, -2, -1, -inf, -inf, inf, nan, nan, nan})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		want, into := []int{1, 0, 2, 2, 0}, make([]int, 2, 5)
		got := p.Argmax("y", into)
		if !slices.Equal(got, want) || &got[0] != &into[0] {
			t.Errorf("%v: columns %v, expected %v in the slice passed", dtype, got, want)
		}
		if got := p.Argmax("y", nil); !slices.Equal(got, want) {
			t.Errorf("%v: columns %v, expected %v", dtype, got, want)
		}
	}
}

// Two programs of different batch sizes see what a solver writes to a parameter.
func TestProgramsShareParameters(t *testing.T) {
	w := graph.NewParam("w", 2, 1)
	programs := map[int]*graph.Program{}
	for _, n := range []int{1, 3} {
		programs[n] = compile(t, graph.Settings{}, func(b *graph.Builder) { b.Output("y", b.MatMul(b.Input("x", n, 2), b.Param(w))) })
		x := make([]float64, 2*n)
		for i := range x {
			x[i] = float64(i + 1)
		}
		programs[n].SetFloats("x", x)
	}
	for step := range 3 {
		w.SetFloats([]float64{float64(step), 10})
		for n, p := range programs {
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			var want []float64
			for i := range n {
				want = append(want, float64((2*i+1)*step+(2*i+2)*10))
			}
			graphtest.CheckClose(t, "y", p.Floats("y"), want, 0)
		}
	}
}

// Gradients are those of the last run alone, in memory of their own: Gorgonia by itself
// sums them over runs, or gives two parameters one gradient.
func TestGradientsAreFreshAndSeparate(t *testing.T) {
	a, c := graph.NewParam("a", 1, 2), graph.NewParam("c", 1, 2)
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		b.Minimize(b.Dot(b.Add(b.Param(a), b.Param(c)), b.Input("x", 1, 2)))
	})
	p.SetFloats("x", []float64{3, 4})
	for range 2 {
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		graphtest.CheckClose(t, "da", p.Grad(a), []float64{3, 4}, 0)
		graphtest.CheckClose(t, "dc", p.Grad(c), []float64{3, 4}, 0)
		g, err := p.ValueGrads()[0].Grad()
		if err != nil {
			t.Fatal(err)
		}
		clear(g.Data().([]float32)) // as a solver does
		graphtest.CheckClose(t, "dc after da was cleared", p.Grad(c), []float64{3, 4}, 0)
	}
}

// The gradient of an inner node is what reaches it from the objective.
func TestGradientOfInnerNode(t *testing.T) {
	w := graph.NewParam("w", 1, 1)
	w.Set(0, 0, 0.5)
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		h := b.Gradient("dh", b.Mul(b.Param(w), b.Param(w)))
		b.Minimize(b.Dot(h, h))
	})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if got := p.Scalar("dh"); got != 0.5 { // 2h = 2w²
		t.Errorf("dh = %v, want 0.5", got)
	}
	if got := p.Grad(w)[0]; got != 0.5 { // 4w³
		t.Errorf("dw = %v, want 0.5", got)
	}
}

// A wrong index is an error of the run, not a crash of the process, and the next run is
// right again.
func TestRunErrorsAreErrors(t *testing.T) {
	table := graph.NewParam("table", 3, 1)
	table.SetFloats([]float64{10, 11, 12})
	p := compile(t, graph.Settings{}, func(b *graph.Builder) { b.Output("y", b.Rows(b.Param(table), b.Indices("i", 2))) })
	p.SetInts("i", []int{0, 3})
	if err := p.Run(); err == nil || !strings.Contains(err.Error(), "index 3 at position 1 is outside [0, 3)") {
		t.Errorf("error %v", err)
	}
	p.SetInts("i", []int{2, 0})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.CheckClose(t, "y", p.Floats("y"), []float64{12, 10}, 0)
}

// Names and sizes of inputs and outputs are checked.
func TestInputsAndOutputsAreChecked(t *testing.T) {
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		b.Indices("i", 2)
		x := b.Input("x", 2, 2)
		b.Output("y", b.Tanh(x))
		b.Output("z", b.RowBlock(x, 0, 1))
	})
	for want, err := range map[string]error{
		`no input "q"; the inputs are i, x`:       p.SetFloats("q", nil),
		`3 values for input "x" of shape (2, 2)`:  p.SetFloats("x", make([]float64, 3)),
		`input "x" holds float32`:                 p.SetInts("x", make([]int, 4)),
		`no output "q"; the outputs are y, z`:     p.Feed("q", "x"),
		`2 values for input "x" of shape (2, 2)`:  p.Feed("z", "x"),
		`no float input "i"; the inputs are i, x`: p.Clear("i"),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Feed hands an output to an input bit for bit, and Clear sets an input to zeros.
func TestFeedAndClear(t *testing.T) {
	p := compile(t, graph.Settings{}, func(b *graph.Builder) { b.Output("y", b.Affine(b.Input("x", 1, 1), 3, 1)) })
	for _, want := range []float64{1, 4, 13} {
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		graphtest.CheckClose(t, "y", p.Floats("y"), []float64{want}, 0)
		if err := p.Feed("y", "x"); err != nil {
			t.Fatal(err)
		}
	}
	p.Clear("x")
	p.Run()
	graphtest.CheckClose(t, "y after Clear", p.Floats("y"), []float64{1}, 0)
}

// Conversion to float64 and back keeps every bit; initialisers keep their promises.
func TestParams(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	p := graph.NewParam("p", 40, 30)
	graph.Uniform(p, 0.25, rng)
	before := p.Floats()
	graph.Convert(graph.Float64, p)
	graph.Convert(graph.Float32, p)
	graphtest.CheckClose(t, "converted", p.Floats(), before, 0)
	for _, x := range before {
		if x < -0.25 || x >= 0.25 {
			t.Fatalf("Uniform(0.25) drew %v", x)
		}
	}
	graph.Glorot(p, rng)
	limit, largest := math.Sqrt(6.0/70), 0.0
	for _, x := range p.Floats() {
		largest = max(largest, math.Abs(x))
	}
	if largest > limit+1e-7 || largest < 0.98*limit {
		t.Errorf("the largest of 1200 Glorot weights is %v, want it just under %v", largest, limit)
	}
	if err := p.SetFloats(make([]float64, 3)); err == nil {
		t.Error("SetFloats took 3 values for 1200")
	}
}

// The rows or columns of an orthogonal matrix, whichever are fewer, are orthonormal.
func TestOrthogonal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, s := range [][2]int{{5, 5}, {6, 3}, {3, 6}, {1, 1}} {
		p := graph.NewParam("p", s[0], s[1])
		graph.Convert(graph.Float64, p)
		graph.Orthogonal(p, rng)
		at := p.At
		if s[0] > s[1] {
			at = func(i, j int) float64 { return p.At(j, i) }
		}
		few, many := min(s[0], s[1]), max(s[0], s[1])
		for i := range few {
			for k := range few {
				dot, want := 0.0, 0.0
				for j := range many {
					dot += at(i, j) * at(k, j)
				}
				if i == k {
					want = 1
				}
				if math.Abs(dot-want) > 1e-12 {
					t.Errorf("shape %v: vectors %d and %d have the product %v, want %v", s, i, k, dot, want)
				}
			}
		}
	}
}
