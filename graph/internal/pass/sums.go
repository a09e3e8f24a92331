package pass

import "github.com/seed-222a112c/lstm/graph/internal/ir"

// Sums turns chains of additions into sums, of products and operands: z = x·W + h·U + b is one
// value. A term is taken into the sum above it if nobody else wants it.
func Sums(p *ir.Program) (*ir.Program, int) {
	taken := 0
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op != ir.Add {
			return nil
		}
		s := ir.Value{Op: ir.Sum, Rows: v.Rows, Cols: v.Cols, Row: v.Row}
		for i, old := range v.In {
			u := r.Of(old)
			if u.Op != ir.Sum || !u.SameShape(v) || !p.Single(old) || u.Row {
				s.In = append(s.In, u)
				continue
			}
			taken++
			if i == 0 { // nobody else appends to its slices: a chain takes linear time
				s.Products, s.In = u.Products, u.In
			} else {
				s.Products, s.In = append(s.Products, u.Products...), append(s.In, u.In...)
			}
		}
		return r.Raw(s)
	})
	return q, taken
}
