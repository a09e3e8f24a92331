package cells

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path"
	"slices"

	"github.com/seed-222a112c/lstm/graph"
)

// A Gate is an affine map of a step's input and the output of the step before,
//
//	z = x·W + h·U + b
//
// which the cell passes through a nonlinearity of its choice. A gate without U or b
// leaves its term out.
type Gate struct {
	W *graph.Param // input weights, of shape (I, H)
	U *graph.Param // recurrent weights, of shape (H, H), or as many rows as h is wide; or nil
	B *graph.Param // bias, of shape (1, H), or nil
}

// NewGate returns a zero Gate whose parameters are named name/W, name/U and name/b.
func NewGate(name string, inputSize, hiddenSize int) Gate {
	return newGate(name, inputSize, hiddenSize, hiddenSize)
}

// newGate returns a zero Gate of H units that reads a recurrent vector of another size; if
// that is 0 the gate has no U.
func newGate(name string, inputSize, recurrentSize, hiddenSize int) Gate {
	g := Gate{W: graph.NewParam(name+"/W", inputSize, hiddenSize), B: graph.NewParam(name+"/b", 1, hiddenSize)}
	if recurrentSize > 0 {
		g.U = graph.NewParam(name+"/U", recurrentSize, hiddenSize)
	}
	return g
}

// Of adds the gate's affine map of x, of shape (B, I), and h, of shape (B, H), to the
// graph.
func (g Gate) Of(b *graph.Builder, x, h *graph.Node) *graph.Node {
	z := b.MatMul(x, b.Param(g.W))
	if g.U != nil {
		z = b.Add(z, b.MatMul(h, b.Param(g.U)))
	}
	if g.B != nil {
		z = b.AddRow(z, b.Param(g.B))
	}
	return z
}

// Letter returns the gate's letter in the equations of its cell, such as "f" for a forget
// gate: the last element of its name.
func (g Gate) Letter() string { return path.Base(path.Dir(g.W.Name())) }

// Params returns W, U and b, without those that are nil.
func (g Gate) Params() []*graph.Param {
	params := []*graph.Param{g.W}
	for _, p := range []*graph.Param{g.U, g.B} {
		if p != nil {
			params = append(params, p)
		}
	}
	return params
}

// hiddenSize returns H.
func (g Gate) hiddenSize() int {
	_, h := g.W.Shape()
	return h
}

// uniform draws W and U from the uniform distribution on ±1/√H and clears b.
func (g Gate) uniform(rng *rand.Rand) {
	limit := 1 / math.Sqrt(float64(g.hiddenSize()))
	graph.Uniform(g.W, limit, rng)
	if g.U != nil {
		graph.Uniform(g.U, limit, rng)
	}
	if g.B != nil {
		graph.Constant(g.B, 0)
	}
}

// A Gated cell or layer tells its gates: what presets initialise and weight drop acts on. What
// is made of cells tells theirs.
type Gated interface {
	// Gates returns the affine maps in a fixed order. The gate with the Letter
	// f is its forget gate.
	Gates() []Gate
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

// drawnGate returns a Gate named name/letter with weights from the uniform distribution on
// ±1/√H. Its bias is zero, but for the letter f, a forget gate, whose bias is one.
func drawnGate(name, letter string, inputSize, hiddenSize int, rng *rand.Rand) Gate {
	return drawnGateOf(name, letter, inputSize, hiddenSize, hiddenSize, rng)
}

// drawnGateOf is drawnGate with a recurrent vector of another size, or none if that is 0.
func drawnGateOf(name, letter string, inputSize, recurrentSize, hiddenSize int, rng *rand.Rand) Gate {
	g := newGate(name+"/"+letter, inputSize, recurrentSize, hiddenSize)
	g.uniform(rng)
	if letter == "f" {
		graph.Constant(g.B, 1)
	}
	return g
}

// beginLSTM returns a state of the memories h and c of equal width.
func beginLSTM(node func(name string, width int) *graph.Node, hiddenSize int) State {
	return State{Hidden: node("h", hiddenSize), Cell: node("c", hiddenSize)}
}

// concat returns the parameters of several lists in one.
func concat(lists ...[]*graph.Param) []*graph.Param { return slices.Concat(lists...) }
