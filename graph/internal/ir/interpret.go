package ir

import "github.com/pkg/errors"

// Interpret returns the outputs of the program for leaves of the given values, by name, which
// it computes by the definitions of the table in float64. It is the oracle of what changes
// programs. An opaque operation, a leaf that is missing or of another shape, and a number of a
// row that does not exist are errors.
func (p *Program) Interpret(leaves map[string]Matrix) ([]Matrix, error) {
	of := make(map[*Value]Matrix, len(p.Values))
	for _, v := range p.Values {
		var in []Matrix
		v.Operands(func(u *Value) { in = append(in, of[u]) })
		switch row := v.Op.Row(); {
		case v.Op == Leaf:
			a := v.Attr.(Memory)
			m, ok := leaves[a.Name]
			if !ok || m.Rows != v.Rows || m.Cols != v.Cols {
				return nil, errors.Errorf("ir: leaf %q is given as (%d, %d), want (%d, %d)", a.Name, m.Rows, m.Cols, v.Rows, v.Cols)
			}
			of[v] = m
		case v.Op.Is(Elementwise):
			of[v] = evalElementwise(v, in)
		case row.Eval == nil:
			return nil, errors.Errorf("ir: %s has no definition", row.Name)
		default:
			if err := checkNumbers(v, in); err != nil {
				return nil, err
			}
			of[v] = row.Eval(v, in)
		}
	}
	var out []Matrix
	for _, v := range p.Outputs {
		out = append(out, of[v])
	}
	return out, nil
}

// checkNumbers reports numbers of rows, or of classes, that do not exist.
func checkNumbers(v *Value, in []Matrix) error {
	n := 0
	switch v.Op {
	case Lookup:
		n = in[0].Rows
	case Scatter:
		n = v.Rows
	case CrossEntropy, CrossEntropyGrad:
		n = in[0].Cols
	default:
		return nil
	}
	for i, k := range in[1].Data {
		if k != float64(int(k)) || k < 0 || int(k) >= n {
			return errors.Errorf("ir: %s: number %g at position %d is outside [0, %d)", v.Op, k, i, n)
		}
	}
	return nil
}
