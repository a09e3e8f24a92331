package schema

import (
	"fmt"
	"math"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// A Horizon is what a forecaster forecasts: the next Steps rows of the first Targets
// columns of its Features, from the rows before.
type Horizon struct {
	Steps    int  `json:"steps"`
	Targets  int  `json:"targets"`
	Season   int  `json:"season"`             // rows of a season, for the seasonal naive forecast; 1 for none
	Relative bool `json:"relative,omitempty"` // forecast the difference to the last row that was read

	// Naive is, for each target, the mean absolute error of the seasonal naive forecast of
	// one season ahead within the training part, the unit of MASE; 0 if there is none.
	Naive []float64 `json:"naive"`
}

// NewHorizon returns a Horizon for training rows of width numbers, one after the other,
// the first targets of which are forecast. It is an *format.Error if the rows are not more than a
// season, and an error of another type if a number is not positive or targets is above
// width.
func NewHorizon(train []float64, width, targets, steps, season int) (*Horizon, error) {
	h := &Horizon{Steps: steps, Targets: targets, Season: season, Naive: make([]float64, max(targets, 0))}
	if err := h.Check(width); err != nil {
		return nil, err
	}
	if rows := len(train) / width; rows <= season {
		return nil, &format.Error{Problem: fmt.Sprintf("too little data: the training part has %d rows, not more than a season of %d", rows, season)}
	}
	for k := range targets {
		sum, n := 0.0, 0
		for i := season*width + k; i < len(train); i += width {
			if d := math.Abs(train[i] - train[i-season*width]); !math.IsNaN(d) {
				sum += d
				n++
			}
		}
		h.Naive[k] = sum / float64(max(n, 1))
	}
	return h, nil
}

// Check returns an error if the fields do not fit each other and the number of columns.
func (h *Horizon) Check(width int) error {
	const most = 1 << 20
	for name, n := range map[string]int{"steps": h.Steps, "targets": h.Targets, "a season": h.Season} {
		if n < 1 || n > most {
			return errors.Errorf("schema: a horizon with %s of %d, want it from 1 to %d", name, n, most)
		}
	}
	if h.Targets > width || len(h.Naive) != h.Targets {
		return errors.Errorf("schema: a horizon of %d targets, %d naive errors and %d columns", h.Targets, len(h.Naive), width)
	}
	for _, x := range h.Naive {
		if !(x >= 0) || math.IsInf(x, 0) {
			return errors.Errorf("schema: a horizon whose naive error is %g", x)
		}
	}
	return nil
}

// Len returns the number of values of a forecast: for each step, each target.
func (h *Horizon) Len() int { return h.Steps * h.Targets }
