package graphgen

import "math"

// This file holds how each operation's operands and numbers are drawn.

func (d *drawer) drawInput(op string) int {
	return d.add(op, "uniform", nil, float64(d.size()), float64(d.size()))
}

func (d *drawer) drawParam(string) int { return d.param(d.size(), d.size()) }

func (d *drawer) drawOnes(op string) int { return d.add(op, "", nil, float64(d.size())) }

// drawFilled draws a matrix of one number.
func (d *drawer) drawFilled(op string) int {
	v := d.value(d.any())
	return d.add(op, "", nil, float64(v.rows), float64(v.cols), float64(d.IntN(9)-4)/4)
}

// drawUnary draws an operation of one matrix, or of a scalar where it takes one.
func (d *drawer) drawUnary(op string) int { return d.do(op, []int{d.anyFor(op)}) }

// anyFor returns a matrix, or a scalar at times if the operation takes scalars.
func (d *drawer) anyFor(op string) int {
	if n := len(d.scalars); n > 0 && takesScalars[op] && d.IntN(6) == 0 {
		return d.scalars[d.IntN(n)]
	}
	return d.any()
}

// takesScalars tells the operations of one operand that may be a scalar.
var takesScalars = map[string]bool{"Sigmoid": true, "Tanh": true, "Exp": true, "Log": true, "Sqrt": true, "Affine": true, "Scale": true, "StopGradient": true}

func (d *drawer) drawUnaryMatrix(op string) int { return d.do(op, []int{d.any()}) }

// drawPair draws an operation of two matrices of equal shape, the same one at times, or of two
// scalars.
func (d *drawer) drawPair(op string) int {
	if n := len(d.scalars); n > 1 && d.IntN(8) == 0 {
		if id := d.add(op, "", []int{d.scalars[d.IntN(n)], d.scalars[d.IntN(n)]}); id != 0 {
			return id
		}
	}
	x := d.any()
	return d.do(op, []int{x, d.like(x)})
}

func (d *drawer) drawAffine(op string) int {
	if d.IntN(3) == 0 {
		return d.do(op, []int{d.anyFor(op)}, -1, 1)
	}
	return d.do(op, []int{d.anyFor(op)}, float64(d.IntN(9)-4)/2, float64(d.IntN(5)-2)/2)
}

func (d *drawer) drawClamp(op string) int {
	low := -float64(1+d.IntN(4)) / 4
	switch d.IntN(4) {
	case 0:
		return d.do(op, []int{d.any()}, low, math.Inf(1))
	case 1:
		return d.do(op, []int{d.any()}, math.Inf(-1), -low)
	}
	return d.do(op, []int{d.any()}, low, low+float64(1+d.IntN(4))/4)
}

// drawApply draws the operation of one matrix that no engine knows.
func (d *drawer) drawApply(op string) int { return d.do(op, []int{d.any()}) }

// drawProduct draws a product with a matrix that is there or with a leaf, on either side.
func (d *drawer) drawProduct(op string) int {
	x := d.any()
	v, n := d.value(x), d.size()
	if v.rows*v.cols*n > maxWork {
		n = 1
	}
	if d.IntN(4) == 0 {
		return d.do(op, []int{d.leaf(n, v.rows), x})
	}
	return d.do(op, []int{x, d.weight(v.cols, n)})
}

// weight returns a matrix to multiply by: a leaf, or the transpose of one.
func (d *drawer) weight(rows, cols int) int {
	if d.IntN(6) == 0 {
		if x := d.known(cols, rows); x != 0 {
			return d.do("Transpose", []int{x})
		}
	}
	return d.leaf(rows, cols)
}

func (d *drawer) drawWithRow(op string) int {
	x := d.any()
	return d.do(op, []int{x, d.leaf(1, d.value(x).cols)})
}

func (d *drawer) drawWithColumn(op string) int {
	x := d.any()
	rows := d.value(x).rows
	if d.IntN(2) == 0 {
		return d.do(op, []int{x, d.mask(rows)})
	}
	return d.do(op, []int{x, d.leaf(rows, 1)})
}

func (d *drawer) drawOuterRows(op string) int {
	x := d.any()
	v := d.value(x)
	other := d.leaf(v.rows, 1+d.IntN(min(4, 1+maxElements/len(v.x))))
	if d.IntN(2) == 0 {
		return d.do(op, []int{other, x})
	}
	return d.do(op, []int{x, other})
}

