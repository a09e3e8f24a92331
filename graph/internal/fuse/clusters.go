package fuse

// lower gives every sum its final form: products that start from at most one operand.
// Its other operands are added elementwise.
func (m *module) lower() {
	m.known = map[string]*value{} // values have changed their form
	m.dropIdentities()
	inPlace := m.inPlace()
	for _, v := range m.values {
		if v.op != sum {
			continue
		}
		operands := v.in
		if len(v.products) > 0 {
			start := startOf(v, inPlace)
			rest := make([]*value, 0, len(operands))
			for i, u := range operands {
				if i != start {
					rest = append(rest, u)
				}
			}
			p := v
			if len(rest) > 0 {
				p = m.make(value{op: sum, rows: v.rows, cols: v.cols, products: v.products})
				v.op, v.products = add, nil
			}
			p.in = nil
			if start >= 0 {
				p.in = []*value{operands[start]}
				p.inPlace = inPlace[operands[start]]
			}
			if p == v {
				continue
			}
			operands = append([]*value{p}, rest...)
		}
		left := operands[0]
		for _, u := range operands[1 : len(operands)-1] {
			left = m.make(value{op: add, rows: v.rows, cols: v.cols, in: []*value{left, u}})
		}
		v.op, v.in = add, []*value{left, operands[len(operands)-1]}
	}
	m.link()
}

// inPlace returns the blocks of rows of products, and the lookups, that nobody else reads, so
// that a sum which starts from one may be written over it.
func (m *module) inPlace() map[*value]bool {
	free := map[*value]bool{}
	outputs := m.outputSet()
	for _, z := range m.values {
		if z.op == lookup && len(z.users) == 1 && !outputs[z] {
			free[z] = true
		}
		if z.op != sum || len(z.products) == 0 || outputs[z] {
			continue
		}
		taken := make([]bool, z.rows)
		disjoint := true
		for _, u := range z.users {
			if u.op != rowBlock || outputs[u] {
				disjoint = false
				break
			}
			for i := u.from; i < u.from+u.rows; i++ {
				disjoint = disjoint && !taken[i]
				taken[i] = true
			}
		}
		for _, u := range z.users {
			if disjoint && len(u.users) == 1 {
				free[u] = true
			}
		}
	}
	return free
}

// startOf returns which operand the products of v are added to, or -1: one that can be
// written over, else a row, else one that has to be stored in any case.
func startOf(v *value, inPlace map[*value]bool) int {
	for i, u := range v.in {
		if inPlace[u] && u.sameShape(v) {
			return i
		}
	}
	for i, u := range v.in {
		if u.isRow {
			return i
		}
	}
	for i, u := range v.in {
		if u.sameShape(v) && !u.op.elementwise() {
			return i
		}
	}
	return -1
}

// stages numbers the values so that a value's operands have lower numbers, but for those
// in the same cluster. Views have the number of what they show.
func (m *module) stages() {
	for _, v := range m.values {
		v.stage = 0
		v.operands(func(u *value) {
			s := u.stage + 1
			if v.op.view() || m.joined(u, v) {
				s = u.stage
			}
			v.stage = max(v.stage, s)
		})
	}
	for _, v := range m.values { // rows are looked up when they are wanted
		if v.op == lookup && len(v.users) > 0 {
			first := v.users[0].stage
			for _, u := range v.users {
				first = min(first, u.stage)
			}
			v.stage = max(v.stage, first-1)
		}
	}
	if m.off["clusters"] {
		return
	}
	// What only a later stage uses is computed there, if that is cheap: a derivative from a
	// gate, so that the gate alone is stored.
	outputs := m.outputSet()
	for i := len(m.values) - 1; i >= 0; i-- {
		v := m.values[i]
		if !v.op.elementwise() || v.op.transcendental() || outputs[v] || len(v.users) == 0 {
			continue
		}
		first := v.users[0].stage
		sinks := true
		for _, u := range v.users {
			sinks = sinks && m.joined(v, u)
			first = min(first, u.stage)
		}
		if sinks {
			v.stage = first
		}
	}
}

// joined tells whether u and its user v can be one pass over memory.
func (m *module) joined(u, v *value) bool {
	return u.op.elementwise() && v.op.elementwise() && u.sameShape(v) && !m.off["clusters"]
}

// A cluster is elementwise values of one shape and stage that are computed in one pass.
type cluster struct {
	values []*value // operands before users
}

// clusters groups the elementwise values of a stage and shape that use one another or read
// the same computed matrix, and returns the groups in the order of their first values.
func (m *module) clusters() []*cluster {
	parent := map[*value]*value{}
	find := func(v *value) *value {
		for parent[v] != nil && parent[v] != v {
			if next := parent[parent[v]]; next != nil {
				parent[v] = next
			}
			v = parent[v]
		}
		return v
	}
	unite := func(u, v *value) {
		if a, b := find(u), find(v); a != b {
			parent[b] = a
		}
	}
	type reading struct {
		of    *value
		stage int
	}
	reader := map[reading]*value{}
	for _, v := range m.values {
		if !v.op.elementwise() || m.off["clusters"] {
			continue
		}
		for _, u := range v.in {
			switch {
			case m.joined(u, v) && u.stage == v.stage:
				unite(u, v)
			case u.op != leaf && u.sameShape(v):
				key := reading{u, v.stage}
				if reader[key] == nil {
					reader[key] = v
				}
				unite(reader[key], v)
			}
		}
	}
	of := map[*value]*cluster{}
	var all []*cluster
	for _, v := range m.values {
		if !v.op.elementwise() {
			continue
		}
		root := find(v)
		c := of[root]
		if c == nil {
			c = &cluster{}
			of[root] = c
			all = append(all, c)
		}
		c.values = append(c.values, v)
		v.cluster = c
	}
	return all
}
