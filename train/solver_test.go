package train_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/optim"
	"gorgonia.org/gorgonia"
)

// rates trains for some steps and returns the learning rate of each.
func rates(t *testing.T, s train.Settings) (rates []float64) {
	t.Helper()
	s.Callbacks = []train.Callback{train.CallbackFunc(func(e train.Event) error {
		if e.Kind == train.Stepped {
			rates = append(rates, e.LearningRate)
		}
		return nil
	})}
	fit(t, newCorpusOf(t, 3), s)
	return rates
}

// The rate of each step is that of the schedule, which counts steps of the solver, and
// else that of the settings or the optimizer's own.
func TestScheduledRates(t *testing.T) {
	for name, test := range map[string]struct {
		s    train.Settings
		want []float64
	}{
		"constant": {train.Settings{Optimizer: adam(0.5), MaxSteps: 3}, []float64{0.5, 0.5, 0.5}},
		"default":  {train.Settings{Optimizer: optim.NewSGD(optim.Settings{}), MaxSteps: 2}, []float64{0.1, 0.1}},
		"warm-up":  {train.Settings{Optimizer: adam(0.4), Schedule: optim.WarmUp{Steps: 4, Then: optim.Constant{}}, MaxSteps: 5}, []float64{0.1, 0.2, 0.3, 0.4, 0.4}},
		"of pairs": {train.Settings{Optimizer: adam(0.4), Schedule: optim.WarmUp{Steps: 2, Then: optim.Constant{}}, MaxSteps: 6, Accumulate: 2}, []float64{0.2, 0.2, 0.4, 0.4, 0.4, 0.4}},
	} {
		got := rates(t, test.s)
		if !slices.EqualFunc(got, test.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }) {
			t.Errorf("%s: rates %v, want %v", name, got, test.want)
		}
	}
}

// A plateau is told of validations: where none is better, the rate falls.
func TestPlateauSeesValidations(t *testing.T) {
	c := newBackwards(t)
	var last float64
	fit(t, c, train.Settings{Epochs: 4, ValidEvery: 2, Optimizer: adam(0.02), Schedule: optim.NewPlateau(0.5, 0, 1), Callbacks: []train.Callback{
		train.CallbackFunc(func(e train.Event) error { last = e.LearningRate; return nil })}})
	if last >= 0.01 {
		t.Errorf("the rate is still %v", last)
	}
}

// Accumulated, the weights change at every second batch only; averaged, what is validated
// and kept is the mean of the weights and the training goes on with the weights
// themselves.
func TestAccumulateAndAverage(t *testing.T) {
	c := newCorpus(t)
	var before []float64
	changed := map[int]bool{}
	fit(t, c, train.Settings{MaxSteps: 6, Optimizer: adam(0.01), Accumulate: 2, ValidEvery: 100, Callbacks: []train.Callback{
		train.CallbackFunc(func(e train.Event) error {
			now := c.model.Params()[0].Floats()
			if e.Kind == train.Stepped && e.Step > 1 && !slices.Equal(before, now) {
				changed[e.Step] = true
			}
			before = now
			return nil
		})}})
	if len(changed) != 3 || !changed[2] || !changed[4] || !changed[6] {
		t.Errorf("the weights changed in steps %v, want 2, 4 and 6", changed)
	}

	plain, averaged := newCorpus(t), newCorpus(t)
	s := train.Settings{MaxSteps: 4, Optimizer: adam(0.01), ValidEvery: 2}
	fit(t, plain, train.Settings{MaxSteps: 4, Optimizer: adam(0.01)})
	var mean []float64 // of the weights after steps 1 to 4
	s.Average = 0.999
	s.Callbacks = []train.Callback{train.CallbackFunc(func(e train.Event) error {
		x := averaged.model.Params()[0].Floats()
		if e.Kind == train.Validated {
			return nil
		}
		if mean == nil {
			mean = make([]float64, len(x))
		}
		for i := range x {
			mean[i] += x[i] / 4
		}
		if e.Step == 4 && !slices.Equal(x, plain.model.Params()[0].Floats()) {
			t.Error("averaging changes what the training does")
		}
		return nil
	})}
	fit(t, averaged, s)
	for i, x := range averaged.model.Params()[0].Floats() {
		if math.Abs(x-mean[i]) > 1e-6 {
			t.Fatalf("weight %d that is kept is %v, the mean is %v", i, x, mean[i])
		}
	}
}

// Without validation the mean is kept, too.
func TestAverageWithoutValidation(t *testing.T) {
	train1 := func(average float64) []float64 {
		c := newCorpus(t)
		if _, err := train.Fit(context.Background(), c.model, c.train, nil, train.Settings{MaxSteps: 4, Optimizer: adam(0.01), Average: average}); err != nil {
			t.Fatal(err)
		}
		return c.model.Params()[0].Floats()
	}
	if slices.Equal(train1(0), train1(0.9)) {
		t.Error("the last weights are kept, not their mean")
	}
}

// A group with neither an optimizer nor its parameters frozen, and a schedule for a solver
// without a rate, are errors.
func TestSolverSettings(t *testing.T) {
	c := newCorpus(t)
	other := newCorpus(t).model.Params()
	frozen := train.Group{Params: c.model.Params()[:1], Frozen: true}
	for want, s := range map[string]train.Settings{
		"needs an Optimizer":    {Groups: []train.Group{{Params: c.model.Params()}}},
		"none of the model":     {Groups: []train.Group{{Params: other, Frozen: true}}},
		"in a group already":    {Groups: []train.Group{frozen, frozen}},
		"no learning rate":      {Optimizer: rateless{}, Schedule: optim.Constant{}},
		"Settings.Average is 1": {Average: 1},
		"Settings.Epochs is -1": {Epochs: -1},
	} {
		if _, err := train.Fit(context.Background(), c.model, c.train, nil, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

// rateless is a solver that does nothing.
type rateless struct{}

func (rateless) Step([]gorgonia.ValueGrad) error { return nil }
