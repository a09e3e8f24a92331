package fuse

// contract makes one operation of the few that are written with several: derivatives of
// gates, a product that is added, and a product whose rows are summed. It is part of the pass
// clusters.
func (m *module) contract() {
	outputs := m.outputSet()
	inner := func(v *value) bool { return len(v.users) == 1 && !outputs[v] }
	for _, v := range m.values {
		switch v.op {
		case mul:
			if y, d := gateGradient(v, inner); y != nil {
				v.op, v.in = y.op.gradient(), []*value{y, d}
			}
		case sumRows:
			if x, y := m.elementProducts(v.in[0], inner); x != nil {
				v.in = []*value{x, y}
			}
		case add:
			for i, u := range v.in {
				if w := v.in[1-i]; u.op == mul && inner(u) && allFull(v) && allFull(u) {
					v.op, v.in = mulAdd, []*value{u.in[0], u.in[1], w}
					break
				}
			}
		}
	}
	m.link()
}

// elementProducts returns the operands of v if it is a product of elements that nobody else
// wants, or a stack of such: the gradient of what scales columns, in all time steps.
func (m *module) elementProducts(v *value, inner func(*value) bool) (x, y *value) {
	parts := []*value{v}
	if v.op == stack && inner(v) {
		parts = v.in
	}
	var xs, ys []*value
	for _, p := range parts {
		if p.op != mul || !inner(p) || !allFull(p) {
			return nil, nil
		}
		xs, ys = append(xs, p.in[0]), append(ys, p.in[1])
	}
	return m.stack(xs), m.stack(ys)
}

// gradient returns the operation that multiplies by the derivative of o.
func (o opcode) gradient() opcode {
	if o == sigmoid {
		return sigmoidGrad
	}
	return tanhGrad
}

// allFull tells whether no operand is broadcast.
func allFull(v *value) bool {
	for _, u := range v.in {
		if !u.sameShape(v) || u.op == constant || u.isRow {
			return false
		}
	}
	return true
}

// gateGradient returns y and d if v is (1−y)·y·d with y = σ(x), or (1−y²)·d with y = tanh x,
// and nobody else wants the parts.
func gateGradient(v *value, inner func(*value) bool) (y, d *value) {
	if !allFull(v) {
		return nil, nil
	}
	for i, u := range v.in {
		if !inner(u) {
			continue
		}
		switch {
		case u.op == mul && len(u.in) == 2: // y·(1−y)
			for j, w := range u.in {
				if y := u.in[1-j]; y.op == sigmoid && isOneMinus(w, y) && inner(w) {
					return y, v.in[1-i]
				}
			}
		case u.op == affine && u.scale == -1 && u.shift == 1: // 1−y²
			if w := u.in[0]; inner(w) && isSquare(w) && w.in[0].op == tanh {
				return w.in[0], v.in[1-i]
			}
		}
	}
	return nil, nil
}

func isOneMinus(w, y *value) bool {
	return w.op == affine && w.scale == -1 && w.shift == 1 && w.in[0] == y
}

func isSquare(w *value) bool {
	return w.op == square || w.op == mul && w.in[0] == w.in[1]
}
