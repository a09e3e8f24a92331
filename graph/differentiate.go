package graph

import (
	"slices"
	"sync"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
)

// This file differentiates: the objective, which Gorgonia does when the graph is complete, and
// what Gradients asks for in the middle of it, which Gorgonia cannot: gorgonia.Grad leaves in
// the nodes what it found, and a second call takes it for its own. Both ask the operations for
// their gradients, so these are the same.

// gradientFactor is how many times as many nodes a graph has with its gradients, about.
const gradientFactor = 4

// StopGradient returns x, a matrix or a scalar, as something that does not depend on anything:
// no gradient flows through it. A parameter that the objective depends on through nothing else
// has the gradient 0.
func (b *Builder) StopGradient(x *Node) *Node {
	return b.add("StopGradient", []*Node{x}, func(key string) (*Node, error) { return ops.NewStopGradient(key, x) })
}

// Gradients returns the gradient of a scalar with respect to each of the given nodes, as a node of
// that one's shape: for a penalty on gradients, or as an output. Any nodes will do, parameters,
// inputs and what was computed from them, which the loss must have been computed from in turn.
//
// Gradients can be differentiated again, by Gradients and as part of the objective, as often as one
// likes: the gradients of all operations of a Builder are such operations again. An operation
// that was added by Apply, and does not say what its gradient is, is an error that names it.
func (b *Builder) Gradients(loss *Node, of ...*Node) []*Node {
	grads := make([]*Node, len(of))
	if b.err != nil {
		return grads
	}
	if err := b.fitGradients(loss, of); err != nil {
		b.err = errors.Wrap(err, "graph: Gradients")
		return grads
	}
	b.index.reserve(gradientFactor * len(b.graph.AllNodes()))
	found, err := b.noteMerges(func() ([]*Node, error) { return b.backpropagate(loss, of) })
	b.index.release(len(b.graph.AllNodes()))
	if err != nil {
		b.err = errors.Wrap(err, "graph: Gradients")
		return grads
	}
	return found
}

// fitGradients reports operands that are not a scalar and nodes of the graph.
func (b *Builder) fitGradients(loss *Node, of []*Node) error {
	switch {
	case loss == nil:
		return errors.New("the loss is nil")
	case loss.Graph() != b.graph:
		return errors.New("the loss is of another graph")
	case !loss.IsScalar():
		return errors.Errorf("the loss has shape %v, want a scalar", loss.Shape())
	case len(of) == 0:
		return errors.New("of no nodes")
	}
	for i, n := range of {
		if n == nil || n.Graph() != b.graph {
			return errors.Errorf("node %d is nil, or of another graph", i+1)
		}
	}
	return nil
}

// backpropagate adds the gradients of the loss with respect to the given nodes.
func (b *Builder) backpropagate(loss *Node, of []*Node) (grads []*Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			grads, err = nil, errors.Errorf("%v", r)
		}
	}()
	f := flowOf(loss)
	active, err := f.between(of)
	if err != nil {
		return nil, err
	}
	for i, n := range of {
		if !f.reaches.has(n) {
			return nil, errors.Errorf("the loss does not depend on node %d, of shape %v, by operations that have gradients", i+1, n.Shape())
		}
	}
	terms := map[*Node]gorgonia.Nodes{loss: {b.graph.AddNode(b.one())}}
	for _, n := range slices.Backward(f.order) {
		if !active.has(n) {
			continue
		}
		dy, err := gorgonia.ReduceAdd(terms[n])
		if err != nil {
			return nil, errors.Wrapf(err, "summing the gradients of %v", n.Op())
		}
		terms[n] = gorgonia.Nodes{dy}
		if err := pullBack(n, dy, active, terms); err != nil {
			return nil, err
		}
	}
	for _, n := range of {
		grads = append(grads, terms[n][0])
	}
	return grads, nil
}

// one returns the gradient of a scalar with respect to itself.
func (b *Builder) one() *Node {
	if b.dtype == Float64 {
		return gorgonia.NewConstant(1.0)
	}
	return gorgonia.NewConstant(float32(1))
}

// pullBack adds what a node's gradient contributes to those of its operands that are active.
func pullBack(n, dy *Node, active nodeSet, terms map[*Node]gorgonia.Nodes) error {
	operands, wanted := ops.Operands(n), false
	wrt := differentiable(n)
	for i, x := range operands {
		wanted = wanted || wrt[i] && active.has(x)
	}
	if !wanted {
		return nil
	}
	parts, err := n.Op().(gorgonia.SDOp).SymDiff(operands, n, dy)
	if err != nil {
		return errors.Wrapf(err, "differentiating %v", n.Op())
	}
	for i, x := range operands {
		if wrt[i] && active.has(x) {
			terms[x] = append(terms[x], parts[i])
		}
	}
	return nil
}

