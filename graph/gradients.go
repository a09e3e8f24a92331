package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/seed-222a112c/lstm/graph/update"
)

// Gradients are sums of the gradients of runs, of one program or of several that have the
// same parameters in the same order. The zero value is the sum of none. Sums are in the
// parameters' format, in the order of the calls of Add.
type Gradients struct {
	params []*Param
	sums   []values
	empty  bool // the sums count for nothing
}

// Add adds the gradients of a program's last run. It is an error if its parameters are
// not those of the programs before.
func (g *Gradients) Add(p *Program) error {
	if g.params == nil {
		g.params = p.Params()
		g.Clear()
		for _, param := range g.params {
			g.sums = append(g.sums, newValues(param.dtype, param.Size()))
		}
	}
	return g.each(p, func(sum *values, grad *tensor.Dense) {
		x := valuesOf(grad)
		switch {
		case g.empty:
			copy(sum.f32, x.f32)
			copy(sum.f64, x.f64)
		default:
			update.Add(sum.f32, x.f32)
			update.Add(sum.f64, x.f64)
		}
	}, func() { g.empty = false })
}

// Clear makes the sums those of no run.
func (g *Gradients) Clear() { g.empty = true }

// MoveTo makes the sums the gradients of a program, as if its last run had computed them,
// and begins new ones.
func (g *Gradients) MoveTo(p *Program) error {
	return g.each(p, func(sum *values, grad *tensor.Dense) {
		x := valuesOf(grad)
		copy(x.f32, sum.f32)
		copy(x.f64, sum.f64)
	}, func() { g.empty = true })
}

// each calls f with the sum and the program's gradient of each parameter, and then done.
func (g *Gradients) each(p *Program, f func(sum *values, grad *tensor.Dense), done func()) error {
	if len(p.grads) != len(g.params) {
		return errors.Errorf("graph: gradients of %d parameters, and a program that has %d", len(g.params), len(p.grads))
	}
	for i, x := range p.grads {
		if param := x.(*gradient).param; param != g.params[i] {
			return errors.Errorf("graph: gradient %d is of parameter %q and not of %q", i, param.name, g.params[i].name)
		}
	}
	for i, x := range p.grads {
		f(&g.sums[i], x.(*gradient).grad)
	}
	done()
	return nil
}

// valuesOf returns the memory of a tensor.
func valuesOf(d *tensor.Dense) values {
	if x, ok := d.Data().([]float64); ok {
		return values{f64: x}
	}
	return values{f32: d.Data().([]float32)}
}
