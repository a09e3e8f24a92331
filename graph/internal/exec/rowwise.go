package exec

import (
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A rowwise step computes each row of its result from the same rows of its operands. Its
// workers divide the rows.

// A Norm gives every row mean 0 and variance 1:
//
//	y[i][j] = (x[i][j] − μ_i)·s_i,  s_i = 1/√(v_i + ε)
//
// with μ_i the mean and v_i the mean squared deviation of row i. It keeps s.
type Norm[T kernel.Float] struct {
	Y, X, Scales Place
	Epsilon      float64
}

func (s *Norm[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.X.Rows, worker, workers)
	if from == to {
		return
	}
	y, x := m.matrix(s.Y.RowsOf(from, to-from)), m.matrix(s.X.RowsOf(from, to-from))
	kernel.LayerNorm(y, x, s.Epsilon, m.at(s.Scales)[from:to])
}

func (s *Norm[T]) Touches() []Touch {
	return []Touch{{s.X, false, true}, {s.Y, true, true}, {s.Scales, true, true}}
}

func (s *Norm[T]) Kind() string             { return "layer norm " + s.X.shape() }
func (s *Norm[T]) Work() (flops, bytes int) { return 0, 2 * s.X.Size() * bytesOf[T]() }

// A NormGrad computes the gradient of a Norm: with means over the row,
//
//	dx = (dy − mean(dy) − y ⊙ mean(dy ⊙ y))·s
type NormGrad[T kernel.Float] struct{ DX, Y, DY, Scales Place }

func (s *NormGrad[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.Y.Rows, worker, workers)
	dx, y, dy, scales := m.matrix(s.DX), m.matrix(s.Y), m.matrix(s.DY), m.at(s.Scales)
	n := float64(s.Y.Cols)
	for i := from; i < to; i++ {
		d, yi, di := dx.Row(i), y.Row(i), dy.Row(i)
		mean, inner := kernel.Sum(di)/n, kernel.Dot(di, yi)/n
		kernel.ScaleAdd(d, yi, di, T(-inner))
		kernel.Affine(d, d, scales[i], T(-mean)*scales[i])
	}
}

func (s *NormGrad[T]) Touches() []Touch {
	return []Touch{{s.Y, false, true}, {s.DY, false, true}, {s.Scales, false, true}, {s.DX, true, true}}
}

func (s *NormGrad[T]) Kind() string             { return "layer norm gradient " + s.Y.shape() }
func (s *NormGrad[T]) Work() (flops, bytes int) { return 0, 3 * s.Y.Size() * bytesOf[T]() }

// A Softmax maps every row to probabilities.
type Softmax[T kernel.Float] struct{ Y, X Place }

func (s *Softmax[T]) run(m *memory[T], worker, workers int) {
	if from, to := share(s.X.Rows, worker, workers); from < to {
		kernel.Softmax(m.matrix(s.Y.RowsOf(from, to-from)), m.matrix(s.X.RowsOf(from, to-from)))
	}
}

func (s *Softmax[T]) Touches() []Touch         { return []Touch{{s.X, false, true}, {s.Y, true, true}} }
func (s *Softmax[T]) Kind() string             { return "softmax " + s.X.shape() }
func (s *Softmax[T]) Work() (flops, bytes int) { return 0, 2 * s.X.Size() * bytesOf[T]() }

// A Transpose exchanges rows and columns. Products read a transpose where it is; this is
// for what else does.
type Transpose[T kernel.Float] struct{ Y, X Place }

func (s *Transpose[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.Y.Rows, worker, workers)
	y, x := m.matrix(s.Y), m.matrix(s.X)
	for i := from; i < to; i++ {
		row := y.Row(i)
		for j := range row {
			row[j] = x.Data[j*x.Stride+i]
		}
	}
}

func (s *Transpose[T]) Touches() []Touch         { return []Touch{{s.X, false, false}, {s.Y, true, true}} }
func (s *Transpose[T]) Kind() string             { return "transpose " + s.X.shape() }
func (s *Transpose[T]) Work() (flops, bytes int) { return 0, 2 * s.X.Size() * bytesOf[T]() }

// A Reshape copies the elements of a matrix with gaps between its rows, in row-major
// order, to one without and of another shape.
type Reshape[T kernel.Float] struct{ Y, X Place }

func (s *Reshape[T]) run(m *memory[T], worker, workers int) {
	from, to := share(s.X.Rows, worker, workers)
	y, x := m.at(s.Y), m.matrix(s.X)
	for i := from; i < to; i++ {
		copy(y[i*x.Cols:], x.Row(i))
	}
}

func (s *Reshape[T]) Touches() []Touch         { return []Touch{{s.X, false, true}, {s.Y, true, false}} }
func (s *Reshape[T]) Kind() string             { return "reshape " + s.X.shape() }
func (s *Reshape[T]) Work() (flops, bytes int) { return 0, 2 * s.X.Size() * bytesOf[T]() }
