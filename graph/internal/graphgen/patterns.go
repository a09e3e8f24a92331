package graphgen

import "math/rand/v2"

// patterns are what models do with several operations, where passes of the compiler look.
var patterns = []func(*drawer){
	(*drawer).sumOfProducts, (*drawer).weightAndTranspose, (*drawer).repeatedRow, (*drawer).viewOfViews,
	(*drawer).recut, (*drawer).startedSums, (*drawer).lookups, (*drawer).longSum, (*drawer).normalised, (*drawer).derivedWeight, (*drawer).classifier,
}

// sumOfProducts is x·W + y·W, or with two weights, with a bias at times.
func (d *drawer) sumOfProducts() {
	x := d.any()
	v, n := d.value(x), d.size()
	w := d.weight(v.cols, n)
	sum := d.do("MatMul", []int{x, w})
	for range 1 + d.IntN(3) {
		if d.IntN(2) == 0 {
			w = d.weight(v.cols, n)
		}
		z := d.do("MatMul", []int{d.like(x), w})
		if d.IntN(4) == 0 {
			sum = d.do("Sub", []int{sum, z})
		} else {
			sum = d.do("Add", []int{sum, z})
		}
	}
	if d.IntN(2) == 0 {
		sum = d.do("AddRow", []int{sum, d.leaf(1, n)})
	}
	d.keep(sum)
}

// weightAndTranspose is a product with a weight and one with its transpose.
func (d *drawer) weightAndTranspose() {
	x := d.any()
	v, n := d.value(x), d.size()
	w := d.param(v.cols, n)
	y := d.do("MatMul", []int{x, w})
	if d.IntN(2) == 0 {
		y = d.do("Tanh", []int{y})
	}
	d.keep(y)
	d.keep(d.do("MatMul", []int{y, d.do("Transpose", []int{w})}))
}

// repeatedRow adds or multiplies by one row more than once.
func (d *drawer) repeatedRow() {
	x := d.any()
	row := d.leaf(1, d.value(x).cols)
	for range 2 + d.IntN(2) {
		switch d.IntN(4) {
		case 0:
			x = d.do("MulRow", []int{x, row})
		case 1:
			x = d.do("Add", []int{x, d.like(x)})
		default:
			x = d.do("AddRow", []int{x, row})
		}
	}
	d.keep(x)
}

// viewOfViews is a chain of operations that move elements.
func (d *drawer) viewOfViews() {
	x := d.any()
	moves := []string{"RowBlock", "ColumnBlock", "Reshape", "Transpose", "Unstack", "Stack", "ConcatColumns"}
	for range 2 + d.IntN(3) {
		op := moves[d.IntN(len(moves))]
		d.pool = append(d.pool, x)
		x = operations[op].draw(d, op)
	}
	d.keep(x)
	if d.IntN(2) == 0 {
		d.keep(d.do("MatMul", []int{x, d.weight(d.value(x).cols, d.size())}))
	}
}

// recut cuts a matrix in blocks of rows or columns and puts some of them together again, in
// order or not.
func (d *drawer) recut() {
	x := d.any()
	n, cut, join := d.value(x).cols, "ColumnBlock", "ConcatColumns"
	if d.IntN(2) == 0 {
		n, cut, join = d.value(x).rows, "RowBlock", "Stack"
	}
	if n > 40 {
		panic(errNoFit)
	}
	var parts []int
	for from := 0; from < n; {
		to := from + 1 + d.IntN(min(n-from, 1+n/2))
		part := d.do(cut, []int{x}, float64(from), float64(to))
		if d.IntN(6) == 0 {
			part = d.do("Tanh", []int{part})
		}
		if d.IntN(6) > 0 {
			parts = append(parts, part)
		}
		from = to
	}
	if len(parts) == 0 {
		return
	}
	if d.IntN(3) == 0 {
		d.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	}
	d.keep(d.do(join, parts))
}

