package schema_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// By hand: of 1, 4, 2, 9 with a season of 2 the errors are 1 and 5. A missing number
// counts for nothing, and numbers that cannot be are errors.
func TestHorizon(t *testing.T) {
	nan := math.NaN()
	h := formattest.Must(schema.NewHorizon([]float64{1, 0, 4, 0, 2, 0, 9, 0, nan, 0}, 2, 1, 3, 2))
	if !slices.Equal(h.Naive, []float64{3}) || h.Len() != 3 {
		t.Errorf("%+v", h)
	}
	_, err := schema.NewHorizon([]float64{1, 2}, 1, 1, 1, 2)
	formattest.Complaint{File: ".", Texts: []string{"2 rows", "a season of 2"}}.Expect(t, err)
	for _, bad := range [][3]int{{0, 1, 1}, {3, 1, 1}, {1, 0, 1}, {1, 1, 0}, {1, 1 << 21, 1}} {
		if _, err := schema.NewHorizon(make([]float64, 18), 2, bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("%v passes", bad)
		}
	}
}
