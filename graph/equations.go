package graph

import (
	"fmt"
	"math"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
)

// This file holds the operations that equations are written in. Those that Gorgonia
// gets right are Gorgonia's; the others are of package ops. Elementwise operations take
// scalars too, but for Max, AtLeast, Clamp and what is made of these.

// MatMul returns the matrix product x·y of x, of shape (n, k), and y, of shape (k, m).
func (b *Builder) MatMul(x, y *Node) *Node {
	return b.add("MatMul", []*Node{x, y}, func(string) (*Node, error) {
		if x.Dims() != 2 || y.Dims() != 2 || x.Shape()[1] != y.Shape()[0] {
			return nil, errors.New("want matrices of shapes (n, k) and (k, m)")
		}
		return gorgonia.Mul(x, y)
	})
}

// Add returns x + y, elementwise, for operands of equal shape, matrices or scalars: losses of
// several tasks, weighed by Affine or Scale.
func (b *Builder) Add(x, y *Node) *Node { return b.binary("Add", gorgonia.Add, x, y) }

// Sub returns x − y, elementwise, for operands of equal shape.
func (b *Builder) Sub(x, y *Node) *Node { return b.binary("Sub", gorgonia.Sub, x, y) }

// Mul returns x ⊙ y, the elementwise product, for operands of equal shape.
func (b *Builder) Mul(x, y *Node) *Node { return b.binary("Mul", gorgonia.HadamardProd, x, y) }

// Div returns x / y, elementwise, for operands of equal shape.
func (b *Builder) Div(x, y *Node) *Node { return b.binary("Div", gorgonia.HadamardDiv, x, y) }

func (b *Builder) binary(name string, op func(x, y *Node) (*Node, error), x, y *Node) *Node {
	return b.add(name, []*Node{x, y}, func(string) (*Node, error) {
		if !sameShape(x, y) {
			return nil, errors.New("want equal shapes; nothing is broadcast")
		}
		return op(x, y)
	})
}

// sameShape is stricter than Shape.Eq, to which (4) and (4, 1) are equal.
func sameShape(x, y *Node) bool {
	s, t := x.Shape(), y.Shape()
	if len(s) != len(t) {
		return false
	}
	for i := range s {
		if s[i] != t[i] {
			return false
		}
	}
	return true
}

// Sigmoid returns the logistic function σ(x) = 1/(1+exp(−x)), elementwise.
func (b *Builder) Sigmoid(x *Node) *Node { return b.unary("Sigmoid", gorgonia.Sigmoid, x) }

// LogSigmoid returns log σ(x) = min(x, 0) − log(1 + exp(−|x|)), elementwise, which is right
// where σ(x) itself is too small for its format.
func (b *Builder) LogSigmoid(x *Node) *Node {
	far := b.Affine(b.Max(x, b.Affine(x, -1, 0)), -1, 0) // −|x|
	return b.Sub(b.Clamp(x, math.Inf(-1), 0), b.Log(b.Affine(b.Exp(far), 1, 1)))
}

// Tanh returns the hyperbolic tangent, elementwise.
func (b *Builder) Tanh(x *Node) *Node { return b.unary("Tanh", gorgonia.Tanh, x) }

// Exp returns the exponential function, elementwise.
func (b *Builder) Exp(x *Node) *Node { return b.unary("Exp", gorgonia.Exp, x) }

// Log returns the natural logarithm, elementwise.
func (b *Builder) Log(x *Node) *Node { return b.unary("Log", gorgonia.Log, x) }

// Sqrt returns the square root, elementwise; of a negative number it is NaN. The gradient, which
// is dy/(2·√x), is not finite at 0: where x may be 0, as a distance, add a small number first.
func (b *Builder) Sqrt(x *Node) *Node { return b.unary("Sqrt", gorgonia.Sqrt, x) }

