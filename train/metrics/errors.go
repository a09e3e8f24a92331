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
	n                                    int
	absolute, squared, symmetric, scaled float64
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
		e.scaled = math.NaN()
	} else {
		e.scaled += d / q
	}
}

// Plus returns the sums of both.
func (e Errors) Plus(o Errors) Errors {
	return Errors{e.n + o.n, e.absolute + o.absolute, e.squared + o.squared, e.symmetric + o.symmetric, e.scaled + o.scaled}
}

// MAE returns the mean absolute error.
func (e Errors) MAE() float64 { return e.absolute / float64(e.n) }

// RMSE returns the root of the mean squared error.
func (e Errors) RMSE() float64 { return math.Sqrt(e.squared / float64(e.n)) }

// SMAPE returns the symmetric mean absolute percentage error.
func (e Errors) SMAPE() float64 { return 200 * e.symmetric / float64(e.n) }

// MASE returns the mean absolute scaled error, or NaN if a q was 0.
func (e Errors) MASE() float64 { return e.scaled / float64(e.n) }
