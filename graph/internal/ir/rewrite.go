package ir

// A Rewriter makes a program of another. It has all that makes values.
type Rewriter struct {
	*Program // the new one
	of       []*Value
	open     []bool
	changed  bool
	replace  func(r *Rewriter, v *Value) *Value
}

// Rewrite returns the program in which replace(v) stands for each value v of p, or v itself,
// with new operands where they have been replaced, if replace returns nil. Operands are asked
// for with [Rewriter.Of], so that they are rewritten before their users. What no output needs
// any more is dropped. Where nothing is replaced the program is p.
//
// It panics if a value comes to depend on itself.
func (p *Program) Rewrite(replace func(r *Rewriter, v *Value) *Value) *Program {
	r := &Rewriter{Program: &Program{shared: p.shared}, of: make([]*Value, p.made), open: make([]bool, p.made), replace: replace}
	for _, v := range p.Values { // in their order, so that no call goes deep
		r.Of(v)
	}
	for _, out := range p.Outputs {
		r.Outputs = append(r.Outputs, r.Of(out))
	}
	if !r.changed {
		return p
	}
	r.Values = p.Values // as many, about
	r.Order()
	return r.Program
}

// Of returns the value of the new program that stands for v.
func (r *Rewriter) Of(v *Value) *Value {
	if v.ID >= len(r.of) { // made by this rewriting: it is new already
		return v
	}
	if w := r.of[v.ID]; w != nil {
		return w
	}
	if r.open[v.ID] {
		panic("ir: a value comes to depend on itself: " + v.Op.String())
	}
	r.open[v.ID] = true
	w := r.replace(r, v)
	if w == nil {
		w = r.Same(v)
	}
	r.changed = r.changed || w != v
	r.of[v.ID] = w
	return w
}

// All returns the values that stand for vs.
func (r *Rewriter) All(vs []*Value) []*Value {
	all := make([]*Value, len(vs))
	for i, v := range vs {
		all[i] = r.Of(v)
	}
	return all
}

// Terms returns the products with the values that stand for their operands.
func (r *Rewriter) Terms(products []Product) []Product {
	all := make([]Product, len(products))
	for i, t := range products {
		all[i] = Product{r.Of(t.Left), r.Of(t.Right), t.Trans}
	}
	return all
}

// Same returns v, or the same operation on the values that stand for its operands.
func (r *Rewriter) Same(v *Value) *Value {
	if r.keepsOperands(v) {
		return v
	}
	w := *v
	w.Products, w.In = nil, r.All(v.In)
	if len(v.Products) > 0 {
		w.Products = r.Terms(v.Products)
	}
	return r.Like(v, r.Make(w))
}

// keepsOperands tells whether all operands of v stand for themselves.
func (r *Rewriter) keepsOperands(v *Value) bool {
	same := true
	for _, t := range v.Products {
		same = r.Of(t.Left) == t.Left && same
		same = r.Of(t.Right) == t.Right && same
	}
	for _, u := range v.In {
		same = r.Of(u) == u && same
	}
	return same
}

// Like returns w, marked as a row if v is: it stands for v.
func (r *Rewriter) Like(v, w *Value) *Value {
	if v.Row && !w.Row {
		w.Row = true
	}
	return w
}
