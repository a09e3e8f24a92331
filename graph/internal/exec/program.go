package exec

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Program computes the outputs of a schedule. It is for one goroutine at a time.
type Program struct {
	machine gorgonia.VM
	runAll  func() error // of the machine
	graph   *gorgonia.ExprGraph
	leaves  []*leafNode
	engine  interface {
		output(i int) *tensor.Dense
		freeze(on bool)
		abort()
	}
	report Report
}

// A leafNode is a leaf of the rewritten graph and the leaf that it stands for.
type leafNode struct{ own, origin *gorgonia.Node }

// New makes the graph of a schedule and a machine that runs it.
func New[T kernel.Float](s *Schedule[T]) (*Program, error) {
	e := newEngine(s)
	p := &Program{graph: gorgonia.NewGraph(), engine: e}
	if err := p.build(e); err != nil {
		return nil, err
	}
	p.report = e.report()
	p.machine = gorgonia.NewTapeMachine(p.graph)
	p.runAll = runnerOf(p.machine)
	return p, nil
}

// build makes the rewritten graph: the leaves, and the segments in their order.
func (p *Program) build(e interface {
	operations() []*segmentOp
	inputs() []*gorgonia.Node
}) error {
	var in []*gorgonia.Node
	for i, origin := range e.inputs() {
		own := copyLeaf(p.graph, origin, i)
		p.leaves = append(p.leaves, &leafNode{own, origin})
		in = append(in, own)
	}
	for _, op := range e.operations() {
		for _, n := range in {
			op.in = append(op.in, n.Type())
		}
		if len(in) == 0 {
			return errors.New("exec: the graph has no inputs")
		}
		n, err := gorgonia.ApplyOp(op, in...)
		if err != nil {
			return errors.Wrap(err, "exec: building the rewritten graph")
		}
		in = []*gorgonia.Node{n}
	}
	return nil
}

// Run computes the outputs from the values that the leaves have now.
func (p *Program) Run() error {
	for _, l := range p.leaves {
		if v := l.origin.Value(); v != l.own.Value() {
			if v == nil {
				return errors.Errorf("exec: %v has no value", l.origin.Name())
			}
			if err := gorgonia.Let(l.own, v); err != nil {
				return err
			}
		}
	}
	p.machine.Reset()
	if err := p.runAll(); err != nil {
		p.engine.abort()
		return err
	}
	return nil
}

// Freeze says that no parameter changes from now on, or until the next call, so that what
// depends on parameters alone is computed in the next run only. Thaw takes it back.
func (p *Program) Freeze() { p.engine.freeze(true) }

// Thaw says that parameters may change between runs.
func (p *Program) Thaw() { p.engine.freeze(false) }

// Output returns the value of an output, by its place among them. The memory is the
// program's, and each run writes it anew.
func (p *Program) Output(i int) *tensor.Dense { return p.engine.output(i) }

// Close releases the machine.
func (p *Program) Close() error { return p.machine.Close() }

// Report returns what is run; the caller adds what is known of the graph before.
func (p *Program) Report() *Report { return &p.report }

// Graph returns the rewritten graph.
func (p *Program) Graph() *gorgonia.ExprGraph { return p.graph }
