package cells

import (
	"math"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// A Dense is a fully connected layer without a nonlinearity, y = x·W + b.
type Dense struct {
	W *graph.Param // weights, of shape (I, O)
	B *graph.Param // bias, of shape (1, O)
}

// NewDense returns a Dense layer whose parameters are named name/W and name/b.
// Weights are drawn from the uniform distribution on ±1/√I and biases are zero. It
// panics if a size is not positive.
func NewDense(name string, inputSize, outputSize int, rng *rand.Rand) *Dense {
	checkSizes("NewDense", inputSize, outputSize)
	d := &Dense{W: graph.NewParam(name+"/W", inputSize, outputSize), B: graph.NewParam(name+"/b", 1, outputSize)}
	graph.Uniform(d.W, 1/math.Sqrt(float64(inputSize)), rng)
	return d
}

// Of adds the layer's map of x, of shape (n, I), to the graph.
func (d *Dense) Of(b *graph.Builder, x *graph.Node) *graph.Node {
	return b.AddRow(b.MatMul(x, b.Param(d.W)), b.Param(d.B))
}

// Params returns W and b.
func (d *Dense) Params() []*graph.Param { return []*graph.Param{d.W, d.B} }
