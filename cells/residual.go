package cells

import "github.com/seed-222a112c/lstm/graph"

// A Residual is a cell that adds its input to the output of another of equal width,
//
//	y = x + h′
//
// so that a deep Stack of them learns what each layer changes (He et al. 2016). The other
// cell's h does not hold the sum.
type Residual struct{ Of Cell }

var _ Cell = Residual{}

// Step adds one time step to the graph and returns the new state, whose Out is y.
func (r Residual) Step(b *graph.Builder, x *graph.Node, prev State) State {
	inner := stepLayer(b, 0, r.Of, x, prev)
	return State{Layers: []State{inner}, Out: b.Add(x, inner.Output())}
}

// Begin returns a state of the other cell's memories, named 0/h, 0/c, ….
func (r Residual) Begin(node func(name string, width int) *graph.Node) State {
	return beginLayers(node, r.Of)
}

// Params returns the other cell's.
func (r Residual) Params() []*graph.Param { return r.Of.Params() }

// Gates returns the other cell's.
func (r Residual) Gates() []Gate { return allGates(r.Of) }

func (r Residual) parts() []Stateful { return []Stateful{r.Of} }

// A Skip is a Stack with skip connections: each layer but the first reads the input beside
// the output of the layer below, and the output is that of all layers side by side (Graves
// 2013). Layer k > 0 has as many inputs as x and layer k−1's output are wide together.
type Skip []Cell

var _ Cell = Skip(nil)

// Step adds one time step of every layer to the graph and returns the new state.
func (s Skip) Step(b *graph.Builder, x *graph.Node, prev State) State {
	var next State
	var outputs []*graph.Node
	in := x
	for k, cell := range s {
		layer := stepLayer(b, k, cell, in, prev)
		next.Layers = append(next.Layers, layer)
		outputs = append(outputs, layer.Output())
		if k+1 < len(s) {
			in = b.ConcatColumns(x, layer.Output())
		}
	}
	next.Out = b.ConcatColumns(outputs...)
	return next
}

// Begin returns a state of the memories of every layer's state, named 0/h, 0/c, 1/h, ….
func (s Skip) Begin(node func(name string, width int) *graph.Node) State {
	return beginLayers(node, s...)
}

// Params returns the parameters of every layer, the first layer's first.
func (s Skip) Params() []*graph.Param { return allParams(s...) }

// Gates returns the gates of every layer, the first layer's first.
func (s Skip) Gates() []Gate { return allGates(s...) }

func (s Skip) parts() []Stateful { return statefuls(s...) }
