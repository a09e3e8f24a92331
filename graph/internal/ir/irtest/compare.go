package irtest

import (
	"fmt"
	"math"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// Difference returns the largest difference between two programs' outputs, relative to the
// largest number of an output or to 1, and where it is. Values that are not finite are equal to
// their like.
func Difference(got, want []ir.Matrix) (worst float64, where string) {
	if len(got) != len(want) {
		return math.Inf(1), fmt.Sprintf("%d outputs, want %d", len(got), len(want))
	}
	for i, w := range want {
		scale := 1.0
		for _, x := range w.Data {
			if !math.IsInf(x, 0) {
				scale = math.Max(scale, math.Abs(x))
			}
		}
		if got[i].Rows != w.Rows || got[i].Cols != w.Cols {
			return math.Inf(1), fmt.Sprintf("output %d of shape (%d, %d), want (%d, %d)", i, got[i].Rows, got[i].Cols, w.Rows, w.Cols)
		}
		for j, x := range w.Data {
			y := got[i].Data[j]
			if x == y || math.IsNaN(x) && math.IsNaN(y) {
				continue
			}
			d := math.Abs(x-y) / scale
			if math.IsNaN(d) { // of a NaN no other difference is the larger
				d = math.Inf(1)
			}
			if d > worst {
				worst, where = d, fmt.Sprintf("output %d, element %d: %g, want %g", i, j, y, x)
			}
		}
	}
	return worst, where
}
