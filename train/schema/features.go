package schema

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// Features are the columns of inputs that are numbers, and the scale on which a model
// reads them: the number x of column j as
//
//	z = (x − Mean[j]) / Deviation[j]
type Features struct {
	Names     []string      `json:"names,omitempty"` // of the columns, where they have names
	Mean      []float64     `json:"mean"`            // of the training part
	Deviation []float64     `json:"deviation"`       // likewise, the standard deviation; above 0
	Audio     *format.Audio `json:"audio,omitempty"` // how recordings became these columns; nil if they are none
}

// NewFeatures measures the columns of training data: rows of width numbers, one after the
// other. NaN, a missing number, is left out; a column that is constant has deviation 1.
// Names are nil or one for each column. It panics if width is not positive.
func NewFeatures(names []string, width int, parts ...[]float64) *Features {
	f := &Features{Names: names, Mean: make([]float64, width), Deviation: make([]float64, width)}
	for j := range width {
		f.Mean[j], f.Deviation[j] = moments(parts, j, width)
	}
	return f
}

// NewPooledFeatures measures training data as NewFeatures does, but all columns together,
// for columns that are of one kind, such as those of an image.
func NewPooledFeatures(width int, parts ...[]float64) *Features {
	mean, deviation := moments(parts, 0, 1)
	return &Features{Mean: slices.Repeat([]float64{mean}, width), Deviation: slices.Repeat([]float64{deviation}, width)}
}

// moments returns the mean and the standard deviation of column j, in two passes.
func moments(parts [][]float64, j, width int) (mean, deviation float64) {
	average := func(f func(float64) float64) float64 {
		sum, n := 0.0, 0
		for _, x := range parts {
			for i := j; i < len(x); i += width {
				if !math.IsNaN(x[i]) {
					sum += f(x[i])
					n++
				}
			}
		}
		return sum / float64(max(n, 1))
	}
	if x, ok := constant(parts, j, width); ok {
		return x, 1
	}
	mean = average(func(x float64) float64 { return x })
	deviation = math.Sqrt(average(func(x float64) float64 { return (x - mean) * (x - mean) }))
	if deviation == 0 {
		deviation = 1
	}
	return mean, deviation
}

// constant returns the number that column j is in all rows where it is not missing, and whether
// there is one. The deviation does not tell: the mean of ten times 0.1 is not 0.1.
func constant(parts [][]float64, j, width int) (x float64, ok bool) {
	for _, part := range parts {
		for i := j; i < len(part); i += width {
			switch {
			case math.IsNaN(part[i]):
			case !ok:
				x, ok = part[i], true
			case part[i] != x:
				return 0, false
			}
		}
	}
	return x, ok
}

// Len returns the number of columns.
func (f *Features) Len() int { return len(f.Mean) }

// Check returns an error if the fields do not fit each other, as in a file that was
// changed.
func (f *Features) Check() error {
	n := len(f.Mean)
	if n == 0 || len(f.Deviation) != n || len(f.Names) != n && f.Names != nil {
		return errors.Errorf("schema: features with %d names, %d means and %d deviations", len(f.Names), n, len(f.Deviation))
	}
	for j := range n {
		if m, d := f.Mean[j], f.Deviation[j]; math.IsNaN(m) || math.IsInf(m, 0) || !(d > 0) || math.IsInf(d, 0) {
			return errors.Errorf("schema: column %d of the features has mean %g and deviation %g", j+1, m, d)
		}
	}
	return nil
}

// Scale returns z of rows of numbers, which are not changed. A missing number, NaN, takes
// the last one of its column that is there, and before the first the mean.
func (f *Features) Scale(x []float64) []float64 {
	width := f.Len()
	z := make([]float64, len(x))
	for i := range x {
		j := i % width
		switch {
		case !math.IsNaN(x[i]):
			z[i] = (x[i] - f.Mean[j]) / f.Deviation[j]
		case i >= width:
			z[i] = z[i-width]
		}
	}
	return z
}

// Unscale returns the number of column j whose z is given.
func (f *Features) Unscale(j int, z float64) float64 { return z*f.Deviation[j] + f.Mean[j] }
