package ir

import (
	"reflect"
	"slices"

	"github.com/pkg/errors"
)

// Verify reports what is wrong with a program: a value that comes before an operand, or that
// is missing; an operation of another number of operands or another type of attribute than the
// table says; a shape that the operation's rule does not give; an output that is not a value;
// a value that no output needs.
func (p *Program) Verify() error {
	seen := make(map[*Value]bool, len(p.Values))
	ids := make(map[int]bool, len(p.Values))
	for i, v := range p.Values {
		if err := v.verify(seen); err != nil {
			return errors.Wrapf(err, "ir: value %d, %s (%d, %d)", i, v.Op, v.Rows, v.Cols)
		}
		if ids[v.ID] || v.ID >= p.made {
			return errors.Errorf("ir: value %d, %s: the number %d is taken, or has not been given", i, v.Op, v.ID)
		}
		seen[v], ids[v.ID] = true, true
	}
	for i, v := range p.Outputs {
		if !seen[v] {
			return errors.Errorf("ir: output %d, %s, is not among the values", i, v.Op)
		}
	}
	if len(p.Outputs) == 0 {
		return errors.New("ir: the program has no outputs")
	}
	return p.verifyNeeded()
}

// verifyNeeded reports a value that no output needs.
func (p *Program) verifyNeeded() error {
	needed := make([]bool, p.made)
	for _, v := range p.Outputs {
		needed[v.ID] = true
	}
	for i, v := range slices.Backward(p.Values) {
		if !needed[v.ID] {
			return errors.Errorf("ir: value %d, %s: no output needs it", i, v.Op)
		}
		v.Operands(func(u *Value) { needed[u.ID] = true })
	}
	return nil
}

func (v *Value) verify(seen map[*Value]bool) error {
	if int(v.Op) >= len(table) {
		return errors.New("the operation is not in the table")
	}
	row, missing := v.Op.Row(), -1
	n := 0
	v.Operands(func(u *Value) {
		if !seen[u] && missing < 0 {
			missing = n
		}
		n++
	})
	switch {
	case missing >= 0:
		return errors.Errorf("operand %d is not computed before", missing)
	case row.Arity >= 0 && len(v.In) != row.Arity || row.Arity < 0 && n == 0:
		return errors.Errorf("%d operands, want %d", len(v.In), row.Arity)
	case len(v.Products) > 0 && v.Op != Sum:
		return errors.New("it has products")
	case reflect.TypeOf(v.Attr) != reflect.TypeOf(row.Attr) && !(v.Op == Sum && v.Attr == nil):
		return errors.Errorf("its attribute is a %T, want a %T", v.Attr, row.Attr)
	}
	for k, u := range v.In {
		if want := v.Op.Is(Indexed) && k == 1; u.IsIndex() != want && v.Op != Opaque {
			return errors.Errorf("operand %d is an index: %v, want %v", k, u.IsIndex(), want)
		}
	}
	rows, cols, err := row.Shape(v)
	if err == nil && (rows != v.Rows || cols != v.Cols) {
		err = errors.Errorf("its rule gives the shape (%d, %d)", rows, cols)
	}
	return err
}
