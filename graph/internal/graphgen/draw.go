package graphgen

import (
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
)

// A drawer draws the statements of a program. It computes their values at once, so that each
// one fits and stays in range.
type drawer struct {
	*rand.Rand
	program *Program
	worlds  []*evaluation
	pool    []int // matrices that statements may use
	scalars []int // terms of the objective
}

// Draw returns the random program of a seed.
func Draw(seed uint64) *Program {
	d := &drawer{Rand: rand.New(rand.NewPCG(seed, 11)), program: &Program{Seed: seed}}
	for _, w := range worlds {
		d.worlds = append(d.worlds, &evaluation{program: d.program, world: w, values: map[int]array{}})
	}
	rows, cols := d.size(), d.size()
	if rows*cols > maxElements {
		cols = 1
	}
	d.pool = append(d.pool, d.leaf(rows, cols), d.leaf(rows, cols), d.leaf(cols, 1+d.IntN(5)))
	for range d.IntN(9) {
		d.step()
	}
	if d.IntN(3) == 0 {
		d.attempt((*drawer).recurrence)
		for range d.IntN(4) {
			d.step()
		}
	}
	d.finish()
	return d.program
}

// step adds a pattern or one operation.
func (d *drawer) step() {
	if d.IntN(4) == 0 {
		d.attempt(patterns[d.IntN(len(patterns))])
		return
	}
	op := drawnOperations[d.IntN(len(drawnOperations))]
	d.attempt(func(d *drawer) { d.keep(operations[op].draw(d, op)) })
}

// errNoFit ends the drawing of something whose operands cannot be made to fit.
var errNoFit = errors.New("no operands fit")

// attempt draws something, or a part of it if the rest does not fit.
func (d *drawer) attempt(draw func(*drawer)) {
	defer func() {
		if r := recover(); r != nil && r != errNoFit {
			panic(r)
		}
	}()
	draw(d)
}

// keep makes a statement's value one that others may use, or a term of the objective.
func (d *drawer) keep(id int) {
	switch v := d.value(id); {
	case v.ints != nil:
	case v.scalar:
		d.scalars = append(d.scalars, id)
	default:
		d.pool = append(d.pool, id)
	}
}

// value returns the value of a statement in the first world.
func (d *drawer) value(id int) array { return d.worlds[0].values[id] }

// add adds a statement and returns its number, or 0 if it does not fit in one of the worlds. It
// gives up with errNoFit on a leaf that is too large.
func (d *drawer) add(op string, kind string, operands []int, numbers ...float64) int {
	if len(operands) == 0 && op != "Indices" && len(numbers) > 1 && numbers[0]*numbers[1] > maxElements {
		panic(errNoFit)
	}
	s := Statement{ID: len(d.program.Statements) + 1, Op: op, Operands: operands, Numbers: numbers, Kind: kind}
	d.program.Statements = append(d.program.Statements, s)
	for _, e := range d.worlds {
		if err := e.statement(&s); err != nil {
			d.program.Statements = d.program.Statements[:s.ID-1]
			return 0
		}
	}
	return s.ID
}

// do adds a statement. Where its value would be out of range, matrices that it is computed from
// go through a function that bounds them first.
func (d *drawer) do(op string, operands []int, numbers ...float64) int {
	if id := d.add(op, "", operands, numbers...); id != 0 {
		return id
	}
	for _, tame := range []func(int) int{
		func(x int) int { return d.add("Tanh", "", []int{x}) },
		func(x int) int {
			if y := d.add("Sigmoid", "", []int{x}); y != 0 {
				return d.add("Affine", "", []int{y}, 1.5, 0.5)
			}
			return 0
		},
	} {
		tamed := slices.Clone(operands)
		for i, x := range operands {
			if v := d.value(x); v.ints == nil && !v.scalar && !operations[op].isFlat(i) {
				if y := tame(x); y != 0 {
					tamed[i] = y
				}
			}
		}
		if id := d.add(op, "", tamed, numbers...); id != 0 {
			return id
		}
	}
	panic(errNoFit)
}

// sizes are those of the blocks that kernels work in and their neighbours.
var sizes = []int{15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257}

// size draws a number of rows or columns: small ones mostly, so that a graph takes little time.
func (d *drawer) size() int {
	switch d.IntN(40) {
	case 0:
		return sizes[d.IntN(len(sizes))]
	case 1, 2:
		return sizes[d.IntN(6)]
	case 3:
		if d.IntN(20) == 0 {
			return 1025
		}
		return 5 + d.IntN(20)
	default:
		return 1 + d.IntN(5)
	}
}

// maxElements bounds matrices, and maxWork the products of numbers in one matrix product.
const maxElements, maxWork = 40_000, 1 << 20

// leaf returns an input, a parameter, or a constant of the shape, a known one at times.
func (d *drawer) leaf(rows, cols int) int {
	if rows*cols > maxElements {
		panic(errNoFit)
	}
	if x := d.known(rows, cols); x != 0 && d.IntN(3) > 0 {
		return x
	}
	switch d.IntN(12) {
	case 0:
		return d.add("Constant", "", nil, float64(rows), float64(cols), float64(d.IntN(9)-4)/4)
	case 1, 2, 3, 4, 5:
		return d.input(rows, cols)
	}
	return d.param(rows, cols)
}

// known returns a matrix of the shape that is there, or 0.
func (d *drawer) known(rows, cols int) int {
	var all []int
	for _, id := range d.pool {
		if v := d.value(id); v.rows == rows && v.cols == cols {
			all = append(all, id)
		}
	}
	if len(all) == 0 {
		return 0
	}
	return all[d.IntN(len(all))]
}