// Abs returns |x|, elementwise. The gradient at 0 is 0.
func (b *Builder) Abs(x *Node) *Node { return b.Add(b.Relu(x), b.Relu(b.Affine(x, -1, 0))) }

func (b *Builder) unary(name string, op func(*Node) (*Node, error), x *Node) *Node {
	return b.add(name, []*Node{x}, func(string) (*Node, error) { return op(x) })
}

// Affine returns scale·x + shift with constants, elementwise, for a matrix or a scalar:
// Affine(x, −1, 1) is 1 − x, and Affine(loss, 0.3, 0) weighs a loss.
func (b *Builder) Affine(x *Node, scale, shift float64) *Node {
	return b.add("Affine", []*Node{x}, func(key string) (*Node, error) { return ops.NewAffine(key, x, scale, shift) })
}

// Scale returns by·x for a matrix or a scalar x and a scalar by.
func (b *Builder) Scale(x, by *Node) *Node {
	if b.err == nil && x != nil && by != nil && x.IsScalar() && by.IsScalar() {
		return b.Mul(x, by)
	}
	return b.add("Scale", []*Node{x, by}, func(key string) (*Node, error) { return ops.NewScaleBy(key, x, by) })
}

// Max returns the larger of x and y, elementwise, for operands of equal shape. Where they
// are equal the gradient is x's.
func (b *Builder) Max(x, y *Node) *Node {
	return b.add("Max", []*Node{x, y}, func(key string) (*Node, error) { return ops.NewMax(key, x, y) })
}

// Min returns the smaller of x and y, elementwise, for operands of equal shape.
func (b *Builder) Min(x, y *Node) *Node {
	return b.Affine(b.Max(b.Affine(x, -1, 0), b.Affine(y, -1, 0)), -1, 0)
}

// AtLeast returns 1 where x ≥ y and 0 elsewhere, elementwise, for operands of equal shape.
// No gradient flows through it.
func (b *Builder) AtLeast(x, y *Node) *Node {
	return b.add("AtLeast", []*Node{x, y}, func(key string) (*Node, error) { return ops.NewAtLeast(key, x, y) })
}

// Clamp returns min(max(x, low), high) with constant bounds, elementwise; a bound may be
// infinite. The gradient is 0 on and outside the bounds.
func (b *Builder) Clamp(x *Node, low, high float64) *Node {
	return b.add("Clamp", []*Node{x}, func(key string) (*Node, error) { return ops.NewClamp(key, x, low, high) })
}

// Relu returns the rectifier max(x, 0), elementwise.
func (b *Builder) Relu(x *Node) *Node { return b.Clamp(x, 0, math.Inf(1)) }

// AddRow adds a row, of shape (1, m), to every row of x, of shape (n, m): a bias.
func (b *Builder) AddRow(x, row *Node) *Node {
	return b.add("AddRow", []*Node{x, row}, func(key string) (*Node, error) { return ops.NewAddRow(key, x, row) })
}

// Rows takes rows of x, of shape (n, m), by number: row i of the result, of shape
// (k, m), is row index[i] of x. Of an embedding it is the lookup of k tokens, of
// stacked time steps the last valid step of each sequence. A number outside [0, n)
// is an error of the run.
func (b *Builder) Rows(x, index *Node) *Node {
	return b.add("Rows", []*Node{x, index}, func(key string) (*Node, error) { return ops.NewRows(key, x, index) })
}

// Select takes row i from x where mask, of shape (n, 1), is not zero, else from y;
// both have shape (n, m). The row that is not taken has no influence, whatever it
// holds.
func (b *Builder) Select(mask, x, y *Node) *Node {
	return b.add("Select", []*Node{mask, x, y}, func(key string) (*Node, error) { return ops.NewSelect(key, mask, x, y) })
}

// Stack puts matrices of equal width on top of one another. Of T steps of shape (B, m)
// it makes one matrix of shape (T·B, m), time-major.
func (b *Builder) Stack(steps []*Node) *Node {
	return b.add("Stack", steps, func(key string) (*Node, error) { return ops.NewStack(key, steps...) })
}

