package ir

// A Value is a matrix that is computed once in a run. It does not change once it is part of a
// program.
type Value struct {
	ID int // unique among the values of a program and of those that were made of it
	Op Op

	// Row says that the value is used as a row for matrices of any number of rows, also of
	// one: a bias.
	Row bool

	Attr       Attr      // nil if the operation has none
	Products   []Product // of a Sum
	In         []*Value
	Rows, Cols int
}

// A Product is a term of a sum: left·right, or left·rightᵀ.
type Product struct {
	Left, Right *Value
	Trans       bool
}

// Depth returns the inner dimension: the number of rows of the right operand as it is
// multiplied.
func (t Product) Depth() int { return t.Left.Cols }

// Size returns the number of elements.
func (v *Value) Size() int { return v.Rows * v.Cols }

// SameShape tells whether the values have the same shape.
func (v *Value) SameShape(u *Value) bool { return v.Rows == u.Rows && v.Cols == u.Cols }

// Operands calls f for every operand, products first.
func (v *Value) Operands(f func(*Value)) {
	for _, t := range v.Products {
		f(t.Left)
		f(t.Right)
	}
	for _, u := range v.In {
		f(u)
	}
}

// Steady tells whether a value depends on parameters alone and is kept while they are frozen:
// a parameter, or a sum of parameters and their products.
func (v *Value) Steady() bool {
	if v.Op == Leaf {
		return v.Attr.(Memory).Kind == Param
	}
	if v.Op != Sum {
		return false
	}
	steady := true
	v.Operands(func(u *Value) { steady = steady && u.Op == Leaf && u.Steady() })
	return steady
}

// From returns the first row or column that a block, a pad or a lookup is about, else 0.
func (v *Value) From() int {
	switch a := v.Attr.(type) {
	case Range:
		return a.From
	case Pad:
		return a.From
	}
	return 0
}

// IsIndex tells whether the value is whole numbers that the caller gives.
func (v *Value) IsIndex() bool { return v.Op == Leaf && v.Attr.(Memory).Kind == Index }
