package pass

import "github.com/seed-222a112c/lstm/graph/internal/ir"

// Fold simplifies every value by the rules of the table: constants are computed, σ(−x) becomes
// 1 − σ(x), rows of rows become rows. Equal values become one, on the equality of what
// determines them and never on a hash; values that later passes make are merged and simplified
// in the same way.
func Fold(p *ir.Program) (*ir.Program, int) {
	p.MergeEqual()
	folded := 0
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op == ir.Leaf || v.Op == ir.Opaque {
			return nil
		}
		w, simpler := r.Simplified(v)
		if simpler {
			folded++
		}
		return w
	})
	return q, folded
}
