package exec

import (
	"sync"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A memory is the buffers of a run.
type memory[T kernel.Float] struct {
	buffers [][]T
	ints    [][]int  // of the leaves that hold ints, by buffer
	scratch [][]T    // blocks for temporaries, for each worker
	full    [][][]T  // room for the operands of a cluster, for each worker
	in      [][3][]T // and for those of one operation
	packed  bool     // parameters are packed and have not changed since
	barrier *barrier
	mutex   sync.Mutex
	err     error
}

// fail ends the run with an error, unless there is one already.
func (m *memory[T]) fail(err error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.err == nil {
		m.err = err
	}
	m.barrier.broken.Store(true)
}

func (m *memory[T]) failure() error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.err
}

// at returns the numbers from the first of p to the last; without gaps if p is contiguous.
func (m *memory[T]) at(p Place) []T {
	return m.buffers[p.Buffer][p.Offset : p.Offset+p.Span() : p.Offset+p.Span()]
}

func (m *memory[T]) matrix(p Place) kernel.Matrix[T] {
	return kernel.Matrix[T]{Data: m.at(p), Rows: p.Rows, Cols: p.Cols, Stride: p.Stride}
}
