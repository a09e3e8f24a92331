package schema_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/train/schema"
)

// Catches columns mixed up, a missing number that counts, and a division by the
// deviation of a constant column.
func TestFeaturesByHand(t *testing.T) {
	nan := math.NaN()
	f := schema.NewFeatures(nil, 3, []float64{1, 5, 7, 3, nan, 7}, []float64{nan, 9, 7})
	if !slices.Equal(f.Mean, []float64{2, 7, 7}) || !slices.Equal(f.Deviation, []float64{1, 2, 1}) {
		t.Errorf("means %v and deviations %v", f.Mean, f.Deviation)
	}
	got := f.Scale([]float64{5, nan, 8, 4, 9, nan, nan, nan, 7})
	if want := []float64{3, 0, 1, 2, 1, 1, 2, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("scaled %v, want %v", got, want)
	}
}

// Catches a model file whose features would divide by zero.
func TestFeaturesCheck(t *testing.T) {
	for _, f := range []schema.Features{
		{},
		{Mean: []float64{1}, Deviation: []float64{0}},
		{Mean: []float64{math.NaN()}, Deviation: []float64{1}},
		{Mean: []float64{1}, Deviation: []float64{math.Inf(1)}},
		{Mean: []float64{1, 2}, Deviation: []float64{1}},
		{Names: []string{"a", "b"}, Mean: []float64{1}, Deviation: []float64{1}},
	} {
		if f.Check() == nil {
			t.Errorf("%+v passes", f)
		}
	}
	if err := schema.NewFeatures([]string{"a"}, 1, []float64{3}).Check(); err != nil {
		t.Error(err)
	}
}

// By hand: of 1, 3 and 5 the mean is 3 and the variance 8/3.
func TestPooledFeatures(t *testing.T) {
	f := schema.NewPooledFeatures(2, []float64{1, 3}, []float64{5, math.NaN()})
	if got := fmt.Sprintf("%.4f %.4f", f.Mean, f.Deviation); got != "[3.0000 3.0000] [1.6330 1.6330]" {
		t.Errorf("means and deviations %s", got)
	}
}
