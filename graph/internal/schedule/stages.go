package schedule

import (
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// clusters lets elementwise values of one shape be computed together.
func clusters[T kernel.Float](p *Plan[T]) int {
	p.fused = true
	joined := 0
	for _, v := range p.Values {
		for _, u := range v.In {
			if p.joined(u, v) {
				joined++
			}
		}
	}
	return joined
}

// joined tells whether u and its user v can be one pass over memory.
func (p *Plan[T]) joined(u, v *ir.Value) bool {
	return p.fused && u.Op.Is(ir.Elementwise) && v.Op.Is(ir.Elementwise) && u.SameShape(v)
}

// stages numbers the values so that a value's operands have lower numbers, but for those
// in the same cluster. Views have the number of what they show. Rows are looked up when they
// are wanted.
func stages[T kernel.Float](p *Plan[T]) int {
	for _, v := range p.Values {
		v.Operands(func(u *ir.Value) {
			s := p.stage[u.ID] + 1
			if v.Op.Is(ir.View) || p.joined(u, v) {
				s = p.stage[u.ID]
			}
			p.stage[v.ID] = max(p.stage[v.ID], s)
		})
	}
	for _, v := range p.Values {
		if users := p.Users(v); v.Op == ir.Lookup && len(users) > 0 {
			p.stage[v.ID] = max(p.stage[v.ID], p.firstUse(v)-1)
		}
	}
	return 0
}

// firstUse returns the first stage of v's users.
func (p *Plan[T]) firstUse(v *ir.Value) int {
	users := p.Users(v)
	first := p.stage[users[0].ID]
	for _, u := range users {
		first = min(first, p.stage[u.ID])
	}
	return first
}

// sink computes what only a later stage uses there, if that is cheap: a derivative from a gate,
// so that the gate alone is stored.
func sink[T kernel.Float](p *Plan[T]) int {
	sunk := 0
	for _, v := range slices.Backward(p.Values) {
		users := p.Users(v)
		if !v.Op.Is(ir.Elementwise) || v.Op.Is(ir.Transcendental) || p.IsOutput(v) || len(users) == 0 {
			continue
		}
		sinks := true
		for _, u := range users {
			sinks = sinks && p.joined(v, u)
		}
		if first := p.firstUse(v); sinks && first != p.stage[v.ID] {
			p.stage[v.ID] = first
			sunk++
		}
	}
	return sunk
}

// A group is elementwise values of one shape and stage that are computed in one pass.
type group struct {
	values []*ir.Value // operands before users
}

// groups puts the elementwise values of a stage and shape together that use one another or read
// the same computed matrix, and returns the groups in the order of their first values, and the
// group of each value.
func (p *Plan[T]) groups() ([]*group, map[*ir.Value]*group) {
	sets := p.sets()
	byRoot := map[*ir.Value]*group{}
	of := map[*ir.Value]*group{}
	var all []*group
	for _, v := range p.Values {
		if !v.Op.Is(ir.Elementwise) {
			continue
		}
		root := sets.find(v)
		g := byRoot[root]
		if g == nil {
			g = &group{}
			byRoot[root] = g
			all = append(all, g)
		}
		g.values = append(g.values, v)
		of[v] = g
	}
	return all, of
}

// sets returns the disjoint sets of values that are computed together.
func (p *Plan[T]) sets() disjoint {
	sets := disjoint{}
	type reading struct {
		of    *ir.Value
		stage int
	}
	reader := map[reading]*ir.Value{}
	for _, v := range p.Values {
		if !v.Op.Is(ir.Elementwise) || !p.fused {
			continue
		}
		for _, u := range v.In {
			switch {
			case p.joined(u, v) && p.stage[u.ID] == p.stage[v.ID]:
				sets.unite(u, v)
			case u.Op != ir.Leaf && u.SameShape(v):
				key := reading{u, p.stage[v.ID]}
				if reader[key] == nil {
					reader[key] = v
				}
				sets.unite(reader[key], v)
			}
		}
	}
	return sets
}

// Disjoint sets of values, each with a parent in its set.
type disjoint map[*ir.Value]*ir.Value

func (d disjoint) find(v *ir.Value) *ir.Value {
	for d[v] != nil && d[v] != v {
		if next := d[d[v]]; next != nil {
			d[v] = next
		}
		v = d[v]
	}
	return v
}

func (d disjoint) unite(u, v *ir.Value) {
	if a, b := d.find(u), d.find(v); a != b {
		d[b] = a
	}
}