func (d *drawer) input(rows, cols int) int {
	kinds := []string{"uniform", "uniform", "uniform", "small", "signs"}
	return d.add("Input", kinds[d.IntN(len(kinds))], nil, float64(rows), float64(cols))
}

func (d *drawer) param(rows, cols int) int {
	id := d.add("Param", "", nil, float64(rows), float64(cols))
	if d.IntN(2) == 0 {
		d.pool = append(d.pool, id)
	}
	return id
}

// mask returns a column of zeros and ones.
func (d *drawer) mask(rows int) int {
	kinds := []string{"mask", "mask", "sorted", "sorted", "zeros", "ones", "signs"}
	if d.IntN(8) == 0 {
		x := d.input(rows, 1)
		if id := d.add("AtLeast", "", []int{x, d.input(rows, 1)}); id != 0 {
			return id
		}
	}
	return d.column(rows, kinds[d.IntN(len(kinds))])
}

// column returns a column of an input: all of it, or one of several.
func (d *drawer) column(rows int, kind string) int {
	if d.IntN(4) > 0 {
		return d.add("Input", kind, nil, float64(rows), 1)
	}
	cols := 2 + d.IntN(3)
	from := float64(d.IntN(cols))
	return d.do("ColumnBlock", []int{d.add("Input", kind, nil, float64(rows), float64(cols))}, from, from+1)
}

// weights returns a column of weights of rows, some of them 0.
func (d *drawer) weights(rows int) int {
	if d.IntN(3) == 0 {
		return d.add("Ones", "", nil, float64(rows))
	}
	kinds := []string{"counts", "counts", "mask", "sorted", "zeros"}
	return d.column(rows, kinds[d.IntN(len(kinds))])
}

// indices returns n numbers below limit.
func (d *drawer) indices(n, limit int) int {
	kinds := []string{"any", "any", "any", "same", "rising"}
	return d.add("Indices", kinds[d.IntN(len(kinds))], nil, float64(n), float64(limit))
}

// any returns a matrix that is there, a recent one more often than not.
func (d *drawer) any() int {
	if n := len(d.pool); d.IntN(2) == 0 {
		return d.pool[n-1-d.IntN(min(n, 3))]
	}
	return d.pool[d.IntN(len(d.pool))]
}

// like returns a matrix of the same shape as x.
func (d *drawer) like(x int) int {
	v := d.value(x)
	if d.IntN(3) == 0 {
		return d.leaf(v.rows, v.cols)
	}
	return d.known(v.rows, v.cols)
}

// finish draws what is computed: outputs and the objective.
func (d *drawer) finish() {
	p := d.program
	training := d.IntN(8) > 0
	for i, id := range d.pool {
		if d.IntN(4) == 0 || i == len(d.pool)-1 {
			d.add("Output", "", []int{id})
		}
		if training && (d.IntN(3) == 0 || i == len(d.pool)-1) {
			d.attempt(func(d *drawer) { d.scalars = append(d.scalars, d.do("Dot", []int{id, d.like(id)})) })
		}
	}
	if training {
		d.objective()
	} else {
		*p = *p.without("Minimize")
		p.dropProbes()
	}
	p.prune()
}

// objective adds up the terms, and one for each parameter that they do not depend on.
func (d *drawer) objective() {
	p := d.program
	var loss int
	sum := func(term int) {
		if term == 0 {
			return
		}
		if loss == 0 {
			loss = term
		} else if s := d.add("Add", "", []int{loss, term}); s != 0 {
			loss = s
		}
	}
	for _, term := range d.scalars {
		sum(term)
	}
	if loss == 0 {
		sum(d.add("Dot", "", []int{d.pool[0], d.pool[0]}))
	}
	d.add("Minimize", "", []int{loss})
	p.prune()
	felt := p.felt()
	var missing []Statement
	for _, s := range p.Statements {
		if (s.Op == "Param" || s.Op == "Gradient") && !felt[s.ID] {
			missing = append(missing, s)
		}
	}
	if len(missing) == 0 {
		return
	}
	p.Statements = slices.DeleteFunc(p.Statements, func(s Statement) bool { return s.Op == "Minimize" })
	next := p.last()
	for _, s := range missing {
		v := d.value(s.ID)
		ones, dot, add := next+1, next+2, next+3
		p.Statements = append(p.Statements,
			Statement{ID: ones, Op: "Constant", Numbers: []float64{float64(v.rows), float64(v.cols), 0.25}},
			Statement{ID: dot, Op: "Dot", Operands: []int{s.ID, ones}},
			Statement{ID: add, Op: "Add", Operands: []int{loss, dot}})
		loss, next = add, add
	}
	p.Statements = append(p.Statements, Statement{ID: next + 1, Op: "Minimize", Operands: []int{loss}})
}

// last returns the largest number of a statement.
func (p *Program) last() (id int) {
	for i := range p.Statements {
		id = max(id, p.Statements[i].ID)
	}
	return id
}

// dropProbes replaces the probes of a program that has no objective by what they probe.
func (p *Program) dropProbes() {
	for i := 0; i < len(p.Statements); i++ {
		if s := p.Statements[i]; s.Op == "Gradient" {
			p.replace(s.ID, s.Operands[0])
			p.Statements = slices.Delete(p.Statements, i, i+1)
			i--
		}
	}
}

// replace makes every user of one statement use another.
func (p *Program) replace(id, by int) {
	for i := range p.Statements {
		for k, operand := range p.Statements[i].Operands {
			if operand == id {
				p.Statements[i].Operands[k] = by
			}
		}
	}
}
