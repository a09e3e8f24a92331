package fuse

import "slices"

// mostTable is the most numbers of a table that is computed for inference alone: 64 MiB of
// float32.
const mostTable = 16 << 20

// tables takes the products of an embedding out of the loop over time, and out of a run
// altogether while parameters are frozen: the rows of E by the numbers k, times W, plus b,
// are the rows of E·W + b by the numbers k. That is less to compute where the table has
// fewer rows than are looked up; in inference, where E·W + b is kept from run to run, also
// where it has more.
func (m *module) tables(inference bool) {
	found := false
	for _, v := range m.values {
		if v.op != sum {
			continue
		}
		for i := 0; i < len(v.products); i++ {
			t := v.products[i]
			rows, from := looksUp(t.left)
			if rows == nil || !m.worthTable(rows, t.right, v.cols, inference) {
				continue
			}
			v.products = append(v.products[:i:i], v.products[i+1:]...)
			i--
			v.in = append([]*value{m.fromTable(v, t, rows, from)}, v.in...)
			found = true
		}
	}
	if found {
		m.link()
		m.dropIdentities()
	}
}

// looksUp returns the lookup that v is, or is rows of, and the first of the rows, or nil.
func looksUp(v *value) (rows *value, from int) {
	if v.op == rowBlock && v.in[0].op == lookup {
		return v.in[0], v.in[0].from + v.from
	}
	if v.op == lookup {
		return v, v.from
	}
	return nil, 0
}

// worthTable tells whether a lookup's table times a matrix is less to compute than the
// lookup times it.
func (m *module) worthTable(rows, right *value, cols int, inference bool) bool {
	table := rows.in[0]
	if right.op != leaf {
		return false
	}
	return 2*table.rows <= rows.rows || inference && table.steady && right.steady && table.rows*cols <= mostTable
}

// fromTable returns the term t of v, left·right with rows of a lookup on the left, as rows
// of a table. The first bias of v goes into the table.
func (m *module) fromTable(v *value, t product, rows *value, from int) *value {
	table := value{op: sum, rows: rows.in[0].rows, cols: v.cols,
		products: []product{{left: rows.in[0], right: t.right, transR: t.transR}}}
	for i, u := range v.in {
		if u.isRow && u.steady {
			table.in = []*value{u}
			v.in = append(v.in[:i:i], v.in[i+1:]...)
			break
		}
	}
	w := m.make(table)
	w.steady = rows.in[0].steady && t.right.steady
	return m.make(value{op: lookup, rows: v.rows, cols: v.cols, from: from, in: []*value{w, rows.in[1]}})
}

// tableGradients does for gradients what tables does: the rows of D added by number, times
// Wᵀ, are the rows of D·Wᵀ added by number, the gradient of E; and of the looked-up rows'
// product with D only Eᵀ times the rows of D added by number is left, the gradient of W.
func (m *module) tableGradients() {
	found := false
	outputs := m.outputSet()
	for _, v := range m.values {
		switch v.op {
		case scatter:
			x := v.in[0]
			if x.op == sum && len(x.products) > 0 && len(x.users) == 1 && !outputs[x] && 2*v.rows <= x.rows &&
				!slices.ContainsFunc(x.in, func(u *value) bool { return u.isRow }) {
				m.scatterFirst(v)
				found = true
			}
		case outer:
			if rows, other := m.pairedWithLookup(v.in[0], v.in[1]); rows != nil && 2*rows.in[0].rows <= rows.rows {
				v.in = []*value{rows.in[0], m.scattered(other, rows.in[0].rows, rows.in[1])}
				found = true
			}
		}
	}
	if found {
		m.link()
	}
}

// pairedWithLookup returns a lookup that has the rows of x in some order, and y with its rows
// in the same order, or nil: autodiff adds up the time steps from the last to the first.
func (m *module) pairedWithLookup(x, y *value) (rows, other *value) {
	xs, ys := []*value{x}, []*value{y}
	if x.op == stack {
		xs = x.in
		if ys = y.in; y.op != stack || len(ys) != len(xs) {
			return nil, nil
		}
	}
	rows, _ = looksUp(xs[0])
	if rows == nil || rows.from != 0 || rows.rows != rows.in[1].size() || rows.rows != x.rows {
		return nil, nil
	}
	parts := map[int]*value{} // of y, by the first of the rows
	for i, part := range xs {
		whole, from := looksUp(part)
		if whole != rows || parts[from] != nil || part.rows != ys[i].rows {
			return nil, nil
		}
		parts[from] = ys[i]
	}
	var sorted []*value
	for at := 0; at < x.rows; at += parts[at].rows {
		if parts[at] == nil {
			return nil, nil
		}
		sorted = append(sorted, parts[at])
	}
	return rows, m.stack(sorted)
}

// scatterFirst makes of a scatter of a sum of products the sum of products of scatters.
func (m *module) scatterFirst(v *value) {
	x, numbers := v.in[0], v.in[1]
	v.op = sum
	v.in = nil
	for _, t := range x.products {
		v.products = append(v.products, product{left: m.scattered(t.left, v.rows, numbers), right: t.right, transR: t.transR})
	}
	for _, u := range x.in {
		v.in = append(v.in, m.scattered(u, v.rows, numbers))
	}
}

// scattered returns the rows of x added by number to a table of so many rows.
func (m *module) scattered(x *value, rows int, numbers *value) *value {
	return m.make(value{op: scatter, rows: rows, cols: x.cols, in: []*value{x, numbers}})
}
