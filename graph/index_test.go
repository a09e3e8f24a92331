package graph

import (
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
)

// A version of Gorgonia whose graphs have another index, so that building is quadratic; an
// index that leads to the wrong node, or to one that does not exist.
func TestIndex(t *testing.T) {
	if indexOf(gorgonia.NewGraph()).places == nil {
		t.Error("Gorgonia's ExprGraph has no index of the expected name and type: see index.go")
	}
	if !leavesTraces() || ops.Unexported[map[*Node]gorgonia.Nodes](gorgonia.NewGraph(), "to") == nil {
		t.Error("Gorgonia's ExprGraph does not list edges as expected: see merges.go")
	}
	w := NewParam("w", 3, 3)
	b, err := buildDistinct(func(b *Builder) {
		h := b.Constant(1, 2, 3)
		for range 20 {
			h = b.Tanh(b.MatMul(h, b.Param(w)))
		}
		b.Minimize(b.Dot(h, h))
	}, Float32, func(*Builder) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	nodes := b.graph.AllNodes()
	for i, n := range nodes {
		if b.graph.Node(int64(i)) != n {
			t.Errorf("the graph finds node %v by the number of %v", b.graph.Node(int64(i)), n)
		}
	}
	if len(b.index.places) > len(nodes) {
		t.Errorf("the index has %d entries for %d nodes", len(b.index.places), len(nodes))
	}
}
