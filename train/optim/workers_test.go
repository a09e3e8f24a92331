package optim_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
)

// largeModel returns parameters that are worth several goroutines, one of which gets the
// end of one parameter, a whole one, and the start of a third.
func largeModel() []gorgonia.ValueGrad {
	rng := rand.New(rand.NewPCG(1, 2))
	normal := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return x
	}
	var model []gorgonia.ValueGrad
	for _, n := range []int{70_001, 5, 41_000, 3} {
		model = append(model, optimtest.NewParam([]int{n}, normal(n), normal(n)))
	}
	return model
}

// Catches bits that depend on the number of goroutines, elements that none or two of them
// update.
func TestWorkersDoNotChangeBits(t *testing.T) {
	for _, name := range optim.Names() {
		if strings.HasPrefix(name, "gorgonia-") {
			continue
		}
		var want [][]float32
		for _, workers := range []int{1, 2, 3, 0} {
			inner, err := optim.New(name, optim.Settings{Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			average := optim.NewAverage(optim.NewClipByValue(optim.NewClipByGlobalNorm(inner, 2), 0.1), optim.AverageSettings{})
			solver := optim.NewAccumulate(average, 2)
			model := largeModel()
			gradients := largeModel()
			for range 6 {
				for i := range model {
					copy(elements[float32](model, i, true), elements[float32](gradients, i, true))
				}
				step(t, solver, model)
			}
			var got [][]float32
			for range 2 {
				for i := range model {
					got = append(got, slices.Clone(elements[float32](model, i, false)))
				}
				swap(t, average, model)
			}
			if want == nil {
				want = got
			}
			for i := range got {
				for j := range got[i] {
					if got[i][j] != want[i][j] {
						t.Fatalf("%s with %d workers: element %d of parameter %d is %v, with one %v", name, workers, j, i, got[i][j], want[i][j])
					}
				}
			}
		}
	}
}

// Catches goroutines that are started for nothing, and more garbage than they need.
func TestStepAllocatesForGoroutinesOnly(t *testing.T) {
	for workers, most := range map[int]float64{1: 0, 3: 8} {
		model := largeModel()
		solver := optim.NewAdamW(optim.Settings{Workers: workers})
		step(t, solver, model)
		if n := testing.AllocsPerRun(10, func() { step(t, solver, model) }); n > most {
			t.Errorf("%d workers: %v allocations a step, expected at most %v", workers, n, most)
		}
	}
}
