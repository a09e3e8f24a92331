package graphgen

import (
	"math"
	"slices"

	"github.com/seed-222a112c/lstm/graph"
)

// An operation is a row of the table: all that the generator knows of a method of
// graph.Builder. To add a method, add a row.
type operation struct {
	name     string // of the method
	operands int    // how many, or −1 for one or more
	numbers  int    // at least so many
	plain    plain
	build    func(c *construction, s *Statement, in []*graph.Node) *graph.Node
	draw     func(d *drawer, op string) int // adds a statement; nil if the operation is not drawn by itself
	flat     []int                          // operands that have no gradient
}

// isFlat tells whether operand k has no gradient. Of operations with any number of operands
// all have one.
func (o *operation) isFlat(k int) bool { return slices.Contains(o.flat, k) }

// operations are the rows of the table by name.
var operations = map[string]*operation{}

// drawnOperations are the names of those that are drawn by themselves, in the order of the rows.
var drawnOperations []string

func init() {
	for _, row := range slices.Concat(leaves(), elementwiseOperations(), rowOperations(), reductionOperations(), movingOperations(), lossOperations(), rootOperations()) {
		operations[row.name] = &row
		if row.draw != nil {
			drawnOperations = append(drawnOperations, row.name)
		}
	}
}

// notDrawn are the methods of graph.Builder that are not in the table, and why.
var notDrawn = map[string]string{
	"Err":       "adds nothing",
	"Fail":      "adds nothing",
	"Dtype":     "adds nothing",
	"Shape":     "adds nothing",
	"Frozen":    "adds nothing",
	"ExprGraph": "adds nothing; the check of Accelerate uses it",
	"Named":     "adds nothing but what a function given to Watch adds",
	"Watch":     "adds nothing",
	"Within":    "adds what its function adds",
	"Renamed":   "adds what its function adds",
	"Watched":   "adds nothing",
}

// one, two and three are methods of so many operands.
func one(f func(*graph.Builder, *graph.Node) *graph.Node) func(*construction, *Statement, []*graph.Node) *graph.Node {
	return func(c *construction, _ *Statement, in []*graph.Node) *graph.Node { return f(c.b, in[0]) }
}

func two(f func(b *graph.Builder, x, y *graph.Node) *graph.Node) func(*construction, *Statement, []*graph.Node) *graph.Node {
	return func(c *construction, _ *Statement, in []*graph.Node) *graph.Node { return f(c.b, in[0], in[1]) }
}

func three(f func(b *graph.Builder, x, y, z *graph.Node) *graph.Node) func(*construction, *Statement, []*graph.Node) *graph.Node {
	return func(c *construction, _ *Statement, in []*graph.Node) *graph.Node { return f(c.b, in[0], in[1], in[2]) }
}

// block is a method of one operand and two whole numbers.
func block(f func(b *graph.Builder, x *graph.Node, from, to int) *graph.Node) func(*construction, *Statement, []*graph.Node) *graph.Node {
	return func(c *construction, s *Statement, in []*graph.Node) *graph.Node {
		return f(c.b, in[0], s.int(0), s.int(1))
	}
}

func leaves() []operation {
	leaf := func(e *evaluation, s *Statement, _ []array) (array, error) { return e.leaf(s) }
	filled := func(_ *evaluation, s *Statement, _ []array) (array, error) {
		if !s.hasSize() {
			return array{}, errShape
		}
		return constant(s.int(0), s.int(1), s.Numbers[2]), nil
	}
	ones := func(_ *evaluation, s *Statement, _ []array) (array, error) {
		if rows := s.int(0); rows < 1 || rows > 1<<20 {
			return array{}, errShape
		}
		return constant(s.int(0), 1, 1), nil
	}
	return []operation{
		{name: "Input", numbers: 2, plain: leaf, build: buildInput, draw: (*drawer).drawInput},
		{name: "UnsetInput", numbers: 2, plain: leaf, build: buildUnsetInput, draw: (*drawer).drawInput},
		{name: "InputWith", numbers: 3, plain: filled, build: buildInputWith, draw: (*drawer).drawFilled},
		{name: "Constant", numbers: 3, plain: filled, build: buildConstant, draw: (*drawer).drawFilled},
		{name: "Ones", numbers: 1, plain: ones, build: buildOnes, draw: (*drawer).drawOnes},
		{name: "Param", numbers: 2, plain: leaf, build: buildParam, draw: (*drawer).drawParam},
		{name: "Indices", numbers: 2, plain: numbersOf, build: buildIndices},
	}
}

// numbersOf are row numbers: as many as its first number, below its second.
func numbersOf(e *evaluation, s *Statement, _ []array) (array, error) {
	if !s.hasSize() {
		return array{}, errShape
	}
	return array{rows: s.int(0), ints: e.program.ints(s, e.world), exact: true}, nil
}

