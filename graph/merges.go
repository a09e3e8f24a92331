package graph

import (
	"sync"

	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
)

// Gorgonia may take a node that it is asked for to be one that it has, on the equality of
// 32-bit hashes and whether or not the operands are the same. This file tells when it has
// done so.
//
// What a Builder's methods ask for, one node each, is seen at once: the node that they get
// was there before. What Gorgonia asks itself for while it differentiates is seen by its
// traces: for every node that is asked for, edges are listed from the node that results to
// that one's operands, so that those of a node which results twice are listed twice. Unless
// something was merged, there are as many edges as there are operands.

// ask runs construct and notes if the node that it returns is not the only new one of the
// graph.
func (b *Builder) ask(construct func() (*Node, error)) (*Node, error) {
	b.noteOthers()
	before := len(b.graph.AllNodes())
	n, err := construct()
	nodes := b.graph.AllNodes()
	if err == nil && (len(nodes) != before+1 || nodes[before] != n) {
		b.doubtful = true
	}
	b.asked = len(nodes)
	return n, err
}

// noteOthers notes if somebody else than the Builder has added nodes.
func (b *Builder) noteOthers() {
	if len(b.graph.AllNodes()) != b.asked {
		b.doubtful = true
	}
}

// grad is gorgonia.Grad, and notes if Gorgonia has merged nodes.
func (b *Builder) grad(wrt []*Node) ([]*Node, error) {
	before := b.graph.AllNodes()
	want := 0
	for _, n := range before {
		want += distinct(ops.Operands(n)) // Grad first makes equal edges one
	}
	grads, err := gorgonia.Grad(b.loss, wrt...)
	b.noteEdges(want, len(before))
	return grads, err
}

// noteMerges runs what asks Gorgonia for many nodes, and notes if it has merged some. Unlike
// gorgonia.Grad, run leaves the edges that there are as they are.
func (b *Builder) noteMerges(run func() ([]*Node, error)) ([]*Node, error) {
	b.noteOthers()
	want, before := edges(b.graph), len(b.graph.AllNodes())
	nodes, err := run()
	b.noteEdges(want, before)
	return nodes, err
}

// noteEdges notes if the nodes but the first before ones have not left an edge an operand,
// besides the edges of those.
func (b *Builder) noteEdges(want, before int) {
	nodes := b.graph.AllNodes()
	for _, n := range nodes[before:] {
		want += len(ops.Operands(n))
	}
	if edges(b.graph) != want || int(nodes[len(nodes)-1].ID()) != len(nodes)-1 || !leavesTraces() {
		b.doubtful = true
	}
	b.asked = len(nodes)
}

// distinct counts nodes, equal ones once.
func distinct(nodes []*Node) int {
	if len(nodes) < 2 || len(nodes) == 2 && nodes[0] != nodes[1] {
		return len(nodes)
	}
	different := map[*Node]bool{}
	for _, n := range nodes {
		different[n] = true
	}
	return len(different)
}

// edges counts the edges of a graph, as often as each is listed.
func edges(g *gorgonia.ExprGraph) (count int) {
	users := ops.Unexported[map[*Node]gorgonia.Nodes](g, "to")
	if users == nil {
		return g.Edges().Len()
	}
	for _, by := range *users {
		count += len(by)
	}
	return count
}

// leavesTraces tells whether this version of Gorgonia lists the edges of a node twice that
// results twice.
var leavesTraces = sync.OnceValue(func() bool {
	g := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(g, gorgonia.Float64, gorgonia.WithShape(1, 1), gorgonia.WithName("x"))
	y := gorgonia.Must(gorgonia.Tanh(x))
	return gorgonia.Must(gorgonia.Tanh(x)) == y && edges(g) == 2
})
