package graphgen

import (
	"math"
	"slices"

	"github.com/pkg/errors"
)

// An array is the value of a statement: a matrix, a scalar, or a vector of row numbers.
type array struct {
	rows, cols int
	x          []float64 // row-major; nil for row numbers
	ints       []int
	scalar     bool
	exact      bool // elements are those of leaves, moved: the same bits in every engine
	loose      bool // computed from a gradient by central differences
}

// matrix returns a matrix of zeros.
func matrix(rows, cols int) array {
	return array{rows: rows, cols: cols, x: make([]float64, rows*cols)}
}

// constant returns a matrix of one number.
func constant(rows, cols int, x float64) array {
	y := matrix(rows, cols)
	y.exact = true
	for i := range y.x {
		y.x[i] = x
	}
	return y
}

// scalar returns a scalar.
func scalar(x float64) array { return array{rows: 1, cols: 1, x: []float64{x}, scalar: true} }

// row returns row i.
func (a array) row(i int) []float64 { return a.x[i*a.cols : (i+1)*a.cols] }

// largest returns the largest magnitude of an element.
func (a array) largest() (m float64) {
	for _, x := range a.x {
		if !(math.Abs(x) <= m) {
			m = math.Abs(x) // NaN too
		}
	}
	return m
}

func (a array) like(b array) bool {
	return a.rows == b.rows && a.cols == b.cols && a.scalar == b.scalar && a.ints == nil && b.ints == nil
}

// errRange says that a value is where rounding decides what comes out, or where numbers grow
// beyond what is worth comparing.
var errRange = errors.New("out of range")

// errShape says that operands do not fit.
var errShape = errors.New("shapes do not fit")

// An evaluation computes a program with plain loops in float64: one of its oracles.
type evaluation struct {
	program *Program
	world   world
	lenient bool                        // values out of range are no error
	perturb func(*Statement, []float64) // changes the values of a leaf
	ties    bool                        // comparisons of equal numbers were met
	values  map[int]array               // of the statements so far, by number

	stopped map[int]array // values that gradients do not flow through, in a central difference
	nodes   map[int]int   // see Program.nodes
	moving  int           // the node one element of which is moved, or 0
	element int
	by      float64
}

// run returns the value of each statement by its number.
func (e *evaluation) run() (map[int]array, error) {
	err := e.runTo(0)
	return e.values, err
}

// runTo computes the statements up to one, or all.
func (e *evaluation) runTo(last int) error {
	e.values = make(map[int]array, len(e.program.Statements))
	for i := range e.program.Statements {
		s := &e.program.Statements[i]
		if err := e.statement(s); err != nil {
			return errors.Wrap(err, s.String())
		}
		if s.ID == last {
			return nil
		}
	}
	return nil
}

// statement computes one statement.
func (e *evaluation) statement(s *Statement) error {
	row := operations[s.Op]
	in := make([]array, len(s.Operands))
	loose := false
	for i, id := range s.Operands {
		in[i] = e.values[id]
		loose = loose || in[i].loose
	}
	if row.operands >= 0 && len(in) != row.operands || row.operands < 0 && len(in) == 0 || len(s.Numbers) < row.numbers {
		return errors.Wrapf(errShape, "%d operands and %d numbers", len(in), len(s.Numbers))
	}
	y, err := row.plain(e, s, in)
	if err != nil {
		return err
	}
	if bound := e.bound(y); !(y.largest() <= bound) && !e.lenient {
		return errors.Wrapf(errRange, "%g", y.largest())
	}
	if y.loose = y.loose || loose; e.moving != 0 && e.nodes[s.ID] == e.moving && !s.isAlias() {
		y.x = slices.Clone(y.x)
		y.x[e.element] += e.by
	}
	e.values[s.ID] = y
	return nil
}

// bound returns how large a value may be.
func (e *evaluation) bound(y array) float64 {
	if y.scalar {
		return 1e4
	}
	return 32
}

// leaf returns a matrix of the values of a leaf.
func (e *evaluation) leaf(s *Statement) (array, error) {
	if !s.hasSize() {
		return array{}, errShape
	}
	y := array{rows: s.int(0), cols: s.int(1), x: e.program.floats(s, e.world), exact: true}
	if e.perturb != nil {
		e.perturb(s, y.x)
	}
	return y, nil
}

// within tells whether a number lies where an operation is well conditioned.
func (e *evaluation) within(x, low, high float64) bool { return e.lenient || low <= x && x <= high }

// decided tells whether every engine finds the same of two numbers the larger: they are far
// apart, or equal bit for bit.
func (e *evaluation) decided(x, y float64, exact bool) bool {
	if x == y && exact {
		e.ties = true
		return true
	}
	return e.lenient || math.Abs(x-y) > 1e-3
}

// hasSize tells whether the first two numbers are rows and columns, or a number and a limit.
func (s *Statement) hasSize() bool {
	const most = 1 << 22
	rows, cols := s.int(0), s.int(1)
	return 1 <= rows && rows <= most && 1 <= cols && cols <= most && rows*cols <= most
}

// isAlias tells whether a statement's node is its last operand's.
func (s *Statement) isAlias() bool {
	return s.Op == "Substitute" || s.Op == "Unstack" && s.int(0) == 1
}
