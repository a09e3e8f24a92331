package ir

import "github.com/pkg/errors"

// spread is the rule of elementwise operations: every operand has the shape of the result, or
// one row, or one column.
func spread(v *Value) (rows, cols int, err error) {
	for _, u := range v.In {
		rows, cols = max(rows, u.Rows), max(cols, u.Cols)
	}
	for i, u := range v.In {
		if u.Rows != 1 && u.Rows != rows || u.Cols != 1 && u.Cols != cols {
			return 0, 0, errors.Errorf("operand %d of shape (%d, %d) does not spread to (%d, %d)", i, u.Rows, u.Cols, rows, cols)
		}
	}
	return rows, cols, nil
}

func numberShape(*Value) (rows, cols int, err error) { return 1, 1, nil }

func leafShape(v *Value) (rows, cols int, err error) {
	a, _ := v.Attr.(Memory)
	return a.Rows, a.Cols, nil
}

func foreignShape(v *Value) (rows, cols int, err error) {
	a, _ := v.Attr.(Foreign)
	return a.Rows, a.Cols, nil
}

func sameShape(v *Value) (rows, cols int, err error) { return v.In[0].Rows, v.In[0].Cols, nil }

func sumShape(v *Value) (rows, cols int, err error) {
	for i, t := range v.Products {
		depth, width := t.Right.Rows, t.Right.Cols
		if t.Trans {
			depth, width = width, depth
		}
		if t.Left.Cols != depth || i > 0 && (t.Left.Rows != rows || width != cols) {
			return 0, 0, errors.Errorf("product %d is of (%d, %d) and (%d, %d), as it is multiplied, in a sum of shape (%d, %d)", i, t.Left.Rows, t.Left.Cols, depth, width, rows, cols)
		}
		rows, cols = t.Left.Rows, width
	}
	for _, u := range v.In {
		rows, cols = max(rows, u.Rows), max(cols, u.Cols)
	}
	for i, u := range v.In {
		if u.Rows != rows && u.Rows != 1 || u.Cols != cols && u.Cols != 1 {
			return 0, 0, errors.Errorf("operand %d of shape (%d, %d) does not spread to (%d, %d)", i, u.Rows, u.Cols, rows, cols)
		}
	}
	if rows*cols == 0 {
		return 0, 0, errors.New("a sum of nothing")
	}
	if s, ok := v.Attr.(Start); ok && s.InPlace && (len(v.In) != 1 || len(v.Products) == 0 || v.In[0].Rows != rows || v.In[0].Cols != cols) {
		return 0, 0, errors.Errorf("a sum of %d products and %d operands cannot be written over its operand", len(v.Products), len(v.In))
	}
	return rows, cols, nil
}

func outerShape(v *Value) (rows, cols int, err error) {
	a, b := v.In[0], v.In[1]
	if a.Rows != b.Rows {
		return 0, 0, errors.Errorf("%d and %d rows, want as many", a.Rows, b.Rows)
	}
	return a.Cols, b.Cols, nil
}

func sumRowsShape(v *Value) (rows, cols int, err error) {
	if len(v.In) > 2 || len(v.In) == 2 && !v.In[0].SameShape(v.In[1]) {
		return 0, 0, errors.Errorf("%d operands, want one, or two of one shape", len(v.In))
	}
	return 1, v.In[0].Cols, nil
}

// within reports a range that is not one of n.
func (a Range) within(n int) error {
	if a.From < 0 || a.Size < 1 || a.From+a.Size > n {
		return errors.Errorf("%d to %d of %d", a.From, a.From+a.Size, n)
	}
	return nil
}

// holds reports a pad in which n rows or columns do not fit.
func (a Pad) holds(n int) error {
	if a.From < 0 || a.From+n > a.Size {
		return errors.Errorf("%d from %d on of %d", n, a.From, a.Size)
	}
	return nil
}

