package optim_test

import (
	"math"
	"strings"
	"testing"

	"github.com/pkg/errors"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
)

// simulations are the factors of the first steps by loops that go from step to step, or by
// other formulas than the schedules'.
var simulations = []struct {
	text string // with an epoch of 7 steps and a run of 90
	next func() func(step int) float64
}{
	{"constant", func() func(int) float64 { return func(int) float64 { return 1 } }},
	{"step:every=3,gamma=0.7", func() func(int) float64 { return newFall(3, 3, 0.7) }},
	{"step:every=2,gamma=0.7,after=11", func() func(int) float64 { return newFall(11, 2, 0.7) }},
	{"step", func() func(int) float64 { return newFall(7, 7, 0.5) }},
	{"step:every=2epochs", func() func(int) float64 { return newFall(14, 14, 0.5) }},
	{"step:after=1.5epochs", func() func(int) float64 { return newFall(10, 7, 0.5) }},
	{"exponential", func() func(int) float64 { return newExponential(7, 0.95) }},
	{"exponential:every=20,gamma=0.1", func() func(int) float64 { return newExponential(20, 0.1) }},
	{"cosine", func() func(int) float64 { return func(step int) float64 { return halfWave(step-1, 90) } }},
	{"cosine:steps=40,floor=0.2", func() func(int) float64 {
		return func(step int) float64 { return 0.2 + 0.8*halfWave(step-1, 40) }
	}},
	{"noam:steps=30", func() func(int) float64 { // the paper's, divided by its peak
		rate := func(step, warmup float64) float64 {
			return math.Pow(512, -0.5) * min(math.Pow(step, -0.5), step*math.Pow(warmup, -1.5))
		}
		return func(step int) float64 { return rate(float64(step), 30) / rate(30, 30) }
	}},
	{"warmup:steps=20+step:every=3,gamma=0.7", func() func(int) float64 { return newRise(20, newFall(3, 3, 0.7)) }},
	{"warmup+cosine", func() func(int) float64 {
		return newRise(7, func(step int) float64 { return halfWave(step-1, 83) })
	}},
	{"warmup:steps=5+warmup:steps=6+cosine", func() func(int) float64 {
		return newRise(5, newRise(6, func(step int) float64 { return halfWave(step-1, 79) }))
	}},
}

// newFall counts the steps down to the next fall.
func newFall(after, every int, gamma float64) func(int) float64 {
	left, factor := after, 1.0
	return func(int) float64 {
		if left == 0 {
			left, factor = every, factor*gamma
		}
		left--
		return factor
	}
}

func newExponential(every int, gamma float64) func(int) float64 {
	factor := 1.0
	return func(int) float64 {
		now := factor
		factor *= math.Exp(math.Log(gamma) / float64(every))
		return now
	}
}

// halfWave is ½(1 + cos x) as a square.
func halfWave(done, steps int) float64 {
	c := math.Cos(math.Pi / 2 * min(1, float64(done)/float64(steps)))
	return c * c
}

func newRise(steps int, then func(int) float64) func(int) float64 {
	factor := 0.0
	return func(step int) float64 {
		if step > steps {
			return then(step - steps)
		}
		factor += 1 / float64(steps)
		return factor
	}
}

// Catches a wrong formula, a fall or the end of a rise that is one step early or late,
// wrong defaults, and epochs taken for steps.
func TestSchedules(t *testing.T) {
	for _, c := range simulations {
		schedule, err := optim.ParseSchedule(c.text, 7, 90)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		next := c.next()
		for step := 1; step <= 100; step++ {
			if got, want := schedule.Factor(step), next(step); !(math.Abs(got-want) <= 1e-13) {
				t.Errorf("%s: factor %v in step %d, expected %v", c.text, got, step, want)
				break
			}
		}
	}
}

