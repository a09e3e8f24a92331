// Package fuse rewrites a differentiated expression graph into an equal one of few,
// fused operations, and runs it.
//
// The passes, in their order; docs/engine.md says which file each is in:
//
//	import    Gorgonia's nodes become values: canonical operations on matrices; equal ones become one
//	sums      chains of additions and products become sums of products
//	tables    rows of a small table times weights become rows of the table times the weights
//	hoist     products of all time steps that do not wait for one another become one
//	gradients sums of outer products over time become one product
//	clusters  connected elementwise operations become one pass over memory
//	share     products that share a left operand become one operation
//	pack      right operands are packed once a run
//	period    an unrolled loop is found again, so that one node stands for all its steps
//	memory    every value gets a place in one arena
//	workers   every operation is divided, with as few barriers as its operands allow
//
// A pass that is left out changes the speed and nothing else. Operations that no pass
// knows run unchanged, by their own Do.
//
// Shapes are written (n, m) for n rows of m columns. Tensors of other ranks are seen as
// matrices of as many elements: what is not elementwise on them stays Gorgonia's.
package fuse

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Float is the element type of a program.
type Float = kernel.Float

// An opcode is what computes a value.
type opcode uint8

const (
	leaf     opcode = iota // memory that belongs to the caller: an input or a parameter
	constant               // a number: shift
	opaque                 // an operation that no pass knows

	// Elementwise, all operands of the value's shape or broadcast to it: a row (1, m), a
	// column (n, 1), a single number.
	neg
	sigmoid
	tanh
	exp
	log
	sqrt
	square
	affine // scale·x + shift
	add
	sub
	mul
	div
	mulAdd      // the first operand times the second, plus the third
	sigmoidGrad // (1 − y)·y·d, of the operands y and d
	tanhGrad    // (1 − y²)·d
	maximum
	atLeast // 1 where the first operand is at least the second, else 0
	clamp   // min(max(x, scale), shift)
	within  // 1 where scale < x < shift, else 0
	choose  // where the first operand is not zero the second, else the third
	keep    // where the first operand is not zero the second, else 0
	drop    // where the first operand is zero the second, else 0
	elementwiseEnd

	sum         // Σ products + Σ operands, which may be rows
	outer       // aᵀ·b
	sumRows     // the sum of the rows of the operand, (1, m), or of two operands' product
	rowBlock    // rows from on of the operand
	padRows     // the operand between rows of zeros
	stack       // the operands on top of one another
	columnBlock // columns from on of the operand
	padColumns  // the operand between columns of zeros
	concat      // the operands side by side
	reshape     // the operand's elements in the same order
	transpose
	layerNorm     // every row with mean 0 and variance 1; scale is ε
	layerNormGrad // of the operand, the normalised operand and the gradient of that
	softmax
	lookup       // rows of the first operand by the numbers of the second
	scatter      // the inverse: rows of the first operand added by the numbers of the second
	crossEntropy // logits, targets, weights
	crossEntropyGrad
)

var names = [...]string{leaf: "leaf", constant: "constant", opaque: "opaque", neg: "−", sigmoid: "σ", tanh: "tanh", exp: "exp",
	log: "log", sqrt: "√", square: "square", affine: "affine", add: "+", sub: "−", mul: "⊙", div: "/", mulAdd: "⊙+", sigmoidGrad: "σ′⊙", tanhGrad: "tanh′⊙", maximum: "max", atLeast: "≥", clamp: "clamp", within: "within", choose: "choose",
	keep: "keep", drop: "drop", sum: "Σ", outer: "aᵀ·b", sumRows: "sum rows", rowBlock: "rows", padRows: "pad", stack: "stack", columnBlock: "columns", padColumns: "pad columns", concat: "concat", reshape: "reshape", transpose: "transpose",
	layerNorm: "layer norm", layerNormGrad: "layer norm gradient", softmax: "softmax",
	lookup: "lookup", scatter: "scatter", crossEntropy: "cross-entropy", crossEntropyGrad: "cross-entropy gradient"}

func (o opcode) String() string { return names[o] }

func (o opcode) elementwise() bool { return o >= neg && o < elementwiseEnd }

