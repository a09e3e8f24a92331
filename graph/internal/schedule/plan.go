package schedule

import (
	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"gorgonia.org/gorgonia"
)

// A Plan is a schedule that is being made. Values are told apart by their IDs.
type Plan[T kernel.Float] struct {
	*ir.Program
	fused    bool   // elementwise values of one shape may be computed together
	stage    []int  // see stages
	material []bool // a value must lie in one place, row after row
	homes    map[*ir.Value]home
	places   map[*ir.Value]exec.Place
	lists    map[*ir.Value]*exec.List[T]
	copies   []*exec.List[T]          // lists that stand for no value
	scales   map[*ir.Value]exec.Place // of layer norms
	programs map[string]*exec.ClusterProgram[T]
	bfloat16 bool

	steps    []planned[T]
	packings map[*exec.Packed[T]]packing
	buffers  []buffer
	arena    int // numbers
	results  []exec.Place
	segments []exec.Segment
	workers  int
	temps    int // most temporaries of a cluster
	operands int // most places and temporaries of a cluster
}

// A planned step has a time: twice the stage of its values, and one more if it gets
// something ready for later stages.
type planned[T kernel.Float] struct {
	exec.Step[T]
	time    int
	with    string // steps of the same time and text may become one; none if empty
	barrier bool
}

// A buffer is memory of a run.
type buffer struct {
	leaf        *ir.Value // what it holds, if it is a leaf's or a constant's
	size        int
	first, last int // steps that touch it first and last
	pinned      bool
	offset      int // in the arena
}

func newPlan[T kernel.Float](p *ir.Program) *Plan[T] {
	return &Plan[T]{Program: p, stage: make([]int, p.Made()), material: make([]bool, p.Made()), homes: map[*ir.Value]home{},
		places: map[*ir.Value]exec.Place{}, lists: map[*ir.Value]*exec.List[T]{}, scales: map[*ir.Value]exec.Place{},
		programs: map[string]*exec.ClusterProgram[T]{}, packings: map[*exec.Packed[T]]packing{}, workers: 1}
}

func (p *Plan[T]) add(time int, with string, s exec.Step[T]) {
	p.steps = append(p.steps, planned[T]{Step: s, time: time, with: with})
}

func (p *Plan[T]) newBuffer(rows, cols int) exec.Place {
	p.buffers = append(p.buffers, buffer{size: rows * cols, first: -1})
	return exec.Place{Buffer: len(p.buffers) - 1, Rows: rows, Cols: cols, Stride: cols}
}

// schedule returns what has been planned.
func (p *Plan[T]) schedule() *exec.Schedule[T] {
	s := &exec.Schedule[T]{Arena: p.arena, Checks: p.checks(), Results: p.results, Segments: p.segments,
		Workers: p.workers, Temps: p.temps, Operands: p.operands, Lists: p.copies}
	for _, l := range p.lists {
		s.Lists = append(s.Lists, l)
	}
	for _, step := range p.steps {
		s.Steps = append(s.Steps, exec.Scheduled[T]{Step: step.Step, Barrier: step.barrier})
	}
	for _, b := range p.buffers {
		e := exec.Buffer{Size: b.size, Used: b.first >= 0, Offset: b.offset, Pinned: b.pinned}
		if b.leaf != nil && b.leaf.Op == ir.Constant {
			x := float64(b.leaf.Attr.(ir.Number))
			e.Constant = &x
		} else if b.leaf != nil {
			e.Leaf, _ = b.leaf.Attr.(ir.Memory).Source.(*gorgonia.Node)
		}
		s.Buffers = append(s.Buffers, e)
	}
	return s
}

// checks lists what the numbers of the leaves must be.
func (p *Plan[T]) checks() []exec.Check {
	var all []exec.Check
	known := map[exec.Check]bool{}
	check := func(numbers *ir.Value, below int, what string) {
		if c := (exec.Check{Numbers: p.place(numbers).Buffer, Below: below, What: what}); !known[c] {
			known[c] = true
			all = append(all, c)
		}
	}
	for _, v := range p.Values {
		switch v.Op {
		case ir.Lookup:
			check(v.In[1], v.In[0].Rows, "rows")
		case ir.Scatter:
			check(v.In[1], v.Rows, "rows")
		case ir.CrossEntropy, ir.CrossEntropyGrad:
			check(v.In[1], v.In[0].Cols, "target")
		}
	}
	return all
}
