package fuse

import (
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A rowwise step computes each row of its result from the same rows of its operands. Its
// workers divide the rows.

// A normStep gives every row mean 0 and variance 1:
//
//	y[i][j] = (x[i][j] − μ_i)·s_i,  s_i = 1/√(v_i + ε)
//
// with μ_i the mean and v_i the mean squared deviation of row i. It keeps s.
type normStep[T Float] struct {
	y, x, scales place
	epsilon      float64
}

func (s *normStep[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.x.rows, worker, workers)
	if from == to {
		return
	}
	y, x := m.matrix(s.y.rowsOf(from, to-from)), m.matrix(s.x.rowsOf(from, to-from))
	kernel.LayerNorm(y, x, s.epsilon, m.at(s.scales)[from:to])
}

func (s *normStep[T]) touches() []touch {
	return []touch{{s.x, false, true}, {s.y, true, true}, {s.scales, true, true}}
}

func (s *normStep[T]) kind() string             { return "layer norm " + shape(s.x) }
func (s *normStep[T]) work() (flops, bytes int) { return 0, 2 * s.x.size() * size[T]() }

// A normGradStep computes the gradient of a normStep: with means over the row,
//
//	dx = (dy − mean(dy) − y ⊙ mean(dy ⊙ y))·s
type normGradStep[T Float] struct{ dx, y, dy, scales place }

func (s *normGradStep[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.y.rows, worker, workers)
	dx, y, dy, scales := m.matrix(s.dx), m.matrix(s.y), m.matrix(s.dy), m.at(s.scales)
	n := float64(s.y.cols)
	for i := from; i < to; i++ {
		d, yi, di := dx.Row(i), y.Row(i), dy.Row(i)
		mean, inner := kernel.Sum(di)/n, kernel.Dot(di, yi)/n
		kernel.ScaleAdd(d, yi, di, T(-inner))
		kernel.Affine(d, d, scales[i], T(-mean)*scales[i])
	}
}

func (s *normGradStep[T]) touches() []touch {
	return []touch{{s.y, false, true}, {s.dy, false, true}, {s.scales, false, true}, {s.dx, true, true}}
}

func (s *normGradStep[T]) kind() string             { return "layer norm gradient " + shape(s.y) }
func (s *normGradStep[T]) work() (flops, bytes int) { return 0, 3 * s.y.size() * size[T]() }

// A softmaxStep maps every row to probabilities.
type softmaxStep[T Float] struct{ y, x place }

func (s *softmaxStep[T]) run(m *memory[T], worker, workers int) {
	if from, to := share(s.x.rows, worker, workers); from < to {
		kernel.Softmax(m.matrix(s.y.rowsOf(from, to-from)), m.matrix(s.x.rowsOf(from, to-from)))
	}
}

func (s *softmaxStep[T]) touches() []touch         { return []touch{{s.x, false, true}, {s.y, true, true}} }
func (s *softmaxStep[T]) kind() string             { return "softmax " + shape(s.x) }
func (s *softmaxStep[T]) work() (flops, bytes int) { return 0, 2 * s.x.size() * size[T]() }

// A transposeStep exchanges rows and columns. Products read a transpose where it is; this is
// for what else does.
type transposeStep[T Float] struct{ y, x place }

func (s *transposeStep[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.y.rows, worker, workers)
	y, x := m.matrix(s.y), m.matrix(s.x)
	for i := from; i < to; i++ {
		row := y.Row(i)
		for j := range row {
			row[j] = x.Data[j*x.Stride+i]
		}
	}
}

func (s *transposeStep[T]) touches() []touch         { return []touch{{s.x, false, false}, {s.y, true, true}} }
func (s *transposeStep[T]) kind() string             { return "transpose " + shape(s.x) }
func (s *transposeStep[T]) work() (flops, bytes int) { return 0, 2 * s.x.size() * size[T]() }

// A reshapeStep copies the elements of a matrix with gaps between its rows, in row-major
// order, to one without and of another shape.
type reshapeStep[T Float] struct{ y, x place }

func (s *reshapeStep[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.x.rows, worker, workers)
	y, x := m.at(s.y), m.matrix(s.x)
	for i := from; i < to; i++ {
		copy(y[i*x.Cols:], x.Row(i))
	}
}

func (s *reshapeStep[T]) touches() []touch         { return []touch{{s.x, false, true}, {s.y, true, false}} }
func (s *reshapeStep[T]) kind() string             { return "reshape " + shape(s.x) }
func (s *reshapeStep[T]) work() (flops, bytes int) { return 0, 2 * s.x.size() * size[T]() }