// view tells whether a value is rows or columns of its operands, or its operands' rows or
// columns put together: it may take no operation at all.
func (o opcode) view() bool {
	return o == rowBlock || o == stack || o == columnBlock || o == concat || o == reshape
}

// transcendental tells whether an elementwise operation takes many times as long as
// reading its operands.
func (o opcode) transcendental() bool { return o >= sigmoid && o <= log }

// A value is a matrix that is computed once in a run.
type value struct {
	id           int
	op           opcode
	in           []*value
	products     []product // of a sum
	rows, cols   int
	scale, shift float64
	from         int            // of blocks and pads; of a lookup, the first of the numbers
	node         *gorgonia.Node // what a leaf or an opaque value stands for
	users        []*value       // one entry a use; valid after link
	isRow        bool           // it is used as a row, (1, m), for matrices of any number of rows, also of one
	inPlace      bool           // of a sum: it is written over the operand it starts from
	steady       bool           // it depends on parameters alone, so that it is kept while they are frozen
	stage        int            // see stages
	cluster      *cluster       // of an elementwise value
}

// A product is a term of a sum, left·right with either side transposed.
type product struct {
	left, right    *value
	transL, transR bool
}

func (v *value) size() int { return v.rows * v.cols }

func (v *value) sameShape(u *value) bool { return v.rows == u.rows && v.cols == u.cols }

func (v *value) String() string { return fmt.Sprintf("%%%d = %v (%d, %d)", v.id, v.op, v.rows, v.cols) }

// operands calls f for every operand, products first.
func (v *value) operands(f func(*value)) {
	for _, p := range v.products {
		f(p.left)
		f(p.right)
	}
	for _, u := range v.in {
		f(u)
	}
}

// A module is the values that a run computes. After the import, passes leave it linked.
type module struct {
	values  []*value // operands before users
	outputs []*value // those that survive a run
	made    int      // numbers the values
	matmuls int      // products of the graph
	dtype   tensor.Dtype
	known   map[string]*value // by key
	key     []byte            // room for one
	outs    map[*value]bool   // see outputSet
	off     map[string]bool   // passes that are left out
}

// make adds a value, or returns the equal one that is there already.
func (m *module) make(v value) *value {
	var key []byte
	if v.op != opaque && v.op != leaf && !m.off["import"] {
		m.key = v.key(m.key[:0])
		if key = m.key; m.known[string(key)] != nil {
			return m.known[string(key)]
		}
	}
	v.id = m.made
	m.made++
	w := &v
	if key != nil {
		m.known[string(key)] = w
	}
	m.values = append(m.values, w)
	return w
}

// key appends what is equal for equal values: all that determines them, and no hash of it.
func (v *value) key(b []byte) []byte {
	number := func(x int) { b = binary.AppendVarint(b, int64(x)) }
	b = append(b, byte(v.op))
	number(v.rows)
	number(v.cols)
	number(v.from)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v.scale))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v.shift))
	number(len(v.products))
	for _, p := range v.products {
		number(p.left.id)
		number(p.right.id)
		b = strconv.AppendBool(strconv.AppendBool(b, p.transL), p.transR)
	}
	for _, u := range v.in {
		number(u.id)
	}
	return b
}

// link orders the values, operands before users, drops those that no output needs and
// lists the users.
func (m *module) link() {
	m.values = m.values[:0]
	const open, done = 1, 2
	state := make([]uint8, m.made)
	uses := make([]int, m.made)
	total := 0
	var todo []*value
	for _, out := range m.outputs {
		todo = append(todo, out)
		for len(todo) > 0 {
			v := todo[len(todo)-1]
			switch state[v.id] {
			case done:
				todo = todo[:len(todo)-1]
			case open:
				todo = todo[:len(todo)-1]
				state[v.id] = done
				m.values = append(m.values, v)
			default:
				state[v.id] = open
				from := len(todo)
				v.operands(func(u *value) {
					total++
					if uses[u.id]++; state[u.id] == 0 {
						todo = append(todo, u)
					}
				})
				slices.Reverse(todo[from:]) // the first operand first
			}
		}
	}
	users := make([]*value, total)
	for _, v := range m.values {
		n := uses[v.id]
		v.users, users = users[:0:n], users[n:]
	}
	for _, v := range m.values {
		v.operands(func(u *value) { u.users = append(u.users, v) })
	}
}