// startedSums are sums of products that start from rows of another product, some of them from the
// same rows, or from a looked-up product that others read too.
func (d *drawer) startedSums() {
	rows, cols, n := 1+d.IntN(4), 1+d.IntN(6), d.size()
	blocks := 2 + d.IntN(2)
	x := d.leaf(rows*blocks, cols)
	if d.IntN(2) == 0 {
		limit := 1 + d.IntN(max(1, rows*blocks/2))
		x = d.do("Rows", []int{d.param(limit, cols), d.indices(rows*blocks, limit)})
	}
	z := d.do("MatMul", []int{x, d.leaf(cols, n)})
	if d.IntN(3) == 0 {
		d.keep(z)
	}
	if d.IntN(3) == 0 {
		other := d.leaf(rows*blocks, 3)
		d.keep(d.do("Add", []int{z, d.do("MatMul", []int{other, d.param(3, n)})}))
	}
	for k := range blocks {
		from := k * rows
		if d.IntN(3) == 0 {
			from = d.IntN(rows*(blocks-1) + 1)
		}
		block := d.do("RowBlock", []int{z}, float64(from), float64(from+rows))
		if d.IntN(6) == 0 {
			d.keep(block)
		}
		y := d.do("Add", []int{block, d.do("MatMul", []int{d.leaf(rows, 2), d.param(2, n)})})
		if d.IntN(2) == 0 {
			y = d.do("Tanh", []int{y})
		}
		d.keep(y)
	}
}

// lookups are several uses of one table, and of one lookup.
func (d *drawer) lookups() {
	n, limit := d.size(), 1+d.IntN(8)
	if d.IntN(4) == 0 {
		limit = d.size()
	}
	width := d.size()
	table := d.param(limit, width)
	if d.IntN(4) == 0 {
		table = d.leaf(limit, width)
	}
	index := d.indices(n, limit)
	for range 1 + d.IntN(3) {
		x := d.do("Rows", []int{table, index})
		d.keep(x)
		if d.IntN(2) == 0 {
			d.keep(d.do("MatMul", []int{x, d.weight(d.value(x).cols, d.size())}))
		}
		if d.IntN(2) == 0 {
			index = d.indices(n, limit)
		}
	}
}

// longSum adds and subtracts many matrices of one shape, some of them twice.
func (d *drawer) longSum() {
	x := d.any()
	for range 2 + d.IntN(4) {
		op := "Add"
		if d.IntN(4) == 0 {
			op = "Sub"
		}
		x = d.do(op, []int{x, d.like(x)})
		if d.IntN(5) == 0 {
			x = d.do("AddRow", []int{x, d.leaf(1, d.value(x).cols)})
		}
	}
	d.keep(x)
}

// normalised is a layer norm with a gain and a bias, and a product before it at times.
func (d *drawer) normalised() {
	x := d.any()
	if d.IntN(2) == 0 {
		x = d.do("MatMul", []int{x, d.weight(d.value(x).cols, 2+d.size())})
	}
	y := d.do("LayerNorm", []int{x}, 1e-3)
	y = d.do("MulRow", []int{y, d.param(1, d.value(y).cols)})
	if d.IntN(2) == 0 {
		y = d.do("AddRow", []int{y, d.param(1, d.value(y).cols)})
	}
	d.keep(y)
}

// derivedWeight multiplies by what is computed from parameters alone.
func (d *drawer) derivedWeight() {
	x := d.any()
	v, n := d.value(x), d.size()
	w := d.param(v.cols, n)
	switch d.IntN(4) {
	case 0:
		w = d.do("Affine", []int{w}, 0.5, 0)
	case 1:
		w = d.do("Mul", []int{w, d.param(v.cols, n)})
	case 2:
		w = d.do("RowBlock", []int{d.param(v.cols+1, n)}, 1, float64(v.cols+1))
	case 3:
		w = d.do("ColumnBlock", []int{d.param(v.cols, n+2)}, 1, float64(n+1))
	}
	d.keep(d.do("MatMul", []int{x, w}))
}

// classifier is a dense layer and the loss of its classes.
func (d *drawer) classifier() {
	x := d.any()
	v, classes := d.value(x), 1+d.size()
	z := d.do("AddRow", []int{d.do("MatMul", []int{x, d.param(v.cols, classes)}), d.param(1, classes)})
	d.keep(z)
	d.keep(d.do("CrossEntropy", []int{z, d.indices(v.rows, classes), d.weights(v.rows)}, 0))
}

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
		all = d.do("Rows", []int{d.param(rows, width), d.indices(batch*steps, rows)})
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
