package data_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// identity are features that change nothing.
func identity(width int) *schema.Features {
	return &schema.Features{Mean: make([]float64, width), Deviation: slices.Repeat([]float64{1}, width)}
}

// counting is a series of two columns, 0, 1, 2, … and 100, 101, ….
func counting(rows int) format.Series {
	s := format.Series{Width: 2, File: "series.csv"}
	for i := range rows {
		s.Values = append(s.Values, float64(i), float64(100+i))
	}
	return s
}

func horizon(t *testing.T, targets, steps, season int) *schema.Horizon {
	t.Helper()
	h, err := schema.NewHorizon(counting(20).Values, 2, targets, steps, season)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Each window reads T rows and forecasts the H after them; catches inputs that hold a
// target, targets of the wrong column or step, and a naive forecast that looks ahead.
func TestWindows(t *testing.T) {
	h := horizon(t, 1, 3, 4)
	w := formattest.Must(data.NewWindows(identity(2), h, counting(20), 8, 16, 5, 2))
	if w.Len() != 6 { // forecasts of rows 8–10 to 13–15
		t.Errorf("%d windows", w.Len())
	}
	var b data.Batch
	starts := []float64{}
	for i := range w.Begin(nil) {
		w.Batch(i, &b)
		for row := range b.Rows {
			if b.Weights[row] == 0 {
				t.Fatal("a window does not count")
			}
			start := b.Numbers[row*2]
			starts = append(starts, start)
			for step := range b.Steps {
				at := (step*b.Rows + row) * 2
				if b.Numbers[at] != start+float64(step) || b.Numbers[at+1] != b.Numbers[at]+100 || b.Mask[step*b.Rows+row] != 1 {
					t.Fatalf("inputs %v", b.Numbers)
				}
			}
			end := start + 5
			for step := range 3 {
				i := row*3 + step
				if b.Values[i] != end+float64(step) || b.Baselines[data.Naive][i] != end-1 || b.Baselines[data.SeasonalNaive][i] != end+float64(step)-4 {
					t.Fatalf("from %v: values %v, naive %v, seasonal %v", start, b.Values, b.Baselines[data.Naive], b.Baselines[data.SeasonalNaive])
				}
			}
		}
	}
	if !slices.Equal(starts, []float64{3, 4, 5, 6, 7, 8}) {
		t.Errorf("windows start at %v", starts)
	}
}

// A horizon over two seasons repeats the last season that is over; without a whole season
// the last number stands for it.
func TestSeasonalForecast(t *testing.T) {
	var b data.Batch
	formattest.Must(data.NewWindows(identity(2), horizon(t, 1, 5, 2), counting(20), 4, 9, 4, 1)).Batch(0, &b)
	if want := []float64{2, 3, 2, 3, 2}; !slices.Equal(b.Baselines[data.SeasonalNaive], want) {
		t.Errorf("seasonal %v, want %v", b.Baselines[data.SeasonalNaive], want)
	}
	formattest.Must(data.NewWindows(identity(2), horizon(t, 1, 2, 5), counting(20), 0, 5, 3, 1)).Batch(0, &b)
	if want := []float64{2, 2}; !slices.Equal(b.Baselines[data.SeasonalNaive], want) {
		t.Errorf("seasonal %v, want %v", b.Baselines[data.SeasonalNaive], want)
	}
}

// Relative windows start at zero: the last row is taken from targets and inputs, and not
// from columns that are only read.
func TestRelativeWindows(t *testing.T) {
	h := horizon(t, 1, 2, 1)
	h.Relative = true
	var b data.Batch
	formattest.Must(data.NewWindows(identity(2), h, counting(20), 5, 7, 3, 1)).Batch(0, &b)
	if !slices.Equal(b.Numbers, []float64{-2, 102, -1, 103, 0, 104}) || !slices.Equal(b.Values, []float64{1, 2}) || b.Baselines[data.Naive][0] != 4 {
		t.Errorf("inputs %v, values %v, naive %v", b.Numbers, b.Values, b.Baselines[data.Naive])
	}
}

// A window with a missing target is left out; a missing input is the last number before.
func TestMissingNumbers(t *testing.T) {
	s := counting(12)
	s.Values[2*6] = math.NaN()
	w := formattest.Must(data.NewWindows(identity(2), horizon(t, 1, 2, 1), s, 0, 12, 3, 20))
	if w.Len() != 6 || w.Skipped() != 2 {
		t.Errorf("%d windows, %d left out", w.Len(), w.Skipped())
	}
	var b data.Batch
	w.Batch(0, &b)
	for row, start := range b.Examples[:w.Len()] {
		for step := range 3 {
			want := float64(start + step)
			if want == 6 {
				want = 5
			}
			if got := b.Numbers[(step*b.Rows+row)*2]; got != want {
				t.Errorf("window at %d: step %d reads %v, want %v", start, step, got, want)
			}
		}
	}
	if b.Weights[w.Len()] != 0 || b.Examples[w.Len()] != -1 || b.Lengths[w.Len()] != 0 {
		t.Errorf("weights %v, examples %v", b.Weights, b.Examples)
	}
}

// Nothing that a forecast or the scale rests on lies in the future: changing it changes
// no input of an earlier window, and no naive forecast.
func TestNoLookAhead(t *testing.T) {
	const cut = 14
	inputs := func(change float64) (all [][]float64) {
		s := counting(20)
		for i := cut * 2; i < len(s.Values); i++ {
			s.Values[i] += change
		}
		f := schema.NewFeatures(nil, 2, s.Values[:10*2])
		w := formattest.Must(data.NewWindows(f, formattest.Must(schema.NewHorizon(s.Values[:10*2], 2, 2, 3, 2)), s, 0, 20, 4, 1))
		var b data.Batch
		for i := range w.Begin(nil) {
			if w.Batch(i, &b); b.Examples[0]+4 <= cut {
				all = append(all, slices.Concat(b.Numbers, b.Baselines[data.Naive], b.Baselines[data.SeasonalNaive]))
			}
		}
		return all
	}
	before, after := inputs(0), inputs(1000)
	for i := range before {
		if !slices.Equal(before[i], after[i]) {
			t.Errorf("window %d reads %v and then %v", i, before[i], after[i])
		}
	}
	if len(before) != 11 {
		t.Errorf("%d windows", len(before))
	}
}

// A pass has every window once; a seed fixes the order.
func TestWindowsPasses(t *testing.T) {
	w := formattest.Must(data.NewWindows(identity(2), horizon(t, 2, 2, 1), counting(20), 0, 20, 3, 4))
	order := func(seed uint64) (starts []int) {
		var b data.Batch
		for i := range w.Begin(rand.New(rand.NewPCG(seed, 0))) {
			w.Batch(i, &b)
			for _, e := range b.Examples {
				if e >= 0 {
					starts = append(starts, e)
				}
			}
		}
		return starts
	}
	one := order(1)
	if !slices.Equal(one, order(1)) || slices.Equal(one, order(2)) {
		t.Error("a seed does not fix the order")
	}
	if slices.Sort(one); len(one) != 16 || one[0] != 0 || len(slices.Compact(one)) != 16 {
		t.Errorf("a pass has %v", one)
	}
}

// The window for prediction reads the last rows and has no target.
func TestNextWindow(t *testing.T) {
	var b data.Batch
	formattest.Must(data.NextWindow(identity(2), horizon(t, 2, 2, 1), counting(9), 3)).Batch(0, &b)
	if !slices.Equal(b.Numbers, []float64{6, 106, 7, 107, 8, 108}) || b.Weights[0] != 0 || !slices.Equal(b.Baselines[data.Naive], []float64{8, 108, 8, 108}) {
		t.Errorf("inputs %v, weights %v, naive %v", b.Numbers, b.Weights, b.Baselines[data.Naive])
	}
	_, err := data.NextWindow(identity(2), horizon(t, 2, 2, 1), counting(2), 3)
	formattest.Complaint{File: "series.csv", Texts: []string{"2 rows", "reads 3"}}.Expect(t, err)
}

// Windows read what Features.Scale makes of the whole series, whatever is missing. Would catch
// a gap at the start of a window, of the series or of one column only that is filled from
// elsewhere, and a difference to another step than the last.
func TestWindowsWithGaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	s := format.Series{Width: 3, File: "gaps"}
	for i := range 120 * s.Width {
		x := rng.NormFloat64()
		if column := i % s.Width; column == 1 && (i/s.Width)%20 < 12 || column != 1 && rng.Float64() < 0.1 || i < 2*s.Width {
			x = math.NaN()
		}
		s.Values = append(s.Values, x)
	}
	f := schema.NewFeatures(nil, s.Width, s.Values)
	scaled := f.Scale(s.Values)
	const steps = 5
	for _, relative := range []bool{false, true} {
		h := &schema.Horizon{Steps: 2, Targets: 1, Season: 3, Relative: relative, Naive: []float64{1}}
		w, err := data.NewWindows(f, h, s, 0, s.Steps(), steps, 4)
		if err != nil {
			t.Fatal(err)
		}
		var b data.Batch
		for i := range w.Begin(rand.New(rand.NewPCG(1, 1))) {
			w.Batch(i, &b)
			for row, start := range b.Examples {
				for at := 0; start >= 0 && at < steps*s.Width; at++ {
					want := scaled[start*s.Width+at]
					if relative && at%s.Width == 0 {
						want -= scaled[(start+steps-1)*s.Width]
					}
					if got := b.Numbers[(at/s.Width*b.Rows+row)*s.Width+at%s.Width]; got != want {
						t.Fatalf("window from row %d, step %d, column %d: %v, want %v", start, at/s.Width, at%s.Width, got, want)
					}
				}
				if start >= 0 && (b.Baselines[data.Naive][2*row] != scaled[(start+steps-1)*s.Width] || b.Baselines[data.SeasonalNaive][2*row] != scaled[max(start+steps-3, 0)*s.Width] || math.IsNaN(b.Values[2*row])) {
					t.Fatalf("window from row %d: naive %v, value %v", start, b.Baselines[data.Naive][2*row], b.Values[2*row])
				}
			}
		}
	}
}

// A series of another width, and one too short for a window, are refused.
func TestWindowsRefuse(t *testing.T) {
	h := horizon(t, 1, 3, 2)
	_, err := data.NewWindows(identity(1), h, counting(9), 0, 9, 2, 2)
	if err == nil {
		t.Error("a series wider than the features passes")
	}
	_, err = data.NewWindows(identity(2), h, counting(9), 0, 9, 7, 2)
	formattest.Complaint{File: "series.csv", Texts: []string{"no window of 7 steps and a horizon of 3"}}.Expect(t, err)
}