func elementwiseOperations() []operation {
	unbounded := math.Inf(1)
	return []operation{
		{name: "Add", operands: 2, plain: pairwise(func(x, y float64) float64 { return x + y }), build: two((*graph.Builder).Add), draw: (*drawer).drawPair},
		{name: "Sub", operands: 2, plain: pairwise(func(x, y float64) float64 { return x - y }), build: two((*graph.Builder).Sub), draw: (*drawer).drawPair},
		{name: "Mul", operands: 2, plain: pairwise(func(x, y float64) float64 { return x * y }), build: two((*graph.Builder).Mul), draw: (*drawer).drawPair},
		{name: "Div", operands: 2, plain: quotient, build: two((*graph.Builder).Div), draw: (*drawer).drawPair},
		{name: "Max", operands: 2, plain: compared(math.Max, true), build: two((*graph.Builder).Max), draw: (*drawer).drawPair},
		{name: "Min", operands: 2, plain: compared(math.Min, true), build: two((*graph.Builder).Min), draw: (*drawer).drawPair},
		{name: "AtLeast", operands: 2, plain: compared(indicator, false), build: two((*graph.Builder).AtLeast), draw: (*drawer).drawPair, flat: []int{0, 1}},
		// Gorgonia's logistic function is exactly 1 from 15 on in float32.
		{name: "Sigmoid", operands: 1, plain: elementwise(func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, -12, 12), build: one((*graph.Builder).Sigmoid), draw: (*drawer).drawUnary},
		{name: "LogSigmoid", operands: 1, plain: logSigmoid, build: one((*graph.Builder).LogSigmoid), draw: (*drawer).drawUnary},
		{name: "Tanh", operands: 1, plain: elementwise(math.Tanh, -12, 12), build: one((*graph.Builder).Tanh), draw: (*drawer).drawUnary},
		{name: "Exp", operands: 1, plain: elementwise(math.Exp, -12, 3), build: one((*graph.Builder).Exp), draw: (*drawer).drawUnary},
		{name: "Log", operands: 1, plain: elementwise(math.Log, 0.1, unbounded), build: one((*graph.Builder).Log), draw: (*drawer).drawUnary},
		{name: "Affine", operands: 1, numbers: 2, plain: affine, build: buildAffine, draw: (*drawer).drawAffine},
		{name: "Clamp", operands: 1, numbers: 2, plain: clamped, build: buildClamp, draw: (*drawer).drawClamp},
		{name: "Relu", operands: 1, plain: relu, build: one((*graph.Builder).Relu), draw: (*drawer).drawUnary},
		{name: "Sqrt", operands: 1, plain: elementwise(math.Sqrt, 0.1, unbounded), build: one((*graph.Builder).Sqrt), draw: (*drawer).drawUnary},
		{name: "Abs", operands: 1, plain: absolute, build: one((*graph.Builder).Abs), draw: (*drawer).drawUnary},
		{name: "Scale", operands: 2, plain: scaled, build: two((*graph.Builder).Scale), draw: (*drawer).drawScale},
		{name: "Apply", operands: 1, plain: halfSquare, build: buildApply, draw: (*drawer).drawApply},
	}
}

func rowOperations() []operation {
	times := func(x, r float64) float64 { return x * r }
	return []operation{
		{name: "MatMul", operands: 2, plain: product, build: two((*graph.Builder).MatMul), draw: (*drawer).drawProduct},
		{name: "AddRow", operands: 2, plain: withRow(func(x, r float64) float64 { return x + r }), build: two((*graph.Builder).AddRow), draw: (*drawer).drawWithRow},
		{name: "MulRow", operands: 2, plain: withRow(times), build: two((*graph.Builder).MulRow), draw: (*drawer).drawWithRow},
		{name: "AddCol", operands: 2, plain: withColumn(func(x, c float64) float64 { return x + c }), build: two((*graph.Builder).AddCol), draw: (*drawer).drawWithColumn},
		{name: "MulCol", operands: 2, plain: withColumn(times), build: two((*graph.Builder).MulCol), draw: (*drawer).drawWithColumn},
		{name: "OuterRows", operands: 2, plain: outerRows, build: two((*graph.Builder).OuterRows), draw: (*drawer).drawOuterRows},
		{name: "MatVecRows", operands: 2, plain: matVecRows, build: two((*graph.Builder).MatVecRows), draw: (*drawer).drawMatVecRows},
		{name: "LayerNorm", operands: 1, numbers: 1, plain: layerNorm, build: buildLayerNorm, draw: (*drawer).drawLayerNorm},
		{name: "Softmax", operands: 1, plain: softmax, build: one((*graph.Builder).Softmax), draw: (*drawer).drawUnary},
		{name: "Rows", operands: 2, plain: lookup, build: two((*graph.Builder).Rows), draw: (*drawer).drawRows, flat: []int{1}},
		{name: "Select", operands: 3, plain: selected, build: three((*graph.Builder).Select), draw: (*drawer).drawSelect, flat: []int{0}},
	}
}