// differentiable tells with respect to which of its operands a node has a gradient: none, if its
// operation does not say.
func differentiable(n *Node) []bool {
	operands := ops.Operands(n)
	if op, ok := n.Op().(gorgonia.SDOp); ok && len(operands) > 0 {
		return op.DiffWRT(len(operands))
	}
	return make([]bool, len(operands))
}

// A nodeSet tells nodes that are in it, by their numbers.
type nodeSet []bool

// newNodeSet returns the set of the given nodes of a graph.
func newNodeSet(g *gorgonia.ExprGraph, nodes []*Node) nodeSet {
	all := g.AllNodes()
	set := make(nodeSet, all[len(all)-1].ID()+1)
	for _, n := range nodes {
		set[n.ID()] = true
	}
	return set
}

func (s nodeSet) has(n *Node) bool { return s[n.ID()] }

// A flow is what the gradients of a scalar flow through.
type flow struct {
	order   []*Node // what the scalar was computed from, itself included, operands first
	reaches nodeSet // what gradients flow to, the scalar included
}

func flowOf(loss *Node) flow {
	f := flow{ops.Needed([]*Node{loss}), newNodeSet(loss.Graph(), []*Node{loss})}
	for _, n := range slices.Backward(f.order) {
		if !f.reaches.has(n) {
			continue
		}
		operands := ops.Operands(n)
		for i, wrt := range differentiable(n) {
			if wrt {
				f.reaches[operands[i].ID()] = true
			}
		}
	}
	return f
}

// between returns the nodes that gradients flow through on their way to the given ones, both
// included. It is an error if some would flow through an operation that has none.
func (f flow) between(of []*Node) (nodeSet, error) {
	active := make(nodeSet, len(f.reaches))
	for _, n := range of {
		active[n.ID()] = true
	}
	for _, n := range f.order {
		if !f.reaches.has(n) {
			continue
		}
		wrt := differentiable(n)
		for i, x := range ops.Operands(n) {
			if !active.has(x) {
				continue
			}
			if _, known := n.Op().(gorgonia.SDOp); !known {
				return nil, errors.Errorf("the operation %v has no gradient", n.Op())
			}
			if wrt[i] {
				active[n.ID()] = true
			}
		}
	}
	return active, nil
}

// differentiate adds the gradients of the objective.
func (b *Builder) differentiate() {
	if b.err != nil {
		return
	}
	leaves, stopped := b.leaves()
	if b.err != nil {
		return
	}
	grads := map[*Node]*Node{}
	for _, n := range stopped {
		shape := n.Shape()
		grads[n] = b.Constant(0, shape[0], shape[1])
	}
	if len(leaves) > 0 {
		b.index.reserve(gradientFactor * len(b.graph.AllNodes()))
		found, err := b.grad(leaves)
		b.index.release(len(b.graph.AllNodes()))
		if err != nil {
			b.err = errors.Wrap(err, "graph: differentiating the objective")
			return
		}
		for i, n := range leaves {
			grads[n] = found[i]
		}
	}
	for _, p := range b.learnt() {
		p.grad = grads[p.node]
	}
	for _, p := range b.probes {
		b.Output(p.name, grads[p.node])
	}
}

// leaves returns the nodes of the parameters and probes: those that gradients of the objective
// flow to, and those that they are stopped before by StopGradient. It is an error if the
// objective does not depend on one of them at all, or by an operation without a gradient.
func (b *Builder) leaves() (leaves, stopped []*Node) {
	names := map[*Node]string{}
	var all []*Node
	for _, p := range b.learnt() {
		names[p.node] = "parameter " + p.param.name
		all = append(all, p.node)
	}
	for _, p := range b.probes {
		names[p.node] = "the node of Gradient " + p.name
		all = append(all, p.node)
	}
	f := flowOf(b.loss)
	if _, err := f.between(all); err != nil {
		b.err = errors.Wrap(err, "graph: differentiating the objective")
		return nil, nil
	}
	behind := sync.OnceValue(f.behindStops)
	for _, n := range all {
		switch {
		case f.reaches.has(n):
			leaves = append(leaves, n)
		case behind().has(n):
			stopped = append(stopped, n)
		default:
			b.Fail(errors.Errorf("graph: the objective does not depend on %s", names[n]))
		}
	}
	return leaves, stopped
}

// behindStops returns the nodes that the operands of StopGradient were computed from.
func (f flow) behindStops() nodeSet {
	var operands []*Node
	for _, n := range f.order {
		if _, stop := n.Op().(*ops.StopGradient); stop {
			operands = append(operands, ops.Operands(n)...)
		}
	}
	return newNodeSet(f.order[0].Graph(), ops.Needed(operands))
}
