package cells

import (
	"math"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
)

// A Control changes gates, or memories, of a cell at run time. In every step, a gate z that
// it controls becomes
//
//	min(max(scale ⊙ z + shift, low), high)
//
// with inputs of the program that hold a number for each row and unit and that the methods
// set. At first they are 1, 0, −∞ and ∞, which change nothing. All that the equations compute
// of z in that step and later, and layers above, is computed of what it became, and gradients
// flow through. The state that a sequence starts from is not changed, nor is what a row keeps
// that has ended.
type Control struct {
	names []string
	sizes map[string]int // of the inputs
}

// NewControl returns a Control of the quantities with the given names, as Trace.Names lists
// them: "f" is the forget gate of a cell, "0/f" that of the first layer of a Stack.
func NewControl(names ...string) *Control { return &Control{names: names} }

// Attach lets the Control change what is named in the graph from now on. Build functions call
// it before Unroll.
func (c *Control) Attach(b *graph.Builder) {
	c.sizes = map[string]int{}
	controlled := map[string]func(*graph.Node) *graph.Node{}
	for _, name := range c.names {
		controlled[name] = nil
	}
	b.Watch(func(name string, n *graph.Node) *graph.Node {
		change, ok := controlled[name]
		if !ok {
			return n
		}
		if change == nil {
			change = c.change(b, name, b.Shape(n))
			controlled[name] = change
		}
		return change(n)
	})
}

// change adds the inputs of one gate and returns what it becomes.
func (c *Control) change(b *graph.Builder, name string, shape []int) func(*graph.Node) *graph.Node {
	if len(shape) != 2 {
		return func(n *graph.Node) *graph.Node { return n }
	}
	c.sizes[name] = shape[0] * shape[1]
	input := func(kind string, x float64) *graph.Node {
		return b.InputWith(controlInput(name, kind), shape[0], shape[1], x)
	}
	scale, shift := input("scale", 1), input("shift", 0)
	low, high := input("low", math.Inf(-1)), input("high", math.Inf(1))
	return func(z *graph.Node) *graph.Node {
		return b.Min(b.Max(b.Add(b.Mul(scale, z), shift), low), high)
	}
}

func controlInput(name, kind string) string { return "control/" + name + "/" + kind }

// Free lets a gate go its own way again.
func (c *Control) Free(p *graph.Program, name string) error {
	return c.set(p, name, 1, []float64{0}, math.Inf(-1), math.Inf(1))
}

// Freeze holds a gate at x: 1 is open and 0 shut.
func (c *Control) Freeze(p *graph.Program, name string, x float64) error {
	return c.set(p, name, 0, []float64{x}, math.Inf(-1), math.Inf(1))
}

// Scale multiplies a gate by factor.
func (c *Control) Scale(p *graph.Program, name string, factor float64) error {
	return c.set(p, name, factor, []float64{0}, math.Inf(-1), math.Inf(1))
}

// Clamp keeps a gate between low and high.
func (c *Control) Clamp(p *graph.Program, name string, low, high float64) error {
	if !(low <= high) {
		return errors.Errorf("cells: Clamp of %q to [%g, %g]", name, low, high)
	}
	return c.set(p, name, 1, []float64{0}, low, high)
}

// Replace holds each unit of a gate in each row, B·H numbers row by row, at a value of its
// own.
func (c *Control) Replace(p *graph.Program, name string, x []float64) error {
	if n := c.sizes[name]; len(x) != n {
		return errors.Errorf("cells: %d values for gate %q, want %d", len(x), name, n)
	}
	return c.set(p, name, 0, x, math.Inf(-1), math.Inf(1))
}

// set fills the inputs of one gate; a shift of one number is that of all units.
func (c *Control) set(p *graph.Program, name string, scale float64, shift []float64, low, high float64) error {
	n := c.sizes[name]
	if n == 0 {
		return errors.Errorf("cells: the Control has no gate %q in the graph; it was made for %q", name, c.names)
	}
	for kind, x := range map[string]float64{"scale": scale, "low": low, "high": high} {
		if err := p.SetFloats(controlInput(name, kind), repeated(x, n)); err != nil {
			return err
		}
	}
	if len(shift) == 1 {
		shift = repeated(shift[0], n)
	}
	return p.SetFloats(controlInput(name, "shift"), shift)
}

func repeated(x float64, n int) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = x
	}
	return xs
}
