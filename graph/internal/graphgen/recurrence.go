package graphgen

import "math/rand/v2"

// A cell is a random recurrent cell: what it draws in its first step it repeats in the others.
type cell struct {
	*drawer
	seed   uint64
	width  int   // of the states
	params []int // in the order of use, the same in each step
	used   int
	step   int
}

// recurrence unrolls a random cell of one to three states over inputs that are one matrix, steps of
// one, or rows of a table, with masks at times, and uses some of the states.
func (d *drawer) recurrence() {
	batch, steps, width := 1+d.IntN(4), 2+d.IntN(4), d.size()
	switch {
	case width > 70:
		width = 16 + d.IntN(3)
	case d.IntN(10) == 0:
		batch = 15 + d.IntN(20)
	}
	c := &cell{drawer: d, seed: d.Uint64(), width: width}
	inputs := d.sequence(batch, steps)
	var states []int
	for range 1 + d.IntN(3) {
		states = append(states, d.start(batch, width))
	}
	masked, seen := d.IntN(3) == 0, d.IntN(3)
	var outputs []int
	for t, x := range inputs {
		next := c.next(t, x, states)
		if masked {
			mask := d.mask(batch)
			for i := range next {
				next[i] = d.do("Select", []int{mask, next[i], states[i]})
			}
		}
		states = next
		outputs = append(outputs, states[0])
		if seen == 0 && d.IntN(2) == 0 {
			d.pool = append(d.pool, states[d.IntN(len(states))])
		}
		if seen == 1 {
			d.add("Output", "", []int{states[len(states)-1]})
		}
	}
	d.pool = append(d.pool, states[len(states)-1])
	d.keep(d.do("Stack", outputs))
}

// start returns a first state.
func (d *drawer) start(batch, width int) int {
	if d.IntN(2) == 0 {
		return d.add("Constant", "", nil, float64(batch), float64(width), 0)
	}
	return d.leaf(batch, width)
}

// sequence returns the inputs of the steps.
func (d *drawer) sequence(batch, steps int) (inputs []int) {
	width := d.size()
	if width > 70 {
		width = 5
	}
	var all int
	switch d.IntN(5) {
	case 0:
		x := d.leaf(batch, width)
		for range steps {
			inputs = append(inputs, x)
		}
		return inputs
	case 1:
		for range steps {
			inputs = append(inputs, d.input(batch, width))
		}
		return inputs
	case 2:
		all = d.leaf(batch*steps, width)
	default:
		rows := 1 + d.IntN(6)
		if d.IntN(4) == 0 {
			rows = d.size()
		}
		all = d.do("Rows", []int{d.table(rows, width), d.indices(batch*steps, rows)})
	}
	for t := range steps {
		inputs = append(inputs, d.do("Unstack", []int{all}, float64(steps), float64(t)))
	}
	return inputs
}

// next adds one step: gates of the input and the states, elementwise operations on them, and new
// states of those.
func (c *cell) next(t, x int, states []int) []int {
	outer := c.Rand
	c.Rand = rand.New(rand.NewPCG(c.seed, 3))
	defer func() { c.Rand = outer }()
	c.used, c.step = 0, t
	values := append([]int(nil), states...)
	for range 1 + c.IntN(4) {
		values = append(values, c.gate(x, states))
	}
	for range 1 + c.IntN(4) {
		values = append(values, c.combine(values))
	}
	var next []int
	for range states {
		a, b := values[len(values)-1-c.IntN(min(3, len(values)))], values[c.IntN(len(values))]
		switch c.IntN(3) {
		case 0:
			next = append(next, c.do("Tanh", []int{c.do("Add", []int{a, b})}))
		case 1:
			g := c.do("Sigmoid", []int{a})
			next = append(next, c.do("Add", []int{c.do("Mul", []int{g, b}), c.do("Mul", []int{c.do("Affine", []int{g}, -1, 1), states[0]})}))
		default:
			next = append(next, c.do("Mul", []int{c.do("Sigmoid", []int{a}), c.do("Tanh", []int{b})}))
		}
	}
	return next
}

