package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Windows cuts a series into pairs of T rows that a forecaster reads and the rows after
// them that it is to forecast, with B of them to a batch. Neighbours overlap: a window
// starts at every row.
//
// Inputs and targets are on the scale of the Features. A missing input takes the last
// number of its column that is there; a window with a missing target is left out.
type Windows struct {
	features    *schema.Features
	horizon     *schema.Horizon
	values      []float64 // of the series, not scaled: a copy of all would need as much memory again
	steps, rows int
	starts      spans   // the first rows of windows
	order       []int32 // the same in the order of the pass; empty if it is theirs
	skipped     int
}

var _ Source[Batch] = (*Windows)(nil)

// The forecasts in the Baselines of a batch of Windows.
const (
	Naive         = iota // the last number that was read, again and again
	SeasonalNaive        // the numbers of the last season that is over

	Baselines // their number
)

// NewWindows returns the Windows of T = steps and B = rows whose targets lie in rows from
// up to but without to of a series; what they read may lie before. It is an *format.Error if
// there are none, and an error of another type if steps or rows is not positive or the
// series is not as wide as the features.
func NewWindows(f *schema.Features, h *schema.Horizon, s format.Series, from, to, steps, rows int) (*Windows, error) {
	w, err := newWindows(f, h, s, steps, rows)
	if err != nil {
		return nil, err
	}
	to = min(to, s.Steps())
	for start := max(from-steps, 0); start+steps+h.Steps <= to; start++ {
		if w.complete(start) {
			w.starts.add(start)
		} else {
			w.skipped++
		}
	}
	if w.Len() == 0 {
		return nil, &format.Error{File: s.File, Problem: fmt.Sprintf(
			"too little data: there is no window of %d steps and a horizon of %d in rows %d to %d of %d; lower one or give more rows",
			steps, h.Steps, max(from-steps, 0)+1, to, s.Steps())}
	}
	return w, nil
}

// NextWindow returns the one window that reads the last T = steps rows of a series, and
// has no targets. It is an *format.Error if the series is shorter.
func NextWindow(f *schema.Features, h *schema.Horizon, s format.Series, steps int) (*Windows, error) {
	w, err := newWindows(f, h, s, steps, 1)
	if err != nil {
		return nil, err
	}
	if s.Steps() < steps {
		return nil, &format.Error{File: s.File, Problem: fmt.Sprintf("too little data: it has %d rows, and the model reads %d", s.Steps(), steps)}
	}
	w.starts.add(s.Steps() - steps)
	return w, nil
}

func newWindows(f *schema.Features, h *schema.Horizon, s format.Series, steps, rows int) (*Windows, error) {
	if steps <= 0 || rows <= 0 {
		return nil, errors.Errorf("data: windows of %d steps in %d rows; both are at least 1", steps, rows)
	}
	if s.Width != f.Len() {
		return nil, errors.Errorf("data: a series of %d columns for %d features", s.Width, f.Len())
	}
	if s.Steps() > math.MaxInt32 {
		return nil, &format.Error{File: s.File, Problem: fmt.Sprintf("has %d rows, more than the %d that a forecaster can take; split it", s.Steps(), math.MaxInt32)}
	}
	return &Windows{features: f, horizon: h, values: s.Values, steps: steps, rows: rows}, nil
}

// complete tells whether all targets of a window are there.
func (w *Windows) complete(start int) bool {
	for h := range w.horizon.Steps {
		for k := range w.horizon.Targets {
			if math.IsNaN(w.truth(start+w.steps+h, k)) {
				return false
			}
		}
	}
	return true
}

// truth returns column k of a row on the scale of the features: NaN if it is missing.
func (w *Windows) truth(row, k int) float64 {
	f := w.features
	return (w.values[row*f.Len()+k] - f.Mean[k]) / f.Deviation[k]
}

// known returns what is known of column k at a row: if the number is missing, the last one
// that is there, and before the first the mean. See Features.Scale.
func (w *Windows) known(row, k int) float64 {
	for ; row >= 0; row-- {
		if z := w.truth(row, k); !math.IsNaN(z) {
			return z
		}
	}
	return 0
}

