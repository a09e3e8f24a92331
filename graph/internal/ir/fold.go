package ir

// −(−a) = a.
func foldNeg(_ *Program, v *Value) *Value {
	if x := v.In[0]; x.Op == Neg {
		return x.In[0]
	}
	return nil
}

// σ(−a) = 1 − σ(a), which is there already in a gradient.
func foldSigmoid(p *Program, v *Value) *Value {
	if x := v.In[0]; x.Op == Neg {
		return p.linear(p.New(Sigmoid, nil, x.In[0]), -1, 1)
	}
	return nil
}

func (p *Program) linear(x *Value, scale, shift float64) *Value {
	return p.New(Affine, Linear{scale, shift}, x)
}

// constantIn returns the number that one operand of v is, and the other operand, of v's shape,
// or nil; first tells whether the number comes first.
func constantIn(v *Value) (x float64, other *Value, first bool) {
	for i, u := range v.In {
		if w := v.In[1-i]; u.Op == Constant && w.SameShape(v) {
			return float64(u.Attr.(Number)), w, i == 0
		}
	}
	return 0, nil, false
}

func foldAdd(p *Program, v *Value) *Value {
	if x, u, _ := constantIn(v); u != nil {
		return p.linear(u, 1, x)
	}
	return nil
}

func foldSub(p *Program, v *Value) *Value {
	x, u, first := constantIn(v)
	switch {
	case u == nil:
		return nil
	case first:
		return p.linear(u, -1, x)
	}
	return p.linear(u, 1, -x)
}

func foldMul(p *Program, v *Value) *Value {
	if x, u, _ := constantIn(v); u != nil {
		return p.linear(u, x, 0)
	}
	return nil
}

// A sum of one operand is that. A product with a transpose reads it where it is.
func foldSum(p *Program, v *Value) *Value {
	if len(v.Products) == 0 && len(v.In) == 1 {
		return v.In[0]
	}
	for i, t := range v.Products {
		if t.Right.Op == Transpose {
			products := append([]Product(nil), v.Products...)
			products[i] = Product{t.Left, t.Right.In[0], !t.Trans}
			return p.NewSum(products, v.In)
		}
	}
	return nil
}

// Rows of rows are rows, and rows of one part of a stack are that part's.
func foldRowBlock(p *Program, v *Value) *Value {
	x, a := v.In[0], v.Attr.(Range)
	switch {
	case a.Size == x.Rows:
		return x
	case x.Op == RowBlock:
		return p.Block(x.In[0], x.From()+a.From, a.Size)
	case x.Op == Stack:
		at := 0
		for _, part := range x.In {
			if a.From >= at && a.From+a.Size <= at+part.Rows {
				return p.Block(part, a.From-at, a.Size)
			}
			at += part.Rows
		}
	}
	return nil
}

// Columns of columns are columns, and columns of one part of a concatenation are that part's.
func foldColumnBlock(p *Program, v *Value) *Value {
	x, a := v.In[0], v.Attr.(Range)
	switch {
	case a.Size == x.Cols:
		return x
	case x.Op == ColumnBlock:
		return p.Columns(x.In[0], x.From()+a.From, a.Size)
	case x.Op == Concat:
		at := 0
		for _, part := range x.In {
			if a.From >= at && a.From+a.Size <= at+part.Cols {
				return p.Columns(part, a.From-at, a.Size)
			}
			at += part.Cols
		}
	}
	return nil
}

// Stacks of stacks are stacks, and what has been cut in blocks and stacked again is what it
// was cut from.
func foldStack(p *Program, v *Value) *Value {
	flat := v.In
	for i, part := range v.In {
		if part.Op == Stack {
			flat = append([]*Value(nil), v.In[:i]...)
			for _, part := range v.In[i:] {
				if part.Op == Stack {
					flat = append(flat, part.In...)
				} else {
					flat = append(flat, part)
				}
			}
			break
		}
	}
	if len(flat) == 1 {
		return flat[0]
	}
	if whole, from, size := cutFrom(flat, RowBlock, func(u *Value) int { return u.Rows }); whole != nil {
		return p.Block(whole, from, size)
	}
	if len(flat) != len(v.In) {
		return p.Make(Value{Op: Stack, In: flat, Rows: v.Rows, Cols: v.Cols})
	}
	return nil
}

// What has been cut in columns and put side by side again is what it was cut from.
func foldConcat(p *Program, v *Value) *Value {
	if len(v.In) == 1 {
		return v.In[0]
	}
	if whole, from, size := cutFrom(v.In, ColumnBlock, func(u *Value) int { return u.Cols }); whole != nil {
		return p.Columns(whole, from, size)
	}
	return nil
}

// cutFrom returns the matrix that the parts are blocks of, one after the other, the first row
// or column and how many they are; or nil.
func cutFrom(parts []*Value, block Op, size func(*Value) int) (whole *Value, from, total int) {
	first := parts[0]
	if first.Op != block {
		return nil, 0, 0
	}
	for _, u := range parts {
		if u.Op != block || u.In[0] != first.In[0] || u.From() != first.From()+total {
			return nil, 0, 0
		}
		total += size(u)
	}
	return first.In[0], first.From(), total
}

// (aᵀ)ᵀ = a, and (aᵀ·b)ᵀ = bᵀ·a.
func foldTranspose(p *Program, v *Value) *Value {
	switch x := v.In[0]; x.Op {
	case Transpose:
		return x.In[0]
	case Outer:
		return p.New(Outer, nil, x.In[1], x.In[0])
	}
	return nil
}

// Block returns rows of x from from on.
func (p *Program) Block(x *Value, from, rows int) *Value {
	return p.New(RowBlock, Range{from, rows}, x)
}

// Columns returns columns of x from from on.
func (p *Program) Columns(x *Value, from, cols int) *Value {
	return p.New(ColumnBlock, Range{from, cols}, x)
}

// Stack returns the parts on top of one another.
func (p *Program) Stack(parts []*Value) *Value { return p.New(Stack, nil, parts...) }