// drawMatVecRows takes the rows of a matrix as matrices of p rows.
func (d *drawer) drawMatVecRows(op string) int {
	x := d.any()
	v := d.value(x)
	p := d.divisor(v.cols)
	return d.do(op, []int{x, d.leaf(v.rows, v.cols/p)})
}

// divisor draws a divisor of n.
func (d *drawer) divisor(n int) int {
	var all []int
	for k := 1; k <= n; k++ {
		if n%k == 0 {
			all = append(all, k)
		}
	}
	return all[d.IntN(len(all))]
}

func (d *drawer) drawLayerNorm(op string) int {
	return d.do(op, []int{d.any()}, []float64{1e-5, 1e-3, 0.1}[d.IntN(3)])
}

func (d *drawer) drawRows(op string) int {
	x := d.any()
	return d.do(op, []int{x, d.indices(d.size(), d.value(x).rows)})
}

func (d *drawer) drawSelect(op string) int {
	x := d.any()
	return d.do(op, []int{d.mask(d.value(x).rows), x, d.like(x)})
}

// drawStack draws matrices of equal width on top of one another.
func (d *drawer) drawStack(op string) int {
	x := d.any()
	v := d.value(x)
	parts := []int{x}
	for range d.IntN(4) {
		if d.IntN(2) == 0 {
			parts = append(parts, d.like(x))
		} else {
			parts = append(parts, d.leaf(d.IntN(4)+1, v.cols))
		}
	}
	return d.do(op, parts)
}

func (d *drawer) drawConcatColumns(op string) int {
	x := d.any()
	v := d.value(x)
	parts := []int{x}
	for range d.IntN(4) {
		if d.IntN(2) == 0 {
			parts = append(parts, d.like(x))
		} else {
			parts = append(parts, d.leaf(v.rows, d.IntN(4)+1))
		}
	}
	return d.do(op, parts)
}

func (d *drawer) drawRowBlock(op string) int {
	x := d.any()
	from, to := d.part(d.value(x).rows)
	return d.do(op, []int{x}, from, to)
}

func (d *drawer) drawColumnBlock(op string) int {
	x := d.any()
	from, to := d.part(d.value(x).cols)
	return d.do(op, []int{x}, from, to)
}

// part draws a range within n.
func (d *drawer) part(n int) (from, to float64) {
	start := d.IntN(n)
	return float64(start), float64(start + 1 + d.IntN(n-start))
}

func (d *drawer) drawUnstack(op string) int {
	x := d.any()
	steps := d.divisor(d.value(x).rows)
	var id int
	for range 1 + d.IntN(2) {
		id = d.do(op, []int{x}, float64(steps), float64(d.IntN(steps)))
		d.pool = append(d.pool, id)
	}
	return id
}

func (d *drawer) drawReshape(op string) int {
	x := d.any()
	n := len(d.value(x).x)
	rows := d.divisor(n)
	return d.do(op, []int{x}, float64(rows), float64(n/rows))
}

func (d *drawer) drawDot(op string) int {
	x := d.any()
	return d.do(op, []int{x, d.like(x)})
}

// drawCrossEntropy draws the loss, plain mostly, else with weights of classes or smoothing.
func (d *drawer) drawCrossEntropy(op string) int {
	x := d.any()
	v := d.value(x)
	numbers := []float64{0}
	if d.IntN(4) == 0 {
		numbers[0] = 0.125
	}
	if d.IntN(4) == 0 {
		for range v.cols {
			numbers = append(numbers, float64(1+d.IntN(4))/2)
		}
	}
	return d.do(op, []int{x, d.indices(v.rows, v.cols), d.weights(v.rows)}, numbers...)
}

func (d *drawer) drawBinaryCrossEntropy(op string) int {
	x := d.any()
	v := d.value(x)
	labels := d.add("Input", "share", nil, float64(v.rows), float64(v.cols))
	return d.do(op, []int{x, labels, d.weights(v.rows)})
}

func (d *drawer) drawSquaredError(op string) int {
	x := d.any()
	return d.do(op, []int{x, d.like(x), d.weights(d.value(x).rows)})
}

// drawSubstitute puts a function of a parameter in its place.
func (d *drawer) drawSubstitute(op string) int {
	w := d.add("Param", "", nil, float64(d.size()), float64(d.size()))
	if w == 0 {
		panic(errNoFit)
	}
	v := d.value(w)
	return d.do(op, []int{w, d.do("Mul", []int{w, d.leaf(v.rows, v.cols)})})
}