func rowBlockShape(v *Value) (rows, cols int, err error) {
	a, _ := v.Attr.(Range)
	return a.Size, v.In[0].Cols, a.within(v.In[0].Rows)
}

func columnBlockShape(v *Value) (rows, cols int, err error) {
	a, _ := v.Attr.(Range)
	return v.In[0].Rows, a.Size, a.within(v.In[0].Cols)
}

func padRowsShape(v *Value) (rows, cols int, err error) {
	a, _ := v.Attr.(Pad)
	return a.Size, v.In[0].Cols, a.holds(v.In[0].Rows)
}

func padColumnsShape(v *Value) (rows, cols int, err error) {
	a, _ := v.Attr.(Pad)
	return v.In[0].Rows, a.Size, a.holds(v.In[0].Cols)
}

func stackShape(v *Value) (rows, cols int, err error) {
	for i, u := range v.In {
		if u.Cols != v.In[0].Cols {
			return 0, 0, errors.Errorf("part %d has %d columns, want %d as in part 0", i, u.Cols, v.In[0].Cols)
		}
		rows += u.Rows
	}
	return rows, v.In[0].Cols, nil
}

func concatShape(v *Value) (rows, cols int, err error) {
	for i, u := range v.In {
		if u.Rows != v.In[0].Rows {
			return 0, 0, errors.Errorf("part %d has %d rows, want %d as in part 0", i, u.Rows, v.In[0].Rows)
		}
		cols += u.Cols
	}
	return v.In[0].Rows, cols, nil
}

func reshapeShape(v *Value) (rows, cols int, err error) {
	a, _ := v.Attr.(Shape)
	if a.Rows*a.Cols != v.In[0].Size() {
		return 0, 0, errors.Errorf("%d elements as (%d, %d)", v.In[0].Size(), a.Rows, a.Cols)
	}
	return a.Rows, a.Cols, nil
}

func transposeShape(v *Value) (rows, cols int, err error) { return v.In[0].Cols, v.In[0].Rows, nil }

func normGradShape(v *Value) (rows, cols int, err error) {
	for i, u := range v.In {
		if !u.SameShape(v.In[0]) {
			return 0, 0, errors.Errorf("operand %d has shape (%d, %d), want (%d, %d)", i, u.Rows, u.Cols, v.In[0].Rows, v.In[0].Cols)
		}
	}
	return v.In[0].Rows, v.In[0].Cols, nil
}

func lookupShape(v *Value) (rows, cols int, err error) {
	a, _ := v.Attr.(Range)
	if !v.In[1].IsIndex() {
		return 0, 0, errors.New("the numbers of the rows are not an index")
	}
	return a.Size, v.In[0].Cols, a.within(v.In[1].Size())
}

func scatterShape(v *Value) (rows, cols int, err error) {
	a, _ := v.Attr.(Rows)
	if !v.In[1].IsIndex() || v.In[1].Size() != v.In[0].Rows {
		return 0, 0, errors.Errorf("%d rows by %d numbers, want as many, and an index", v.In[0].Rows, v.In[1].Size())
	}
	return int(a), v.In[0].Cols, nil
}

func lossShape(v *Value) (rows, cols int, err error) {
	n := v.In[0].Rows
	if !v.In[1].IsIndex() || v.In[1].Size() != n || v.In[2].Size() != n || v.In[2].Cols != 1 {
		return 0, 0, errors.Errorf("%d rows of logits with %d targets, want an index, and (%d, %d) weights", n, v.In[1].Size(), v.In[2].Rows, v.In[2].Cols)
	}
	return 1, 1, nil
}

func lossGradShape(v *Value) (rows, cols int, err error) {
	if _, _, err := lossShape(v); err != nil {
		return 0, 0, err
	}
	if v.In[3].Size() != 1 {
		return 0, 0, errors.Errorf("the gradient of the loss has shape (%d, %d), want a number", v.In[3].Rows, v.In[3].Cols)
	}
	return v.In[0].Rows, v.In[0].Cols, nil
}
