package optim_test

import (
	"reflect"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
)

// A named is a parameter with a name.
type named struct {
	*optimtest.Param
	name string
}

func (n named) Name() string { return n.name }

// By hand: of two parameters of gradient 1, one steps with rate 0.5 and one with 0.25; at half
// the rate of the first, both step half as far. Would catch a parameter in another group, and a
// rate that is set in one group only.
func TestGroupsStep(t *testing.T) {
	newGroups := func() (*optim.Groups, []gorgonia.ValueGrad) {
		sgd := func(rate float64) optim.Solver { return optim.NewSGD(optim.Settings{LearningRate: rate}) }
		g, err := optim.NewGroups([]optim.Solver{sgd(0.5), sgd(0.25)}, func(name string) int { return strings.Index("ab", name) })
		if err != nil {
			t.Fatal(err)
		}
		return g, []gorgonia.ValueGrad{
			named{optimtest.NewParam([]int{1}, []float64{3}, []float64{1}), "b"},
			named{optimtest.NewParam([]int{1}, []float64{3}, []float64{1}), "a"},
		}
	}
	for factor, want := range map[float64][2]float64{1: {2.75, 2.5}, 0.5: {2.875, 2.75}} {
		g, model := newGroups()
		g.SetLearningRate(0.5 * factor)
		if g.LearningRate() != 0.5*factor {
			t.Errorf("the rate is %v", g.LearningRate())
		}
		if err := g.Step(model); err != nil {
			t.Fatal(err)
		}
		for i, p := range model {
			if w := p.Value().Data().([]float64)[0]; w != want[i] {
				t.Errorf("factor %v: parameter %d is %v, want %v", factor, i, w, want[i])
			}
		}
	}
	g, model := newGroups()
	if err := g.Step(append(model, named{optimtest.NewParam([]int{1}, []float64{3}, []float64{1}), "c"})); err == nil || !strings.Contains(err.Error(), "(c) is of group -1") {
		t.Errorf("error %v for a parameter of no group", err)
	}
}

// A state of other solvers is refused and changes nothing; a solver that cannot be saved is
// noticed in any group; and solvers are none that stand twice.
func TestGroupsRefuse(t *testing.T) {
	adam := func() optim.Solver { return optim.NewAdam(optim.Settings{}) }
	groups := func(solvers ...optim.Solver) *optim.Groups {
		g, err := optim.NewGroups(solvers, func(string) int { return 0 })
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	one := groups(adam(), optim.NewSGD(optim.Settings{}))
	if err := one.SetState(groups(adam(), adam()).State()); err == nil || !strings.Contains(err.Error(), "groups(adam,adam)") {
		t.Errorf("error %v for the state of other solvers", err)
	}
	bad := one.State()
	bad.Scalars["group7/step"] = 1
	if one.SetState(bad) == nil {
		t.Error("a number of no group passes")
	}
	if optim.Resumable(groups(adam(), optim.GorgoniaAdam(optim.Settings{}))) == nil || optim.Resumable(one) != nil {
		t.Error("what can be saved and what cannot is mixed up")
	}
	a := adam()
	for _, solvers := range [][]optim.Solver{nil, {a, a}, {a, nil}} {
		if _, err := optim.NewGroups(solvers, nil); err == nil {
			t.Errorf("solvers %v pass", solvers)
		}
	}
}

// When a later group refuses its state, or numbers are left over, the earlier groups are as they
// were: they step as if nothing had been set. Would catch a state that is set in part.
func TestGroupsSetStateIsAllOrNothing(t *testing.T) {
	trained := func(steps int) (*optim.Groups, []gorgonia.ValueGrad) {
		adam := func() optim.Solver { return optim.NewAdam(optim.Settings{LearningRate: 0.1}) }
		g, err := optim.NewGroups([]optim.Solver{adam(), optim.NewMomentum(optim.Settings{LearningRate: 0.1}), adam()}, func(name string) int { return strings.Index("abc", name) })
		if err != nil {
			t.Fatal(err)
		}
		var model []gorgonia.ValueGrad
		for i, name := range []string{"a", "b", "c"} {
			model = append(model, named{optimtest.NewParam([]int{1}, []float64{3}, []float64{float64(i + 1)}), name})
		}
		for range steps {
			if err := g.Step(model); err != nil {
				t.Fatal(err)
			}
		}
		return g, model
	}
	for _, steps := range []int{0, 1, 4} {
		for name, spoil := range map[string]func(s optim.State){
			"no step in the last group":     func(s optim.State) { delete(s.Scalars, "group2/step") },
			"a step that is none":           func(s optim.State) { s.Scalars["group2/step"] = -1 },
			"a tensor of the middle group":  func(s optim.State) { s.Tensors["group1/none"] = []float64{1} },
			"a tensor of another format":    func(s optim.State) { s.Tensors["group2/none"] = []int{1} },
			"a number of no group":          func(s optim.State) { s.Scalars["group7/step"] = 1 },
			"a tensor of no group":          func(s optim.State) { s.Tensors["group7/x"] = []float64{1} },
			"a number that no Adam has":     func(s optim.State) { s.Scalars["group2/rate"] = 1 },
			"a number that no momentum has": func(s optim.State) { s.Scalars["group1/rate"] = 1 },
		} {
			g, model := trained(steps)
			before := g.State()
			other, _ := trained(7)
			bad := other.State()
			spoil(bad)
			if err := g.SetState(bad); err == nil {
				t.Errorf("%s, after %d steps: the state passes", name, steps)
				continue
			}
			if after := g.State(); !reflect.DeepEqual(after, before) {
				t.Errorf("%s, after %d steps: the state is %v, want %v", name, steps, after, before)
			}
			want, expected := trained(steps + 1)
			if err := g.Step(model); err != nil {
				t.Fatal(err)
			}
			for i, p := range model {
				if x, y := p.Value().Data().([]float64)[0], expected[i].Value().Data().([]float64)[0]; x != y {
					t.Errorf("%s, after %d steps: parameter %d steps to %v, want %v", name, steps, i, x, y)
				}
			}
			if !reflect.DeepEqual(g.State(), want.State()) {
				t.Errorf("%s, after %d steps: the step after is another", name, steps)
			}
		}
	}
}
