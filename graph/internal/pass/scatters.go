package pass

import (
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// Scatters does for gradients what [Tables] does: the rows of D·Wᵀ added by number, the
// gradient of a table E, are the rows of D added by number, times Wᵀ; and of the product of
// looked-up rows with D only Eᵀ times the rows of D added by number is left, the gradient
// of W.
func Scatters(p *ir.Program) (*ir.Program, int) {
	found := 0
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		switch v.Op {
		case ir.Scatter:
			x := r.Of(v.In[0])
			if x.Op == ir.Sum && len(x.Products) > 0 && p.Single(v.In[0]) && 2*v.Rows <= x.Rows &&
				!slices.ContainsFunc(x.In, func(u *ir.Value) bool { return u.Row }) {
				found++
				return scatterFirst(r, v, x)
			}
		case ir.Outer:
			x, y := r.Of(v.In[0]), r.Of(v.In[1])
			if rows, other := pairedWithLookup(r, x, y); rows != nil && 2*rows.In[0].Rows <= rows.Rows {
				found++
				return r.Make(ir.Value{Op: ir.Outer, In: []*ir.Value{rows.In[0], scattered(r, other, rows.In[0].Rows, rows.In[1])},
					Rows: v.Rows, Cols: v.Cols, Row: v.Row})
			}
		}
		return nil
	})
	return q, found
}

// pairedWithLookup returns a lookup that has the rows of x in some order, and y with its rows
// in the same order, or nil: autodiff adds up the time steps from the last to the first.
func pairedWithLookup(r *ir.Rewriter, x, y *ir.Value) (rows, other *ir.Value) {
	xs, ys := []*ir.Value{x}, []*ir.Value{y}
	if x.Op == ir.Stack {
		xs = x.In
		if ys = y.In; y.Op != ir.Stack || len(ys) != len(xs) {
			return nil, nil
		}
	}
	rows, _ = looksUp(xs[0])
	if rows == nil || rows.Rows != rows.In[1].Size() || rows.Rows != x.Rows {
		return nil, nil
	}
	parts := map[int]*ir.Value{} // of y, by the first of the rows
	for i, part := range xs {
		whole, from := looksUp(part)
		if whole != rows {
			return nil, nil
		}
		parts[from] = ys[i]
	}
	var sorted []*ir.Value // heights that differ, or a part that comes twice, leave a gap
	for at := 0; at < x.Rows; at += parts[at].Rows {
		if parts[at] == nil {
			return nil, nil
		}
		sorted = append(sorted, parts[at])
	}
	return rows, r.Stack(sorted)
}

// scatterFirst makes of a scatter of a sum of products the sum of products of scatters.
func scatterFirst(r *ir.Rewriter, v, x *ir.Value) *ir.Value {
	numbers := r.Of(v.In[1])
	s := ir.Value{Op: ir.Sum, Rows: v.Rows, Cols: v.Cols, Row: v.Row}
	for _, t := range x.Products {
		s.Products = append(s.Products, ir.Product{Left: scattered(r, t.Left, v.Rows, numbers), Right: t.Right, Trans: t.Trans})
	}
	for _, u := range x.In {
		s.In = append(s.In, scattered(r, u, v.Rows, numbers))
	}
	return r.Raw(s)
}

// scattered returns the rows of x added by number to a table of so many rows.
func scattered(r *ir.Rewriter, x *ir.Value, rows int, numbers *ir.Value) *ir.Value {
	return r.New(ir.Scatter, ir.Rows(rows), x, numbers)
}
