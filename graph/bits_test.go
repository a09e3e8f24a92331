package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"github.com/seed-222a112c/lstm/train/optim"
)

// trained returns all weights of a small model after some steps: embedding, two LSTM layers
// with masks, dense, cross-entropy, Adam.
func trained(t *testing.T, steps int, s graph.Settings) []float64 {
	t.Helper()
	const T, B, V, H = 5, 7, 40, 37
	rng := rand.New(rand.NewPCG(5, 6))
	table := cells.NewEmbedding("embedding", V, 19, rng)
	stack := cells.Stack{cells.NewLSTM("0", 19, H, rng), cells.NewLSTM("1", H, 64, rng)}
	head := cells.NewDense("dense", 64, V, rng)
	p := compile(t, s, func(b *graph.Builder) {
		var masks []*graph.Node
		for step := range T {
			masks = append(masks, b.Input(fmt.Sprint("mask", step), B, 1))
		}
		outputs, _ := cells.Unroll(b, stack, table.Of(b, b.Indices("tokens", T*B), T), masks, cells.Zeros(b, stack, B))
		b.Minimize(b.CrossEntropy(head.Of(b, b.Stack(outputs)), b.Indices("targets", T*B), b.Ones(T*B), graph.CrossEntropySettings{}))
	})
	solver := optim.NewAdam(optim.Settings{LearningRate: 0.01})
	for range steps {
		for step := range T {
			mask := make([]float64, B)
			for i := range mask {
				if rng.IntN(4) > 0 {
					mask[i] = 1
				}
			}
			if err := p.SetFloats(fmt.Sprint("mask", step), mask); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"tokens", "targets"} {
			numbers := make([]int, T*B)
			for i := range numbers {
				numbers[i] = rng.IntN(V)
			}
			if err := p.SetInts(name, numbers); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if err := solver.Step(p.ValueGrads()); err != nil {
			t.Fatal(err)
		}
	}
	var weights []float64
	for _, param := range slices.Concat(table.Params(), stack.Params(), head.Params()) {
		weights = append(weights, param.Floats()...)
	}
	return weights
}

// Bits that depend on the processor's instructions or on the number of workers, over a
// whole training.
func TestSameBitsOnEveryPath(t *testing.T) {
	steps := 200
	if testing.Short() {
		steps = 5
	}
	fastest := kernel.Active()
	defer kernel.Use(fastest)
	var want []float64
	for _, path := range []kernel.Path{kernel.Portable, kernel.SSE2, kernel.AVX, kernel.AVX2, kernel.AVX512} {
		if kernel.Use(path) != nil {
			t.Logf("this processor has no path %v", path)
			continue
		}
		for _, workers := range []int{1, 2, 3} {
			got := trained(t, steps, graph.Settings{Workers: workers})
			if want == nil {
				want = got
			}
			for i := range want {
				if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
					t.Fatalf("weight %d on path %v with %d workers is %g, want %g as on the portable one", i, path, workers, got[i], want[i])
				}
			}
		}
	}
	for _, x := range want {
		if math.IsNaN(x) {
			t.Fatal("a weight is not a number")
		}
	}
}

// Parameters that are packed once although they change, or again although they are frozen.
func TestFreeze(t *testing.T) {
	w := graph.NewParam("w", 3, 2)
	graph.Constant(w, 1)
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		b.Output("y", b.MatMul(b.Ones(3), b.Reshape(b.RowBlock(b.Param(w), 0, 1), 1, 2)))
		b.Output("z", b.MatMul(b.Constant(1, 1, 3), b.Param(w)))
	})
	run := func(x float64) float64 {
		graph.Constant(w, x)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		return p.Scalar("z")
	}
	if z := run(2); z != 6 {
		t.Errorf("z = %g, want 6", z)
	}
	p.Freeze()
	if z := run(3); z != 9 {
		t.Errorf("z = %g in the first run after Freeze, want 9", z)
	}
	if z := run(4); z != 9 {
		t.Errorf("z = %g in the second run after Freeze, want 9 as before", z)
	}
	p.Freeze()
	if z := run(5); z != 15 {
		t.Errorf("z = %g after Freeze again, want 15", z)
	}
	p.Thaw()
	if z := run(6); z != 18 {
		t.Errorf("z = %g after Thaw, want 18", z)
	}
}

// Weights in bfloat16 that are not the rounded weights, or that are trained.
func TestBFloat16(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	x := graph.NewParam("x", 3, 50)
	w := graph.NewParam("w", 50, 70)
	rounded := graph.NewParam("rounded", 50, 70)
	graph.Normal(x, 1, rng)
	graph.Normal(w, 1, rng)
	for i := range 50 {
		for j := range 70 {
			bits := math.Float32bits(float32(w.At(i, j)))
			bits += 1<<15 - 1 + bits>>16&1 // to nearest, ties to even
			rounded.Set(i, j, float64(math.Float32frombits(bits&^(1<<16-1))))
		}
	}
	bias := graph.NewParam("b", 1, 70)
	graph.Normal(bias, 1, rng)
	product := func(w *graph.Param, s graph.Settings) []float64 {
		p := compile(t, s, func(b *graph.Builder) {
			b.Output("y", b.AddRow(b.MatMul(b.Param(x), b.Param(w)), b.Param(bias)))
		})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		return p.Floats("y")
	}
	got, want := product(w, graph.Settings{BFloat16: true}), product(rounded, graph.Settings{})
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("y[%d] = %g, want %g", i, got[i], want[i])
		}
	}
	if _, err := graph.Compile(func(b *graph.Builder) { b.Minimize(b.Dot(b.Param(x), b.Param(x))) }, graph.Settings{BFloat16: true}); err == nil {
		t.Error("bfloat16 weights with an objective were accepted")
	}
}
