package benchmarks

import (
	"math"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// tiny is a workload whose steps take less than a millisecond on either engine.
var tiny = Workload{Name: "tiny", Vocabulary: 11, Inputs: 3, Hidden: 4, Layers: 2, Steps: 5, Batch: 2, Outputs: 7, EveryStep: true}

func compiled(t *testing.T, w Workload, c Config) *Compiled {
	t.Helper()
	s, err := Compile(w, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// run runs n steps and returns the loss, or the first logit, of each.
func run(t *testing.T, s *Compiled, n int) []float64 {
	t.Helper()
	var values []float64
	for range n {
		if err := s.Load(); err != nil {
			t.Fatal(err)
		}
		if err := s.Run(); err != nil {
			t.Fatal(err)
		}
		if s.Config.Mode == Train {
			values = append(values, s.Loss())
		} else {
			values = append(values, s.program.Floats("logits")[0])
		}
	}
	return values
}

// Would catch a product that is counted twice or not at all, or the gradient of an input
// that is counted though nobody asks for it: the counts are those of the hand.
func TestFLOPs(t *testing.T) {
	imdb, rows := find(t, "imdb"), find(t, "rows")
	for _, test := range []struct {
		workload Workload
		mode     Mode
		want     int
	}{
		{imdb, Train, lstmFLOPs(80, 32, 128, 128, true) + 3*2*32*128*2},
		{imdb, Forward, 2*80*32*(128+128)*512 + 2*32*128*2},
		{rows, Train, lstmFLOPs(28, 100, 28, 128, false) + 3*2*100*128*10},
		{tiny, Train, lstmFLOPs(5, 2, 3, 4, true) + lstmFLOPs(5, 2, 4, 4, true) + 3*2*10*4*7},
	} {
		if s := compiled(t, test.workload, Config{Mode: test.mode}); s.FLOPs != test.want {
			t.Errorf("%s, %s: %d FLOPs, want %d", test.workload.Name, test.mode, s.FLOPs, test.want)
		}
	}
	if got := float64(lstmFLOPs(80, 32, 128, 128, true)); math.Abs(got/2.013e9-1) > 0.003 {
		t.Errorf("the LSTM of imdb counts %g FLOPs, want 2.013e9", got) // 6 products of 2·T·B·D·4H
	}
}

// lstmFLOPs counts the products of a layer by hand. With n = T·B rows they are x·W, h·U,
// dWᵀ = xᵀ·dz and dU = hᵀ·dz, dx = dz·Wᵀ where the inputs have a gradient, and
// dh = dz·Uᵀ, except at the first step, whose h is constant.
func lstmFLOPs(steps, batch, inputs, hidden int, inputGradient bool) int {
	n := steps * batch
	w, u := 2*n*inputs*4*hidden, 2*n*hidden*4*hidden
	flops := 2*w + 2*u + u/steps*(steps-1)
	if inputGradient {
		flops += w
	}
	return flops
}

func find(t *testing.T, name string) Workload {
	t.Helper()
	w, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// The counts do not depend on the engine, nor do the losses of any cell, which change from
// one time that a batch is seen to the next.
func TestEnginesTrainAlike(t *testing.T) {
	for _, cell := range cells.Names() {
		fused, reference := compiled(t, tiny, Config{Cell: cell}), compiled(t, tiny, Config{Cell: cell, Engine: graph.Reference})
		if fused.FLOPs != reference.FLOPs {
			t.Errorf("%s: %d FLOPs fused, %d reference", cell, fused.FLOPs, reference.FLOPs)
		}
		x, y := run(t, fused, batchCount+1), run(t, reference, batchCount+1)
		for i := range x {
			if math.Abs(x[i]-y[i]) > 1e-4 { // rounding, after some steps of Adam
				t.Fatalf("%s: loss %g fused, %g reference in step %d", cell, x[i], y[i], i)
			}
		}
		if x[0] == x[batchCount] {
			t.Errorf("%s: the loss of the first batch stays %g", cell, x[0])
		}
	}
}

// Would catch a step that leaves out the solver, and one that climbs.
func TestLearns(t *testing.T) {
	x := run(t, compiled(t, tiny, Config{}), 40*batchCount)
	if first, last := x[0], x[len(x)-batchCount]; !(last < 0.99*first) {
		t.Errorf("the loss of the first batch went from %g to %g", first, last)
	}
}

// Would catch steps that run on one batch only, and a state that is not carried, or carried
// where it should not be.
func TestForward(t *testing.T) {
	carrying := tiny
	carrying.Steps, carrying.Batch, carrying.Carry = 1, 1, true
	for _, test := range []struct {
		workload Workload
		repeats  bool // the same batch gives the same logits
	}{
		{tiny, true}, {Workload{Name: "reals", Inputs: 3, Hidden: 4, Layers: 1, Steps: 2, Batch: 2, Outputs: 3}, true}, {carrying, false},
	} {
		s := compiled(t, test.workload, Config{Mode: Forward})
		x := run(t, s, 2*batchCount)
		if x[0] == x[1] || x[1] == x[2] {
			t.Errorf("%s: logits %v of different batches", test.workload.Name, x[:3])
		}
		if same := x[0] == x[batchCount]; same != test.repeats {
			t.Errorf("%s: logit %g and, with the same batch again, %g", test.workload.Name, x[0], x[batchCount])
		}
	}
}

// Two steps are the same model on the same data.
func TestStepsAreDeterministic(t *testing.T) {
	x, y := run(t, compiled(t, tiny, Config{}), 5), run(t, compiled(t, tiny, Config{}), 5)
	for i := range x {
		if x[i] != y[i] {
			t.Errorf("step %d: loss %g and %g", i, x[i], y[i])
		}
	}
}

// What cannot be measured is refused, with the names of what can.
func TestRefused(t *testing.T) {
	step := find(t, "step")
	for _, test := range []struct {
		workload Workload
		config   Config
		want     string
	}{
		{tiny, Config{Cell: "elm"}, "no cell \"elm\"; the cells are"},
		{tiny, Config{Mode: "sideways"}, "no mode \"sideways\"; the modes are train and forward"},
		{step, Config{}, "workload step is inference and has no mode train"},
		{tiny, Config{Engine: "steam"}, "no engine \"steam\"; the engines are"},
		{tiny, Config{Without: []string{"haste"}}, "haste"},
		{tiny, Config{Engine: graph.Reference, Without: graph.Passes()[:1]}, "the reference engine has no passes"},
	} {
		if _, err := Compile(test.workload, test.config); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want %q in it", test.config, err, test.want)
		}
	}
	if _, err := Find("poem"); err == nil || !strings.Contains(err.Error(), "char, ptb-small, imdb, rows, ptb-medium, step") {
		t.Errorf("Find of an unknown workload: %v", err)
	}
	if train, forward := len(Workloads(Train)), len(Workloads(Forward)); train != 5 || forward != 6 {
		t.Errorf("%d workloads train and %d predict, want 5 and 6", train, forward)
	}
}
