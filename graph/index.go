package graph

import (
	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
)

// An index is Gorgonia's map from a node's number to its place in the list of all nodes.
// Gorgonia looks for a node that is not in the map by going through the list, once for
// every node, so that building a graph takes time quadratic in its size. A node's number
// is its place, as nodes are not removed; where the map says so in advance, building is
// linear.
type index struct {
	places map[int64]int
	filled int64
}

// indexOf returns the index of a new graph, or one that does nothing if this version of
// Gorgonia has none.
func indexOf(g *gorgonia.ExprGraph) *index {
	if places := ops.Unexported[map[int64]int](g, "byID"); places != nil {
		return &index{places: *places}
	}
	return &index{}
}

// reserve fills the index for the first n nodes.
func (x *index) reserve(n int) {
	if x.places == nil {
		return
	}
	for ; x.filled < int64(n); x.filled++ {
		x.places[x.filled] = int(x.filled)
	}
}

// release removes what is filled in for nodes that do not exist.
func (x *index) release(n int) {
	for ; x.filled > int64(n); x.filled-- {
		delete(x.places, x.filled-1)
	}
}