// Catches a fall that comes after too many or too few validations, one for a loss that is
// only equal to the best, a count that an improvement does not reset, and a rate below the
// floor.
func TestPlateau(t *testing.T) {
	nan := math.NaN()
	p := optim.NewPlateau(0.5, 0.2, 2)
	for i, c := range []struct{ loss, want float64 }{
		{3, 1}, {2, 1}, {2.5, 1}, {1, 1}, {1, 1}, {1.5, 0.5},
		{1.5, 0.5}, {0.5, 0.5}, {0.6, 0.5}, {nan, 0.25}, {nan, 0.25}, {9, 0.2}, {9, 0.2}, {9, 0.2},
	} {
		p.Observe(c.loss)
		if got := p.Factor(i + 1); got != c.want {
			t.Errorf("after validation %d, of loss %v, the factor is %v, expected %v", i+1, c.loss, got, c.want)
		}
	}
	for _, losses := range [][]float64{{-3, nan, -2}, {nan, 3, 3}, {nan, -3, 2, -4}} {
		first := optim.NewPlateau(0.5, 0, 1)
		for _, loss := range losses {
			first.Observe(loss)
		}
		if got := first.Factor(1); got != 0.25 {
			t.Errorf("factor %v after the losses %v, expected 0.25", got, losses)
		}
	}
	for _, state := range []map[string]float64{
		{"factor": 2, "best": 0, "found": 1, "bad": 0},
		{"factor": -0.5, "best": 0, "found": 1, "bad": 0},
		{"factor": 1, "best": 0, "found": 1, "bad": 2},
		{"factor": 1, "best": 0, "found": 2, "bad": 0},
		{"factor": 1, "best": 0, "found": 1, "bad": 0.5},
	} {
		if err := p.SetState(optim.State{Kind: "plateau", Scalars: state}); err == nil {
			t.Errorf("no error for %v", state)
		}
	}
	wantPanic(t, "no patience", func() { optim.NewPlateau(0.5, 0, 0) })
	wantPanic(t, "a factor of 1", func() { optim.NewPlateau(1, 0, 1) })
	wantPanic(t, "a negative floor", func() { optim.NewPlateau(0.5, -1, 1) })
}

// Catches a plateau that no validation reaches, for it is behind a rise or the solver
// inside wrappers.
func TestScheduledObserves(t *testing.T) {
	schedule, err := optim.ParseSchedule("warmup:steps=1+plateau:gamma=0.1,patience=1", 7, 90)
	if err != nil {
		t.Fatal(err)
	}
	inner := optim.NewSGD(optim.Settings{LearningRate: 2})
	solver := scheduled(t, optim.NewClipByGlobalNorm(inner, 1), schedule)
	model := params(optimtest.NewParam([]int{1}, []float64{0}, []float64{0}))
	outer := optim.NewAccumulate(solver, 1)
	step(t, outer, model)
	for _, loss := range []float64{1, 2} {
		optim.Observe(outer, loss)
	}
	step(t, outer, model)
	if got := inner.LearningRate(); got != 0.2 {
		t.Errorf("learning rate %v, expected 0.2", got)
	}
}

// Catches a rate that is one step behind, a failed step that is counted, and a full rate
// that is not the solver's own.
func TestScheduled(t *testing.T) {
	inner := optim.NewSGD(optim.Settings{LearningRate: 2})
	solver := scheduled(t, inner, optim.WarmUp{Steps: 4, Then: optim.Constant{}})
	model := params(optimtest.NewParam([]int{1}, []float64{0}, []float64{0}))
	for i, want := range []float64{0.5, 1, 1.5, 2, 2} {
		if err := solver.Step(params(&optimtest.Param{W: model[0].(*optimtest.Param).W})); err == nil {
			t.Error("no error for a model without a gradient")
		}
		if got := solver.LearningRate(); got != want {
			t.Errorf("step %d is to have the rate %v, expected %v", i+1, got, want)
		}
		before := elements[float64](model, 0, false)[0]
		elements[float64](model, 0, true)[0] = 1
		step(t, solver, model)
		if got := before - elements[float64](model, 0, false)[0]; got != want {
			t.Errorf("step %d has the rate %v, expected %v", i+1, got, want)
		}
	}
	solver.SetLearningRate(8)
	if got := solver.LearningRate(); got != 8 {
		t.Errorf("rate %v, expected 8", got)
	}
	if _, err := optim.NewScheduled(&recorder{}, optim.Constant{}); err == nil {
		t.Error("no error for a solver without a learning rate")
	}
}

// Catches a state of another schedule that is taken, and half of one that is.
func TestScheduledState(t *testing.T) {
	solver := func(schedule optim.Schedule) *optim.Scheduled {
		return scheduled(t, optim.NewSGD(optim.Settings{}), schedule)
	}
	plateau := optim.NewPlateau(0.5, 0, 1)
	s := solver(plateau)
	for _, c := range []struct {
		to, from *optim.Scheduled
		want     string
	}{
		{s, solver(optim.Constant{}), `kind "scheduled/sgd", expected one of scheduled-plateau`},
		{solver(optim.Constant{}), s, `kind "scheduled-plateau/sgd", expected one of scheduled`},
	} {
		if err := c.to.SetState(c.from.State()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, expected one with %q", err, c.want)
		}
	}
	for _, loss := range []float64{1, 2} {
		s.Observe(loss)
	}
	bad := solver(optim.NewPlateau(0.5, 0, 1)).State()
	bad.Scalars["inner/step"] = -1
	if err := s.SetState(bad); err == nil || plateau.Factor(1) != 0.5 {
		t.Errorf("error %v, and the factor is %v, expected one and 0.5", err, plateau.Factor(1))
	}
}

