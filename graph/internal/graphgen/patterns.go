package graphgen

// patterns are what models do with several operations, where passes of the compiler look.
var patterns = []func(*drawer){
	(*drawer).sumOfProducts, (*drawer).sharedWeight, (*drawer).weightAndTranspose, (*drawer).repeatedRow, (*drawer).viewOfViews,
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

// sharedWeight is products of several matrices with one weight, some of them with a bias.
func (d *drawer) sharedWeight() {
	x := d.any()
	v, n := d.value(x), d.size()
	w, biases := d.param(v.cols, n), []int{d.leaf(1, n), d.leaf(1, n)}
	for range 2 + d.IntN(3) {
		y := d.do("MatMul", []int{x, w})
		if k := d.IntN(4); k < 2 {
			y = d.do("AddRow", []int{y, biases[k]})
		}
		d.keep(y)
		x = d.leaf(v.rows, v.cols)
	}
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
	switch d.IntN(4) {
	case 0:
		d.keep(z)
	case 1:
		d.add("Output", "", []int{z})
	}
	if d.IntN(2) == 0 {
		other := d.leaf(rows*blocks, 3)
		d.keep(d.do("Add", []int{z, d.do("MatMul", []int{other, d.param(3, n)})}))
		if d.IntN(2) == 0 { // nobody else reads it
			return
		}
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
	if d.IntN(2) == 0 { // so many that passes compute the products of the table
		n = 2*limit + d.IntN(4)
	}
	width := d.size()
	table := d.table(limit, width)
	index := d.indices(n, limit)
	for range 1 + d.IntN(3) {
		x := d.do("Rows", []int{table, index})
		d.keep(x)
		switch d.IntN(3) {
		case 0:
			d.keep(d.do("MatMul", []int{x, d.weight(width, d.size())}))
		case 1:
			m := d.size()
			y := d.do("MatMul", []int{x, d.param(width, m)})
			if d.IntN(2) == 0 {
				y = d.do("AddRow", []int{y, d.leaf(1, m)})
			}
			d.keep(y)
		}
		if d.IntN(2) == 0 {
			index = d.indices(n, limit)
		}
	}
}

// table returns a matrix to look rows up in: a parameter mostly, or what is there.
func (d *drawer) table(rows, cols int) int {
	if d.IntN(3) == 0 {
		return d.leaf(rows, cols)
	}
	return d.param(rows, cols)
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
