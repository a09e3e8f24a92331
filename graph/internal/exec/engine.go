package exec

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/crew"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"github.com/seed-222a112c/lstm/graph/internal/pages"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// An engine runs the steps of a schedule.
type engine[T kernel.Float] struct {
	*memory[T]
	*Schedule[T]
	leaves  []leafBuffer
	headers []*tensor.Dense
	barrier barrier
	crew    *crew.Crew // while running: the workers but the caller
	frozen  bool
}

// A leafBuffer is a buffer whose memory is that of the leaf of its number.
type leafBuffer struct {
	buffer int
	node   *gorgonia.Node
}

func newEngine[T kernel.Float](s *Schedule[T]) *engine[T] {
	all := pages.Make[T](s.Arena)
	e := &engine[T]{memory: &memory[T]{buffers: make([][]T, len(s.Buffers)), ints: make([][]int, len(s.Buffers))}, Schedule: s}
	e.memory.barrier = &e.barrier
	e.barrier.workers = int32(s.Workers)
	for i, b := range s.Buffers {
		switch {
		case b.Constant != nil:
			e.buffers[i] = []T{T(*b.Constant)}
		case b.Leaf != nil:
			e.leaves = append(e.leaves, leafBuffer{i, b.Leaf})
		case b.Used:
			e.buffers[i] = all[b.Offset : b.Offset+b.Size : b.Offset+b.Size]
		}
	}
	e.in = make([][3][]T, s.Workers)
	for range s.Workers {
		e.scratch = append(e.scratch, pages.Make[T]((spares+s.Temps)*blockSize))
		e.full = append(e.full, make([][]T, s.Operands))
	}
	for _, step := range s.Steps {
		if step, ok := step.Step.(interface{ provide(workers int) }); ok {
			step.provide(s.Workers)
		}
	}
	for _, at := range s.Results {
		e.headers = append(e.headers, tensor.New(tensor.WithShape(at.Rows, at.Cols), tensor.WithBacking(e.at(at))))
	}
	if e.Segments == nil { // every step is one
		for i := range e.Steps {
			e.Segments = append(e.Segments, Segment{i, i + 1, 1})
		}
	}
	return e
}

func (e *engine[T]) freeze(on bool) { e.frozen, e.packed = on, false }

func (e *engine[T]) output(i int) *tensor.Dense { return e.headers[i] }

// start gets a run ready: the leaves' memory, the pointers of the lists, the workers.
func (e *engine[T]) start(values []gorgonia.Value) error {
	for i, l := range e.leaves {
		if err := e.bind(l, values[i]); err != nil {
			return err
		}
	}
	for _, c := range e.Checks {
		if err := checkNumbers(e.ints[c.Numbers], c.Below); err != nil {
			return errors.Wrap(err, c.What)
		}
	}
	for _, l := range e.Lists {
		l.prepare(e.memory)
	}
	e.memory.err = nil
	e.barrier.broken.Store(false)
	e.barrier.arrived.Store(0)
	e.crew = crew.Take(e.Workers - 1)
	e.crew.Call(func(worker int) { e.work(worker, 0, len(e.Steps)) })
	return nil
}

// bind points to the memory of a leaf's value.
func (e *engine[T]) bind(l leafBuffer, v gorgonia.Value) error {
	d, ok := v.(*tensor.Dense)
	if !ok {
		switch x := v.Data().(type) {
		case float32:
			e.buffers[l.buffer] = []T{T(x)}
		case float64:
			e.buffers[l.buffer] = []T{T(x)}
		default:
			return errors.Errorf("exec: %v holds a %T", l.node.Name(), v)
		}
		return nil
	}
	switch {
	case d.RequiresIterator():
		return errors.Errorf("exec: %v holds a view; clone it", l.node.Name())
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
			e.fail(errors.Errorf("exec: %v", r))
		}
	}()
	for i := from; i < to; i++ {
		s := &e.Steps[i]
		if s.Barrier && e.Workers > 1 && !e.barrier.wait() {
			return
		}
		if e.barrier.broken.Load() {
			return
		}
		s.run(e.memory, worker, e.Workers)
	}
}

// segment runs a segment: its part of the caller's, who is worker 0. After the last one all
// workers have done theirs.
func (e *engine[T]) segment(i int) error {
	s := e.Segments[i]
	e.work(0, s.From, s.To)
	if i == len(e.Segments)-1 || e.barrier.broken.Load() {
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
