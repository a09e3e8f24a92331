package graphgen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// A Program is a graph as data: statements in an order in which each comes after its
// operands. Its text, which String writes and Parse reads, is one statement a line:
//
//	seed 7
//	v1 = Input(3, 5, uniform)
//	v2 = Param(5, 4)
//	v3 = MatMul(v1, v2)
//	v4 = Output(v3)
//
// The seed and the number of a leaf decide its values, so that a leaf keeps them while the
// statements around it go.
type Program struct {
	Seed       uint64
	Statements []Statement
}

// A Statement is one call of a method of graph.Builder.
type Statement struct {
	ID       int       // its number, unique in the program and positive
	Op       string    // the method
	Operands []int     // numbers of statements before it
	Numbers  []float64 // the other arguments: sizes, offsets, constants
	Kind     string    // of a leaf: how its values are drawn
}

// int returns argument number i, which is whole.
func (s *Statement) int(i int) int { return int(s.Numbers[i]) }

// String returns the statement as text.
func (s *Statement) String() string {
	var args []string
	for _, id := range s.Operands {
		args = append(args, name(id))
	}
	for _, x := range s.Numbers {
		args = append(args, strconv.FormatFloat(x, 'g', -1, 64))
	}
	if s.Kind != "" {
		args = append(args, s.Kind)
	}
	return fmt.Sprintf("%s = %s(%s)", name(s.ID), s.Op, strings.Join(args, ", "))
}

// name returns what a statement's result is called in texts, and an output in a graph.
func name(id int) string { return "v" + strconv.Itoa(id) }

// String returns the program as text.
func (p *Program) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d\n", p.Seed)
	for i := range p.Statements {
		fmt.Fprintln(&b, &p.Statements[i])
	}
	return b.String()
}

// Parse reads the text of a program. Empty lines and what follows a # are left out. An error
// names the line.
func Parse(text string) (*Program, error) {
	p := &Program{}
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if err := p.parseLine(line); err != nil {
			return nil, errors.Wrapf(err, "graphgen: line %d, %q", i+1, line)
		}
	}
	return p, nil
}

func (p *Program) parseLine(line string) error {
	if seed, ok := strings.CutPrefix(line, "seed "); ok {
		n, err := strconv.ParseUint(strings.TrimSpace(seed), 10, 64)
		p.Seed = n
		return err
	}
	left, right, ok := strings.Cut(line, "=")
	op, rest, isCall := strings.Cut(strings.TrimSpace(right), "(")
	arguments, closed := strings.CutSuffix(rest, ")")
	if !ok || !isCall || !closed {
		return errors.New(`want "seed N" or "vN = Operation(arguments)"`)
	}
	id, err := p.parseName(strings.TrimSpace(left))
	if err != nil {
		return err
	}
	if p.find(id) != nil {
		return errors.Errorf("a second %s", name(id))
	}
	if _, known := operations[op]; !known {
		return errors.Errorf("no operation %q", op)
	}
	s := Statement{ID: id, Op: op}
	for _, argument := range strings.Split(arguments, ",") {
		argument = strings.TrimSpace(argument)
		number, err := strconv.ParseFloat(argument, 64)
		switch {
		case err == nil:
			s.Numbers = append(s.Numbers, number)
		case distributions[argument] != nil:
			s.Kind = argument
		default:
			id, err := p.parseName(argument)
			if err != nil {
				return err
			}
			if p.find(id) == nil {
				return errors.Errorf("%s is not known at this point", argument)
			}
			s.Operands = append(s.Operands, id)
		}
	}
	if isLeaf := op == "Input" || op == "UnsetInput" || op == "Indices"; isLeaf != (s.Kind != "") || (op == "Indices") != ofIndices(s.Kind) {
		return errors.New("an Input has one of the distributions of numbers, Indices one of any, same and rising, and others none")
	}
	p.Statements = append(p.Statements, s)
	return nil
}

func (p *Program) parseName(text string) (int, error) {
	digits, ok := strings.CutPrefix(text, "v")
	id, err := strconv.Atoi(digits)
	if !ok || err != nil || id <= 0 {
		return 0, errors.Errorf("%q is neither a value (v1, v2, ...), nor a number, nor a distribution", text)
	}
	return id, nil
}

// find returns the statement of a number, or nil.
func (p *Program) find(id int) *Statement {
	for i := range p.Statements {
		if p.Statements[i].ID == id {
			return &p.Statements[i]
		}
	}
	return nil
}

// clone returns a copy that shares nothing with p.
func (p *Program) clone() *Program {
	q := &Program{Seed: p.Seed, Statements: slices.Clone(p.Statements)}
	for i := range q.Statements {
		s := &q.Statements[i]
		s.Operands, s.Numbers = slices.Clone(s.Operands), slices.Clone(s.Numbers)
	}
	return q
}

// has tells whether a statement of the program is an op.
func (p *Program) has(op string) bool {
	return slices.ContainsFunc(p.Statements, func(s Statement) bool { return s.Op == op })
}

// without returns the program without its statements of an op, and what only they needed.
func (p *Program) without(ops ...string) *Program {
	q := p.clone()
	q.Statements = slices.DeleteFunc(q.Statements, func(s Statement) bool { return slices.Contains(ops, s.Op) })
	q.prune()
	return q
}

// prune removes the statements that no output and no objective needs.
func (p *Program) prune() {
	needed := map[int]bool{}
	for i := len(p.Statements) - 1; i >= 0; i-- {
		if s := &p.Statements[i]; needed[s.ID] || isRoot(s.Op) {
			needed[s.ID] = true
			for _, id := range s.Operands {
				needed[id] = true
			}
		}
	}
	p.Statements = slices.DeleteFunc(p.Statements, func(s Statement) bool { return !needed[s.ID] })
}

// isRoot tells operations that are there for what they ask of the program, not for a value.
func isRoot(op string) bool { return op == "Output" || op == "Minimize" }

// felt tells, by number, which statements the objective's gradient reaches.
func (p *Program) felt() map[int]bool {
	for i := range p.Statements {
		if p.Statements[i].Op == "Minimize" {
			return p.feltBy(p.Statements[i].ID)
		}
	}
	return nil
}

// feltBy tells which statements the gradient of one reaches, itself included.
func (p *Program) feltBy(id int) map[int]bool {
	felt := map[int]bool{id: true}
	for i := len(p.Statements) - 1; i >= 0; i-- {
		s := &p.Statements[i]
		if !felt[s.ID] {
			continue
		}
		for k, operand := range s.Operands {
			if !operations[s.Op].isFlat(k) {
				felt[operand] = true
			}
		}
	}
	return felt
}

// check reports a program that Compile refuses or whose gradients are not of interest: one
// without a root, one with a parameter that the objective does not depend on.
func (p *Program) check() error {
	roots, objective := 0, false
	for i := range p.Statements {
		if isRoot(p.Statements[i].Op) {
			roots++
		}
		objective = objective || p.Statements[i].Op == "Minimize"
	}
	if roots == 0 {
		return errors.New("neither an output nor an objective")
	}
	felt := p.felt()
	for i := range p.Statements {
		s := &p.Statements[i]
		if (s.Op == "Param" || s.Op == "Gradient") && objective && !felt[s.ID] {
			return errors.Errorf("the objective does not depend on %s", name(s.ID))
		}
		if s.Op == "Gradient" && !objective {
			return errors.Errorf("%s asks for a gradient and there is no objective", name(s.ID))
		}
	}
	return nil
}