// Catches a text that is taken for something else, and errors that do not help.
func TestParseScheduleRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "there are constant, step:",
		"cos":                        `no schedule "cos"; there are constant, step:`,
		"Cosine":                     "no schedule",
		"cosine:":                    "expected key=value",
		"cosine:steps":               "expected key=value",
		"cosine:steps=10,steps=20":   "each key once",
		"cosine:gamma=0.5":           `cosine has no setting "gamma"`,
		"constant:gamma=0.5":         `constant has no setting "gamma"`,
		"cosine:steps=0":             `steps is "0"`,
		"cosine:steps=1.5":           "expected a number of steps",
		"cosine:steps=-1":            "expected a number of steps",
		"cosine:steps=1e30":          "expected a number of steps",
		"cosine:steps=NaN":           "expected a number of steps",
		"cosine:steps=0.01epochs":    "expected a number of steps",
		"cosine:steps=2 epochs":      "expected a number of steps",
		"step:gamma=1":               "gamma is \"1\", expected a number from 0 to below 1",
		"step:gamma=x":               "expected a number from 0 to below 1",
		"cosine:floor=NaN":           "expected a number from 0 to below 1",
		"plateau:patience=0":         "patience is \"0\"",
		"plateau:patience=1.5":       "patience is \"1.5\"",
		"plateau:gamma=2":            "gamma is \"2\"",
		"warmup":                     "warmup, and no other, is followed by a plus",
		"warmup:steps=3":             "warmup, and no other, is followed by a plus",
		"cosine+step":                "warmup, and no other, is followed by a plus",
		"warmup:steps=x+cosine":      `steps is "x"`,
		"warmup:gamma=0.1+cosine":    `warmup has no setting "gamma"`,
		"warmup:steps=3+":            "no schedule",
		"warmup:steps=3+cosine+step": "warmup, and no other, is followed by a plus",
	} {
		if s, err := optim.ParseSchedule(text, 7, 90); err == nil || !strings.Contains(err.Error(), want) || s != nil {
			t.Errorf("%q: %v and error %v, expected one with %q", text, s, err, want)
		}
	}
}

// Catches a name that is not found, settings that are ignored, and Gorgonia's wrong solvers.
func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings optim.Settings
		want     string
	}{
		{"Adam", optim.Settings{}, `no solver "Adam"; there are adam, adamw, sgd, `},
		{"", optim.Settings{}, "there are adam"},
		{"gorgonia-adamw", optim.Settings{}, "refused: it never changes the weights"},
		{"gorgonia-adagrad", optim.Settings{}, "refused: its learning rate cannot be set"},
		{"gorgonia-momentum", optim.Settings{WeightDecay: 0.1}, "acts on the velocity"},
		{"gorgonia-rmsprop", optim.Settings{WeightDecay: 0.1}, "does not follow the learning rate"},
		{"adam", optim.Settings{WeightDecay: 0.1}, "adam has no weight decay: use adamw"},
		{"adam", optim.Settings{Momentum: 0.5}, "adam has no momentum, which is 0.5; it has learning rate, beta1, beta2, epsilon"},
		{"sgd", optim.Settings{Beta1: 0.5}, "sgd has no beta1, which is 0.5; it has learning rate, weight decay"},
		{"sgd", optim.Settings{LearningRate: -1}, "sgd with learning rate -1, expected a number above 0"},
		{"sgd", optim.Settings{WeightDecay: -1}, "expected a number 0 or above"},
		{"momentum", optim.Settings{Momentum: 1}, "momentum with momentum 1, expected a number from 0 to below 1"},
		{"rmsprop", optim.Settings{Decay: 1}, "rmsprop with decay 1"},
		{"rmsprop", optim.Settings{Epsilon: math.NaN()}, "rmsprop with epsilon NaN"},
		{"adamw", optim.Settings{Workers: -2}, "adamw with -2 workers"},
	} {
		if s, err := optim.New(c.name, c.settings); err == nil || !strings.Contains(err.Error(), c.want) || s != nil {
			t.Errorf("%q with %+v: error %v, expected one with %q", c.name, c.settings, err, c.want)
		}
	}
}

// Catches a search that misses the outermost or the innermost solver, or never ends.
func TestFind(t *testing.T) {
	adam := optim.NewAdam(optim.Settings{})
	clip := optim.NewClipByGlobalNorm(optim.NewAccumulate(adam, 2), 1)
	if got, ok := optim.Find[*optim.ClipByGlobalNorm](clip); !ok || got != clip {
		t.Errorf("found %v", got)
	}
	if got, ok := optim.Find[*optim.Adam](clip); !ok || got != adam {
		t.Errorf("found %v", got)
	}
	if got, ok := optim.Find[*optim.SGD](clip); ok || got != nil {
		t.Errorf("found %v", got)
	}
	if err := optim.Resumable(optim.NewClipByGlobalNorm(&recorder{}, 1)); err == nil || errors.Is(err, optim.ErrNotFinite) {
		t.Errorf("error %v", err)
	}
}
