package fuse

import "slices"

// sums turns chains of additions into sums: of products, of outer products, of sums of
// rows, of pieces of a matrix. What autodiff has cut in pieces and added up again is put
// together.
func (m *module) sums() {
	outputs, uses := m.outputSet(), m.uses()
	// A term may be taken into the sum above it if nobody else wants it.
	single := func(v *value) bool { return uses[v.id] == 1 && !outputs[v] }
	for _, v := range m.values {
		if v.op != add || uses[v.id] == 0 {
			continue
		}
		s := value{op: sum}
		for i, u := range v.in {
			if u.op == sum && u.sameShape(v) && single(u) && !u.isRow {
				if i == 0 { // its slices are not used any more: appending to them keeps the chain linear
					s.products, s.in = u.products, u.in
				} else {
					s.products, s.in = append(s.products, u.products...), append(s.in, u.in...)
				}
			} else {
				s.in = append(s.in, u)
			}
		}
		v.op, v.products, v.in = sum, s.products, s.in
	}
	m.link()
	for _, v := range m.values {
		if v.op == sum && len(v.in) > 1 {
			m.gather(v)
		}
	}
	m.link()
}

// uses counts by number how often values are used by those that an output needs, or as one.
// Before the first link the values are in the order in which they were made, operands first.
func (m *module) uses() []int {
	uses := make([]int, m.made)
	for _, v := range m.outputs {
		uses[v.id]++
	}
	for _, v := range slices.Backward(m.values) {
		if uses[v.id] > 0 {
			v.operands(func(u *value) { uses[u.id]++ })
		}
	}
	return uses
}

// gather puts together the operands of a sum that are pieces of one thing.
func (m *module) gather(v *value) {
	outputs := m.outputSet()
	single := func(u *value) bool { return len(u.users) == 1 && !outputs[u] && u.sameShape(v) }
	var rest, pads, columns, lefts, rights, parts []*value
	for _, u := range v.in {
		switch {
		case u.op == padRows && single(u):
			pads = append(pads, u)
		case u.op == padColumns && single(u):
			columns = append(columns, u)
		case u.op == outer && single(u) && !m.off["gradients"]:
			lefts, rights = append(lefts, u.in[0]), append(rights, u.in[1])
		case u.op == sumRows && single(u) && !m.off["gradients"]:
			parts = append(parts, u.in[0])
		default:
			rest = append(rest, u)
		}
	}
	if len(lefts) > 0 {
		rest = append(rest, m.make(value{op: outer, rows: v.rows, cols: v.cols, in: []*value{m.stack(lefts), m.stack(rights)}}))
	}
	if len(parts) > 0 {
		rest = append(rest, m.make(value{op: sumRows, rows: 1, cols: v.cols, in: []*value{m.stack(parts)}}))
	}
	rest = append(rest, assemble(pads, v.rows, func(u *value) int { return u.rows }, m.stack)...)
	v.in = append(rest, assemble(columns, v.cols, func(u *value) int { return u.cols }, m.concat)...)
	if len(v.in) == 1 && len(v.products) == 0 {
		m.replace(v, v.in[0])
	}
}

// outputSet returns the values that survive a run.
func (m *module) outputSet() map[*value]bool {
	if m.outs == nil {
		m.outs = make(map[*value]bool, len(m.outputs))
		for _, v := range m.outputs {
			m.outs[v] = true
		}
	}
	return m.outs
}

// assemble joins padded pieces if they make up a whole matrix of that size, else it returns
// them.
func assemble(pads []*value, whole int, size func(*value) int, join func([]*value) *value) []*value {
	sorted := slices.Clone(pads)
	slices.SortStableFunc(sorted, func(a, b *value) int { return a.from - b.from })
	at := 0
	var parts []*value
	for _, p := range sorted {
		if p.from != at {
			return pads
		}
		at += size(p.in[0])
		parts = append(parts, p.in[0])
	}
	if len(parts) == 0 || at != whole {
		return pads
	}
	return []*value{join(parts)}
}

// dropIdentities removes sums of one operand.
func (m *module) dropIdentities() {
	dropped := false
	for _, v := range m.values {
		if v.op == sum && len(v.products) == 0 && len(v.in) == 1 {
			m.replace(v, v.in[0])
			dropped = true
		}
	}
	if dropped {
		m.link()
	}
}

// replace makes w stand for v wherever v is used.
func (m *module) replace(v, w *value) {
	for _, user := range v.users {
		for i := range user.products {
			if user.products[i].left == v {
				user.products[i].left = w
			}
			if user.products[i].right == v {
				user.products[i].right = w
			}
		}
		for i := range user.in {
			if user.in[i] == v {
				user.in[i] = w
			}
		}
	}
	for i := range m.outputs {
		if m.outputs[i] == v {
			m.outputs[i] = w
			m.outs = nil
		}
	}
	w.users = append(w.users, v.users...)
	v.users = nil
}
