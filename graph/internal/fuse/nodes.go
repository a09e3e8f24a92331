package fuse

import (
	"fmt"
	"hash"
	"hash/fnv"
	"strings"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A fusedOp is a segment of a program as an operation of Gorgonia's. Its operands are the
// leaves, for the first segment, or the segment before; its result is a token, a scalar
// that orders the segments.
type fusedOp struct {
	serial int
	title  string
	in     []hm.Type
	run    func(in []gorgonia.Value) error
}

var _ gorgonia.Op = (*fusedOp)(nil)

func (o *fusedOp) Arity() int { return len(o.in) }

func (o *fusedOp) Type() hm.Type {
	return hm.NewFnType(append(append([]hm.Type(nil), o.in...), tensor.Float32)...)
}

func (o *fusedOp) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

// Do runs the segment.
func (o *fusedOp) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("%s: %v", o.title, r)
		}
	}()
	if err := o.run(in); err != nil {
		return nil, err
	}
	return token, nil
}

// token is what every segment results in.
var token = gorgonia.NewF32(0)

func (o *fusedOp) ReturnsPtr() bool      { return true }
func (o *fusedOp) CallsExtern() bool     { return false }
func (o *fusedOp) OverwritesInput() int  { return -1 }
func (o *fusedOp) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%d %s", o.serial, o.title) }
func (o *fusedOp) String() string        { return o.title }

func (o *fusedOp) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// leafNodes lists the leaves, in the order of their buffers.
func (p *planner[T]) leafNodes() []*gorgonia.Node {
	var nodes []*gorgonia.Node
	for _, b := range p.buffers {
		if b.leaf != nil && b.leaf.op == leaf {
			nodes = append(nodes, b.leaf.node)
		}
	}
	return nodes
}

// nodes returns the operations of the segments.
func (e *engine[T]) nodes() []*fusedOp {
	var all []*fusedOp
	for i, s := range e.segments {
		o := &fusedOp{serial: i, title: e.title(s), run: func([]gorgonia.Value) error { return e.segment(i) }}
		if i == 0 {
			o.run = func(in []gorgonia.Value) error {
				if err := e.start(in); err != nil {
					return err
				}
				return e.segment(0)
			}
		}
		all = append(all, o)
	}
	return all
}

// title says what a segment does.
func (e *engine[T]) title(s segment) string {
	var kinds []string
	for i := range s.period {
		kinds = append(kinds, e.steps[s.from+i].kind())
	}
	text := strings.Join(kinds, "; ")
	if s.times() > 1 {
		text = fmt.Sprintf("%d× {%s}", s.times(), text)
	}
	return text
}

// build makes the rewritten graph: the leaves, and the segments in their order.
func (p *Program) build(leaves []*gorgonia.Node, segments []*fusedOp) error {
	var in []*gorgonia.Node
	for i, origin := range leaves {
		own := copyLeaf(p.graph, origin, i)
		p.leaves = append(p.leaves, &leafNode{own, origin})
		in = append(in, own)
	}
	for _, op := range segments {
		for _, n := range in {
			op.in = append(op.in, n.Type())
		}
		if len(in) == 0 {
			return errors.New("fuse: the graph has no inputs")
		}
		n, err := gorgonia.ApplyOp(op, in...)
		if err != nil {
			return errors.Wrap(err, "fuse: building the rewritten graph")
		}
		in = []*gorgonia.Node{n}
	}
	return nil
}

// copyLeaf adds a leaf of the type and shape of origin to the graph.
func copyLeaf(g *gorgonia.ExprGraph, origin *gorgonia.Node, i int) *gorgonia.Node {
	name := gorgonia.WithName(fmt.Sprintf("%d~%s", i, origin.Name()))
	if origin.IsScalar() {
		return gorgonia.NewScalar(g, origin.Dtype(), name)
	}
	return gorgonia.NewTensor(g, origin.Dtype(), origin.Dims(), gorgonia.WithShape(origin.Shape()...), name)
}
