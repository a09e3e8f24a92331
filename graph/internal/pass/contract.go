package pass

import "github.com/seed-222a112c/lstm/graph/internal/ir"

// Contract makes one operation of the few that are written with several: derivatives of
// gates, a product that is added, and a product whose rows are summed.
func Contract(p *ir.Program) (*ir.Program, int) {
	found := 0
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		c := contraction{r, p}
		w := ir.Value{Rows: v.Rows, Cols: v.Cols, Row: v.Row}
		switch v.Op {
		case ir.Mul:
			w.Op, w.In = c.gateGradient(v)
		case ir.SumRows:
			w.Op, w.In = ir.SumRows, c.elementProducts(v.In[0])
		case ir.Add:
			w.Op, w.In = ir.MulAdd, c.addedProduct(v)
		}
		if w.In == nil {
			return nil
		}
		found++
		return r.Raw(w)
	})
	return q, found
}

// A contraction looks at the program as it was, but for what has been contracted already.
type contraction struct {
	*ir.Rewriter
	old *ir.Program
}

// inner tells whether v is an operation that nobody but its user wants and that has not been
// contracted itself.
func (c contraction) inner(v *ir.Value, op ir.Op) bool {
	return v.Op == op && c.old.Single(v) && c.Of(v).Op == op
}

// addedProduct returns x, y and z if v is x ⊙ y + z, without a broadcast operand.
func (c contraction) addedProduct(v *ir.Value) []*ir.Value {
	for i, u := range v.In {
		if c.inner(u, ir.Mul) && c.full(v) && c.full(u) {
			return c.All([]*ir.Value{u.In[0], u.In[1], v.In[1-i]})
		}
	}
	return nil
}

// elementProducts returns x and y if v is x ⊙ y, which nobody else wants, or a stack of such:
// the gradient of what scales columns, in all time steps.
func (c contraction) elementProducts(v *ir.Value) []*ir.Value {
	parts := []*ir.Value{v}
	if c.inner(v, ir.Stack) {
		parts = v.In
	}
	var xs, ys []*ir.Value
	for _, u := range parts {
		if !c.inner(u, ir.Mul) || !c.full(u) {
			return nil
		}
		xs, ys = append(xs, c.Of(u.In[0])), append(ys, c.Of(u.In[1]))
	}
	return []*ir.Value{c.Stack(xs), c.Stack(ys)}
}

// full tells whether no operand is broadcast.
func (c contraction) full(v *ir.Value) bool {
	for _, u := range v.In {
		if w := c.Of(u); !w.SameShape(v) || w.Row {
			return false
		}
	}
	return true
}

// gateGradient returns the operation and its operands y and d if v is (1−y)·y·d with y = σ(x),
// or (1−y²)·d with y = tanh x, and nobody else wants the parts.
func (c contraction) gateGradient(v *ir.Value) (ir.Op, []*ir.Value) {
	if !c.full(v) {
		return 0, nil
	}
	for i, u := range v.In {
		d := v.In[1-i]
		if c.inner(u, ir.Mul) { // y·(1−y)
			for j, w := range u.In {
				if y := u.In[1-j]; y.Op == ir.Sigmoid && c.oneMinus(w) == y {
					return ir.SigmoidGrad, c.All([]*ir.Value{y, d})
				}
			}
		} else if w := c.oneMinus(u); w != nil && c.old.Single(w) && isSquare(w) && w.In[0].Op == ir.Tanh { // 1−y²
			return ir.TanhGrad, c.All([]*ir.Value{w.In[0], d})
		}
	}
	return 0, nil
}

// oneMinus returns a if v is 1 − a, which nobody else wants, or nil.
func (c contraction) oneMinus(v *ir.Value) *ir.Value {
	if c.inner(v, ir.Affine) && v.Attr == (ir.Linear{Scale: -1, Shift: 1}) {
		return v.In[0]
	}
	return nil
}

func isSquare(v *ir.Value) bool {
	return v.Op == ir.Square || v.Op == ir.Mul && v.In[0] == v.In[1]
}
