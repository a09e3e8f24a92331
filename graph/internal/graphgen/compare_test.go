package graphgen

import (
	"math"
	"testing"
)

// A NaN that is followed by numbers that are right, and was taken for no difference.
func TestDifferenceOfNaN(t *testing.T) {
	nan := math.NaN()
	for _, got := range [][]float64{{nan, 2, 3}, {1, nan, 3}, {1, 2, nan}, {nan, nan, 3.5}, {1, 2}} {
		want := []float64{1, 2, 3}
		if far, _, where := farthest("v", got, want); far <= 1e300 || where == "" {
			t.Errorf("%v differs from %v by %g, %q", got, want, far, where)
		}
		all := map[string][]float64{"a": want, "v": got, "z": {1, 2, 3.5}}
		if worst, where := Difference(all, map[string][]float64{"a": want, "v": want, "z": want}); worst <= 1e300 || where[0] != 'v' {
			t.Errorf("%v differs by %g, %q", all, worst, where)
		}
	}
	if far, scale, where := farthest("v", []float64{1, 2.5, 3.25}, []float64{1, 2, -3}); far != 6.25 || scale != 3 || where != "v[2] = 3.25, want -3" {
		t.Errorf("the values differ by %g of %g, %q", far, scale, where)
	}
}
