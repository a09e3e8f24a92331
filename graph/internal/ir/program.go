package ir

// A Program is the values that a run computes. Programs that are made of one another share
// the numbers of their values and what is known of them; only one of them is worked on at a
// time.
type Program struct {
	Values  []*Value // operands before users
	Outputs []*Value // those that survive a run

	*shared
	uses    []int32  // how many there are, by ID
	users   []*Value // one entry a use, those of a value from first of its ID on
	first   []int32
	outputs []bool // by ID
}

// What is shared by programs that are made of one another.
type shared struct {
	made    int
	known   *valueSet // nil while equal values stay apart
	chunk   []Value   // room for values
	unused  *Value    // a draft that has become none
	pointer []*Value  // room for operands
	scratch scratch
}

// NewProgram returns a program without values.
func NewProgram() *Program { return &Program{shared: &shared{}} }

// Made returns how many values have been made: more than the largest ID.
func (p *Program) Made() int { return p.made }

// MergeEqual says that from now on a value that is made is the equal one that there is.
func (p *Program) MergeEqual() { p.known = newValueSet(2 * p.made) }

// Merges tells whether equal values become one.
func (p *Program) Merges() bool { return p.known != nil }

// Forget says that values made before are not looked for when one is made.
func (p *Program) Forget() {
	if p.known != nil {
		p.known.clear()
	}
}

// New returns a value of an operation, simplified, or the equal one that there is already.
// It panics if the operands do not fit the operation.
func (p *Program) New(op Op, attr Attr, in ...*Value) *Value {
	return p.simplified(Value{Op: op, Attr: attr, In: append(p.Operands(len(in))[:0], in...)})
}

// NewSum returns Σ products + Σ in, simplified.
func (p *Program) NewSum(products []Product, in []*Value) *Value {
	return p.simplified(Value{Op: Sum, Products: products, In: in})
}

func (p *Program) simplified(draft Value) *Value {
	v := p.draft(draft)
	v.shape()
	if w := p.simpler(v); w != nil {
		p.unused = v
		return w
	}
	return p.enter(v)
}

// simpler returns what a value simplifies to by the rules of the table, or nil.
func (p *Program) simpler(v *Value) *Value {
	row := v.Op.Row()
	if row.Traits&Elementwise != 0 {
		if w := p.constantOf(row, v); w != nil {
			return w
		}
	}
	if row.Fold != nil {
		return row.Fold(p, v)
	}
	return nil
}

// constantOf returns the constant that an elementwise value of constants is, or nil.
func (p *Program) constantOf(row *Row, v *Value) *Value {
	var x [3]float64
	for i, u := range v.In {
		if u.Op != Constant {
			return nil
		}
		x[i] = float64(u.Attr.(Number))
	}
	return p.Make(Value{Op: Constant, Attr: Number(row.Scalar(v.Attr, x)), Rows: 1, Cols: 1})
}

// shape sets the shape by the operation's rule.
func (v *Value) shape() {
	rows, cols, err := v.Op.Row().Shape(v)
	if err != nil {
		panic("ir: " + v.Op.String() + ": " + err.Error())
	}
	v.Rows, v.Cols = rows, cols
}

// Make adds a value as it is, or returns the equal one that there is already.
func (p *Program) Make(draft Value) *Value {
	v := p.draft(draft)
	if v.Rows == 0 && v.Cols == 0 {
		v.shape()
	}
	return p.enter(v)
}

// Raw adds a value as it is, of the shape that it has or, if that is zero, of the one that the
// operation's rule gives.
func (p *Program) Raw(draft Value) *Value {
	v := p.draft(draft)
	if v.Rows == 0 && v.Cols == 0 {
		v.shape()
	}
	p.number(v)
	return v
}

// chunkSize is how many values are allocated at once.
const chunkSize = 64

// draft returns a value that may become one of the program's.
func (p *Program) draft(v Value) *Value {
	w := p.unused
	if p.unused = nil; w == nil {
		if len(p.chunk) == 0 {
			p.chunk = make([]Value, chunkSize)
		}
		w, p.chunk = &p.chunk[0], p.chunk[1:]
	}
	*w = v
	return w
}

// Operands returns room for n operands of a value.
func (p *Program) Operands(n int) []*Value {
	if n > chunkSize {
		return make([]*Value, n)
	}
	if len(p.pointer) < n {
		p.pointer = make([]*Value, 4*chunkSize)
	}
	in := p.pointer[:n:n]
	p.pointer = p.pointer[n:]
	return in
}

// enter returns the value that is equal to v, which is v itself if there is none yet.
func (p *Program) enter(v *Value) *Value {
	if !p.mayMerge(v) {
		p.number(v)
		return v
	}
	at := p.known.find(v)
	if at.value == nil {
		p.number(v)
		p.known.put(at, v)
	} else {
		p.unused = v
	}
	return at.value
}

func (p *Program) mayMerge(v *Value) bool { return p.known != nil && v.Op != Opaque && v.Op != Leaf }

func (p *Program) number(v *Value) {
	v.ID = p.made
	p.made++
}
