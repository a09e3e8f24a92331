package fuse

import "fmt"

// lift computes at once, for all time steps, what is computed row by row from hoisted
// products alone: f(rows of Z) are rows of f(Z). It is the second half of the pass hoist.
func (m *module) lift() {
	for m.liftOnce() {
		m.link()
	}
}

// rowwise tells whether each row of a value depends on the same rows of its operands only,
// or on operands of one row.
func (v *value) rowwise() bool {
	switch v.op {
	case concat, columnBlock, layerNorm, layerNormGrad, softmax:
		return true
	}
	return v.op.elementwise()
}

// liftOnce lifts the values whose operands are blocks of rows, and reports whether there
// were any.
func (m *module) liftOnce() bool {
	groups := map[string][]*value{}
	var order []string
	for _, v := range m.values {
		if key := liftKey(v); key != "" {
			if groups[key] == nil {
				order = append(order, key)
			}
			groups[key] = append(groups[key], v)
		}
	}
	lifted := false
	for _, key := range order {
		lifted = m.liftGroup(groups[key]) || lifted
	}
	return lifted
}

// liftKey is the same for values that do the same with blocks of rows of the same matrices,
// and empty for others.
func liftKey(v *value) string {
	if !v.rowwise() {
		return ""
	}
	source := sourceOf(v)
	if source == nil {
		return ""
	}
	key := fmt.Sprint(v.op, v.rows, v.cols, v.scale, v.shift, v.columnsFrom())
	for _, u := range v.in {
		switch {
		case u.op == rowBlock && u.in[0].rows == source.in[0].rows && u.from == source.from && u.rows == v.rows:
			key += fmt.Sprint(" rows ", u.in[0].id)
		case u.isRow || u.op == constant:
			key += fmt.Sprint(" ", u.id)
		default:
			return ""
		}
	}
	return key
}

// columnsFrom returns the first column of a block of columns.
func (v *value) columnsFrom() int {
	if v.op == columnBlock {
		return v.from
	}
	return 0
}

// sourceOf returns the first operand that is a block of as many rows as v, or nil.
func sourceOf(v *value) *value {
	for _, u := range v.in {
		if u.op == rowBlock && u.rows == v.rows {
			return u
		}
	}
	return nil
}

// liftGroup replaces values of one key if they take all rows of their sources once.
func (m *module) liftGroup(group []*value) bool {
	first := sourceOf(group[0])
	whole := first.in[0]
	if len(group) < 2 || len(group)*group[0].rows != whole.rows {
		return false
	}
	taken := make([]bool, whole.rows)
	for _, v := range group {
		from := sourceOf(v).from
		if taken[from] {
			return false
		}
		for i := from; i < from+v.rows; i++ {
			taken[i] = true
		}
	}
	all := value{op: group[0].op, rows: whole.rows, cols: group[0].cols, scale: group[0].scale, shift: group[0].shift, from: group[0].columnsFrom()}
	for _, u := range group[0].in {
		if u.op == rowBlock && u.rows == group[0].rows {
			u = u.in[0]
		}
		all.in = append(all.in, u)
	}
	z := m.make(all)
	for _, v := range group {
		m.replace(v, m.block(z, sourceOf(v).from, v.rows))
	}
	return true
}
