package cells

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph"
)

// A State is what a recurrent cell carries from one time step to the next. Fields that a
// cell has no use for are nil.
type State struct {
	Hidden     *graph.Node // h, of shape (B, H)
	Cell       *graph.Node // c, the memory, of shape (B, H)
	Normaliser *graph.Node // n, the sum of input gates that c is divided by
	Stabiliser *graph.Node // m, the logarithm of the scale that c and n are held in
	Matrix     *graph.Node // C, a matrix memory, row-major in each row

	InputGate, ForgetGate, OutputGate *graph.Node // i, f and o, gates that the next step reads

	Layers []State // the states of the cells that this one is made of

	// Out is the output where it is not h. It is computed anew in each step, not carried.
	Out *graph.Node
}

// stateFields are the nodes that are carried, with the names that Begin gives them.
var stateFields = []struct {
	name string
	of   func(*State) **graph.Node
	gate bool
}{
	{"h", func(s *State) **graph.Node { return &s.Hidden }, false},
	{"c", func(s *State) **graph.Node { return &s.Cell }, false},
	{"n", func(s *State) **graph.Node { return &s.Normaliser }, false},
	{"m", func(s *State) **graph.Node { return &s.Stabiliser }, false},
	{"C", func(s *State) **graph.Node { return &s.Matrix }, false},
	{"i", func(s *State) **graph.Node { return &s.InputGate }, true},
	{"f", func(s *State) **graph.Node { return &s.ForgetGate }, true},
	{"o", func(s *State) **graph.Node { return &s.OutputGate }, true},
}

// Output returns what the layer above reads: Out if there is one, else the output of the last
// of the Layers, else Hidden.
func (s State) Output() *graph.Node {
	switch {
	case s.Out != nil:
		return s.Out
	case len(s.Layers) > 0:
		return s.Layers[len(s.Layers)-1].Output()
	}
	return s.Hidden
}

// Zeros returns the state of zeros of a Cell or a Layer for a batch of the given number of
// rows.
func Zeros(b *graph.Builder, of Stateful, batch int) State {
	return of.Begin(func(_ string, width int) *graph.Node { return b.Constant(0, batch, width) })
}

// Map returns the state whose nodes are f of the nodes of s that are carried. Names are
// those of Begin.
func (s State) Map(f func(name string, n *graph.Node) *graph.Node) State {
	return s.zip(s, "", func(name string, n, _ *graph.Node) *graph.Node {
		if name == "" {
			return n
		}
		return f(name, n)
	})
}

// Select takes the rows of s where mask, of shape (B, 1), is not zero, and those of t, a
// state of the same cell, elsewhere: carried.Select(b, keep, start) resets the rows of a
// carried state that begin a new sequence. An output that t does not have is zero.
func (s State) Select(b *graph.Builder, mask *graph.Node, t State) State {
	return s.zip(t, "", func(name string, n, m *graph.Node) *graph.Node {
		if m == nil && name == "" {
			m = zerosLike(b, n)
		}
		return b.Select(mask, n, m)
	})
}

// zip combines the nodes of two states of the same cell. It calls f with their name, or with
// no name for outputs that are not carried, of which t's may be nil.
func (s State) zip(t State, prefix string, f func(name string, n, m *graph.Node) *graph.Node) State {
	var out State
	for k := range s.Layers {
		out.Layers = append(out.Layers, s.Layers[k].zip(t.Layers[k], layerName(prefix, k), f))
	}
	for _, field := range stateFields {
		if n := *field.of(&s); n != nil {
			*field.of(&out) = f(prefix+field.name, n, *field.of(&t))
		}
	}
	if s.Out != nil {
		out.Out = f("", s.Out, t.Out)
	}
	return out
}

// named gives the memory, not the gates, of a state to the builder's watchers.
func (s State) named(b *graph.Builder, prefix string) State {
	out := s
	out.Layers = nil
	for k, layer := range s.Layers {
		out.Layers = append(out.Layers, layer.named(b, layerName(prefix, k)))
	}
	for _, field := range stateFields {
		if n := *field.of(&s); n != nil && !field.gate {
			*field.of(&out) = b.Named(prefix+field.name, n)
		}
	}
	return out
}

// layerName is the prefix of the names of layer k's nodes.
func layerName(prefix string, k int) string { return fmt.Sprintf("%s%d/", prefix, k) }

// A Stateful is what Cell and Layer have in common.
type Stateful interface {
	Begin(node func(name string, width int) *graph.Node) State
	Params() []*graph.Param
}

// beginLayers returns the states to start from of several cells or layers, named 0/h, 0/c,
// 1/h, ….
func beginLayers[S Stateful](node func(name string, width int) *graph.Node, layers ...S) State {
	var state State
	for k, cell := range layers {
		state.Layers = append(state.Layers, cell.Begin(func(name string, width int) *graph.Node {
			return node(layerName("", k)+name, width)
		}))
	}
	return state
}

// stepLayer adds a step of layer k of several, under its names.
func stepLayer(b *graph.Builder, k int, cell Cell, x *graph.Node, prev State) (next State) {
	b.Within(layerName("", k), func() { next = cell.Step(b, x, prev.Layers[k]) })
	return next
}
