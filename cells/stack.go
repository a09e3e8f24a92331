package cells

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph"
)

// A Stack is a cell made of cells, each of which reads the output of the one below
// in the same time step. The layers may be of different kinds and widths; the output
// of each is as wide as the input of the next.
type Stack []Cell

var (
	_ Cell  = Stack(nil)
	_ Gated = Stack(nil)
)

// Step adds one time step of every layer to the graph and returns the new state.
func (s Stack) Step(b *graph.Builder, x *graph.Node, prev State) State {
	if len(s) == 0 || len(prev.Layers) != len(s) {
		b.Fail(fmt.Errorf("cells: Stack of %d layers with a state of %d", len(s), len(prev.Layers)))
		return State{}
	}
	var next State
	for k, cell := range s {
		layer := stepLayer(b, k, cell, x, prev)
		next.Layers = append(next.Layers, layer)
		x = layer.Output()
	}
	return next
}

// Begin returns a state of the memories of every layer's state, named 0/h, 0/c, 1/h, ….
func (s Stack) Begin(node func(name string, width int) *graph.Node) State {
	return beginLayers(node, s...)
}

// Params returns the parameters of every layer, the first layer's first.
func (s Stack) Params() []*graph.Param { return allParams(s...) }

// Gates returns the gates of every layer, the first layer's first.
func (s Stack) Gates() []Gate { return allGates(s...) }

func (s Stack) parts() []Stateful { return statefuls(s...) }

// statefuls returns a list of cells or layers as what they have in common.
func statefuls[S Stateful](parts ...S) []Stateful {
	all := make([]Stateful, len(parts))
	for k, part := range parts {
		all[k] = part
	}
	return all
}

// allParams returns the parameters of several cells or layers in order.
func allParams[S Stateful](parts ...S) []*graph.Param {
	var params []*graph.Param
	for _, part := range parts {
		params = append(params, part.Params()...)
	}
	return params
}

// allGates returns the gates of those of several cells or layers that are Gated, in order.
func allGates[S Stateful](parts ...S) []Gate {
	var gates []Gate
	for _, part := range parts {
		if gated, ok := any(part).(Gated); ok {
			gates = append(gates, gated.Gates()...)
		}
	}
	return gates
}