// parameter returns the parameter that comes next in the cell's order, the same in each step.
func (c *cell) parameter(rows, cols int) int {
	if c.used == len(c.params) {
		c.params = append(c.params, c.add("Param", "", nil, float64(rows), float64(cols)))
	}
	c.used++
	return c.params[c.used-1]
}

// gate is a nonlinear function of products of the input and the states.
func (c *cell) gate(x int, states []int) int {
	if c.IntN(6) == 0 {
		return c.twoGates(x, states[0])
	}
	z := c.do("MatMul", []int{x, c.parameter(c.value(x).cols, c.width)})
	switch c.IntN(8) {
	case 0:
		z = c.do("Affine", []int{z}, c.constant(0.5), 0)
	case 1:
		z = c.do("Affine", []int{c.do("Tanh", []int{z})}, 1, c.constant(0.5))
	case 2:
		z = c.do("Mul", []int{z, c.do("Sigmoid", []int{z})})
	}
	for _, h := range states {
		if c.IntN(3) == 0 {
			continue
		}
		u := c.parameter(c.width, c.width)
		if c.IntN(6) == 0 {
			u = c.do("Transpose", []int{u})
		}
		z = c.do("Add", []int{z, c.do("MatMul", []int{h, u})})
		if c.IntN(8) == 0 { // the same weight again
			z = c.do("Add", []int{z, c.do("MatMul", []int{states[0], u})})
		}
	}
	if c.IntN(6) == 0 {
		z = c.do("MulRow", []int{z, c.parameter(1, c.width)})
	}
	if c.IntN(8) == 0 {
		z = c.do("LayerNorm", []int{z}, 1e-2)
	}
	if c.IntN(3) > 0 {
		bias := c.parameter(1, c.width)
		z = c.do("AddRow", []int{z, bias})
		if c.IntN(6) == 0 { // a second bias, or the same one again
			if c.IntN(2) == 0 {
				bias = c.parameter(1, c.width)
			}
			z = c.do("AddRow", []int{z, bias})
		}
	}
	switch c.IntN(5) {
	case 0, 1:
		return c.do("Sigmoid", []int{z})
	case 2, 3:
		return c.do("Tanh", []int{z})
	}
	return z
}

// constant returns x, or half of it in one step of some cells.
func (c *cell) constant(x float64) float64 {
	if c.IntN(2) == 0 && c.step == 1 {
		return x / 2
	}
	return x
}

// twoGates are columns of one product, the one times the other.
func (c *cell) twoGates(x, h int) int {
	z := c.do("MatMul", []int{x, c.parameter(c.value(x).cols, 2*c.width)})
	if c.IntN(2) == 0 {
		z = c.do("Add", []int{z, c.do("MatMul", []int{h, c.parameter(c.width, 2*c.width)})})
	}
	if c.IntN(2) == 0 {
		z = c.do("AddRow", []int{z, c.parameter(1, 2*c.width)})
	}
	w := float64(c.width)
	if c.IntN(4) == 0 { // other columns in one step
		from := 0.0
		if c.step == 1 {
			from = w
		}
		return c.do("ColumnBlock", []int{z}, from, from+w)
	}
	left, right := c.do("ColumnBlock", []int{z}, 0, w), c.do("ColumnBlock", []int{z}, w, 2*w)
	return c.do("Mul", []int{c.do("Sigmoid", []int{left}), c.do("Tanh", []int{right})})
}

// combine is an elementwise operation on values of a step.
func (c *cell) combine(values []int) int {
	x, y := values[c.IntN(len(values))], values[c.IntN(len(values))]
	switch c.IntN(8) {
	case 0:
		return c.do("Add", []int{x, y})
	case 1:
		return c.do("Sub", []int{x, y})
	case 2, 3:
		return c.do("Mul", []int{x, y})
	case 4:
		return c.do("Affine", []int{x}, c.constant(0.5), c.constant(0.25))
	case 5:
		return c.do("MulRow", []int{x, c.parameter(1, c.width)})
	case 6:
		return c.do("Exp", []int{c.do("Affine", []int{c.do("Tanh", []int{x})}, -1, 0)})
	}
	return c.do("Tanh", []int{x})
}
