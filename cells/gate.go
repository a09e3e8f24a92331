package cells

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// A Gate is an affine map of a step's input and the output of the step before,
//
//	z = x·W + h·U + b
//
// which the cell passes through a nonlinearity of its choice.
type Gate struct {
	W *graph.Param // input weights, of shape (I, H)
	U *graph.Param // recurrent weights, of shape (H, H)
	B *graph.Param // bias, of shape (1, H)
}

// NewGate returns a zero Gate whose parameters are named name/W, name/U and name/b.
func NewGate(name string, inputSize, hiddenSize int) Gate {
	return Gate{
		W: graph.NewParam(name+"/W", inputSize, hiddenSize),
		U: graph.NewParam(name+"/U", hiddenSize, hiddenSize),
		B: graph.NewParam(name+"/b", 1, hiddenSize),
	}
}

// Of adds the gate's affine map of x, of shape (B, I), and h, of shape (B, H), to the
// graph.
func (g Gate) Of(b *graph.Builder, x, h *graph.Node) *graph.Node {
	z := b.Add(b.MatMul(x, b.Param(g.W)), b.MatMul(h, b.Param(g.U)))
	return b.AddRow(z, b.Param(g.B))
}

// Params returns W, U and b.
func (g Gate) Params() []*graph.Param { return []*graph.Param{g.W, g.U, g.B} }

// hiddenSize returns H.
func (g Gate) hiddenSize() int {
	h, _ := g.U.Shape()
	return h
}

// uniform draws W and U from the uniform distribution on ±1/√H and clears b.
func (g Gate) uniform(rng *rand.Rand) {
	limit := 1 / math.Sqrt(float64(g.hiddenSize()))
	graph.Uniform(g.W, limit, rng)
	graph.Uniform(g.U, limit, rng)
	graph.Constant(g.B, 0)
}

// checkSizes panics, on behalf of a constructor, if a size is not positive.
func checkSizes(constructor string, sizes ...int) {
	for _, n := range sizes {
		if n <= 0 {
			panic(fmt.Sprintf("cells: %s with sizes %v", constructor, sizes))
		}
	}
}

// gateParams returns the parameters of several gates in order.
func gateParams(gates ...Gate) []*graph.Param {
	var params []*graph.Param
	for _, g := range gates {
		params = append(params, g.Params()...)
	}
	return params
}
