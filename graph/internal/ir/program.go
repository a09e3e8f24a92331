package ir

import (
	"encoding/binary"
	"slices"
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
	made  int
	known map[string]*Value // by key; nil while equal values stay apart
	key   []byte            // room for one
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
	row := v.Op.Row()
	if row.Traits&Elementwise != 0 {
		if w := p.constantOf(row, &v); w != nil {
			return w
		}
	}
	v.shape()
	if row.Fold != nil {
		if w := row.Fold(p, &v); w != nil {
			return w
		}
	}
	return p.enter(&v)
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
	if p.known == nil || v.Op == Opaque || v.Op == Leaf {
		p.number(v)
		return v
	}
	p.key = v.appendKey(p.key[:0])
	if w := p.known[string(p.key)]; w != nil {
		return w
	}
	p.number(v)
	p.known[string(p.key)] = v
	return v
}

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

// Order sets the values to those that the outputs need, operands before users: the first
// output first, and of a value the first operand first.
func (p *Program) Order() {
	p.Values = make([]*Value, 0, len(p.Values))
	p.uses, p.users, p.first, p.outputs = nil, nil, nil, nil
	const open, done = 1, 2
	state := make([]uint8, p.made)
	var todo []*Value
	for _, out := range p.Outputs {
		todo = append(todo, out)
		for len(todo) > 0 {
			v := todo[len(todo)-1]
			switch state[v.ID] {
			case done:
				todo = todo[:len(todo)-1]
			case open:
				todo = todo[:len(todo)-1]
				state[v.ID] = done
				p.Values = append(p.Values, v)
			default:
				state[v.ID] = open
				from := len(todo)
				v.Operands(func(u *Value) {
					if state[u.ID] == 0 {
						todo = append(todo, u)
					}
				})
				slices.Reverse(todo[from:])
			}
		}
	}
}

// Users returns the users of a value of the program, one entry a use, in the order of the
// values.
func (p *Program) Users(v *Value) []*Value {
	if p.users == nil {
		p.findUsers()
	}
	if v.ID+1 >= len(p.first) { // made since
		return nil
	}
	return p.users[p.first[v.ID]:p.first[v.ID+1]]
}

func (p *Program) findUsers() {
	p.countUses()
	p.first = make([]int32, len(p.uses)+1)
	for id, n := range p.uses {
		p.first[id+1] = p.first[id] + n
	}
	next := slices.Clone(p.first)
	p.users = make([]*Value, p.first[len(p.uses)])
	for _, v := range p.Values {
		v.Operands(func(u *Value) {
			p.users[next[u.ID]] = v
			next[u.ID]++
		})
	}
}

func (p *Program) countUses() {
	if p.uses != nil {
		return
	}
	p.uses = make([]int32, p.made)
	for _, v := range p.Values {
		v.Operands(func(u *Value) { p.uses[u.ID]++ })
	}
}

// IsOutput tells whether a value survives a run.
func (p *Program) IsOutput(v *Value) bool {
	if p.outputs == nil {
		p.outputs = make([]bool, p.made)
		for _, out := range p.Outputs {
			p.outputs[out.ID] = true
		}
	}
	return v.ID < len(p.outputs) && p.outputs[v.ID]
}

// Single tells whether a value has one use and nobody else wants it.
func (p *Program) Single(v *Value) bool {
	p.countUses()
	return v.ID < len(p.uses) && p.uses[v.ID] == 1 && !p.IsOutput(v)
}
