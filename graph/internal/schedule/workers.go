package schedule

import (
	"math/bits"
	"runtime"
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// littleWork is so many operations that workers would take longer to find together than one
// takes to do them.
const littleWork = 2_000_000

// divide divides the steps among so many workers, or, if that is 0, as many as there are
// processors, or one if there is little to do. It returns the number of barriers.
func divide[T kernel.Float](workers int) func(*Plan[T]) int {
	return func(p *Plan[T]) int {
		if p.workers = workers; workers <= 0 {
			p.workers = runtime.GOMAXPROCS(0)
			if operations(p.Program) < littleWork {
				p.workers = 1
			}
		}
		for _, s := range p.steps {
			if product, ok := s.Step.(*exec.Product[T]); ok {
				product.Divide()
			}
		}
		return p.barriers()
	}
}

// operations estimates the operations of a run: those of products, and some twenty for an
// elementwise function.
func operations(p *ir.Program) (n int) {
	for _, v := range p.Values {
		switch v.Op {
		case ir.Outer:
			n += 2 * v.Size() * v.In[0].Rows
		case ir.Leaf, ir.Constant:
		default:
			n += 20 * v.Size()
		}
		for _, t := range v.Products {
			n += 2 * v.Size() * t.Left.Cols
		}
	}
	return n
}

// barriers marks the steps before which all workers must have done all that is before
// them: those that touch what a step since the last barrier has written, or write what one
// has touched. Where both divide the same rows among the workers, each worker touches what
// it has written itself, and no barrier is needed.
func (p *Plan[T]) barriers() (n int) {
	since := map[int]*touched{} // by offset of the buffer in the arena
	for i := range p.steps {
		s := &p.steps[i]
		all := s.Touches()
		s.barrier = false
		for _, t := range all {
			if b := p.buffers[t.Buffer]; b.leaf == nil && since[b.offset].conflict(t) {
				s.barrier = true
				n++
				clear(since)
				break
			}
		}
		for _, t := range all {
			if b := p.buffers[t.Buffer]; b.leaf == nil {
				if since[b.offset] == nil {
					since[b.offset] = &touched{cells: map[cell][]exec.Touch{}}
				}
				since[b.offset].add(t)
			}
		}
	}
	return n
}

// A touched holds the touches of a buffer by where they are, so that those which a touch
// overlaps are found without a look at those of all other time steps.
type touched struct {
	cells  map[cell][]exec.Touch
	levels uint64 // a bit for each that there is
}

// A cell is 2^level numbers of a buffer, from the at-th multiple of so many on.
type cell struct{ level, at int }

// cells returns the cells of a level that t lies in.
func cells(t exec.Touch, level int) (from, to int) {
	return t.Offset >> level, (t.Offset+t.Span()-1)>>level + 1
}

// add notes a touch, in the one or two of the smallest cells that are as long.
func (all *touched) add(t exec.Touch) {
	level := bits.Len(uint(t.Span() - 1))
	all.levels |= 1 << level
	from, to := cells(t, level)
	for at := from; at < to; at++ {
		if k := (cell{level, at}); !slices.Contains(all.cells[k], t) {
			all.cells[k] = append(all.cells[k], t)
		}
	}
}

// conflict tells whether t has to wait for one of the touches before it.
func (all *touched) conflict(t exec.Touch) bool {
	if all == nil {
		return false
	}
	waitsFor := func(before exec.Touch) bool { return waits(t, before) }
	for levels := all.levels; levels != 0; levels &= levels - 1 {
		level := bits.TrailingZeros64(levels)
		from, to := cells(t, level)
		if to-from > len(all.cells) {
			for _, before := range all.cells {
				if slices.ContainsFunc(before, waitsFor) {
					return true
				}
			}
			return false
		}
		for at := from; at < to; at++ {
			if slices.ContainsFunc(all.cells[cell{level, at}], waitsFor) {
				return true
			}
		}
	}
	return false
}

// waits tells whether t has to wait for an earlier touch of the same buffer.
func waits(t, b exec.Touch) bool {
	overlap := b.Offset < t.Offset+t.Span() && t.Offset < b.Offset+b.Span()
	same := b.Aligned && t.Aligned && b.Rows == t.Rows && b.Stride == t.Stride && b.Offset/b.Stride == t.Offset/t.Stride
	return (b.Write || t.Write) && overlap && !same
}
