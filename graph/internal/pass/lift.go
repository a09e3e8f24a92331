package pass

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// Lift computes at once, for all time steps, what is computed row by row from products of all
// time steps alone: f(rows of Z) are rows of f(Z). A layer norm of x·W leaves the loop in this
// way, together with what follows it.
func Lift(p *ir.Program) (*ir.Program, int) {
	total := 0
	for {
		lifted := map[*ir.Value]*ir.Value{}
		for _, group := range liftable(p) {
			liftGroup(p, group, lifted)
		}
		if len(lifted) == 0 {
			return p, total
		}
		total += len(lifted)
		p = p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
			if w := lifted[v]; w != nil {
				return r.Of(w)
			}
			return nil
		})
	}
}

// liftable lists the values whose operands are blocks of rows, those together that do the same
// with different rows, in the order of the first ones.
func liftable(p *ir.Program) [][]*ir.Value {
	index := map[string]int{}
	var groups [][]*ir.Value
	for _, v := range p.Values {
		key := liftKey(v)
		if key == "" {
			continue
		}
		i, known := index[key]
		if !known {
			i = len(groups)
			index[key], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], v)
	}
	return groups
}

// liftKey is the same for values that do the same with blocks of rows of the same matrices,
// and empty for others.
func liftKey(v *ir.Value) string {
	if !v.Op.Is(ir.Rowwise) {
		return ""
	}
	source := sourceOf(v)
	if source == nil {
		return ""
	}
	key := fmt.Appendf(nil, "%d %d %d ", v.Op, v.Rows, v.Cols)
	if v.Attr != nil {
		key = v.Attr.Append(key)
	}
	for _, u := range v.In {
		switch {
		case u.Op == ir.RowBlock && u.In[0].Rows == source.In[0].Rows && u.From() == source.From() && u.Rows == v.Rows:
			key = fmt.Appendf(key, " rows %d", u.In[0].ID)
		case u.Row || u.Op == ir.Constant:
			key = fmt.Appendf(key, " %d", u.ID)
		default:
			return ""
		}
	}
	return string(key)
}

// sourceOf returns the first operand that is a block of as many rows as v, or nil.
func sourceOf(v *ir.Value) *ir.Value {
	for _, u := range v.In {
		if u.Op == ir.RowBlock && u.Rows == v.Rows {
			return u
		}
	}
	return nil
}

// liftGroup notes what stands for the values of a group, if they take all rows of their
// sources once.
func liftGroup(p *ir.Program, group []*ir.Value, lifted map[*ir.Value]*ir.Value) {
	first := sourceOf(group[0])
	whole := first.In[0]
	if len(group) < 2 || len(group)*group[0].Rows != whole.Rows {
		return
	}
	taken := make([]bool, whole.Rows)
	for _, v := range group {
		from := sourceOf(v).From()
		if taken[from] {
			return
		}
		for i := from; i < from+v.Rows; i++ {
			taken[i] = true
		}
	}
	in := make([]*ir.Value, len(group[0].In))
	for i, u := range group[0].In {
		if in[i] = u; u.Op == ir.RowBlock && u.Rows == group[0].Rows {
			in[i] = u.In[0]
		}
	}
	z := p.Make(ir.Value{Op: group[0].Op, Attr: group[0].Attr, In: in, Rows: whole.Rows, Cols: group[0].Cols})
	for _, v := range group {
		lifted[v] = p.Block(z, sourceOf(v).From(), v.Rows)
	}
}
