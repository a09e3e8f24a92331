package optim

import (
	"fmt"
	"math"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/graph/update"
)

// AverageSettings say which weights are averaged.
type AverageSettings struct {
	Decay       float64 // β, below 1: how slowly the mean forgets; 0 means that it does not
	NonMonotone int     // n: how many validations without a better loss start the averaging; 0 starts with the first step
}

// An Average is a solver that keeps a running mean a of the weights w of a model, which
// is often a better model than the last weights are. Its kth step changes a, after the
// solver inside has changed w, by
//
//	a ← a + max(1/k, 1 − β)·(w − a)
//
// With β = 1 that is the mean of all weights (Polyak and Juditsky 1992), otherwise it
// becomes an exponential one. Steps are counted from where averaging starts: if
// NonMonotone is n, after the validation whose loss is larger than the smallest of all
// those that came n or more validations before it. With SGD inside, that is the NT-ASGD
// of Merity, Keskar and Socher (2018), with the trigger of the authors' program.
type Average struct {
	inner    Solver
	settings AverageSettings
	count    int       // k, the number of weights in the mean
	started  bool      // whether steps are averaged
	swapped  bool      // whether the model holds a, and the memory w
	losses   []float64 // of the validations before averaging started
	memory   memory
}

var (
	_ Wrapper  = (*Average)(nil)
	_ Stateful = (*Average)(nil)
	_ Observer = (*Average)(nil)
)

// NewAverage returns a solver that steps inner and averages the weights. It panics if
// Decay is not in [0, 1) or NonMonotone is negative.
func NewAverage(inner Solver, s AverageSettings) *Average {
	if !(s.Decay >= 0 && s.Decay < 1) || s.NonMonotone < 0 {
		panic(fmt.Sprintf("optim: settings of an average out of range: %+v", s))
	}
	if s.Decay == 0 {
		s.Decay = 1
	}
	return &Average{inner: inner, settings: s, started: s.NonMonotone == 0, memory: newMemory("average", workersOf(inner), "mean")}
}

// Unwrap returns the solver inside.
func (a *Average) Unwrap() Solver { return a.inner }

// Count returns how many weights are in the mean; none if averaging has not started.
func (a *Average) Count() int { return a.count }

// Observe is told the loss of each validation, of the weights that the model had without
// averaging.
func (a *Average) Observe(loss float64) {
	if a.started {
		return
	}
	if math.IsNaN(loss) {
		loss = math.Inf(1)
	}
	if older := len(a.losses) - a.settings.NonMonotone; older > 0 {
		a.started = loss > slices.Min(a.losses[:older])
	}
	a.losses = append(a.losses, loss)
}

// Step steps the inner solver and takes up the weights that it leaves. It fails, before
// it has changed anything, between two calls of Swap.
func (a *Average) Step(model []gorgonia.ValueGrad) error {
	if a.swapped {
		return errors.New("optim: a step of a model that holds its averages; Swap them back before it")
	}
	if !a.started {
		return a.inner.Step(model)
	}
	if err := a.memory.bind(model); err != nil {
		return err
	}
	if err := a.inner.Step(model); err != nil {
		return err
	}
	a.count++
	a.memory.apply(a)
	return nil
}

func (a *Average) apply32(b block[float32]) { average(b.kept[0], b.w, a.share()) }
func (a *Average) apply64(b block[float64]) { average(b.kept[0], b.w, a.share()) }

// share is the share of the newest weights in the mean.
func (a *Average) share() float64 { return max(1/float64(a.count), 1-a.settings.Decay) }

func average[F Float](mean, w []F, share float64) {
	update.Scale(mean, 1-share)
	update.AddScaled(mean, share, w)
}

// Swap exchanges the weights of model and their averages, to validate or save these; a
// second call exchanges them back. It does nothing if averaging has not started.
func (a *Average) Swap(model []gorgonia.ValueGrad) error {
	if a.count == 0 {
		return nil
	}
	if err := a.memory.bind(model); err != nil {
		return err
	}
	a.memory.apply(exchange{})
	a.swapped = !a.swapped
	return nil
}

// exchange is the formula of Swap.
type exchange struct{}

func (exchange) apply32(b block[float32]) { swap(b.w, b.kept[0]) }
func (exchange) apply64(b block[float64]) { swap(b.w, b.kept[0]) }

func swap[F Float](x, y []F) {
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}

// State returns a copy of the state. It panics between two calls of Swap.
func (a *Average) State() State {
	if a.swapped {
		panic("optim: the state of an average while the model holds the averages")
	}
	s := newState("average")
	s.Scalars["count"] = float64(a.count)
	s.setFlag("started", a.started)
	a.memory.save(s)
	s.Tensors["losses"] = slices.Clone(a.losses)
	return s.around(stateful(a.inner).State())
}

// SetState makes the next step the one that follows a copy of s.
func (a *Average) SetState(s State) error {
	outer, rest, err := s.split("average")
	if err != nil {
		return err
	}
	if err := outer.check("average", "count", "started"); err != nil {
		return err
	}
	count, err := outer.count("count")
	if err != nil {
		return err
	}
	started, err := outer.flag("started")
	if err != nil {
		return err
	}
	losses, ok := outer.Tensors["losses"].([]float64)
	if !ok {
		return errors.Errorf(`optim: "losses" of the state of an average is a %T, expected a []float64`, outer.Tensors["losses"])
	}
	delete(outer.Tensors, "losses")
	means, err := a.memory.load(outer)
	if err != nil {
		return err
	}
	if (count > 0) != (means != nil) || count > 0 && !started || a.settings.NonMonotone == 0 && !started {
		return errors.Errorf("optim: a state of an average of %d weights, started: %t, with means of %d parameters", count, started, len(means))
	}
	if err := stateful(a.inner).SetState(rest); err != nil {
		return err
	}
	a.count, a.started, a.losses, a.memory.parameters = count, started, slices.Clone(losses), means
	return nil
}
