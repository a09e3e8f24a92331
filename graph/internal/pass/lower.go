package pass

import (
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// Lower gives every sum the form in which it is computed: products that start from at most one
// operand. Its other operands are added elementwise.
func Lower(p *ir.Program) (*ir.Program, int) {
	p.Forget() // an addition that was taken into a sum is not to come back
	inPlace, lowered := overwritable(p), 0
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op != ir.Sum {
			return nil
		}
		operands := r.All(v.In)
		if len(v.Products) > 0 {
			start := startOf(v, operands, inPlace)
			s := ir.Value{Op: ir.Sum, Products: r.Terms(v.Products), Rows: v.Rows, Cols: v.Cols}
			rest := operands
			if start >= 0 {
				s.In = []*ir.Value{operands[start]}
				if inPlace[v.In[start]] && operands[start].SameShape(v) { // a row is not written over
					s.Attr = ir.Start{InPlace: true}
				}
				rest = slices.Delete(slices.Clone(operands), start, start+1)
			}
			if len(rest) == 0 {
				if s.Attr != nil {
					lowered++
				}
				s.Row = v.Row
				return r.Raw(s)
			}
			operands = append([]*ir.Value{r.Make(s)}, rest...)
		}
		lowered++
		left := operands[0]
		for _, u := range operands[1 : len(operands)-1] {
			left = r.Make(ir.Value{Op: ir.Add, In: []*ir.Value{left, u}, Rows: v.Rows, Cols: v.Cols})
		}
		return r.Raw(ir.Value{Op: ir.Add, In: []*ir.Value{left, operands[len(operands)-1]}, Rows: v.Rows, Cols: v.Cols, Row: v.Row})
	})
	return q, lowered
}

// overwritable returns the blocks of rows of products, and the lookups, that nobody else reads,
// so that a sum which starts from one may be written over it. What is kept from run to run is
// never among them.
func overwritable(p *ir.Program) map[*ir.Value]bool {
	free := map[*ir.Value]bool{}
	for _, z := range p.Values {
		if z.Op == ir.Lookup && p.Single(z) {
			free[z] = true
		}
		if z.Op != ir.Sum || len(z.Products) == 0 || p.IsOutput(z) || z.Steady() {
			continue
		}
		if !disjointBlocks(p, z) {
			continue
		}
		for _, u := range p.Users(z) {
			if p.Single(u) {
				free[u] = true
			}
		}
	}
	return free
}

// disjointBlocks tells whether all that is read of z are blocks of rows, each row once.
func disjointBlocks(p *ir.Program, z *ir.Value) bool {
	taken := make([]bool, z.Rows)
	for _, u := range p.Users(z) {
		if u.Op != ir.RowBlock || p.IsOutput(u) {
			return false
		}
		for i := u.From(); i < u.From()+u.Rows; i++ {
			if taken[i] {
				return false
			}
			taken[i] = true
		}
	}
	return true
}

// startOf returns which operand the products of v are added to, or -1: one that can be
// written over, else a row, else one that has to be stored in any case.
func startOf(v *ir.Value, operands []*ir.Value, inPlace map[*ir.Value]bool) int {
	for i, u := range v.In {
		if inPlace[u] && u.SameShape(v) {
			return i
		}
	}
	for i, u := range operands {
		if u.Row {
			return i
		}
	}
	for i, u := range operands {
		if u.SameShape(v) && !u.Op.Is(ir.Elementwise) {
			return i
		}
	}
	return -1
}
