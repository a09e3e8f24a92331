package cells

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-222a112c/lstm/graph"
)

// A State is what a recurrent cell carries from one time step to the next: memories, each
// with a name. Nearly every cell has an h and many have a c, which are fields. What else a
// cell carries has a name of its own choice, under which it is got and set,
//
//	h, u := prev.Hidden, prev.Get("u")
//	…
//	return cells.State{Hidden: h}.With("u", u)
//
// and is masked, zoned out, watched, saved and resumed as h and c are. The memories come in a
// fixed order: those of the Layers, then h, c and the others as With first set them.
type State struct {
	Hidden *graph.Node // h, of shape (B, H); nil if the cell has none
	Cell   *graph.Node // c, of shape (B, H); nil if the cell has none

	Layers []State // the states of the cells that this one is made of

	// Out is the output where it is no memory. It is computed anew in each step, not carried.
	Out *graph.Node

	others []memory // beside h and c
}

// A memory is a node with a name.
type memory struct {
	name string
	node *graph.Node
}

// Get returns the memory of that name, of shape (B, width), or nil if there is none. "h" is
// Hidden and "c" is Cell.
func (s State) Get(name string) *graph.Node {
	switch name {
	case "h":
		return s.Hidden
	case "c":
		return s.Cell
	}
	for _, m := range s.others {
		if m.name == name {
			return m.node
		}
	}
	return nil
}

// With returns the state with one more memory, or with another node for one that it has; s
// itself does not change. It panics if the name is empty or has a slash, which stands between
// the number of a layer and a name.
func (s State) With(name string, n *graph.Node) State {
	switch {
	case name == "" || strings.Contains(name, "/"):
		panic(fmt.Sprintf("cells: a memory named %q, want a name without a slash", name))
	case name == "h":
		s.Hidden = n
		return s
	case name == "c":
		s.Cell = n
		return s
	}
	s.others = slices.Clone(s.others)
	if k := slices.IndexFunc(s.others, func(m memory) bool { return m.name == name }); k >= 0 {
		s.others[k].node = n
	} else {
		s.others = append(s.others, memory{name, n})
	}
	return s
}

// Names returns the names of the memories in their order, such as "h" and "c", or "0/h",
// "0/c" and "1/h" of layers.
func (s State) Names() []string {
	var names []string
	s.Map(func(name string, n *graph.Node) *graph.Node {
		names = append(names, name)
		return n
	})
	return names
}

// own returns the names of the memories that are not those of Layers.
func (s State) own() []string {
	var names []string
	for _, m := range append([]memory{{"h", s.Hidden}, {"c", s.Cell}}, s.others...) {
		if m.node != nil {
			names = append(names, m.name)
		}
	}
	return names
}

// Output returns what the layer above reads: Out if there is one, else the output of the last
// of the Layers, else Hidden, else the first of the other memories.
func (s State) Output() *graph.Node {
	switch {
	case s.Out != nil:
		return s.Out
	case len(s.Layers) > 0:
		return s.Layers[len(s.Layers)-1].Output()
	case s.Hidden == nil && len(s.others) > 0:
		return s.others[0].node
	}
	return s.Hidden
}

// Zeros returns the state of zeros of a Cell or a Layer for a batch of the given number of
// rows.
func Zeros(b *graph.Builder, of Stateful, batch int) State {
	return of.Begin(func(_ string, width int) *graph.Node { return b.Constant(0, batch, width) })
}

// Map returns the state whose memories are f of the memories of s. Names are those of Begin.
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
// carried state that begin a new sequence. An output that t does not have is zero. States
// with other memories are reported by b.Err.
func (s State) Select(b *graph.Builder, mask *graph.Node, t State) State {
	if b.Err() == nil && !s.like(t) {
		b.Fail(fmt.Errorf("cells: Select of a state of the memories %q and one of %q", s.Names(), t.Names()))
	}
	if b.Err() != nil {
		return s
	}
	return s.zip(t, "", func(name string, n, m *graph.Node) *graph.Node {
		if m == nil && name == "" {
			m = zerosLike(b, n)
		}
		return b.Select(mask, n, m)
	})
}

// like tells whether two states have the same memories, in whatever order.
func (s State) like(t State) bool {
	mine, others := s.own(), t.own()
	slices.Sort(mine)
	slices.Sort(others)
	return slices.Equal(mine, others) && slices.EqualFunc(s.Layers, t.Layers, State.like)
}

// zip combines the memories of two states of the same cell. It calls f with their name, or
// with no name for outputs that are not carried, of which t's may be nil.
func (s State) zip(t State, prefix string, f func(name string, n, m *graph.Node) *graph.Node) State {
	var out State
	for k := range s.Layers {
		out.Layers = append(out.Layers, s.Layers[k].zip(t.Layers[k], layerName(prefix, k), f))
	}
	for _, name := range s.own() {
		out = out.With(name, f(prefix+name, s.Get(name), t.Get(name)))
	}
	if s.Out != nil {
		out.Out = f("", s.Out, t.Out)
	}
	return out
}

// layerName is the prefix of the names of layer k's memories.
func layerName(prefix string, k int) string { return fmt.Sprintf("%s%d/", prefix, k) }

// A Stateful is what Cell and Layer have in common.
type Stateful interface {
	Begin(node func(name string, width int) *graph.Node) State
	Params() []*graph.Param
}

// Memories returns the names of what a Cell or a Layer carries, in the order of Begin.
func Memories(of Stateful) []string {
	var names []string
	of.Begin(func(name string, _ int) *graph.Node {
		names = append(names, name)
		return nil
	})
	return names
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
