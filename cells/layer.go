package cells

import (
	"fmt"
	"slices"

	"github.com/seed-222a112c/lstm/graph"
)

// A Layer maps a sequence to a sequence. A cell is made one by Forward or Backward.
type Layer interface {
	// Begin returns a state to start from, as that of a Cell.
	Begin(node func(name string, width int) *graph.Node) State

	// Over reads T inputs of shape (B, I) and returns as many outputs and the state at the
	// end. Masks are those of Unroll, nil if no row ends early.
	Over(b *graph.Builder, inputs, masks []*graph.Node, start State) (outputs []*graph.Node, end State)

	// Params returns the parameters in a fixed order.
	Params() []*graph.Param
}

// Forward is the layer that a cell is when it reads from the first step to the last.
type Forward struct{ Cell }

// Over is Unroll.
func (f Forward) Over(b *graph.Builder, inputs, masks []*graph.Node, start State) ([]*graph.Node, State) {
	return Unroll(b, f.Cell, inputs, masks, start)
}

// Gates returns the cell's.
func (f Forward) Gates() []Gate { return allGates(f.Cell) }

func (f Forward) parts() []Stateful { return []Stateful{f.Cell} }

// Backward is the layer that a cell is when it reads from the last step to the first. Each
// row of a batch is read from its own end, where its mask becomes 1, so that padding changes
// nothing; its output in the padding is that of the state start. Outputs are in the order
// of the inputs, and the end is the state after the first step.
type Backward struct{ Cell }

// Over is Unroll on the reversed sequence.
func (r Backward) Over(b *graph.Builder, inputs, masks []*graph.Node, start State) ([]*graph.Node, State) {
	outputs, end := Unroll(b, r.Cell, reversed(inputs), reversed(masks), start)
	return reversed(outputs), end
}

// Gates returns the cell's.
func (r Backward) Gates() []Gate { return allGates(r.Cell) }

func (r Backward) parts() []Stateful { return []Stateful{r.Cell} }

// reversed returns a list in the opposite order; nil stays nil.
func reversed(nodes []*graph.Node) []*graph.Node {
	nodes = slices.Clone(nodes)
	slices.Reverse(nodes)
	return nodes
}

// Layers is a layer made of layers, each of which reads the outputs of the one below. Unlike
// a Stack, its layers may read backwards.
type Layers []Layer

var _ = []Layer{Forward{}, Backward{}, Layers(nil)}

// Over runs the layers one after another.
func (l Layers) Over(b *graph.Builder, inputs, masks []*graph.Node, start State) ([]*graph.Node, State) {
	if len(start.Layers) != len(l) {
		b.Fail(fmt.Errorf("cells: %d layers with a state of %d", len(l), len(start.Layers)))
		return nil, start
	}
	var end State
	for k, layer := range l {
		var state State
		inputs, state = overLayer(b, k, layer, inputs, masks, start)
		end.Layers = append(end.Layers, state)
	}
	return inputs, end
}

// overLayer runs layer k of several under its names.
func overLayer(b *graph.Builder, k int, layer Layer, inputs, masks []*graph.Node, start State) (outputs []*graph.Node, end State) {
	b.Within(layerName("", k), func() { outputs, end = layer.Over(b, inputs, masks, start.Layers[k]) })
	return outputs, end
}

// Begin returns a state of the memories of every layer's state, named 0/h, 0/c, 1/h, ….
func (l Layers) Begin(node func(name string, width int) *graph.Node) State {
	return beginLayers(node, l...)
}

// Params returns the parameters of every layer, the first layer's first.
func (l Layers) Params() []*graph.Param { return allParams(l...) }

// Gates returns the gates of every layer, the first layer's first.
func (l Layers) Gates() []Gate { return allGates(l...) }

func (l Layers) parts() []Stateful { return statefuls(l...) }
