package ir

import (
	"fmt"
	"math"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// The table, in the order of the operations' numbers.
func init() {
	for i, r := range []struct {
		op  Op
		row Row
	}{
		{Leaf, Row{Name: "leaf", Attr: Memory{}, Shape: leafShape}},
		{Constant, Row{Name: "constant", Attr: Number(0), Shape: numberShape, Eval: evalConstant}},
		{Opaque, Row{Name: "opaque", Arity: -1, Attr: Foreign{}, Shape: foreignShape}},

		{Neg, Row{Name: "neg", Symbol: "−", Traits: Elementwise, Arity: 1, Fold: foldNeg,
			Scalar: func(_ Attr, x [3]float64) float64 { return -x[0] }, Kernel: ofOne(kernel.Neg[float32], kernel.Neg[float64])}},
		{Sigmoid, Row{Name: "sigmoid", Symbol: "σ", Traits: Elementwise | Transcendental, Arity: 1, Fold: foldSigmoid,
			Scalar: func(_ Attr, x [3]float64) float64 { return 1 / (1 + math.Exp(-x[0])) }, Kernel: ofOne(kernel.Sigmoid[float32], kernel.Sigmoid[float64])}},
		{Tanh, Row{Name: "tanh", Traits: Elementwise | Transcendental, Arity: 1,
			Scalar: func(_ Attr, x [3]float64) float64 { return math.Tanh(x[0]) }, Kernel: ofOne(kernel.Tanh[float32], kernel.Tanh[float64])}},
		{Exp, Row{Name: "exp", Traits: Elementwise | Transcendental, Arity: 1,
			Scalar: func(_ Attr, x [3]float64) float64 { return math.Exp(x[0]) }, Kernel: ofOne(kernel.Exp[float32], kernel.Exp[float64])}},
		{Log, Row{Name: "log", Traits: Elementwise | Transcendental, Arity: 1,
			Scalar: func(_ Attr, x [3]float64) float64 { return math.Log(x[0]) }, Kernel: ofOne(kernel.Log[float32], kernel.Log[float64])}},
		{Sqrt, Row{Name: "sqrt", Symbol: "√", Traits: Elementwise, Arity: 1,
			Scalar: func(_ Attr, x [3]float64) float64 { return math.Sqrt(x[0]) }, Kernel: ofOne(kernel.Sqrt[float32], kernel.Sqrt[float64])}},
		{Square, Row{Name: "square", Traits: Elementwise, Arity: 1,
			Scalar: func(_ Attr, x [3]float64) float64 { return x[0] * x[0] }, Kernel: ofOne(square[float32], square[float64])}},
		{Affine, Row{Name: "affine", Traits: Elementwise, Arity: 1, Attr: Linear{},
			Scalar: func(a Attr, x [3]float64) float64 { return float64(a.(Linear).Scale*x[0]) + a.(Linear).Shift },
			Kernel: Kernel{affine[float32], affine[float64]}}},
		{Add, Row{Name: "add", Symbol: "+", Traits: Elementwise, Arity: 2, Fold: foldAdd,
			Scalar: func(_ Attr, x [3]float64) float64 { return x[0] + x[1] }, Kernel: ofTwo(kernel.Add[float32], kernel.Add[float64])}},
		{Sub, Row{Name: "sub", Symbol: "−", Traits: Elementwise, Arity: 2, Fold: foldSub,
			Scalar: func(_ Attr, x [3]float64) float64 { return x[0] - x[1] }, Kernel: ofTwo(kernel.Sub[float32], kernel.Sub[float64])}},
		{Mul, Row{Name: "mul", Symbol: "⊙", Traits: Elementwise, Arity: 2, Fold: foldMul,
			Scalar: func(_ Attr, x [3]float64) float64 { return x[0] * x[1] }, Kernel: ofTwo(kernel.MulElements[float32], kernel.MulElements[float64])}},
		{Div, Row{Name: "div", Symbol: "/", Traits: Elementwise, Arity: 2,
			Scalar: func(_ Attr, x [3]float64) float64 { return x[0] / x[1] }, Kernel: ofTwo(kernel.Div[float32], kernel.Div[float64])}},
		{MulAdd, Row{Name: "muladd", Symbol: "⊙+", Traits: Elementwise, Arity: 3,
			Scalar: func(_ Attr, x [3]float64) float64 { return math.FMA(x[0], x[1], x[2]) },
			Kernel: ofThree(kernel.MulAddElements[float32], kernel.MulAddElements[float64])}},
		{SigmoidGrad, Row{Name: "sigmoidgrad", Symbol: "σ′⊙", Traits: Elementwise, Arity: 2,
			Scalar: func(_ Attr, x [3]float64) float64 { return (1 - x[0]) * x[0] * x[1] }, Kernel: ofTwo(kernel.SigmoidGrad[float32], kernel.SigmoidGrad[float64])}},
		{TanhGrad, Row{Name: "tanhgrad", Symbol: "tanh′⊙", Traits: Elementwise, Arity: 2,
			Scalar: func(_ Attr, x [3]float64) float64 { return (1 - float64(x[0]*x[0])) * x[1] }, Kernel: ofTwo(kernel.TanhGrad[float32], kernel.TanhGrad[float64])}},
		{Max, Row{Name: "max", Traits: Elementwise, Arity: 2,
			Scalar: func(_ Attr, x [3]float64) float64 { return max(x[0], x[1]) }, Kernel: ofTwo(kernel.Max[float32], kernel.Max[float64])}},
		{AtLeast, Row{Name: "atleast", Symbol: "≥", Traits: Elementwise, Arity: 2,
			Scalar: func(_ Attr, x [3]float64) float64 { return truth(x[0] >= x[1]) }, Kernel: ofTwo(atLeast[float32], atLeast[float64])}},
		{Clamp, Row{Name: "clamp", Traits: Elementwise, Arity: 1, Attr: Bounds{}, Scalar: clampScalar, Kernel: Kernel{clamp[float32], clamp[float64]}}},
		{Within, Row{Name: "within", Traits: Elementwise, Arity: 1, Attr: Bounds{},
			Scalar: func(a Attr, x [3]float64) float64 { return truth(a.(Bounds).Low < x[0] && x[0] < a.(Bounds).High) },
			Kernel: Kernel{within[float32], within[float64]}}},
		{Choose, Row{Name: "choose", Traits: Elementwise, Arity: 3, Choice: &Choice{1, 2},
			Scalar: func(_ Attr, x [3]float64) float64 { return chosen(x[0], x[1], x[2]) }}},
		{Keep, Row{Name: "keep", Traits: Elementwise, Arity: 2, Choice: &Choice{1, -1},
			Scalar: func(_ Attr, x [3]float64) float64 { return chosen(x[0], x[1], 0) }}},
		{Drop, Row{Name: "drop", Traits: Elementwise, Arity: 2, Choice: &Choice{-1, 1},
			Scalar: func(_ Attr, x [3]float64) float64 { return chosen(x[0], 0, x[1]) }}},

		{Sum, Row{Name: "sum", Symbol: "Σ", Arity: -1, Attr: Start{}, Shape: sumShape, Fold: foldSum, Eval: evalSum}},
		{Outer, Row{Name: "outer", Symbol: "aᵀ·b", Traits: Reduction, Arity: 2, Shape: outerShape, Eval: evalOuter}},
		{SumRows, Row{Name: "sumrows", Symbol: "sum rows", Traits: Reduction, Arity: -1, Shape: sumRowsShape, Eval: evalSumRows}},
		{RowBlock, Row{Name: "rows", Traits: View, Arity: 1, Attr: Range{}, Shape: rowBlockShape, Fold: foldRowBlock, Eval: evalRowBlock}},
		{PadRows, Row{Name: "padrows", Symbol: "pad", Arity: 1, Attr: Pad{}, Shape: padRowsShape, Eval: evalPadRows}},
		{Stack, Row{Name: "stack", Traits: View, Arity: -1, Shape: stackShape, Fold: foldStack, Eval: evalStack}},
		{ColumnBlock, Row{Name: "columns", Traits: View | Rowwise, Arity: 1, Attr: Range{}, Shape: columnBlockShape, Fold: foldColumnBlock, Eval: evalColumnBlock}},
		{PadColumns, Row{Name: "padcolumns", Symbol: "pad columns", Arity: 1, Attr: Pad{}, Shape: padColumnsShape, Eval: evalPadColumns}},
		{Concat, Row{Name: "concat", Traits: View | Rowwise, Arity: -1, Shape: concatShape, Fold: foldConcat, Eval: evalConcat}},
		{Reshape, Row{Name: "reshape", Traits: View, Arity: 1, Attr: Shape{}, Shape: reshapeShape, Eval: evalReshape}},
		{Transpose, Row{Name: "transpose", Arity: 1, Shape: transposeShape, Fold: foldTranspose, Eval: evalTranspose}},
		{LayerNorm, Row{Name: "layernorm", Symbol: "layer norm", Traits: Rowwise, Arity: 1, Attr: Epsilon(0), Shape: sameShape, Eval: evalLayerNorm}},
		{LayerNormGrad, Row{Name: "layernormgrad", Symbol: "layer norm gradient", Traits: Rowwise, Arity: 3, Attr: Epsilon(0), Shape: normGradShape, Eval: evalLayerNormGrad}},
		{Softmax, Row{Name: "softmax", Traits: Rowwise, Arity: 1, Shape: sameShape, Eval: evalSoftmax}},
		{Lookup, Row{Name: "lookup", Traits: Indexed, Arity: 2, Attr: Range{}, Shape: lookupShape, Eval: evalLookup}},
		{Scatter, Row{Name: "scatter", Traits: Reduction | Indexed, Arity: 2, Attr: Rows(0), Shape: scatterShape, Eval: evalScatter}},
		{CrossEntropy, Row{Name: "crossentropy", Symbol: "cross-entropy", Traits: Indexed, Arity: 3, Shape: lossShape, Eval: evalCrossEntropy}},
		{CrossEntropyGrad, Row{Name: "crossentropygrad", Symbol: "cross-entropy gradient", Traits: Indexed, Arity: 4, Shape: lossGradShape, Eval: evalCrossEntropyGrad}},
	} {
		if op := Register(r.row); op != r.op || int(op) != i {
			panic(fmt.Sprintf("ir: row %d of the table, %s, is in the place of operation %d", i, r.row.Name, r.op))
		}
	}
}

func ofOne(f32 func(dst, a []float32), f64 func(dst, a []float64)) Kernel {
	return Kernel{
		func(dst []float32, in *[3][]float32, _ Attr) { f32(dst, in[0]) },
		func(dst []float64, in *[3][]float64, _ Attr) { f64(dst, in[0]) },
	}
}

func ofTwo(f32 func(dst, a, b []float32), f64 func(dst, a, b []float64)) Kernel {
	return Kernel{
		func(dst []float32, in *[3][]float32, _ Attr) { f32(dst, in[0], in[1]) },
		func(dst []float64, in *[3][]float64, _ Attr) { f64(dst, in[0], in[1]) },
	}
}

func ofThree(f32 func(dst, a, b, c []float32), f64 func(dst, a, b, c []float64)) Kernel {
	return Kernel{
		func(dst []float32, in *[3][]float32, _ Attr) { f32(dst, in[0], in[1], in[2]) },
		func(dst []float64, in *[3][]float64, _ Attr) { f64(dst, in[0], in[1], in[2]) },
	}
}

func square[T kernel.Float](dst, a []T) { kernel.MulElements(dst, a, a) }

func atLeast[T kernel.Float](dst, a, b []T) { kernel.LessEqual(dst, b, a) }

func affine[T kernel.Float](dst []T, in *[3][]T, attr Attr) {
	a := attr.(Linear)
	kernel.Affine(dst, in[0], T(a.Scale), T(a.Shift))
}

func clamp[T kernel.Float](dst []T, in *[3][]T, attr Attr) {
	a := attr.(Bounds)
	kernel.Clamp(dst, in[0], T(a.Low), T(a.High))
}

func within[T kernel.Float](dst []T, in *[3][]T, attr Attr) {
	a := attr.(Bounds)
	kernel.Within(dst, in[0], T(a.Low), T(a.High))
}

func clampScalar(attr Attr, x [3]float64) float64 {
	a := attr.(Bounds)
	switch {
	case x[0] <= a.Low:
		return a.Low
	case x[0] > a.High:
		return a.High
	}
	return x[0]
}

func truth(condition bool) float64 {
	if condition {
		return 1
	}
	return 0
}

func chosen(condition, yes, no float64) float64 {
	if condition != 0 {
		return yes
	}
	return no
}
