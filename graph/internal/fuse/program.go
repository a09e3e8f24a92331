package fuse

import (
	"runtime"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/crew"
	"github.com/seed-222a112c/lstm/graph/internal/pages"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Settings say how a graph is rewritten.
type Settings struct {
	Workers int      // goroutines that share the work; if 0, as many as processors, or one if there is little
	Without []string // passes to leave out

	Params    []*gorgonia.Node // the leaves that do not change while the program is frozen
	Inference bool             // it runs many times between changes of the parameters

	// BFloat16 rounds parameters to bfloat16 where they are right operands of products, for
	// inference in float32: half the memory to read.
	BFloat16 bool
}

// Passes lists the names of the passes.
func Passes() []string {
	return []string{"import", "sums", "tables", "hoist", "gradients", "clusters", "share", "pack", "period", "memory", "workers"}
}

// A Program computes the wanted nodes of a graph. It is for one goroutine at a time.
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

// New rewrites the graph that computes the wanted nodes. It is an error if the graph can
// only be run as it stands, or if a setting is unknown.
func New(wanted []*gorgonia.Node, s Settings) (*Program, error) {
	off := map[string]bool{}
	for _, name := range s.Without {
		known := false
		for _, pass := range Passes() {
			known = known || pass == name
		}
		if !known {
			return nil, errors.Errorf("fuse: no pass %q; the passes are %v", name, Passes())
		}
		off[name] = true
	}
	workers := s.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if off["workers"] {
		workers = 1
	}
	m, err := importGraph(wanted, s.Params, off)
	if err != nil {
		return nil, err
	}
	nodes := len(wanted[0].Graph().AllNodes())
	if off["sums"] {
		m.link()
	} else {
		m.sums()
	}
	if !off["tables"] {
		m.tables(s.Inference)
	}
	if !off["hoist"] {
		m.hoist()
	}
	if !off["tables"] {
		m.tableGradients()
	}
	m.lower()
	if !off["clusters"] {
		m.contract()
	}
	m.stages()
	if s.Workers <= 0 && m.work() < littleWork {
		workers = 1
	}
	if m.dtype == tensor.Float64 {
		if s.BFloat16 {
			return nil, errors.New("fuse: bfloat16 weights in a program of float64")
		}
		return emit(newPlanner[float64](m, workers), nodes)
	}
	p := newPlanner[float32](m, workers)
	p.bfloat16 = s.BFloat16
	return emit(p, nodes)
}

// littleWork is so many operations that workers would take longer to find together than one
// takes to do them.
const littleWork = 2_000_000

// work estimates the operations of a run: those of products, and some twenty for an
// elementwise function.
func (m *module) work() (operations int) {
	for _, v := range m.values {
		switch v.op {
		case outer:
			operations += 2 * v.size() * v.in[0].rows
		case leaf, constant:
		default:
			operations += 20 * v.size()
		}
		for _, p := range v.products {
			operations += 2 * v.size() * p.left.cols
		}
	}
	return operations
}

// emit makes the rewritten graph and a machine that runs it.
func emit[T Float](p *planner[T], nodes int) (*Program, error) {
	p.plan()
	arena := p.assign()
	barriers := p.barriers()
	e := newEngine(p, arena)
	e.segments = p.segments()
	program := &Program{graph: gorgonia.NewGraph(), engine: e}
	if err := program.build(p.leafNodes(), e.nodes()); err != nil {
		return nil, err
	}
	program.report = p.report(e, nodes, barriers, arena)
	program.machine = gorgonia.NewTapeMachine(program.graph)
	program.runAll = runnerOf(program.machine)
	return program, nil
}

// Run computes the wanted nodes from the values that the leaves have now.
func (p *Program) Run() error {
	for _, l := range p.leaves {
		if v := l.origin.Value(); v != l.own.Value() {
			if v == nil {
				return errors.Errorf("fuse: %v has no value", l.origin.Name())
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

// Output returns the value of a wanted node, by its place among them. The memory is the
// program's, and each run writes it anew.
func (p *Program) Output(i int) *tensor.Dense { return p.engine.output(i) }

// Close releases the machine.
func (p *Program) Close() error { return p.machine.Close() }

// Report returns what the passes made of the graph.
func (p *Program) Report() Report { return p.report }

// Graph returns the rewritten graph.
func (p *Program) Graph() *gorgonia.ExprGraph { return p.graph }

// An engine runs the steps.
type engine[T Float] struct {
	*memory[T]
	steps    []scheduled[T]
	segments []segment
	lists    []*list[T]
	lookups  []lookupCheck
	leaves   []leafBuffer
	results  []place
	headers  []*tensor.Dense
	workers  int
	barrier  barrier
	crew     *crew.Crew // while running: the workers but the caller
	frozen   bool
}

// A leafBuffer is a buffer whose memory is that of the engine's operand number i.
type leafBuffer struct {
	buffer int
	node   *gorgonia.Node
}

// A lookupCheck says that the numbers in a buffer are rows of a matrix of so many.
type lookupCheck struct {
	numbers int
	rows    int
	what    string
}

func newEngine[T Float](p *planner[T], arena int) *engine[T] {
	workers := p.workers
	all := pages.Make[T](arena)
	e := &engine[T]{memory: &memory[T]{buffers: make([][]T, len(p.buffers)), ints: make([][]int, len(p.buffers))},
		steps: p.steps, workers: workers, results: p.results}
	e.memory.barrier = &e.barrier
	e.barrier.workers = int32(workers)
	for i, b := range p.buffers {
		switch {
		case b.leaf == nil && b.first >= 0:
			e.buffers[i] = all[b.offset : b.offset+b.size : b.offset+b.size]
		case b.leaf == nil: // nothing touches it
		case b.leaf.op == constant:
			e.buffers[i] = []T{T(b.leaf.shift)}
		default:
			e.leaves = append(e.leaves, leafBuffer{i, b.leaf.node})
		}
	}
	for range workers {
		e.scratch = append(e.scratch, pages.Make[T]((spares+p.scratch)*blockSize))
		e.full = append(e.full, make([][]T, p.operands))
	}
	for _, l := range p.lists {
		e.lists = append(e.lists, l)
	}
	e.lookups = p.checks()
	for _, at := range e.results {
		e.headers = append(e.headers, tensor.New(tensor.WithShape(at.rows, at.cols), tensor.WithBacking(e.at(at))))
	}
	return e
}

// checks lists what the numbers of the leaves must be.
func (p *planner[T]) checks() []lookupCheck {
	var all []lookupCheck
	known := map[lookupCheck]bool{}
	check := func(numbers *value, rows int, what string) {
		if c := (lookupCheck{p.place(numbers).buffer, rows, what}); !known[c] {
			known[c] = true
			all = append(all, c)
		}
	}
	for _, v := range p.values {
		switch v.op {
		case lookup:
			check(v.in[1], v.in[0].rows, "rows")
		case scatter:
			check(v.in[1], v.rows, "rows")
		case crossEntropy, crossEntropyGrad:
			check(v.in[1], v.in[0].cols, "target")
		}
	}
	return all
}

func (e *engine[T]) freeze(on bool) { e.frozen, e.packed = on, false }

func (e *engine[T]) output(i int) *tensor.Dense { return e.headers[i] }

// start gets a run ready: the leaves' memory, the pointers of the lists, the workers.
func (e *engine[T]) start(values []gorgonia.Value) error {
	for i, l := range e.leaves {
		switch x := values[i].(type) {
		case *tensor.Dense:
			if err := e.bind(l, x); err != nil {
				return err
			}
		default:
			n, ok := number(x)
			if !ok {
				return errors.Errorf("fuse: %v holds a %T", l.node.Name(), x)
			}
			e.buffers[l.buffer] = []T{T(n)}
		}
	}
	for _, c := range e.lookups {
		if err := checkNumbers(e.ints[c.numbers], c.rows); err != nil {
			return errors.Wrap(err, c.what)
		}
	}
	for _, l := range e.lists {
		l.prepare(e.memory)
	}
	e.memory.err = nil
	e.barrier.broken.Store(false)
	e.barrier.arrived.Store(0)
	e.crew = crew.Take(e.workers - 1)
	e.crew.Call(func(worker int) { e.work(worker, 0, len(e.steps)) })
	return nil
}

func (e *engine[T]) bind(l leafBuffer, d *tensor.Dense) error {
	switch {
	case d.RequiresIterator():
		return errors.Errorf("fuse: %v holds a view; clone it", l.node.Name())
	case d.Dtype() == tensor.Int:
		e.ints[l.buffer] = d.Ints()
	case d.Dtype() == tensor.Float32:
		e.buffers[l.buffer] = any(d.Float32s()).([]T)
	case d.Dtype() == tensor.Float64:
		e.buffers[l.buffer] = any(d.Float64s()).([]T)
	}
	return nil
}

// work runs steps as one of the workers.
func (e *engine[T]) work(worker, from, to int) {
	defer func() {
		if r := recover(); r != nil {
			e.fail(errors.Errorf("fuse: %v", r))
		}
	}()
	for i := from; i < to; i++ {
		s := &e.steps[i]
		if s.barrier && e.workers > 1 && !e.barrier.wait() {
			return
		}
		if e.barrier.broken.Load() {
			return
		}
		s.run(e.memory, worker, e.workers)
	}
}

// segment runs a segment: its part of the caller's, who is worker 0. After the last one all
// workers have done theirs.
func (e *engine[T]) segment(i int) error {
	s := e.segments[i]
	e.work(0, s.from, s.to)
	if i == len(e.segments)-1 || e.barrier.broken.Load() {
		e.finish()
		e.packed = e.frozen && !e.barrier.broken.Load()
	}
	return e.failure()
}

// abort ends a run that the machine has given up.
func (e *engine[T]) abort() {
	if e.crew != nil {
		e.barrier.broken.Store(true)
		e.finish()
	}
}

// finish waits for the workers and lets them go.
func (e *engine[T]) finish() {
	e.crew.Wait()
	e.crew.Free()
	e.crew = nil
}

// checkNumbers returns an error if a number is outside [0, n).
func checkNumbers(numbers []int, n int) error {
	for i, k := range numbers {
		if k < 0 || k >= n {
			return errors.Errorf("index %d at position %d is outside [0, %d)", k, i, n)
		}
	}
	return nil
}
