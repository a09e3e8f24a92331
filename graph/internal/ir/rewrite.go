package ir

import "slices"

// A Rewriter makes a program of another. It has all that makes values.
type Rewriter struct {
	*Program          // the new one
	of       []*Value // what stands for the values made before, by ID
	rows     []*Value // those made before that are to be marked as rows
	changed  bool
	replace  func(r *Rewriter, v *Value) *Value
}

// pending stands for a value that is being rewritten.
var pending = &Value{}

// Rewrite returns the program in which replace(v) stands for each value v of p, or v itself,
// with new operands where they have been replaced, if replace returns nil. Operands are asked
// for with [Rewriter.Of], so that they are rewritten before their users. What no output needs
// any more is dropped. Where nothing is replaced the program is p.
//
// It panics if a value comes to depend on itself.
func (p *Program) Rewrite(replace func(r *Rewriter, v *Value) *Value) *Program {
	r := &Rewriter{Program: &Program{shared: p.shared}, of: zeroed(p.scratch.of, p.made), replace: replace}
	p.scratch.of = nil
	for _, v := range p.Values { // in their order, so that no call goes deep
		r.Of(v)
	}
	for _, out := range p.Outputs {
		r.Outputs = append(r.Outputs, r.Of(out))
	}
	p.scratch.of = r.of
	if !r.changed {
		return p
	}
	r.Values = p.Values // as many, about
	r.Order()
	p.release()
	return r.markRows()
}

// Of returns the value of the new program that stands for v.
func (r *Rewriter) Of(v *Value) *Value {
	if v.ID >= len(r.of) { // made by this rewriting: it is new already
		return v
	}
	switch w := r.of[v.ID]; w {
	case nil:
	case pending:
		panic("ir: a value comes to depend on itself: " + v.Op.String())
	default:
		return w
	}
	r.of[v.ID] = pending
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
	all := r.Operands(len(vs))
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
	return r.Like(v, r.enter(r.renewed(v)))
}

// Simplified returns what v, on the values that stand for its operands, simplifies to by the
// rules of the table, and whether that is anything else: a simpler value, or an equal one that
// there is already.
func (r *Rewriter) Simplified(v *Value) (w *Value, simpler bool) {
	u := v
	if !r.keepsOperands(v) {
		u = r.renewed(v)
	}
	switch w = r.simpler(u); {
	case w != nil:
	case u != v:
		w = r.enter(u)
	case r.mayMerge(v):
		at := r.known.find(v)
		if at.value == nil {
			r.known.put(at, v)
		}
		w = at.value
	default:
		w = v
	}
	return r.Like(v, w), w != u
}

// renewed returns the same operation as v on the values that stand for its operands. It has no
// number yet.
func (r *Rewriter) renewed(v *Value) *Value {
	w := r.draft(*v)
	w.Products, w.In = nil, nil
	if len(v.Products) > 0 {
		w.Products = r.Terms(v.Products)
	}
	if len(v.In) > 0 {
		w.In = r.All(v.In)
	}
	return w
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

// Like returns w, which is marked as a row in the new program if v is: it stands for v.
func (r *Rewriter) Like(v, w *Value) *Value {
	switch {
	case !v.Row || w.Row:
	case w.ID < len(r.of): // it may be a value of other programs too
		r.rows = append(r.rows, w)
	default:
		w.Row = true
	}
	return w
}

// markRows returns the new program with marks on those of its values that were made before.
func (r *Rewriter) markRows() *Program {
	if len(r.rows) == 0 {
		return r.Program
	}
	return r.Rewrite(func(s *Rewriter, v *Value) *Value {
		if !slices.Contains(r.rows, v) {
			return nil
		}
		w := s.renewed(v)
		w.Row = true
		s.number(w)
		if s.mayMerge(w) {
			s.known.put(s.known.find(w), w)
		}
		return w
	})
}