// Skipped returns the number of windows that were left out.
func (w *Windows) Skipped() int { return w.skipped }

// Len returns the number of windows.
func (w *Windows) Len() int { return w.starts.len() }

// Begin starts a pass and returns the number of batches. With rng, windows are shuffled.
func (w *Windows) Begin(rng *rand.Rand) int {
	w.order = w.order[:0]
	if rng != nil {
		w.order = slices.Grow(w.order, w.Len())
		for start := range w.starts.all {
			w.order = append(w.order, int32(start))
		}
		rng.Shuffle(len(w.order), func(i, j int) { w.order[i], w.order[j] = w.order[j], w.order[i] })
	}
	return (w.Len() + w.rows - 1) / w.rows
}

// start returns the first row of window i of the pass.
func (w *Windows) start(i int) int {
	if len(w.order) > 0 {
		return int(w.order[i])
	}
	return w.starts.at(i)
}

// Batch makes b batch i: T = steps and B = rows, of which those that have no window are
// left empty. It always resets carried state.
func (w *Windows) Batch(i int, b *Batch) {
	if i < 0 || i*w.rows >= w.Len() {
		panic(fmt.Sprintf("data: batch %d of %d windows in %d rows", i, w.Len(), w.rows))
	}
	b.pad(w.steps, w.rows, w.rows)
	b.Reset = true
	width, outputs := w.features.Len(), w.horizon.Len()
	b.Numbers = zeros(b.Numbers, w.steps*w.rows*width)
	b.Values = zeros(b.Values, w.rows*outputs)
	b.Baselines = slices.Grow(b.Baselines, Baselines)[:Baselines]
	for k := range b.Baselines {
		b.Baselines[k] = zeros(b.Baselines[k], w.rows*outputs)
	}
	for row := range min(w.rows, w.Len()-i*w.rows) {
		start := w.start(i*w.rows + row)
		w.read(b, row, start)
		w.look(b, row, start)
		b.Examples = append(b.Examples, start)
	}
	for len(b.Examples) < w.rows {
		b.Examples = append(b.Examples, -1)
	}
	b.Offsets = zeros(b.Offsets, w.rows)
}

// read fills a row with what is read.
func (w *Windows) read(b *Batch, row, start int) {
	width := w.features.Len()
	b.Lengths[row] = w.steps
	for t := range w.steps {
		b.Mask[t*w.rows+row] = 1
		at := (t*w.rows + row) * width
		for k := range width {
			z := w.truth(start+t, k)
			switch {
			case !math.IsNaN(z):
			case t > 0:
				z = b.Numbers[at-w.rows*width+k]
			default:
				z = w.known(start, k)
			}
			b.Numbers[at+k] = z
		}
	}
	if w.horizon.Relative {
		w.subtractLast(b, row)
	}
}

// subtractLast makes the targets' columns of a row differences to its last step.
func (w *Windows) subtractLast(b *Batch, row int) {
	width := w.features.Len()
	last := ((w.steps-1)*w.rows + row) * width
	for t := range w.steps {
		at := (t*w.rows + row) * width
		for k := range w.horizon.Targets {
			b.Numbers[at+k] -= b.Numbers[last+k]
		}
	}
}

// look fills a row with what is forecast, and with the forecasts that need no model: the
// last number and that of the last season that is over, or the last number where there
// is none.
func (w *Windows) look(b *Batch, row, start int) {
	h, end := w.horizon, start+w.steps
	known := end+h.Steps <= len(w.values)/w.features.Len()
	if known {
		b.Weights[row] = 1
	}
	for step := range h.Steps {
		seasons := step/h.Season + 1
		season := end + step - seasons*h.Season
		if season < 0 {
			season = end - 1
		}
		for k := range h.Targets {
			i := (row*h.Steps+step)*h.Targets + k
			b.Baselines[Naive][i] = w.known(end-1, k)
			b.Baselines[SeasonalNaive][i] = w.known(season, k)
			if !known {
				continue
			}
			b.Values[i] = w.truth(end+step, k)
			if h.Relative {
				b.Values[i] -= b.Baselines[Naive][i]
			}
		}
	}
}