// RowBlock returns rows from up to but not including to of x.
func (b *Builder) RowBlock(x *Node, from, to int) *Node {
	name := fmt.Sprintf("RowBlock(%d, %d)", from, to)
	return b.add(name, []*Node{x}, func(key string) (*Node, error) { return ops.NewRowBlock(key, x, from, to) })
}

// Unstack is the inverse of Stack: it cuts x, of shape (T·B, m), into T steps of shape
// (B, m). It cuts in halves, and these in halves, so that the backward pass, which
// pads each piece to the size of what it was cut from, costs T·log T and not T².
func (b *Builder) Unstack(x *Node, steps int) []*Node {
	shape := b.Shape(x)
	if b.err != nil {
		return make([]*Node, steps)
	}
	if steps < 1 || len(shape) != 2 || shape[0]%steps != 0 {
		b.Fail(errors.Errorf("graph: Unstack of %v into %d steps", shape, steps))
		return make([]*Node, max(steps, 0))
	}
	if steps == 1 {
		return []*Node{x}
	}
	half := steps / 2
	cut := half * (shape[0] / steps)
	return append(b.Unstack(b.RowBlock(x, 0, cut), half), b.Unstack(b.RowBlock(x, cut, shape[0]), steps-half)...)
}

// Dot returns the inner product Σ x[i][j]·y[i][j] of operands of equal shape, a scalar.
func (b *Builder) Dot(x, y *Node) *Node {
	return b.add("Dot", []*Node{x, y}, func(key string) (*Node, error) { return ops.NewDot(key, x, y) })
}

// Softmax maps each row of x to probabilities. For training use CrossEntropy, which
// takes the logits themselves.
func (b *Builder) Softmax(x *Node) *Node {
	return b.add("Softmax", []*Node{x}, func(key string) (*Node, error) { return ops.NewSoftmax(key, x) })
}

// CrossEntropySettings modify CrossEntropy. The zero value changes nothing.
type CrossEntropySettings struct {
	ClassWeights []float64 // one a class; nil weighs all classes alike
	Smoothing    float64   // share of the target spread over all classes, in [0, 1)
}

// CrossEntropy returns the categorical cross-entropy in nats of softmax(logits), of
// shape (n, C), against targets, n class numbers from Indices: the mean over rows
// weighted by weights, of shape (n, 1). A row of weight 0 has no influence at all. The
// semantics of class weights and smoothing are those of torch.nn.CrossEntropyLoss.
func (b *Builder) CrossEntropy(logits, targets, weights *Node, s CrossEntropySettings) *Node {
	return b.add("CrossEntropy", []*Node{logits, targets, weights}, func(key string) (*Node, error) {
		return ops.NewCrossEntropy(key, logits, targets, weights, s.ClassWeights, s.Smoothing)
	})
}

// BinaryCrossEntropy returns the negative log-likelihood in nats of rows of labels, in
// [0, 1], each of which is there by itself with probability σ(logits); both have shape
// (n, m). It is the sum over columns, and the mean over rows weighted by weights, of shape
// (n, 1). A row of weight 0 has no influence at all. Labels have no gradient.
func (b *Builder) BinaryCrossEntropy(logits, labels, weights *Node) *Node {
	return b.add("BinaryCrossEntropy", []*Node{logits, labels, weights}, func(key string) (*Node, error) {
		return ops.NewBinaryCrossEntropy(key, logits, labels, weights)
	})
}

// SquaredError returns the mean squared error of x against y, both of shape (n, m): the
// mean over columns, and over rows weighted by weights, of shape (n, 1).
func (b *Builder) SquaredError(x, y, weights *Node) *Node {
	return b.add("SquaredError", []*Node{x, y, weights}, func(key string) (*Node, error) {
		return ops.NewSquaredError(key, x, y, weights)
	})
}
