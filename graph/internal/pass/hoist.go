package pass

import (
	"encoding/binary"
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// Hoist makes one product of the products that different time steps make with the same right
// operand, if none of them waits for the result of another: the inputs of all steps times W,
// the gradients of all steps times Wᵀ. What stays in the steps is h·U.
//
// What is to be done is found first, one family of products after the other, and the program
// is rewritten once.
func Hoist(p *ir.Program) (*ir.Program, int) {
	h := &hoisting{Program: p, sums: map[*ir.Value]*hoisted{}, more: map[*ir.Value][]*ir.Value{}, noted: p.Made()}
	products := 0
	for _, f := range families(p) {
		products += h.hoist(f)
	}
	if products == 0 {
		return p, 0
	}
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		s := h.sums[v]
		switch {
		case s == nil:
			return nil
		case len(s.products) == 0 && len(s.in) == 1:
			return r.Of(s.in[0])
		}
		return r.Raw(ir.Value{Op: ir.Sum, Products: r.Terms(s.products), In: r.All(s.in), Rows: v.Rows, Cols: v.Cols, Row: v.Row})
	})
	return q, products
}

// A hoisting is what has been found so far. The values that it makes have operands of the
// program as it was.
type hoisting struct {
	*ir.Program
	sums map[*ir.Value]*hoisted
	more map[*ir.Value][]*ir.Value // users that values will have

	noted int // values whose uses are known, by number
}

// A hoisted sum is what will stand for a sum of the program.
type hoisted struct {
	products []ir.Product
	in       []*ir.Value
}

// of returns what will stand for a sum.
func (h *hoisting) of(v *ir.Value) *hoisted {
	s := h.sums[v]
	if s == nil {
		s = &hoisted{slices.Clone(v.Products), slices.Clone(v.In)}
		h.sums[v] = s
	}
	return s
}

// A family is the products of several sums with the same right operands: the same ones
// in each of the sums.
type family struct {
	sums   []*ir.Value
	rights []right
}

// A right is a right operand as it is multiplied.
type right struct {
	of    *ir.Value
	trans bool
}

// depth returns the inner dimension of the products with it.
func (r right) depth() int {
	if r.trans {
		return r.of.Cols
	}
	return r.of.Rows
}

// left returns the left operand of the first product of v with it.
func (r right) left(v *ir.Value) *ir.Value {
	for _, t := range v.Products {
		if r.is(t) {
			return t.Left
		}
	}
	panic("pass: the sum has no such product")
}

func (r right) is(t ir.Product) bool { return t.Right == r.of && t.Trans == r.trans }

// families lists the products that several sums make with the same right operand,
// those of the same sums together, in the order of their first sum.
func families(p *ir.Program) []*family {
	type key struct {
		right
		rows int
	}
	members := map[key][]*ir.Value{}
	var order []key
	for _, v := range p.Values {
		for _, t := range v.Products {
			k := key{right{t.Right, t.Trans}, v.Rows}
			if members[k] == nil {
				order = append(order, k)
			}
			members[k] = append(members[k], v)
		}
	}
	bySums := map[string]*family{}
	var families []*family
	for _, k := range order {
		sums := members[k]
		if len(sums) < 2 || hasDuplicate(sums) {
			continue
		}
		name := make([]byte, 0, 4*len(sums))
		for _, v := range sums {
			name = binary.LittleEndian.AppendUint32(name, uint32(v.ID))
		}
		f := bySums[string(name)]
		if f == nil {
			f = &family{sums: sums}
			bySums[string(name)] = f
			families = append(families, f)
		}
		f.rights = append(f.rights, k.right)
	}
	return families
}

// hasDuplicate tells whether a sum has two products with the same right operand.
func hasDuplicate(sums []*ir.Value) bool {
	for i := 1; i < len(sums); i++ {
		if sums[i] == sums[i-1] {
			return true
		}
	}
	return false
}

