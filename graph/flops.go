package graph

import (
	"reflect"

	"github.com/seed-222a112c/lstm/graph/internal/ops"
)

// ProductFLOPs returns the floating-point operations of the matrix products that the
// outputs and gradients need, 2·m·k·n for a product of (m, k) and (k, n): those of the
// graph as it was differentiated, whatever an engine makes of it, so that engines can be
// rated by the same count.
func (p *Program) ProductFLOPs() int { return p.productFLOPs }

// productFLOPs counts the products that the wanted nodes depend on. Gorgonia adds
// gradients that nobody asked for, such as those of inputs; they do not count.
func (b *Builder) productFLOPs() int {
	var wanted []*Node
	for _, p := range b.params {
		if p.grad != nil {
			wanted = append(wanted, p.grad)
		}
	}
	for _, o := range b.outputs {
		wanted = append(wanted, o.node)
	}
	flops := 0
	for _, n := range ops.Needed(wanted) {
		if isProduct(n) { // of an (m, k) or its transpose, with a result of shape (m, n)
			flops += 2 * ops.Operands(n)[0].Shape().TotalSize() * n.Shape()[1]
		}
	}
	return flops
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
