package kernel_test

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// The pre-activation of a gate, z = b + x·W + h·U, for a batch of two, where x are
// rows of an embedding table.
func Example() {
	table := kernel.Matrix[float32]{Data: []float32{1, 0, 0, 1, 1, 1}, Rows: 3, Cols: 2}
	h := kernel.Matrix[float32]{Data: []float32{1, -1}, Rows: 2, Cols: 1}

	w := kernel.NewPacked[float32](2, 3)
	w.Pack(kernel.Matrix[float32]{Data: []float32{1, 2, 3, 4, 5, 6}, Rows: 2, Cols: 3})
	u := kernel.NewPacked[float32](1, 3)
	u.Pack(kernel.Matrix[float32]{Data: []float32{10, 20, 30}, Rows: 1, Cols: 3})
	bias := []float32{0.5, 0.5, 0.5}

	var x kernel.Rows[float32]
	x.AppendLookup(table, []int{2, 0})
	z := kernel.Matrix[float32]{Data: make([]float32, 6), Rows: 2, Cols: 3}
	kernel.MulBias(z, x, w, bias)
	kernel.MulAdd(z, kernel.RowsOf(h), u)
	fmt.Println(z.Row(0))
	fmt.Println(z.Row(1))

	kernel.Sigmoid(z.Data, z.Data)
	fmt.Printf("%.4f\n", z.Row(1))
	// Output:
	// [15.5 27.5 39.5]
	// [-8.5 -17.5 -26.5]
	// [0.0002 0.0000 0.0000]
}
