// Package ops holds the Gorgonia operations that Gorgonia lacks or gets wrong,
// each with its symbolic gradient.
//
// Every operation here keeps the same promises, which TapeMachine's builtin
// operations do not:
//
//   - its hash holds everything that changes its result, and a key that is
//     unique in its graph, so that Gorgonia never takes one for another; only
//     gradients of one operation that are asked for twice share a key, and are
//     told apart by their operands, or are the same;
//   - its gradient is made of such operations, and of Gorgonia's that are right, so
//     that it can be differentiated any number of times;
//   - it writes to a buffer of its own, allocated at the first run, and to all
//     of it in every run; it never writes to an operand;
//   - sums run in a fixed order in float64 accumulators;
//   - a panic inside it becomes an error, where it would otherwise end the
//     process, because TapeMachine runs operations on a goroutine of its own.
//
// Shapes are written (n, m) for n rows of m columns. All operands are matrices
// but for index vectors, of type int, and scalars.
package ops

import (
	"fmt"
	"hash"
	"hash/fnv"
	"io"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Float is the element type of an operation's operands.
type Float interface{ float32 | float64 }

// A base is what all operations share: identity, type, shape and output buffer.
type base struct {
	kind  string // the operation with its settings, for messages and the hash
	key   string // unique in the graph
	dtype tensor.Dtype
	in    []hm.Type
	out   hm.Type
	shape tensor.Shape
	buf   *tensor.Dense
}

// newBase describes an operation on the given operands whose result has the
// given shape, or is a scalar if shape is nil.
func newBase(kind, key string, shape tensor.Shape, operands ...*gorgonia.Node) base {
	b := base{kind: kind, key: key, dtype: operands[0].Dtype(), shape: shape}
	for _, n := range operands {
		b.in = append(b.in, n.Type())
	}
	b.out = gorgonia.TensorType{Dims: 2, Of: b.dtype}
	if shape == nil {
		b.shape, b.out = tensor.ScalarShape(), b.dtype
	}
	return b
}

// Kind returns the operation's name and settings.
func (b *base) Kind() string { return b.kind }

// Arity returns the number of operands.
func (b *base) Arity() int { return len(b.in) }

// Type returns a fresh type each time: Gorgonia takes it apart after use.
func (b *base) Type() hm.Type {
	ts := append([]hm.Type(nil), b.in...)
	return hm.NewFnType(append(ts, b.out)...)
}

// InferShape returns the shape of the result.
func (b *base) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return b.shape.Clone(), nil
}

// ReturnsPtr, CallsExtern and OverwritesInput tell TapeMachine to call Do and
// to leave memory to the operation.
func (b *base) ReturnsPtr() bool     { return true }
func (b *base) CallsExtern() bool    { return false }
func (b *base) OverwritesInput() int { return -1 }

// WriteHash writes the operation's identity.
func (b *base) WriteHash(h hash.Hash) { io.WriteString(h, b.kind+"#"+b.key) }

// Hashcode returns the hash of the operation's identity.
func (b *base) Hashcode() uint32 {
	h := fnv.New32a()
	b.WriteHash(h)
	return h.Sum32()
}

func (b *base) String() string { return b.kind }

// result returns the operation's own buffer, allocating it at the first call.
func (b *base) result() *tensor.Dense {
	if b.buf == nil {
		b.buf = tensor.New(tensor.Of(b.dtype), tensor.WithShape(b.shape.Clone()...))
	}
	return b.buf
}

// scalar wraps a result of the operation's type.
func (b *base) scalar(x float64) gorgonia.Value {
	if b.dtype == tensor.Float32 {
		return gorgonia.NewF32(float32(x))
	}
	return gorgonia.NewF64(x)
}

// recovered turns a panic into an error; it is deferred by every Do.
func (b *base) recovered(err *error) {
	if r := recover(); r != nil {
		*err = errors.Errorf("%s: %v", b.kind, r)
	}
}

// all returns n times true: the answer of DiffWRT when every operand matters.
func all(n int) []bool {
	wrt := make([]bool, n)
	for i := range wrt {
		wrt[i] = true
	}
	return wrt
}

// floats returns the backing slice of a matrix.
func floats[F Float](v gorgonia.Value) []F { return v.Data().([]F) }

// ints returns the backing slice of an index vector.
func ints(v gorgonia.Value) []int { return v.Data().([]int) }

// number returns a scalar's value.
func number(v gorgonia.Value) float64 {
	switch x := v.Data().(type) {
	case float32:
		return float64(x)
	case float64:
		return x
	case []float32:
		return float64(x[0])
	case []float64:
		return x[0]
	}
	panic(fmt.Sprintf("a scalar of type %T", v.Data()))
}

// isMatrix reports an operand that is not a matrix.
func isMatrix(what string, n *gorgonia.Node) error {
	if n.Shape().Dims() != 2 {
		return errors.Errorf("%s has shape %v, want a matrix", what, n.Shape())
	}
	return nil
}

func rows(n *gorgonia.Node) int    { return n.Shape()[0] }
func columns(n *gorgonia.Node) int { return n.Shape()[1] }
