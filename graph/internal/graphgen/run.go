package graphgen

import (
	"math"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"gorgonia.org/gorgonia"
)

// The orders of the worlds that a program runs in, by number: a run after others must not see
// what they left. While a program is frozen its parameters stay.
var thawedOrder, frozenOrder = []int{0, 2, 1, 0}, []int{0, 1, 1, 2, 2, 0, 2}

// order returns the worlds of the runs of a variant.
func order(v Variant) []int {
	if v.Frozen {
		return frozenOrder
	}
	return thawedOrder
}

// A machine is a compiled program in some world.
type machine struct {
	program  *Program
	compiled *graph.Program
	params   map[int]*graph.Param
	perturb  func(*Statement, []float64) // nil, or changes the values of leaves
}

// run compiles the program and returns its values in each run, of the oracle in each world.
func (p *Program) run(v Variant, perturb func(*Statement, []float64), table *Table) (got []values, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("panic: %v", r)
		}
	}()
	if v.Let {
		return p.runLet(v.Dtype)
	}
	m := &machine{program: p, params: p.newParams(v.Dtype), perturb: perturb}
	settings := graph.Settings{Dtype: v.Dtype, Workers: v.Workers, Inference: v.Inference, BFloat16: v.BFloat16}
	if v.Without != "" {
		settings.Without = []string{v.Without}
	}
	if v.Reference {
		settings.Engine = graph.Reference
	}
	m.compiled, err = graph.Compile(func(b *graph.Builder) { p.build(b, m.params) }, settings)
	if err != nil {
		return nil, err
	}
	defer m.compiled.Close()
	if table != nil && !v.Reference {
		table.rewritten(m.compiled.Report())
	}
	if v == oracle {
		return m.runs([]int{0, 1, 2}, false)
	}
	return m.runs(order(v), v.Frozen)
}

// runs returns the values of runs in worlds by number. Of a frozen program the parameters change
// after a Freeze only, until it is thawed for the last two runs.
func (m *machine) runs(order []int, frozen bool) (all []values, err error) {
	now := world{-1, -1}
	for i, w := range order {
		next := worlds[w]
		if err := m.set(next, now); err != nil {
			return nil, err
		}
		switch {
		case !frozen:
		case i == len(order)-2:
			m.compiled.Thaw()
		case i < len(order)-2 && next.params != now.params:
			m.compiled.Freeze()
		}
		now = next
		if err := m.compiled.Run(); err != nil {
			return nil, err
		}
		got, err := m.values()
		if err != nil {
			return nil, err
		}
		all = append(all, got)
	}
	return all, nil
}

// set puts in place the inputs and parameters of a world that are not those of the one before.
func (m *machine) set(next, before world) error {
	for i := range m.program.Statements {
		s := &m.program.Statements[i]
		var err error
		switch s.Op {
		case "Input", "UnsetInput":
			if next.inputs != before.inputs {
				err = m.compiled.SetFloats(name(s.ID), m.floats(s, next))
			}
		case "Indices":
			if next.inputs != before.inputs {
				err = m.compiled.SetInts(name(s.ID), m.program.ints(s, next))
			}
		case "Param":
			if next.params != before.params {
				err = m.params[s.ID].SetFloats(m.floats(s, next))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) floats(s *Statement, w world) []float64 {
	x := m.program.floats(s, w)
	if m.perturb != nil {
		m.perturb(s, x)
	}
	return x
}

// values returns the outputs and gradients of the last run. Like a solver it changes a gradient
// that it has read: no other value may change with it.
func (m *machine) values() (values, error) {
	out := values{}
	for i, param := range m.compiled.Params() {
		out["gradient of "+param.Name()] = m.compiled.Grad(param)
		grad, err := m.compiled.ValueGrads()[i].Grad()
		if err != nil {
			return nil, err
		}
		spoil(grad)
	}
	for _, name := range m.compiled.Outputs() {
		out[name] = m.compiled.Floats(name)
	}
	return out, nil
}

// spoil makes all numbers of a value NaN.
func spoil(v gorgonia.Value) {
	switch x := v.Data().(type) {
	case []float32:
		for i := range x {
			x[i] = float32(math.NaN())
		}
	case []float64:
		for i := range x {
			x[i] = math.NaN()
		}
	}
}
