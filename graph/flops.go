package graph

// ProductFLOPs returns the floating-point operations of the matrix products that the
// outputs and gradients need, 2·m·k·n for a product of (m, k) and (k, n): those of the
// graph as it was differentiated, whatever an engine makes of it, so that engines can be
// rated by the same count.
func (p *Program) ProductFLOPs() int { return p.productFLOPs }

// productFLOPs counts the products that the wanted nodes depend on. Gorgonia adds
// gradients that nobody asked for, such as those of inputs; they do not count.
func (b *Builder) productFLOPs() int {
	var stack []*Node
	seen := map[*Node]bool{}
	visit := func(n *Node) {
		if n != nil && !seen[n] {
			seen[n] = true
			stack = append(stack, n)
		}
	}
	for _, p := range b.params {
		visit(p.grad)
	}
	for _, o := range b.outputs {
		visit(o.node)
	}
	flops := 0
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		operands := b.operands(n)
		for _, o := range operands {
			visit(o)
		}
		if isProduct(n) { // of an (m, k) or its transpose, with a result of shape (m, n)
			flops += 2 * operands[0].Shape().TotalSize() * n.Shape()[1]
		}
	}
	return flops
}

// operands returns the operands of a node in order.
func (b *Builder) operands(n *Node) []*Node {
	var operands []*Node
	for it := b.graph.From(n.ID()); it.Next(); {
		operands = append(operands, it.Node().(*Node))
	}
	return operands
}

// isProduct tells whether a node is a product of two matrices.
func isProduct(n *Node) bool {
	if n.Op() == nil {
		return false
	}
	switch n.Op().String() {
	case "A × B", "A × Bᵀ", "Aᵀ × B", "Aᵀ × Bᵀ":
		return true
	}
	return false
}
