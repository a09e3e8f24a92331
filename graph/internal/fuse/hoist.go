package fuse

import (
	"encoding/binary"
	"slices"
)

// hoist makes one product of the products that different time steps make with the same
// right operand, if none of them waits for the result of another: the inputs of all steps
// times W, the gradients of all steps times Wᵀ. What stays in the steps is h·U.
func (m *module) hoist() {
	for _, family := range m.families() {
		m.hoistFamily(family)
	}
	m.link()
	m.dropIdentities()
	m.lift()
	m.restack()
}

// restack finds out which stacks are rows of one matrix, now that products have become one.
func (m *module) restack() {
	found := false
	for _, v := range m.values {
		if v.op == stack {
			if w := m.stack(v.in); w != v {
				m.replace(v, w)
				found = true
			}
		}
	}
	if found {
		m.link()
	}
}

// A family is the products of several sums with the same right operands: the same ones
// in each of the sums.
type family struct {
	sums   []*value
	rights []product // without the left operands
}

// families lists the products that several sums make with the same right operand,
// those of the same sums together, in the order of their first sum.
func (m *module) families() []*family {
	type key struct {
		right  *value
		transR bool
		rows   int
	}
	members := map[key][]*value{}
	var order []key
	for _, v := range m.values {
		if v.op != sum {
			continue
		}
		for _, p := range v.products {
			k := key{p.right, p.transR, v.rows}
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
			name = binary.LittleEndian.AppendUint32(name, uint32(v.id))
		}
		f := bySums[string(name)]
		if f == nil {
			f = &family{sums: sums}
			bySums[string(name)] = f
			families = append(families, f)
		}
		f.rights = append(f.rights, product{right: k.right, transR: k.transR})
	}
	return families
}

func hasDuplicate(sums []*value) bool {
	for i := 1; i < len(sums); i++ {
		if sums[i] == sums[i-1] {
			return true
		}
	}
	return false
}

// hoistFamily replaces those products of a family that wait for none of its sums.
func (m *module) hoistFamily(f *family) {
	made := len(m.values)
	after := m.descendants(f.sums)
	var rights []product
	for _, r := range f.rights {
		free := !after[r.right.id]
		for _, v := range f.sums {
			free = free && !after[v.left(r).id]
		}
		if free {
			rights = append(rights, r)
		}
	}
	if len(rights) == 0 || shallow(rights) && f.sums[0].rows >= manyRows {
		return
	}
	sums := inOrder(f.sums, rights[0])
	all := value{op: sum, rows: len(sums) * sums[0].rows, cols: sums[0].cols}
	for _, r := range rights {
		lefts := make([]*value, len(sums))
		for i, v := range sums {
			lefts[i] = v.left(r)
		}
		all.products = append(all.products, product{left: m.stack(lefts), right: r.right, transR: r.transR})
	}
	if bias := commonRow(sums, after); bias != nil {
		all.in = append(all.in, bias)
		for _, v := range sums {
			v.in = slices.DeleteFunc(v.in, func(u *value) bool { return u == bias })
		}
	}
	z := m.make(all)
	for i, v := range sums {
		v.products = slices.DeleteFunc(v.products, func(p product) bool {
			return slices.ContainsFunc(rights, func(r product) bool { return p.right == r.right && p.transR == r.transR })
		})
		block := m.block(z, i*v.rows, v.rows)
		v.in = append([]*value{block}, v.in...)
		block.users = append(block.users, v)
	}
	for _, v := range m.values[made:] { // that the sums use what z uses is true still
		v.operands(func(u *value) { u.users = append(u.users, v) })
	}
}

// manyRows is so many rows of a batch that a product of them alone keeps the processor busy.
const manyRows = 16

// shallow tells whether the right operands have so few rows that writing a product of all
// time steps to memory, and reading it again, takes longer than there is to gain.
func shallow(rights []product) bool {
	depth := 0
	for _, r := range rights {
		if r.transR {
			depth += r.right.cols
		} else {
			depth += r.right.rows
		}
	}
	return depth <= 64
}

// left returns the left operand of the product with r's right operand.
func (v *value) left(r product) *value {
	for _, p := range v.products {
		if p.right == r.right && p.transR == r.transR {
			return p.left
		}
	}
	panic("fuse: the sum has no such product")
}

// descendants tells, by number, which values wait for one of vs, themselves included.
func (m *module) descendants(vs []*value) []bool {
	after := make([]bool, m.made)
	todo := slices.Clone(vs)
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !after[v.id] {
			after[v.id] = true
			todo = append(todo, v.users...)
		}
	}
	return after
}

// inOrder sorts the sums of a family so that their left operands, or they themselves,
// stack up to a matrix that is there anyway: by their place in what both are cut from or
// put together to.
func inOrder(sums []*value, r product) []*value {
	place := make(map[*value]int, len(sums))
	first := sums[0].left(r)
	for _, v := range sums {
		if l := v.left(r); l.op == rowBlock && first.op == rowBlock && l.in[0] == first.in[0] {
			place[v] = l.from
		}
	}
	if len(place) < len(sums) {
		clear(place)
		for _, u := range sums[0].users {
			if u.op == stack {
				for i, part := range u.in {
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
	slices.SortStableFunc(sorted, func(a, b *value) int { return place[a] - place[b] })
	return sorted
}

// commonRow returns the row that all sums add, a bias, unless it waits for one of them.
func commonRow(sums []*value, after []bool) *value {
	for _, u := range sums[0].in {
		if u.isRow && !after[u.id] &&
			!slices.ContainsFunc(sums, func(v *value) bool { return !slices.Contains(v.in, u) }) {
			return u
		}
	}
	return nil
}
