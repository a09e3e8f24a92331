package cells

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph"
)

// A Zoneout is a cell of whose units some, drawn anew in each step, keep the value of the
// step before:
//
//	h′ ← k ⊙ h + (1 − k) ⊙ h′    with k = 1 with probability H, else 0
//	c′ ← l ⊙ c + (1 − l) ⊙ c′    with l = 1 with probability C, else 0
//
// In evaluation, k and l are replaced by their expectations H and C (Krueger et al. 2017).
type Zoneout struct {
	Cell
	H, C  float64 // probabilities of keeping h and c
	Masks *Masks  // nil for evaluation
}

var _ Cell = Zoneout{}

// Step adds one time step to the graph and returns the new state. A state without an h or c
// that is to be kept is reported by b.Err; cells made of cells have none of their own.
func (z Zoneout) Step(b *graph.Builder, x *graph.Node, prev State) State {
	next := z.Cell.Step(b, x, prev)
	next.Hidden = z.keep(b, "h", z.H, prev.Hidden, next.Hidden)
	next.Cell = z.keep(b, "c", z.C, prev.Cell, next.Cell)
	return next
}

func (z Zoneout) keep(b *graph.Builder, name string, rate float64, before, now *graph.Node) *graph.Node {
	if rate == 0 || b.Err() != nil {
		return now
	}
	if before == nil || now == nil {
		b.Fail(fmt.Errorf("cells: Zoneout of %s of a %T, which has none; wrap the cells inside it", name, z.Cell))
		return nil
	}
	if z.Masks.active(b, rate) {
		shape := b.Shape(now)
		return mix(b, z.Masks.add(b, shape[0], shape[1], 1-rate, 1), before, now)
	}
	return b.Add(b.Affine(before, rate, 0), b.Affine(now, 1-rate, 0))
}

// Gates returns the cell's.
func (z Zoneout) Gates() []Gate { return allGates(z.Cell) }

func (z Zoneout) parts() []Stateful { return []Stateful{z.Cell} }
