package cells

import "github.com/seed-222a112c/lstm/graph"

// An InitialState is a state to start from that is learned, the same for every sequence.
type InitialState struct {
	of     Stateful
	params []*graph.Param // one a node, in the order of Begin
}

// NewInitialState returns the initial state of a cell or layer, of zeros until it is learned.
// Its parameters are named name/h, name/c and so on, as Begin names the nodes.
func NewInitialState(name string, of Stateful) *InitialState {
	s := &InitialState{of: of}
	of.Begin(func(node string, width int) *graph.Node {
		s.params = append(s.params, graph.NewParam(name+"/"+node, 1, width))
		return nil
	})
	return s
}

// State adds the state, for a batch of the given number of rows, to the graph.
func (s *InitialState) State(b *graph.Builder, batch int) State {
	next := 0
	return s.of.Begin(func(_ string, width int) *graph.Node {
		row := b.Param(s.params[next])
		next++
		return b.AddRow(b.Constant(0, batch, width), row)
	})
}

// Params returns the state's parameters in the order of Begin.
func (s *InitialState) Params() []*graph.Param { return s.params }
