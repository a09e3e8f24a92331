package ir

import (
	"encoding/binary"
	"strconv"
)

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
	known   map[string]*Value // by key; nil while equal values stay apart
	key     []byte            // room for one
	scratch scratch
}

// NewProgram returns a program without values.
func NewProgram() *Program { return &Program{shared: &shared{}} }

// Made returns how many values have been made: more than the largest ID.
func (p *Program) Made() int { return p.made }

// MergeEqual says that from now on a value that is made is the equal one that there is.
func (p *Program) MergeEqual() { p.known = make(map[string]*Value, 2*p.made) }

// Merges tells whether equal values become one.
func (p *Program) Merges() bool { return p.known != nil }

// Forget says that values made before are not looked for when one is made.
func (p *Program) Forget() {
	if p.known != nil {
		clear(p.known)
	}
}

// New returns a value of an operation, simplified, or the equal one that there is already.
// It panics if the operands do not fit the operation.
func (p *Program) New(op Op, attr Attr, in ...*Value) *Value {
	return p.simplified(Value{Op: op, Attr: attr, In: in})
}

// NewSum returns Σ products + Σ in, simplified.
func (p *Program) NewSum(products []Product, in []*Value) *Value {
	return p.simplified(Value{Op: Sum, Products: products, In: in})
}

func (p *Program) simplified(v Value) *Value {
	v.shape()
	if w := p.simpler(&v); w != nil {
		return w
	}
	return p.enter(&v)
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
func (p *Program) Make(v Value) *Value {
	if v.Rows == 0 && v.Cols == 0 {
		v.shape()
	}
	return p.enter(&v)
}

// Raw adds a value as it is, of the shape that it has or, if that is zero, of the one that the
// operation's rule gives.
func (p *Program) Raw(v Value) *Value {
	if v.Rows == 0 && v.Cols == 0 {
		v.shape()
	}
	p.number(&v)
	return &v
}

// enter returns the value that is equal to v, which is v itself if there is none yet.
func (p *Program) enter(v *Value) *Value {
	if w := p.equal(v); w != nil {
		return w
	}
	p.number(v)
	p.note(v)
	return v
}

// equal returns the value that is equal to v, or nil if there is none yet.
func (p *Program) equal(v *Value) *Value {
	if !p.mayMerge(v) {
		return nil
	}
	p.key = v.appendKey(p.key[:0])
	return p.known[string(p.key)]
}

// note says that v, whose equal has just been looked for, is the value that is equal to others.
func (p *Program) note(v *Value) {
	if p.mayMerge(v) {
		p.known[string(p.key)] = v
	}
}

func (p *Program) mayMerge(v *Value) bool { return p.known != nil && v.Op != Opaque && v.Op != Leaf }

func (p *Program) number(v *Value) {
	v.ID = p.made
	p.made++
}

// appendKey appends what is equal for equal values: all that determines them, and no hash of
// it.
func (v *Value) appendKey(b []byte) []byte {
	number := func(x int) { b = binary.AppendVarint(b, int64(x)) }
	b = append(b, byte(v.Op))
	number(v.Rows)
	number(v.Cols)
	if v.Attr != nil {
		b = v.Attr.Append(b)
	}
	b = append(b, 0)
	number(len(v.Products))
	for _, t := range v.Products {
		number(t.Left.ID)
		number(t.Right.ID)
		b = strconv.AppendBool(b, t.Trans)
	}
	for _, u := range v.In {
		number(u.ID)
	}
	return b
}
