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

// A constant column has the deviation 1, and is 0 on the model's scale, whether its mean is exact
// or not; one that varies in its last bit has a deviation of its own, about half that bit. Would catch
// a deviation of 10⁻¹⁷, by which one percent more is 10¹⁴.
func TestConstantColumns(t *testing.T) {
	for _, x := range []float64{0.1, -0.7, 3, 1e300, 0} {
		for _, n := range []int{1, 3, 10, 1000} {
			constant := slices.Repeat([]float64{x}, n)
			for name, f := range map[string]*schema.Features{
				"column":       schema.NewFeatures(nil, 1, constant),
				"with a gap":   schema.NewFeatures(nil, 1, []float64{math.NaN()}, constant, []float64{math.NaN()}),
				"with another": schema.NewFeatures(nil, 2, []float64{x, 1, x, 2}),
				"pooled":       schema.NewPooledFeatures(1, constant, constant),
			} {
				if f.Mean[0] != x || f.Deviation[0] != 1 {
					t.Errorf("%d times %v, %s: mean %v, deviation %v", n, x, name, f.Mean[0], f.Deviation[0])
				}
			}
		}
	}
	f := schema.NewFeatures(nil, 2, []float64{1, math.NaN(), math.Nextafter(1, 2), math.NaN()})
	if f.Deviation[0] <= 0 || f.Deviation[0] > 0x1p-52 || f.Mean[1] != 0 || f.Deviation[1] != 1 {
		t.Errorf("a column that varies in its last bit and one that is missing have deviations %v", f.Deviation)
	}
}
