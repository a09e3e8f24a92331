package ir

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// An Op is an operation: a row of the table.
type Op uint8

// The operations. Where a comment has operands they are a, b, c in their order.
const (
	Leaf     Op = iota // memory that belongs to the caller: an input, a parameter, numbers of rows
	Constant           // a number
	Opaque             // an operation that is not in the table: it runs as it is

	// Elementwise operations. An operand has the shape of the result, or it is spread: a row
	// (1, m), a column (n, 1), a single number.
	Neg
	Sigmoid
	Tanh
	Exp
	Log
	Sqrt
	Square
	Affine // scale·a + shift
	Add
	Sub
	Mul
	Div
	MulAdd      // a·b + c, rounded once
	SigmoidGrad // (1 − a)·a·b
	TanhGrad    // (1 − a²)·b
	Max
	AtLeast // 1 where a ≥ b, else 0
	Clamp   // a between two bounds
	Within  // 1 where a is between two bounds, else 0
	Choose  // b where a is not zero, else c
	Keep    // b where a is not zero, else 0
	Drop    // b where a is zero, else 0

	Sum         // Σ products + Σ operands, which may be rows
	Outer       // aᵀ·b
	SumRows     // the sum of the rows of a, (1, m), or of a ⊙ b
	RowBlock    // some rows of a
	PadRows     // a between rows of zeros
	Stack       // the operands on top of one another
	ColumnBlock // some columns of a
	PadColumns  // a between columns of zeros
	Concat      // the operands side by side
	Reshape     // the elements of a in the same order
	Transpose
	LayerNorm     // every row of a with mean 0 and variance 1
	LayerNormGrad // of a layer norm's operand, its result and the gradient of that
	Softmax
	Lookup       // rows of a by the numbers b
	Scatter      // the rows of a added by the numbers b
	CrossEntropy // of logits, targets and weights
	CrossEntropyGrad
)

// Traits are what passes and the scheduler ask of an operation.
type Traits uint8

const (
	// Elementwise operations compute each element from the same elements of their operands.
	Elementwise Traits = 1 << iota
	// A View is rows or columns of its operands, or its operands' rows or columns put
	// together: it may take no operation at all.
	View
	// Transcendental operations take many times as long as reading their operands.
	Transcendental
	// Rowwise operations compute each row from the same rows of their operands.
	Rowwise
	// Reduction operations add up rows.
	Reduction
	// Indexed operations have numbers of rows or classes, an index, as their second operand.
	Indexed
)

// A Row is what the table knows of an operation. A new elementwise operation is a Row with
// Name, Traits, Arity and Scalar, and nothing else.
type Row struct {
	Name   string // in texts
	Symbol string // in reports; the name if empty
	Traits Traits
	Arity  int  // number of operands; −1 for any number but none
	Attr   Attr // of the type of its attribute; nil if it has none

	// Shape is the rule for the shape of the result. Elementwise operations have one already.
	Shape func(v *Value) (rows, cols int, err error)

	// Fold returns what a value of the operation simplifies to, or nil. Elementwise values of
	// constants are folded already.
	Fold func(p *Program, v *Value) *Value

	// Scalar defines an elementwise operation.
	Scalar func(attr Attr, x [3]float64) float64

	// Eval defines any other operation: of the values of [Value.Operands], in their order.
	Eval func(v *Value, in []Matrix) Matrix

	// Kernel computes an elementwise operation on slices; where it is missing Scalar does.
	Kernel Kernel

	// Choice says that an elementwise operation copies one of two operands, depending on the
	// first, so that whole rows may be copied at a time.
	Choice *Choice
}

// A Choice says which operand is taken where the first is not zero and where it is; −1 stands
// for zeros.
type Choice struct{ Yes, No int }

// A Kernel computes an elementwise operation: dst = op(in...), all of them equally long. dst
// may be one of in.
type Kernel struct {
	Float32 func(dst []float32, in *[3][]float32, attr Attr)
	Float64 func(dst []float64, in *[3][]float64, attr Attr)
}

// KernelOf returns what computes an elementwise operation on slices of T.
func KernelOf[T kernel.Float](o Op) func(dst []T, in *[3][]T, attr Attr) {
	row := o.Row()
	for _, f := range []any{row.Kernel.Float32, row.Kernel.Float64} {
		if f, ok := f.(func([]T, *[3][]T, Attr)); ok && f != nil {
			return f
		}
	}
	return func(dst []T, in *[3][]T, attr Attr) {
		for i := range dst {
			var x [3]float64
			for k := range row.Arity {
				x[k] = float64(in[k][i])
			}
			dst[i] = T(row.Scalar(attr, x))
		}
	}
}

// table holds the rows by operation, byName the operations by name. Both are filled when the
// program starts.
var (
	table  []*Row
	byName = map[string]Op{}
)

// Register adds a row to the table and returns its operation. It panics if the row lacks what
// defines it, or if there is one of that name. It is not for use while graphs are compiled.
func Register(r Row) Op {
	if _, known := byName[r.Name]; known || r.Name == "" {
		panic(fmt.Sprintf("ir: the table has an operation %q already", r.Name))
	}
	if r.Traits&Elementwise != 0 {
		if r.Scalar == nil || r.Arity < 1 || r.Arity > 3 {
			panic(fmt.Sprintf("ir: the elementwise operation %q has %d operands and a definition: %v; want 1 to 3, and one", r.Name, r.Arity, r.Scalar != nil))
		}
		r.Traits |= Rowwise
		if r.Shape == nil {
			r.Shape = spread
		}
	}
	o := Op(len(table))
	table = append(table, &r)
	byName[r.Name] = o
	return o
}

// Ops lists all operations.
func Ops() []Op {
	all := make([]Op, len(table))
	for i := range all {
		all[i] = Op(i)
	}
	return all
}

// Row returns what the table knows of the operation.
func (o Op) Row() *Row { return table[o] }

// Is tells whether the operation has all of some traits.
func (o Op) Is(t Traits) bool { return table[o].Traits&t == t }

// String returns the operation's name in texts.
func (o Op) String() string { return table[o].Name }

// Symbol returns the operation's name in reports.
func (o Op) Symbol() string {
	if s := table[o].Symbol; s != "" {
		return s
	}
	return table[o].Name
}
