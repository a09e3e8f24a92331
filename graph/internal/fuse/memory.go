package fuse

// align is what offsets in the arena are multiples of: a cache line of float32.
const align = 16

// assign gives every buffer that is not a leaf's a place in the arena and returns the
// arena's size in numbers. A buffer whose last use has passed makes room for the next one
// of the same size: the steps of a loop want the same sizes again and again.
func (p *planner[T]) assign() (arena int) {
	for i, s := range p.steps {
		for _, t := range s.touches() {
			b := &p.buffers[t.buffer]
			if b.first < 0 {
				b.first = i
			}
			b.last = i
		}
	}
	starts, ends := make([][]int, len(p.steps)), make([][]int, len(p.steps))
	for i := range p.buffers {
		b := &p.buffers[i]
		switch {
		case b.leaf != nil || b.first < 0:
		case b.pinned || p.off["memory"]:
			b.offset, arena = arena, arena+padded(b.size)
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
			} else {
				b.offset, arena = arena, arena+n
			}
		}
		for _, k := range ends[i] {
			b := &p.buffers[k]
			n := padded(b.size)
			free[n] = append(free[n], b.offset)
		}
	}
	return arena
}

func padded(n int) int { return (n + align - 1) / align * align }
