package metrics_test

import (
	"math"
	"testing"

	"github.com/seed-222a112c/lstm/train/metrics"
)

// A mean that is written and read goes on with the same bits, whatever was added. Would
// catch digits that get lost.
func TestMeanAsText(t *testing.T) {
	for _, x := range []float64{1.0 / 3, -0.1, 1e300, math.Inf(1), math.NaN()} {
		var m, read metrics.Mean
		m.Add(x, 0.7)
		text, err := m.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if err := read.UnmarshalText(text); err != nil {
			t.Fatal(err)
		}
		m.Add(2, 0.1)
		read.Add(2, 0.1)
		if math.Float64bits(m.Value()) != math.Float64bits(read.Value()) || m.Weight() != read.Weight() {
			t.Errorf("%s is read as %v of weight %v, want %v of %v", text, read.Value(), read.Weight(), m.Value(), m.Weight())
		}
	}
	for _, text := range []string{"", "1", "1/", "1/-1", "1/NaN", "x/1", "1/2/3"} {
		if err := new(metrics.Mean).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for a mean", text)
		}
	}
}
