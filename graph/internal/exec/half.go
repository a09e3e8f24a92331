package exec

import "github.com/seed-222a112c/lstm/graph/internal/kernel"

// This file computes products whose right operands are rounded to bfloat16. Only programs of
// float32 have them.

// multiplyHalf is one product of multiply: the k-th of an item.
func (s *Product[T]) multiplyHalf(m *memory[T], it *ProductItem[T], k int, c kernel.Matrix[T],
	part func(kernel.Matrix[T]) kernel.Matrix[T], a kernel.Rows[T], b kernel.Packed16, lo, hi int) {
	switch {
	case k > 0 || it.Start != nil && *it.Start == it.C:
	case it.Start == nil:
		kernel.Mul16(as32(c), any(a).(kernel.Rows[float32]), b)
		return
	case it.Start.Rows == 1 && it.C.Rows != 1:
		kernel.MulBias16(as32(c), any(a).(kernel.Rows[float32]), b, any(m.at(*it.Start)[lo:hi]).([]float32))
		return
	default:
		start := part(m.matrix(*it.Start))
		for r := range c.Rows {
			copy(c.Row(r), start.Row(r))
		}
	}
	kernel.MulAdd16(as32(c), any(a).(kernel.Rows[float32]), b)
}

// as32 returns a matrix of float32 as what it is.
func as32[T kernel.Float](x kernel.Matrix[T]) kernel.Matrix[float32] {
	return any(x).(kernel.Matrix[float32])
}