// hoist notes that those products of a family become one which wait for none of its sums, and
// returns how many that are.
func (h *hoisting) hoist(f *family) int {
	after := h.descendants(f.sums)
	var rights []right
	for _, r := range f.rights {
		free := !after[r.of.ID]
		for _, v := range f.sums {
			free = free && !after[r.left(v).ID]
		}
		if free {
			rights = append(rights, r)
		}
	}
	if len(rights) == 0 || shallow(rights) && f.sums[0].Rows >= manyRows {
		return 0
	}
	sums := h.inOrder(f.sums, rights[0])
	z := h.product(sums, rights, after)
	for i, v := range sums {
		s := h.of(v)
		s.products = slices.DeleteFunc(s.products, func(t ir.Product) bool {
			return slices.ContainsFunc(rights, func(r right) bool { return r.is(t) })
		})
		block := h.Block(z, i*v.Rows, v.Rows)
		h.uses(block)
		s.in = append([]*ir.Value{block}, s.in...)
		h.more[block] = append(h.more[block], v)
	}
	return len(sums) * len(rights)
}

// product returns the product of all sums: of their left operands on top of one another. A
// bias that all of them add goes into it.
func (h *hoisting) product(sums []*ir.Value, rights []right, after []bool) *ir.Value {
	var products []ir.Product
	for _, r := range rights {
		lefts := make([]*ir.Value, len(sums))
		for i, v := range sums {
			lefts[i] = r.left(v)
		}
		stack := h.Stack(lefts)
		h.uses(stack)
		products = append(products, ir.Product{Left: stack, Right: r.of, Trans: r.trans})
	}
	var in []*ir.Value
	if bias := h.commonRow(sums, after); bias != nil {
		in = append(in, bias)
		for _, v := range sums {
			s := h.of(v)
			i := slices.Index(s.in, bias) // it may be added once more
			s.in = slices.Delete(s.in, i, i+1)
		}
	}
	z := h.Make(ir.Value{Op: ir.Sum, Products: products, In: in, Rows: len(sums) * sums[0].Rows, Cols: sums[0].Cols})
	h.uses(z)
	return z
}

// uses notes that a value uses its operands, if it has been made just now.
func (h *hoisting) uses(v *ir.Value) {
	if v.ID < h.noted {
		return
	}
	h.noted = h.Made()
	v.Operands(func(u *ir.Value) { h.more[u] = append(h.more[u], v) })
}

// manyRows is so many rows of a batch that a product of them alone keeps the processor busy.
const manyRows = 16

// shallow tells whether the right operands have so few rows that writing a product of all
// time steps to memory, and reading it again, takes longer than there is to gain.
func shallow(rights []right) bool {
	depth := 0
	for _, r := range rights {
		depth += r.depth()
	}
	return depth <= 64
}

// descendants tells, by number, which values wait for one of vs, themselves included.
func (h *hoisting) descendants(vs []*ir.Value) []bool {
	after := make([]bool, h.Made())
	todo := slices.Clone(vs)
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !after[v.ID] {
			after[v.ID] = true
			todo = append(append(todo, h.Users(v)...), h.more[v]...)
		}
	}
	return after
}

// inOrder sorts the sums of a family so that their left operands, or they themselves,
// stack up to a matrix that is there anyway: by their place in what both are cut from or
// put together to.
func (h *hoisting) inOrder(sums []*ir.Value, r right) []*ir.Value {
	place := make(map[*ir.Value]int, len(sums))
	first := r.left(sums[0])
	for _, v := range sums {
		if l := r.left(v); l.Op == ir.RowBlock && first.Op == ir.RowBlock && l.In[0] == first.In[0] {
			place[v] = l.From()
		}
	}
	if len(place) < len(sums) {
		clear(place)
		for _, u := range append(slices.Clip(h.Users(sums[0])), h.more[sums[0]]...) {
			if u.Op == ir.Stack {
				for i, part := range u.In {
					place[part] = i
				}
				break
			}
		}
		for _, v := range sums {
			if _, ok := place[v]; !ok {
				return sums
			}
		}
	}
	sorted := slices.Clone(sums)
	slices.SortStableFunc(sorted, func(a, b *ir.Value) int { return place[a] - place[b] })
	return sorted
}

// commonRow returns the row that all sums add, a bias, unless it waits for one of them.
func (h *hoisting) commonRow(sums []*ir.Value, after []bool) *ir.Value {
	for _, u := range h.of(sums[0]).in {
		if u.Row && !after[u.ID] &&
			!slices.ContainsFunc(sums, func(v *ir.Value) bool { return !slices.Contains(h.of(v).in, u) }) {
			return u
		}
	}
	return nil
}
