package graph

import (
	"reflect"

	"github.com/seed-222a112c/lstm/graph/internal/ops"
)

// ProductFLOPs returns the floating-point operations of the matrix products that the
// outputs and gradients need, 2·m·k·n for a product of (m, k) and (k, n): those of the
// graph as it was differentiated, whatever an engine makes of it, so that engines can be
// rated by the same count. It counts them at every call. Gorgonia adds gradients that nobody
// asked for, such as those of inputs; they do not count.
func (p *Program) ProductFLOPs() (flops int) {
	for _, n := range ops.Needed(p.wanted) {
		if isProduct(n) { // of an (m, k) or its transpose, with a result of shape (m, n)
			flops += 2 * ops.Operands(n)[0].Shape().TotalSize() * n.Shape()[1]
		}
	}
	return flops
}

// wanted lists the gradients of the parameters, if there is an objective, and the outputs.
func (b *Builder) wanted() []*Node {
	var wanted []*Node
	if b.loss != nil {
		for _, p := range b.learnt() {
			wanted = append(wanted, p.grad)
		}
	}
	for _, o := range b.outputs {
		wanted = append(wanted, o.node)
	}
	return wanted
}

// isProduct tells whether a node is a product of two matrices.
func isProduct(n *Node) bool {
	if n.Op() == nil || reflect.TypeOf(n.Op()).String() != "gorgonia.linAlgBinOp" {
		return false
	}
	switch n.Op().String() {
	case "A × B", "A × Bᵀ", "Aᵀ × B", "Aᵀ × Bᵀ":
		return true
	}
	return false
}
