package cells

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed-222a112c/lstm/graph"
)

// A Zoneout is a cell of whose units some, drawn anew in each step and for each memory, keep
// the value of the step before:
//
//	h′ ← k ⊙ h + (1 − k) ⊙ h′    with k = 1 with probability Rates["h"], else 0
//	c′ ← l ⊙ c + (1 − l) ⊙ c′    with l = 1 with probability Rates["c"], else 0
//
// and so on for every memory that has a rate. In evaluation, k and l are replaced by their
// expectations, the rates (Krueger et al. 2017). The equations of the cell read what they have
// computed themselves, in the example c′ before it is zoned out. That is named fresh/c, and what
// is carried c.
type Zoneout struct {
	Cell
	Rates map[string]float64 // probabilities of keeping a memory, by its name; 0 if it has none
	Masks *Masks             // nil for evaluation
}

var _ Cell = Zoneout{}

// An Entangled cell has memories that are no numbers of their own but parts of one, so that
// to keep one and not another means nothing.
type Entangled interface {
	// CheckZoneout returns an error that says why the memory of that name cannot be zoned
	// out, or nil if it can.
	CheckZoneout(memory string) error
}

// Rates returns the same rate for each memory of a cell. Gates that the next step reads, as
// those of an FGR, are none.
func Rates(of Stateful, rate float64) map[string]float64 {
	rates := map[string]float64{}
	for _, name := range Memories(of) {
		rates[name] = rate
	}
	for _, g := range allGates(of) {
		delete(rates, g.Letter())
	}
	return rates
}

// CheckZoneout returns an error that says why the memories of a cell cannot all be zoned out, or
// nil.
func CheckZoneout(of Stateful) error {
	for _, name := range Memories(of) {
		if err := checkEntangled(of, name); err != nil {
			return fmt.Errorf("its memory %s: %w", name, err)
		}
	}
	return nil
}

// Step adds one time step to the graph and returns the new state. A rate for a memory that the
// cell does not have, or that is Entangled, is reported by b.Err; cells made of cells have no
// memories of their own.
func (z Zoneout) Step(b *graph.Builder, x *graph.Node, prev State) State {
	for _, name := range slices.Sorted(maps.Keys(z.Rates)) {
		if err := z.check(name, prev); err != nil {
			b.Fail(err)
		}
	}
	if b.Err() != nil {
		return prev
	}
	fresh := func(name string, n *graph.Node) (string, *graph.Node) {
		if z.Rates[name] != 0 {
			name = "fresh/" + name
		}
		return name, n
	}
	var next State
	b.Renamed(fresh, func() { next = step(b, z.Cell, x, prev) })
	for _, name := range next.own() {
		if rate := z.Rates[name]; rate != 0 {
			next = next.With(name, b.Named(name, z.keep(b, rate, prev.Get(name), next.Get(name))))
		}
	}
	return next
}

// check returns an error if the memory of that name cannot be zoned out.
func (z Zoneout) check(name string, prev State) error {
	if z.Rates[name] == 0 {
		return nil
	}
	switch {
	case prev.Get(name) == nil && len(prev.Layers) > 0:
		return fmt.Errorf("cells: Zoneout of %s of a %T, which has no memory of that name; wrap the cells inside it", name, z.Cell)
	case prev.Get(name) == nil:
		return fmt.Errorf("cells: Zoneout of %s of a %T, which has no memory of that name; it has %q", name, z.Cell, prev.Names())
	}
	if err := checkEntangled(z.Cell, name); err != nil {
		return fmt.Errorf("cells: Zoneout of %s of a %T: %w", name, z.Cell, err)
	}
	return nil
}

// checkEntangled asks a cell, or the cell that it wraps.
func checkEntangled(of Stateful, memory string) error {
	if e, ok := of.(Entangled); ok {
		return e.CheckZoneout(memory)
	}
	if c, ok := of.(composite); ok {
		for _, part := range c.parts() {
			if err := checkEntangled(part, memory); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep returns what is carried of a memory.
func (z Zoneout) keep(b *graph.Builder, rate float64, before, now *graph.Node) *graph.Node {
	if z.Masks.active(b, rate) {
		shape := b.Shape(now)
		return mix(b, z.Masks.add(b, shape[0], shape[1], 1-rate, 1), before, now)
	}
	return b.Add(b.Affine(before, rate, 0), b.Affine(now, 1-rate, 0))
}

// Gates returns the cell's.
func (z Zoneout) Gates() []Gate { return allGates(z.Cell) }

func (z Zoneout) parts() []Stateful { return []Stateful{z.Cell} }
