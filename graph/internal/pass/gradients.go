package pass

import "github.com/seed-222a112c/lstm/graph/internal/ir"

// Gradients makes one product of Σ_t a_tᵀ·b_t, the gradient of a weight that autodiff builds as
// T products and T − 1 additions: its inner dimension runs over the rows of all time steps.
// Sums of the rows of all steps, gradients of biases, become one in the same way.
func Gradients(p *ir.Program) (*ir.Program, int) {
	joined := 0
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op != ir.Sum || len(v.In) < 2 {
			return nil
		}
		var rest, lefts, rights, parts []*ir.Value
		for _, old := range v.In {
			u := r.Of(old)
			single := p.Single(old) && u.SameShape(v)
			switch {
			case u.Op == ir.Outer && single:
				lefts, rights = append(lefts, u.In[0]), append(rights, u.In[1])
			case u.Op == ir.SumRows && single:
				parts = append(parts, u.In[0])
			default:
				rest = append(rest, u)
			}
		}
		if len(lefts)+len(parts) == 0 {
			return nil
		}
		if len(lefts) > 0 {
			rest = append(rest, r.New(ir.Outer, nil, r.Stack(lefts), r.Stack(rights)))
		}
		if len(parts) > 0 {
			rest = append(rest, r.New(ir.SumRows, nil, r.Stack(parts)))
		}
		joined += len(v.In) - len(rest)
		return sumLike(r, v, rest)
	})
	return q, joined
}

// sumLike returns the sum v with other operands: the operand itself if there is but one.
func sumLike(r *ir.Rewriter, v *ir.Value, in []*ir.Value) *ir.Value {
	if len(v.Products) == 0 && len(in) == 1 {
		return in[0]
	}
	return r.Raw(ir.Value{Op: ir.Sum, Products: r.Terms(v.Products), In: in, Rows: v.Rows, Cols: v.Cols, Row: v.Row})
}
