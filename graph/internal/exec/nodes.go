package exec

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A segmentOp is a segment of a program as an operation of Gorgonia's. Its operands are the
// leaves, for the first segment, or the segment before; its result is a token, a scalar
// that orders the segments.
type segmentOp struct {
	serial int
	title  string
	in     []hm.Type
	run    func(in []gorgonia.Value) error
}

var _ gorgonia.Op = (*segmentOp)(nil)

func (o *segmentOp) Arity() int { return len(o.in) }

func (o *segmentOp) Type() hm.Type {
	return hm.NewFnType(append(append([]hm.Type(nil), o.in...), tensor.Float32)...)
}

func (o *segmentOp) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

// Do runs the segment.
func (o *segmentOp) Do(in ...gorgonia.Value) (_ gorgonia.Value, err error) {
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

func (o *segmentOp) ReturnsPtr() bool      { return true }
func (o *segmentOp) CallsExtern() bool     { return false }
func (o *segmentOp) OverwritesInput() int  { return -1 }
func (o *segmentOp) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%d %s", o.serial, o.title) }
func (o *segmentOp) String() string        { return o.title }

func (o *segmentOp) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// inputs lists the leaves, in the order of their buffers.
func (e *engine[T]) inputs() []*gorgonia.Node {
	var nodes []*gorgonia.Node
	for _, l := range e.leaves {
		nodes = append(nodes, l.node)
	}
	return nodes
}

// operations returns the operations of the segments.
func (e *engine[T]) operations() []*segmentOp {
	var all []*segmentOp
	for i, s := range e.Segments {
		o := &segmentOp{serial: i, title: e.title(s), run: func([]gorgonia.Value) error { return e.segment(i) }}
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

// copyLeaf adds a leaf of the type and shape of origin to the graph.
func copyLeaf(g *gorgonia.ExprGraph, origin *gorgonia.Node, i int) *gorgonia.Node {
	name := gorgonia.WithName(fmt.Sprintf("%d~%s", i, origin.Name()))
	if origin.IsScalar() {
		return gorgonia.NewScalar(g, origin.Dtype(), name)
	}
	return gorgonia.NewTensor(g, origin.Dtype(), origin.Dims(), gorgonia.WithShape(origin.Shape()...), name)
}
