package graphgen

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed-222a112c/lstm/graph"
)

// This file holds what differentiates inside of a program: Gradients and StopGradient.

// gradientOf is the gradient of a scalar, the first operand, with respect to the second, by
// central differences: it is not exact to rounding.
func gradientOf(e *evaluation, s *Statement, in []array) (array, error) {
	const h = 1e-5
	nodes := e.program.nodes()
	depends := false
	for id := range e.program.feltBy(s.Operands[0]) {
		depends = depends || id != s.Operands[0] && nodes[id] == nodes[s.Operands[1]]
	}
	if !in[0].scalar || in[1].ints != nil || len(in[1].x) > mostDifferences || !depends {
		return array{}, errShape
	}
	if in[0].loose || e.ties { // at a tie there is no derivative
		return array{}, errRange
	}
	y := array{rows: in[1].rows, cols: in[1].cols, scalar: in[1].scalar, x: make([]float64, len(in[1].x)), loose: true}
	for k := range y.x {
		y.x[k] = (e.moved(s, nodes, k, h) - e.moved(s, nodes, k, -h)) / (2 * h)
	}
	return y, nil
}

// mostDifferences bounds the elements that central differences are taken of.
const mostDifferences = 12

// moved returns the scalar with element k of what it is differentiated by moved.
func (e *evaluation) moved(s *Statement, nodes map[int]int, k int, by float64) float64 {
	sub := &evaluation{program: e.program, world: e.world, lenient: true, perturb: e.perturb, stopped: e.values, nodes: nodes, moving: nodes[s.Operands[1]], element: k, by: by}
	if err := sub.runTo(s.Operands[0]); err != nil {
		panic(err) // it has been computed before
	}
	return sub.values[s.Operands[0]].x[0]
}

// stopped is its operand; in a central difference, what that is without the difference.
func stopped(e *evaluation, s *Statement, in []array) (array, error) {
	if in[0].ints != nil {
		return array{}, errShape
	}
	if y, known := e.stopped[s.ID]; known {
		return y, nil
	}
	return in[0], nil
}

func buildGradients(c *construction, _ *Statement, in []*graph.Node) *graph.Node {
	return c.b.Gradients(in[0], in[1])[0]
}

// drawGradients draws the gradient of a term of the objective with respect to a small matrix that
// it was computed from.
func (d *drawer) drawGradients(op string) int {
	loss := d.term()
	felt := d.program.feltBy(loss)
	var small []int
	for _, s := range slices.Backward(d.program.Statements) {
		id := s.ID
		if v := d.value(id); felt[id] && id != loss && v.ints == nil && len(v.x) <= mostDifferences {
			small = append(small, id)
		}
	}
	if len(small) == 0 {
		panic(errNoFit)
	}
	return d.do(op, []int{loss, small[d.IntN(len(small))]})
}

// term returns a scalar.
func (d *drawer) term() int {
	if n := len(d.scalars); n > 0 && d.IntN(3) > 0 {
		return d.scalars[d.IntN(n)]
	}
	x := d.any()
	return d.do("Dot", []int{x, d.like(x)})
}

// drawScale scales by a term of the objective, made small.
func (d *drawer) drawScale(op string) int {
	by := d.term()
	if v := d.value(by).largest(); v > 2 {
		by = d.do("Affine", []int{by}, math.Exp2(-math.Ceil(math.Log2(v))), 0)
	}
	return d.do(op, []int{d.anyFor(op), by})
}

func (d *drawer) drawGather(op string) int {
	x := d.any()
	v := d.value(x)
	return d.do(op, []int{x, d.indices(v.rows, v.cols)})
}

// nodes returns, by number of statement, the first statement that has the same node: some methods
// return an operand, and of Gorgonia's own operations equal ones are one node.
func (p *Program) nodes() map[int]int {
	first, known := make(map[int]int, len(p.Statements)), map[string]int{}
	for i := range p.Statements {
		s := &p.Statements[i]
		node := s.ID
		switch s.Op {
		case "Unstack", "Substitute":
			if s.isAlias() {
				node = first[s.Operands[len(s.Operands)-1]]
				break
			}
			if s.Op == "Unstack" { // a piece of those that one call returns
				node = once(known, fmt.Sprint(s.Op, name(first[s.Operands[0]]), s.Numbers), node)
			}
		case "Add", "Sub", "Mul", "Div", "MatMul", "Sigmoid", "Tanh", "Exp", "Log", "Sqrt", "Scale":
			key := strings.Replace(s.Op, "Scale", "Mul", 1) // of two scalars it is
			for _, id := range s.Operands {
				key += " " + name(first[id])
			}
			node = once(known, key, node)
		}
		first[s.ID] = node
	}
	return first
}

// once returns the node that is known by a key, which is node if there was none.
func once(known map[string]int, key string, node int) int {
	if same, ok := known[key]; ok {
		return same
	}
	known[key] = node
	return node
}
