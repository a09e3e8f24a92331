package graphgen

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// runLet runs the program as a graph of Gorgonia's own on a machine of graph.Accelerate, which
// gets new tensors in each run. Probes are left out.
func (p *Program) runLet(d graph.Dtype) ([]values, error) {
	p = p.clone()
	p.dropProbes()
	var loss int
	for i := range p.Statements {
		if s := &p.Statements[i]; s.Op == "Minimize" {
			loss, s.Op = s.ID, "Output"
		}
	}
	p.prune()
	params := p.newParams(d)
	var c *construction
	compiled, err := graph.Compile(func(b *graph.Builder) { c = p.build(b, params) }, graph.Settings{Dtype: d})
	if err != nil {
		return nil, err
	}
	defer compiled.Close()
	wanted, names, err := p.wantedOf(c, loss)
	if err != nil {
		return nil, err
	}
	vm, err := graph.Accelerate(wanted[0].Graph(), wanted...)
	if err != nil {
		return nil, err
	}
	defer vm.Close()
	if fmt.Sprintf("%T", vm) == "*gorgonia.tapeMachine" {
		return nil, errors.New("Accelerate returns a TapeMachine")
	}
	var all []values
	for _, w := range thawedOrder {
		if err := p.let(c, worlds[w], d); err != nil {
			return nil, err
		}
		if err := vm.RunAll(); err != nil {
			return nil, err
		}
		vm.Reset()
		out := values{}
		for i, n := range wanted {
			out[names[i]] = floatsOf(n.Value())
		}
		all = append(all, out)
	}
	return all, nil
}

// wantedOf lists the nodes of the outputs and of the gradients of the statement loss, if there is
// one, and their names.
func (p *Program) wantedOf(c *construction, loss int) (wanted []*graph.Node, names []string, err error) {
	var leaves []*graph.Node
	for i := range p.Statements {
		switch s := &p.Statements[i]; {
		case s.ID == loss:
			wanted, names = append(wanted, c.nodes[s.ID]), append(names, "loss")
		case s.Op == "Output":
			wanted, names = append(wanted, c.nodes[s.ID]), append(names, name(s.ID))
		}
	}
	if loss == 0 {
		return wanted, names, nil
	}
	for i := range p.Statements {
		if s := &p.Statements[i]; s.Op == "Param" {
			leaves = append(leaves, c.nodes[s.ID])
			names = append(names, "gradient of "+name(s.ID))
		}
	}
	if len(leaves) == 0 {
		return wanted, names, nil
	}
	grads, err := gorgonia.Grad(c.nodes[loss], leaves...)
	return append(wanted, grads...), names, err
}

// let gives the leaves new tensors with their values in a world.
func (p *Program) let(c *construction, w world, d graph.Dtype) error {
	for i := range p.Statements {
		s := &p.Statements[i]
		var v *tensor.Dense
		switch s.Op {
		case "Input", "UnsetInput", "Param":
			x := p.floats(s, w)
			if d == graph.Float64 {
				v = tensor.New(tensor.WithShape(s.int(0), s.int(1)), tensor.WithBacking(x))
				break
			}
			short := make([]float32, len(x))
			for i, e := range x {
				short[i] = float32(e)
			}
			v = tensor.New(tensor.WithShape(s.int(0), s.int(1)), tensor.WithBacking(short))
		case "Indices":
			v = tensor.New(tensor.WithShape(s.int(0)), tensor.WithBacking(p.ints(s, w)))
		default:
			continue
		}
		if err := gorgonia.Let(c.nodes[s.ID], v); err != nil {
			return err
		}
	}
	return nil
}

// floatsOf returns the numbers of a value.
func floatsOf(v gorgonia.Value) []float64 {
	switch x := v.Data().(type) {
	case float64:
		return []float64{x}
	case float32:
		return []float64{float64(x)}
	case []float64:
		return append([]float64(nil), x...)
	case []float32:
		y := make([]float64, len(x))
		for i, e := range x {
			y[i] = float64(e)
		}
		return y
	}
	return nil
}
