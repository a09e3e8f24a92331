package schedule

import (
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// cluster plans the elementwise values of a group.
func (p *Plan[T]) cluster(g *group, of map[*ir.Value]*group) {
	program, values := p.compile(g, of)
	key := program.String()
	if known := p.programs[key]; known != nil {
		program = known
	} else {
		program.Bind()
		p.programs[key] = program
	}
	s := &exec.Cluster[T]{Program: program, Rows: g.values[0].Rows, Cols: g.values[0].Cols}
	for i, v := range values {
		s.Places = append(s.Places, p.place(v))
		s.Gaps = s.Gaps || program.Places[i] == exec.Full && !s.Places[i].Contiguous()
	}
	p.temps = max(p.temps, program.Temps)
	p.operands = max(p.operands, len(values)+program.Temps)
	p.add(2*p.stage[g.values[0].ID], "", s)
}

// compile returns the program of a group and the values that are its places, those that it
// reads first. A value is written to a place if somebody outside of the group wants it.
func (p *Plan[T]) compile(g *group, of map[*ir.Value]*group) (*exec.ClusterProgram[T], []*ir.Value) {
	c := &exec.ClusterProgram[T]{}
	var places []*ir.Value
	number := map[*ir.Value]int{}
	add := func(v *ir.Value, spread exec.Spread) {
		number[v] = len(places)
		places = append(places, v)
		c.Places = append(c.Places, spread)
	}
	for _, v := range g.values {
		for _, u := range v.In {
			if _, known := number[u]; !known && of[u] != g && u.Op != ir.Constant {
				add(u, spreadOf(u, g.values[0]))
			}
		}
	}
	c.Reads = len(places)
	for _, v := range g.values {
		if p.IsOutput(v) || slices.ContainsFunc(p.Users(v), func(u *ir.Value) bool { return of[u] != g }) {
			add(v, exec.Full)
		}
	}
	writePrims(c, g, of, number)
	return c, places
}

// writePrims writes the operations and gives temporaries to the values without a place; one
// is free again after its value's last use.
func writePrims[T interface{ float32 | float64 }](c *exec.ClusterProgram[T], g *group, of map[*ir.Value]*group, number map[*ir.Value]int) {
	places := len(number)
	last := map[*ir.Value]int{}
	for i, v := range g.values {
		for _, u := range v.In {
			last[u] = i
		}
	}
	var free []int
	for i, v := range g.values {
		q := exec.Prim[T]{Op: v.Op, Attr: v.Attr, In: [3]int{-1, -1, -1}}
		for k, u := range v.In {
			if u.Op == ir.Constant {
				q.In[k] = -2 - len(c.Constants)
				c.Constants = append(c.Constants, float64(u.Attr.(ir.Number)))
				continue
			}
			q.In[k] = number[u]
		}
		for _, u := range v.In {
			if t := number[u]; of[u] == g && t >= places && last[u] == i && !slices.Contains(free, t) {
				free = append(free, t) // x may be used twice, as in x ⊙ x
			}
		}
		if n, ok := number[v]; ok {
			q.Dst = n
		} else if len(free) > 0 {
			q.Dst = free[len(free)-1]
			free = free[:len(free)-1]
			number[v] = q.Dst
		} else {
			q.Dst = places + c.Temps
			c.Temps++
			number[v] = q.Dst
		}
		c.Prims = append(c.Prims, q)
	}
}

// spreadOf returns how an operand spreads over the elements of a shape.
func spreadOf(u, shape *ir.Value) exec.Spread {
	switch {
	case u.SameShape(shape):
		return exec.Full
	case u.Size() == 1:
		return exec.Single
	case u.Rows == 1:
		return exec.Row
	}
	return exec.Column
}
