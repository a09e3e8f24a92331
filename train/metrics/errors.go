package metrics

import "math"

// Errors sums up how far forecasts F are from the truth Y:
//
//	MAE   = mean |Y − F|
//	RMSE  = √ mean (Y − F)²
//	sMAPE = 200 · mean |Y − F| / (|Y| + |F|)   in percent, of 0 where Y = F = 0
//	MASE  = mean |Y − F| / q
//
// where q is the mean absolute error of the seasonal naive forecast within the training
// data (Hyndman and Koehler 2006): a MASE below 1 is better than that forecast does
// there. sMAPE is that of the M4 competition, which lies in [0, 200]. The zero value is
// ready to use.
type Errors struct {
	n                                    float64
	absolute, squared, symmetric, scaled float64
	unscaled                             float64 // forecasts where q is 0
}

// Add takes a forecast in. Where q is 0 there is no MASE.
func (e *Errors) Add(truth, forecast, q float64) {
	d := math.Abs(truth - forecast)
	e.n++
	e.absolute += d
	e.squared += d * d
	if d > 0 {
		e.symmetric += d / (math.Abs(truth) + math.Abs(forecast))
	}
	if q == 0 {
		e.unscaled++
	} else {
		e.scaled += d / q
	}
}

// Sums returns the sums, which add up to those of all forecasts.
func (e Errors) Sums() []float64 {
	return []float64{e.n, e.absolute, e.squared, e.symmetric, e.scaled, e.unscaled}
}

// ErrorsOf returns the Errors whose Sums are given. It panics if they are too few.
func ErrorsOf(sums []float64) Errors {
	return Errors{sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]}
}

// MAE returns the mean absolute error.
func (e Errors) MAE() float64 { return e.absolute / e.n }

// RMSE returns the root of the mean squared error.
func (e Errors) RMSE() float64 { return math.Sqrt(e.squared / e.n) }

// SMAPE returns the symmetric mean absolute percentage error.
func (e Errors) SMAPE() float64 { return 200 * e.symmetric / e.n }

// MASE returns the mean absolute scaled error, or NaN if a q was 0.
func (e Errors) MASE() float64 {
	if e.unscaled > 0 {
		return math.NaN()
	}
	return e.scaled / e.n
}
