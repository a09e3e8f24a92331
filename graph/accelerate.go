package graph

import (
	"reflect"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/importer"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Accelerate returns a machine that computes the wanted nodes of a graph that was built with
// Gorgonia alone: the fused engine in the place of gorgonia.NewTapeMachine. Without wanted
// nodes it computes those that no other node uses, the cost and the gradients of gorgonia.Grad
// and what is read with gorgonia.Read.
//
// After RunAll the wanted nodes have their values, so that Value and, of a parameter whose
// gradient is wanted, Grad work as after a TapeMachine; other inner nodes have none. The
// memory of the values is the machine's, which each run writes anew; gradients do not
// accumulate over runs. Operations that the engine does not know run unchanged. A graph that
// it cannot run at all, one of both float32 and float64, gets a plain TapeMachine.
//
// Accelerate must not run at the same time as anything else that builds graphs.
func Accelerate(g *gorgonia.ExprGraph, wanted ...*gorgonia.Node) (gorgonia.VM, error) {
	building.Lock()
	defer building.Unlock()
	for _, n := range wanted {
		if n == nil || n.Graph() != g {
			return nil, errors.New("graph: Accelerate: a wanted node is not of the graph")
		}
	}
	if len(wanted) == 0 {
		wanted = unused(g)
	}
	a := &accelerated{}
	var nodes []*gorgonia.Node
	for _, n := range wanted {
		t := target{node: n}
		if t.into = readInto(n); t.into != nil {
			t.node = ops.Operands(n)[0]
		}
		a.targets = append(a.targets, t)
		nodes = append(nodes, t.node)
	}
	for _, n := range g.AllNodes() {
		if op, ok := n.Op().(gorgonia.TrainModeOp); ok { // as a TapeMachine does
			if err := op.SetTraining(true); err != nil {
				return nil, errors.Wrap(err, "graph: Accelerate")
			}
		}
	}
	var err error
	if a.program, err = fuse(nodes, nil, Settings{}); err != nil {
		return gorgonia.NewTapeMachine(g), nil
	}
	return a, nil
}

// unused returns the nodes that no other uses, costs that were differentiated and the
// gradients of leaves.
func unused(g *gorgonia.ExprGraph) []*gorgonia.Node {
	var all []*gorgonia.Node
	taken := map[*gorgonia.Node]bool{}
	take := func(n *gorgonia.Node) {
		if !taken[n] {
			taken[n] = true
			all = append(all, n)
		}
	}
	for _, n := range g.AllNodes() {
		if n.Op() != nil && g.To(n.ID()).Len() == 0 {
			take(n)
		}
		switch d := derivative(n); {
		case d == nil:
		case n.Op() == nil:
			take(d)
		case importer.IsConstant(d): // what is differentiated: its own gradient is 1
			take(n)
		}
	}
	return all
}

// derivative returns the node that Grad of n shows the value of, or nil.
func derivative(n *gorgonia.Node) *gorgonia.Node {
	if d := ops.Unexported[*gorgonia.Node](n, "deriv"); d != nil {
		return *d
	}
	return nil
}

// readInto returns where a node of gorgonia.Read wants the value of its operand, or nil.
func readInto(n *gorgonia.Node) *gorgonia.Value {
	op := n.Op()
	if op == nil || reflect.TypeOf(op).String() != "gorgonia.readOp" {
		return nil
	}
	return (*gorgonia.Value)(reflect.ValueOf(op).FieldByName("into").UnsafePointer())
}

// An accelerated is a machine that runs a graph fused and gives its nodes their values.
type accelerated struct {
	program *exec.Program
	targets []target
}

var _ gorgonia.VM = (*accelerated)(nil)

// A target is a wanted node and, if it was wanted by gorgonia.Read, where its value goes.
type target struct {
	node *gorgonia.Node
	into *gorgonia.Value
}

// RunAll computes the wanted nodes.
func (a *accelerated) RunAll() error {
	if err := a.program.Run(); err != nil {
		return errors.Wrap(err, "graph: running")
	}
	for i, t := range a.targets {
		v := valueOf(a.program.Output(i), t.node.Shape())
		if t.into != nil {
			copied, err := gorgonia.CloneValue(v)
			if err != nil {
				return errors.Wrap(err, "graph: reading")
			}
			*t.into = copied
			continue
		}
		if err := gorgonia.UnsafeLet(t.node, v); err != nil {
			return errors.Wrap(err, "graph: binding a result")
		}
	}
	return nil
}

// valueOf returns the numbers of d as a value of the given shape, without copying them
// unless it is a scalar's.
func valueOf(d *tensor.Dense, shape tensor.Shape) gorgonia.Value {
	if shape.IsScalar() {
		if d.Dtype() == tensor.Float64 {
			return gorgonia.NewF64(d.Float64s()[0])
		}
		return gorgonia.NewF32(d.Float32s()[0])
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(d.Data()))
}

// Reset does nothing: a run starts from nothing but the leaves.
func (a *accelerated) Reset() {}

// Close releases the machine.
func (a *accelerated) Close() error { return a.program.Close() }