func reductionOperations() []operation {
	sums, logs := ofEachRow(sumOf), ofEachRow(logSumExp)
	return []operation{
		{name: "Sum", operands: 1, plain: sumAll, build: one((*graph.Builder).Sum), draw: (*drawer).drawUnary},
		{name: "SumRows", operands: 1, plain: ofEachColumn(sums), build: one((*graph.Builder).SumRows), draw: (*drawer).drawUnary},
		{name: "SumColumns", operands: 1, plain: sums, build: one((*graph.Builder).SumColumns), draw: (*drawer).drawUnary},
		{name: "MaxRows", operands: 1, plain: ofEachColumn(largestOfRows), build: one((*graph.Builder).MaxRows), draw: (*drawer).drawUnary},
		{name: "MaxColumns", operands: 1, plain: largestOfRows, build: one((*graph.Builder).MaxColumns), draw: (*drawer).drawUnary},
		{name: "LogSumExpRows", operands: 1, plain: ofEachColumn(logs), build: one((*graph.Builder).LogSumExpRows), draw: (*drawer).drawUnary},
		{name: "LogSumExpColumns", operands: 1, plain: logs, build: one((*graph.Builder).LogSumExpColumns), draw: (*drawer).drawUnary},
	}
}

func movingOperations() []operation {
	return []operation{
		{name: "Gather", operands: 2, plain: gathered, build: two((*graph.Builder).Gather), draw: (*drawer).drawGather, flat: []int{1}},
		{name: "Stack", operands: -1, plain: stack, build: buildStack, draw: (*drawer).drawStack},
		{name: "RowBlock", operands: 1, numbers: 2, plain: rowBlock, build: block((*graph.Builder).RowBlock), draw: (*drawer).drawRowBlock},
		{name: "Unstack", operands: 1, numbers: 2, plain: unstack, build: buildUnstack, draw: (*drawer).drawUnstack},
		{name: "ConcatColumns", operands: -1, plain: concatColumns, build: buildConcatColumns, draw: (*drawer).drawConcatColumns},
		{name: "ColumnBlock", operands: 1, numbers: 2, plain: columnBlock, build: block((*graph.Builder).ColumnBlock), draw: (*drawer).drawColumnBlock},
		{name: "Reshape", operands: 1, numbers: 2, plain: reshape, build: block((*graph.Builder).Reshape), draw: (*drawer).drawReshape},
		{name: "Transpose", operands: 1, plain: transpose, build: one((*graph.Builder).Transpose), draw: (*drawer).drawUnaryMatrix},
	}
}

func lossOperations() []operation {
	squared := func(x, y float64) float64 { return (x - y) * (x - y) }
	return []operation{
		{name: "Dot", operands: 2, plain: dot, build: two((*graph.Builder).Dot), draw: (*drawer).drawDot},
		{name: "CrossEntropy", operands: 3, numbers: 1, plain: crossEntropy, build: buildCrossEntropy, draw: (*drawer).drawCrossEntropy, flat: []int{1, 2}},
		{name: "BinaryCrossEntropy", operands: 3, plain: weighted(binaryCrossEntropy, false), build: three((*graph.Builder).BinaryCrossEntropy), draw: (*drawer).drawBinaryCrossEntropy, flat: []int{1, 2}},
		{name: "SquaredError", operands: 3, plain: weighted(squared, true), build: three((*graph.Builder).SquaredError), draw: (*drawer).drawSquaredError, flat: []int{2}},
	}
}

// rootOperations are what a program is asked for, and what changes what it is asked for.
func rootOperations() []operation {
	return []operation{
		{name: "Output", operands: 1, plain: same, build: buildOutput},
		{name: "Minimize", operands: 1, plain: same, build: buildMinimize},
		{name: "Gradient", operands: 1, plain: probed, build: buildGradient, draw: (*drawer).drawUnaryMatrix},
		{name: "Gradients", operands: 2, plain: gradientOf, build: buildGradients, draw: (*drawer).drawGradients, flat: []int{0, 1}},
		{name: "StopGradient", operands: 1, plain: stopped, build: one((*graph.Builder).StopGradient), draw: (*drawer).drawUnary, flat: []int{0}},
		{name: "Substitute", operands: 2, plain: substituted, build: buildSubstitute, draw: (*drawer).drawSubstitute, flat: []int{0}},
	}
}

// probed adds zeros to its operand, which central differences change.
func probed(e *evaluation, s *Statement, in []array) (array, error) {
	if in[0].scalar || in[0].ints != nil {
		return array{}, errShape
	}
	y := array{rows: in[0].rows, cols: in[0].cols, x: make([]float64, len(in[0].x))}
	if e.perturb != nil {
		e.perturb(s, y.x)
	}
	for i, x := range in[0].x {
		y.x[i] += x
	}
	return y, nil
}

// substituted is the second operand, of the shape of the first, a parameter.
func substituted(e *evaluation, s *Statement, in []array) (array, error) {
	if !in[0].like(in[1]) || e.program.find(s.Operands[0]).Op != "Param" {
		return array{}, errShape
	}
	return in[1], nil
}
