package pass

import "github.com/seed-222a112c/lstm/graph/internal/ir"

// Restack finds out which stacks are rows of one matrix, now that products have become one.
func Restack(p *ir.Program) (*ir.Program, int) {
	found := 0
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op != ir.Stack {
			return nil
		}
		w := r.Stack(r.All(v.In))
		if w.Op == ir.Stack && len(w.In) == len(v.In) {
			return nil
		}
		found++
		return w
	})
	return q, found
}
