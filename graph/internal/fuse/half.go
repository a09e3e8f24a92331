package fuse

import "github.com/seed-222a112c/lstm/graph/internal/kernel"

// This file computes products whose right operands are rounded to bfloat16. Only programs of
// float32 have them.

// multiplyHalf is one product of multiply: the k-th of an item.
func (s *productStep[T]) multiplyHalf(m *memory[T], it *productItem[T], k int, c kernel.Matrix[T],
	part func(kernel.Matrix[T]) kernel.Matrix[T], a kernel.Rows[T], b kernel.Packed16, lo, hi int) {
	switch {
	case k > 0 || it.start != nil && *it.start == it.c:
	case it.start == nil:
		kernel.Mul16(as32(c), any(a).(kernel.Rows[float32]), b)
		return
	case it.start.rows == 1 && it.c.rows != 1:
		kernel.MulBias16(as32(c), any(a).(kernel.Rows[float32]), b, any(m.at(*it.start)[lo:hi]).([]float32))
		return
	default:
		start := part(m.matrix(*it.start))
		for r := range c.Rows {
			copy(c.Row(r), start.Row(r))
		}
	}
	kernel.MulAdd16(as32(c), any(a).(kernel.Rows[float32]), b)
}

// as32 returns a matrix of float32 as what it is.
func as32[T Float](x kernel.Matrix[T]) kernel.Matrix[float32] { return any(x).(kernel.Matrix[float32]) }
