package optim_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
)

// Catches a state that lacks something, or that the steps after it change: a run
// that goes on and one that is resumed, in another solver, must agree in every bit.
func TestAdamResumesToTheSameBits(t *testing.T) {
	t.Run("float32", testResume[float32])
	t.Run("float64", testResume[float64])
}

func testResume[F optim.Float](t *testing.T) {
	settings := optim.Settings{LearningRate: 0.02}
	model := newModel[F](rand.New(rand.NewPCG(1, 1)))
	adam := optim.NewAdam(settings)
	run := func(adam *optim.Adam, model []gorgonia.ValueGrad, from, to int) {
		for i := from; i < to; i++ {
			setGradients[F](rand.New(rand.NewPCG(2, uint64(i))), model)
			step(t, adam, model)
		}
	}
	run(adam, model, 0, 7)
	state := adam.State()
	var copied []gorgonia.ValueGrad
	for i, shape := range shapes {
		w := elements[F](model, i, false)
		copied = append(copied, optimtest.NewParam(shape, w, make([]F, len(w))))
	}
	run(adam, model, 7, 20)

	resumed := optim.NewAdam(settings)
	if err := resumed.SetState(state); err != nil {
		t.Fatal(err)
	}
	if got := resumed.State(); !reflect.DeepEqual(got, state) || got.Scalars["step"] != 7 {
		t.Errorf("state after SetState %v, expected %v of step 7", got, state)
	}
	run(resumed, copied, 7, 20)
	for i := range model {
		if a, b := elements[F](model, i, false), elements[F](copied, i, false); !slices.Equal(a, b) {
			t.Errorf("parameter %d: %v, resumed %v", i, a, b)
		}
	}
	if !reflect.DeepEqual(adam.State(), resumed.State()) {
		t.Error("the states differ at the end")
	}
}

// Catches memory shared between a state and a solver, in either direction.
func TestAdamStateIsACopy(t *testing.T) {
	t.Run("float32", testStateIsACopy[float32])
	t.Run("float64", testStateIsACopy[float64])
}

func testStateIsACopy[F optim.Float](t *testing.T) {
	adam := optim.NewAdam(optim.Settings{})
	step(t, adam, params(optimtest.NewParam([]int{1}, []F{0}, []F{1})))
	spoil := func(s optim.State) {
		s.Tensors["m/0"].([]F)[0], s.Tensors["v/0"].([]F)[0], s.Scalars["step"] = 99, 99, 99
	}
	want := adam.State()
	spoil(adam.State())
	if got := adam.State(); !reflect.DeepEqual(got, want) {
		t.Errorf("the solver's state became %v", got)
	}
	state := adam.State()
	if err := adam.SetState(state); err != nil {
		t.Fatal(err)
	}
	spoil(state)
	if got := adam.State(); !reflect.DeepEqual(got, want) {
		t.Errorf("the solver's state became %v after SetState", got)
	}
}

// Catches a fresh state that does not make a fresh solver.
func TestAdamStartsOver(t *testing.T) {
	adam := optim.NewAdam(optim.Settings{})
	step(t, adam, params(optimtest.NewParam([]int{1}, []float64{0}, []float64{1})))
	if err := adam.SetState(optim.NewAdam(optim.Settings{}).State()); err != nil {
		t.Fatal(err)
	}
	step(t, adam, params(optimtest.NewParam([]int{2}, []float32{0, 0}, []float32{1, 1})))
	if got := adam.State().Scalars["step"]; got != 1 {
		t.Errorf("step %v, expected 1", got)
	}
}

// Catches a damaged state that is accepted, or that destroys the good one.
func TestSetStateRefuses(t *testing.T) {
	adam := optim.NewAdam(optim.Settings{})
	step(t, adam, params(optimtest.NewParam([]int{1}, []float64{0}, []float64{1})))
	good := adam.State()
	with := func(change func(optim.State)) optim.State {
		s := adam.State()
		change(s)
		return s
	}
	moments := func(m, v any) optim.State {
		return with(func(s optim.State) { s.Tensors["m/1"], s.Tensors["v/1"] = m, v })
	}
	wrong := adam.State()
	wrong.Kind = "momentum"
	for _, c := range []struct {
		want  string
		state optim.State
	}{
		{`kind "momentum", expected "adam"`, wrong},
		{`kind "", expected "adam"`, optim.State{}},
		{`"step" of the state of adam is -1`, with(func(s optim.State) { s.Scalars["step"] = -1 })},
		{`"step" of the state of adam is 1.5`, with(func(s optim.State) { s.Scalars["step"] = 1.5 })},
		{`"step" of the state of adam is NaN`, with(func(s optim.State) { s.Scalars["step"] = math.NaN() })},
		{`no number "step"`, with(func(s optim.State) { delete(s.Scalars, "step") })},
		{`has the numbers [other step]`, with(func(s optim.State) { s.Scalars["other"] = 1 })},
		{"after step 0 has arrays of 1", with(func(s optim.State) { s.Scalars["step"] = 0 })},
		{"after step 1 has arrays of 0", with(func(s optim.State) { clear(s.Tensors) })},
		{"has 3 arrays", with(func(s optim.State) { s.Tensors["w/0"] = []float64{1} })},
		{"has 4 arrays", with(func(s optim.State) { s.Tensors["m/2"], s.Tensors["v/2"] = []float64{1}, []float64{1} })},
		{"for parameter 1, [m v]: array 1 is a []float64", moments([]float32{1}, []float64{1})},
		{"array 1 is a []float32", moments([]float64{1}, []float32{1})},
		{"of one type and length", moments([]float64{1}, []float64{1, 2})},
		{"of one type and length", moments([]float32{1}, []float32{1, 2})},
		{"array 1 is a <nil>", moments([]float64{1}, nil)},
		{"array 0 is a []int", moments([]int{1}, []int{1})},
	} {
		err := adam.SetState(c.state)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, expected one with %q", err, c.want)
		}
		if !reflect.DeepEqual(adam.State(), good) {
			t.Errorf("%s: the state became %v", c.want, adam.State())
		}
	}
}
