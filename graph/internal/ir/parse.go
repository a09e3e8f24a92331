package ir

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

var (
	definition = regexp.MustCompile(`^(\w+) = (.*?)( row)?$`)
	leafText   = regexp.MustCompile(`^(input|param|index) (\d+)x(\d+)(?: ("(?:[^"\\]|\\.)*"))?$`)
	operation  = regexp.MustCompile(`^(\w+)(?:\[(.*)\])?\(([^()]*)\)$`)
)

// Parse returns the program that a text describes, with all its values as they are written.
// It reads what [Program.String] prints, and values of any names; empty lines and what follows
// a # are left out. The program is verified.
func Parse(text string) (*Program, error) {
	p := NewProgram()
	values := map[string]*Value{}
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := p.parseLine(line, values); err != nil {
			return nil, errors.Wrapf(err, "ir: line %d, %q", i+1, line)
		}
	}
	return p, p.Verify()
}

// MustParse is Parse of a text that is known to be right.
func MustParse(text string) *Program {
	p, err := Parse(text)
	if err != nil {
		panic(err.Error())
	}
	return p
}

func (p *Program) parseLine(line string, values map[string]*Value) (err error) {
	if outputs, ok := strings.CutPrefix(line, "return "); ok {
		p.Outputs, err = operandsOf(outputs, ",", values)
		return err
	}
	m := definition.FindStringSubmatch(line)
	if m == nil {
		return errors.New("want name = operation(operands), name = input 2x3 or return names")
	}
	if values[m[1]] != nil {
		return errors.Errorf("%s is defined twice", m[1])
	}
	v, err := parseValue(m[1], m[2], values)
	if err != nil {
		return err
	}
	v.Row = m[3] != ""
	w := p.Raw(v)
	values[m[1]] = w
	p.Values = append(p.Values, w)
	return nil
}

func parseValue(name, text string, values map[string]*Value) (v Value, err error) {
	if m := leafText.FindStringSubmatch(text); m != nil {
		a := Memory{Kind: Kind(m[1]), Name: name}
		a.Rows, _ = strconv.Atoi(m[2])
		a.Cols, _ = strconv.Atoi(m[3])
		if m[4] != "" {
			if a.Name, err = strconv.Unquote(m[4]); err != nil {
				return v, errors.Wrap(err, "the leaf's name")
			}
		}
		return Value{Op: Leaf, Attr: a, Rows: a.Rows, Cols: a.Cols}, nil
	}
	m := operation.FindStringSubmatch(text)
	if m == nil {
		return v, errors.Errorf("%q is not an operation and its operands", text)
	}
	op, known := byName[m[1]]
	if !known {
		return v, errors.Errorf("the table has no operation %q", m[1])
	}
	row := op.Row()
	v.Op = op
	if row.Attr != nil && (m[2] != "" || op != Sum) {
		if v.Attr, err = row.Attr.Parse(m[2]); err != nil {
			return v, errors.Wrap(err, m[1])
		}
	}
	if op == Sum {
		err = v.parseTerms(m[3], values)
	} else if v.In, err = operandsOf(m[3], ",", values); err == nil && row.Arity >= 0 && len(v.In) != row.Arity {
		err = errors.Errorf("%d operands, want %d", len(v.In), row.Arity)
	}
	if err != nil {
		return v, err
	}
	v.Rows, v.Cols, err = row.Shape(&v)
	return v, err
}

// parseTerms reads the terms of a sum: a*b, a*b' or a.
func (v *Value) parseTerms(text string, values map[string]*Value) error {
	for _, term := range strings.Split(text, "+") {
		factors, trans := strings.CutSuffix(strings.TrimSpace(term), "'")
		in, err := operandsOf(factors, "*", values)
		switch {
		case err != nil:
			return err
		case len(in) == 2:
			v.Products = append(v.Products, Product{in[0], in[1], trans})
		case len(in) == 1 && !trans:
			v.In = append(v.In, in[0])
		default:
			return errors.Errorf("%q is not a term of a sum", term)
		}
	}
	return nil
}

func operandsOf(text, between string, values map[string]*Value) ([]*Value, error) {
	var all []*Value
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	for _, name := range strings.Split(text, between) {
		v := values[strings.TrimSpace(name)]
		if v == nil {
			return nil, errors.New(fmt.Sprintf("nothing is called %q", strings.TrimSpace(name)))
		}
		all = append(all, v)
	}
	return all, nil
}
