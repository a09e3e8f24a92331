package metrics

import (
	"math"
	"testing"
)

// By hand, of truths 10, 0, −4 and forecasts 12, 0, −2 with q = 4, 4 and 0.5: absolute
// errors 2, 0, 2. Catches a percentage over the truth alone, a root of the mean error,
// and a division by zero where both are 0.
func TestErrorsByHand(t *testing.T) {
	var e Errors
	e.Add(10, 12, 4)
	e.Add(0, 0, 4)
	var f Errors
	f.Add(-4, -2, 0.5)
	sums := e.Sums()
	for i, x := range f.Sums() {
		sums[i] += x
	}
	sum := ErrorsOf(sums)
	for name, pair := range map[string][2]float64{
		"MAE":   {sum.MAE(), 4.0 / 3},
		"RMSE":  {sum.RMSE(), math.Sqrt(8.0 / 3)},
		"sMAPE": {sum.SMAPE(), 200 * (2.0/22 + 2.0/6) / 3},
		"MASE":  {sum.MASE(), (0.5 + 4) / 3},
	} {
		if !near(pair[0], pair[1]) {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}

// Catches a MASE that is made up where the training data are constant.
func TestErrorsWithoutScale(t *testing.T) {
	var e Errors
	e.Add(1, 2, 0)
	if !math.IsNaN(e.MASE()) || e.MAE() != 1 {
		t.Errorf("MASE %v, MAE %v", e.MASE(), e.MAE())
	}
}
