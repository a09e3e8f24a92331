package cells_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// compileMasked compiles a graph in float64 and draws its masks.
func compileMasked(t *testing.T, masks *cells.Masks, build func(*graph.Builder)) *graph.Program {
	t.Helper()
	p, err := graph.Compile(build, graph.Settings{Dtype: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	redraw(t, p, masks, rand.New(rand.NewPCG(3, 3)))
	return p
}

func redraw(t *testing.T, p *graph.Program, masks *cells.Masks, rng *rand.Rand) {
	t.Helper()
	if err := masks.Draw(p, rng); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
}

// shareOf returns the share of elements that equal x.
func shareOf(values []float64, x float64) float64 {
	n := 0.0
	for _, v := range values {
		if v == x {
			n++
		}
	}
	return n / float64(len(values))
}

// checkShare compares a share of n draws with its probability, within three deviations.
func checkShare(t *testing.T, what string, share, probability float64, n int) {
	t.Helper()
	if d := 3 * math.Sqrt(probability*(1-probability)/float64(n)); math.Abs(share-probability) > d {
		t.Errorf("%s: a share of %.4f, want %.4f within %.4f", what, share, probability, d)
	}
}

// Dropout drops the promised share and scales the rest to keep the expectation; each call
// has a mask of its own, those of one key and one sequence share theirs, and every draw is
// new but follows its seed.
func TestDropoutMasks(t *testing.T) {
	const rate, rows, cols = 0.3, 50, 200
	masks := &cells.Masks{}
	p := compileMasked(t, masks, func(b *graph.Builder) {
		x := b.Constant(1, rows, cols)
		b.Output("a", masks.Dropout(b, x, rate))
		b.Output("b", masks.Dropout(b, x, rate))
		b.Output("locked 1", masks.Locked(b, "key", x, rate))
		b.Output("locked 2", masks.Locked(b, "key", x, rate))
		b.Output("other key", masks.Locked(b, "other", x, rate))
		steps := masks.Sequence(b, []*graph.Node{x, x}, rate)
		b.Output("step 1", steps[0])
		b.Output("step 2", steps[1])
	})
	names := []string{"a", "b", "locked 1", "other key", "step 1"}
	for i, name := range names {
		values := p.Floats(name)
		zeros, kept := shareOf(values, 0), shareOf(values, 1/(1-rate))
		checkShare(t, name, zeros, rate, rows*cols)
		if zeros+kept < 1-1e-9 {
			t.Errorf("%s holds other values than 0 and 1/(1−rate)", name)
		}
		for _, other := range names[:i] {
			if slices.Equal(values, p.Floats(other)) {
				t.Errorf("%s and %s have the same mask", name, other)
			}
		}
	}
	for _, pair := range [][2]string{{"locked 1", "locked 2"}, {"step 1", "step 2"}} {
		if !slices.Equal(p.Floats(pair[0]), p.Floats(pair[1])) {
			t.Errorf("%s and %s have different masks", pair[0], pair[1])
		}
	}
	first := p.Floats("a")
	rng := rand.New(rand.NewPCG(4, 4))
	redraw(t, p, masks, rng)
	second := p.Floats("a")
	redraw(t, p, masks, rng)
	if third := p.Floats("a"); slices.Equal(first, second) || slices.Equal(second, third) {
		t.Error("two draws are the same")
	}
	redraw(t, p, masks, rand.New(rand.NewPCG(3, 3)))
	if !slices.Equal(p.Floats("a"), first) {
		t.Error("the same seed draws another mask")
	}
}

// Without Masks, the graph for evaluation, nothing is added and nothing is dropped.
func TestNoMasksInEvaluation(t *testing.T) {
	var none *cells.Masks
	rng := rand.New(rand.NewPCG(1, 1))
	lstm, embedding := cells.NewLSTM("l", 3, 3, rng), cells.NewEmbedding("e", 4, 3, rng)
	p, err := graph.Compile(func(b *graph.Builder) {
		x := b.Input("x", 2, 3)
		cells.WeightDrop(b, lstm, 0.5, none)
		cells.EmbeddingDropout(b, embedding, 0.5, none)
		if none.Dropout(b, x, 0.5) != x || none.Locked(b, "k", x, 0.5) != x || none.Sequence(b, []*graph.Node{x}, 0.5)[0] != x {
			t.Error("a mask in a graph for evaluation")
		}
		next := cells.Dropout{Cell: lstm, Rate: 0.5}.Step(b, x, cells.Zeros(b, lstm, 2))
		b.Output("dropped", next.Hidden)
		b.Output("plain", lstm.Step(b, x, cells.Zeros(b, lstm, 2)).Hidden)
		b.Output("table", b.Param(embedding.Table))
	}, graph.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	mustSet(t, p, "x", draw(6, rng))
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.CheckClose(t, "h", p.Floats("dropped"), p.Floats("plain"), 0)
	graphtest.CheckClose(t, "table", p.Floats("table"), embedding.Table.Floats(), 0)
}

// What is drawn step by step depends on the generator of each step alone: the masks of steps 2 to
// 4 are the same in a graph of their own. Would catch a step that continues another's numbers.
func TestDrawSteps(t *testing.T) {
	program := func(steps int) (*cells.Masks, *graph.Program) {
		masks := &cells.Masks{}
		return masks, compileMasked(t, masks, func(b *graph.Builder) {
			for step := range steps {
				b.Output(fmt.Sprint("a", step), masks.Dropout(b, b.Constant(1, 3, 4), 0.5))
				b.Output(fmt.Sprint("b", step), masks.Dropout(b, b.Constant(1, 2, 5), 0.5))
			}
		})
	}
	run := func(steps, from int) *graph.Program {
		masks, p := program(steps)
		if err := masks.DrawSteps(p, steps, func(step int) *rand.Rand { return rand.New(rand.NewPCG(7, uint64(from+step))) }); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		return p
	}
	whole, part := run(5, 0), run(3, 2)
	for step := range 3 {
		for _, name := range []string{"a", "b"} {
			graphtest.CheckClose(t, name, part.Floats(fmt.Sprint(name, step)), whole.Floats(fmt.Sprint(name, step+2)), 0)
		}
	}
	if slices.Equal(whole.Floats("a0"), whole.Floats("a1")) {
		t.Error("two steps have the same mask")
	}
	masks, p := program(3)
	if err := masks.DrawSteps(p, 4, nil); err == nil || err.Error() != "cells: 6 masks for 4 steps, want equally many for each" {
		t.Errorf("error %v", err)
	}
}

// Both directions of a layer read what is left of the same input, and two Masks that have names
// share a graph, which does not run before both are drawn.
func TestDropoutLayer(t *testing.T) {
	masks, others := &cells.Masks{Name: "a"}, &cells.Masks{Name: "b"}
	p, err := graph.Compile(func(b *graph.Builder) {
		inputs := []*graph.Node{b.Constant(1, 4, 6), b.Constant(1, 4, 6)}
		layer := cells.DropoutLayer{Layer: cells.Bidirectional{Forward: seer{6, false}, Backward: seer{6, false}}, Rate: 0.5, Masks: masks}
		outputs, _ := layer.Over(b, inputs, nil, cells.Zeros(b, layer, 4))
		for step, y := range outputs {
			b.Output(fmt.Sprint(step), y)
		}
		b.Output("other", others.Dropout(b, inputs[0], 0.5))
	}, graph.Settings{Dtype: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, missing := range []string{`"random mask a0", "random mask a1", "random mask b0"; call Draw`, `no value: "random mask b0"; call Draw`} {
		if err := p.Run(); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("error %v, want one with %q", err, missing)
		}
		check(t, masks.Draw(p, rand.New(rand.NewPCG(3, 3))))
	}
	redraw(t, p, others, rand.New(rand.NewPCG(9, 9)))
	for _, step := range []string{"0", "1"} {
		y := p.Floats(step)
		for i := 0; i < len(y); i += 12 {
			if !slices.Equal(y[i:i+6], y[i+6:i+12]) {
				t.Errorf("step %s, row %d: the directions read %v and %v", step, i/12, y[i:i+6], y[i+6:i+12])
			}
		}
		checkShare(t, "step "+step, shareOf(y, 0), 0.5, 24)
	}
	if slices.Equal(p.Floats("0"), p.Floats("1")) {
		t.Error("two steps have the same mask")
	}
}
