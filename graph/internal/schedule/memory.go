package schedule

import "github.com/seed-222a112c/lstm/graph/internal/kernel"

// align is what offsets in the arena are multiples of: a cache line of float32.
const align = 16

func padded(n int) int { return (n + align - 1) / align * align }

// arena finds out which steps touch each buffer first and last, and gives every buffer that is
// not a leaf's a place of its own.
func arena[T kernel.Float](p *Plan[T]) int {
	for i, s := range p.steps {
		for _, t := range s.Touches() {
			b := &p.buffers[t.Buffer]
			if b.first < 0 {
				b.first = i
			}
			b.last = i
		}
	}
	p.arena = 0
	for i := range p.buffers {
		if b := &p.buffers[i]; b.leaf == nil && b.first >= 0 {
			b.offset, p.arena = p.arena, p.arena+padded(b.size)
		}
	}
	return 0
}

// reuse lets a buffer take the memory of one of the same size whose last use has passed: the
// steps of a loop want the same sizes again and again. It returns how many do.
func reuse[T kernel.Float](p *Plan[T]) int {
	reused := 0
	p.arena = 0
	starts, ends := make([][]int, len(p.steps)), make([][]int, len(p.steps))
	for i := range p.buffers {
		b := &p.buffers[i]
		switch {
		case b.leaf != nil || b.first < 0:
		case b.pinned:
			b.offset, p.arena = p.arena, p.arena+padded(b.size)
		default:
			starts[b.first] = append(starts[b.first], i)
			ends[b.last] = append(ends[b.last], i)
		}
	}
	free := map[int][]int{} // offsets by size
	for i := range p.steps {
		for _, k := range starts[i] {
			b := &p.buffers[k]
			n := padded(b.size)
			if room := free[n]; len(room) > 0 {
				b.offset = room[len(room)-1]
				free[n] = room[:len(room)-1]
				reused++
			} else {
				b.offset, p.arena = p.arena, p.arena+n
			}
		}
		for _, k := range ends[i] {
			n := padded(p.buffers[k].size)
			free[n] = append(free[n], p.buffers[k].offset)
		}
	}
	return reused
}
