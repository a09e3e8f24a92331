package task

import (
	"math"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Forecast is the task of a forecaster.
const Forecast Kind = "forecast" // the next numbers of a series

// A forecaster gives all steps of a horizon at once, from the last output of the cells.
type forecaster struct{ values }

var _ Task = forecaster{}

// Reading says that the last step knows all that was read.
func (forecaster) Reading() Reading { return LastStep }

// Outputs returns the number of values of the horizon.
func (forecaster) Outputs(m schema.Schema) (int, error) {
	if m.Features == nil || m.Horizon == nil || m.Vocabulary != nil || m.Labels != nil || m.Affixes != nil {
		return 0, errors.Errorf("task: a forecaster needs features and a horizon; it is given %s", m)
	}
	return m.Horizon.Len(), m.Horizon.Check(m.Features.Len())
}

// Count sums up errors, of the model and of the forecasts that need none.
func (forecaster) Count(m *Model, p *graph.Program, batch *data.Batch) train.Counts {
	var model, naive, seasonal metrics.Errors
	var scaled, n float64
	outputs := p.Floats("forecast")
	width := m.Horizon.Len()
	for i := range outputs {
		if batch.Weights[i/width] == 0 {
			continue
		}
		k := i % m.Horizon.Targets
		q := m.Horizon.Naive[k]
		last := 0.0
		if len(batch.Baselines) > 0 {
			last = batch.Baselines[data.Naive][i]
		}
		truth := m.unscale(k, batch.Values[i], last)
		model.Add(truth, m.unscale(k, outputs[i], last), q)
		if len(batch.Baselines) > 0 {
			naive.Add(truth, m.Features.Unscale(k, last), q)
			seasonal.Add(truth, m.Features.Unscale(k, batch.Baselines[data.SeasonalNaive][i]), q)
		}
		scaled, n = scaled+math.Abs(outputs[i]-batch.Values[i]), n+1
	}
	return train.Counts{"model": model.Sums(), "naive": naive.Sums(), "seasonal": seasonal.Sums(), "scaled": {scaled, n}}
}

// Counted returns the size of what Count counts.
func (forecaster) Counted(*Model) map[string]int {
	n := len(metrics.Errors{}.Sums())
	return map[string]int{"model": n, "naive": n, "seasonal": n, "scaled": 2}
}

// Report fills in the errors in the units of the data.
func (forecaster) Report(m *Model, counts train.Counts, r *train.Metrics) {
	reportErrors(r, "", counts["model"])
	r.Add("scaled_mae", counts.Mean("scaled"))
	if math.IsNaN(metrics.ErrorsOf(counts["naive"]).MAE()) {
		return // the batches had no baselines
	}
	reportErrors(r, "naive/", counts["naive"])
	if m.Horizon.Season > 1 {
		reportErrors(r, "seasonal_naive/", counts["seasonal"])
	}
}

// reportErrors adds how far forecasts are off, in the units of the data. There is no MASE where
// the training data do not change.
func reportErrors(r *train.Metrics, prefix string, sums []float64) {
	e := metrics.ErrorsOf(sums)
	r.Add(prefix+"mae", e.MAE())
	r.Add(prefix+"rmse", e.RMSE())
	r.Add(prefix+"smape", e.SMAPE())
	if mase := e.MASE(); !math.IsNaN(mase) {
		r.Add(prefix+"mase", mase)
	}
}

// unscale returns a value of target k as it stands in the data.
func (m *Model) unscale(k int, z, last float64) float64 {
	if m.Horizon.Relative {
		z += last
	}
	return m.Features.Unscale(k, z)
}

// A Forecaster continues series with a trained model, for any number of goroutines.
type Forecaster struct{ *predictor }

// NewForecaster returns a Forecaster, which takes one series at a time. The model's parameters
// must not change while it is in use.
func NewForecaster(m *Model, s Serving) (*Forecaster, error) {
	if s.Rows > 1 {
		return nil, errors.Errorf("task: a Forecaster with Serving.Rows of %d, want 1: it continues one series at a time", s.Rows)
	}
	p, err := newPredictor(m, Forecast, s)
	return &Forecaster{p}, err
}

// Next returns the rows that follow a series, each with a number for each target. The
// columns of the series are those of the model's Features.
func (f *Forecaster) Next(s format.Series) ([][]float64, error) {
	m := f.model
	source, err := data.NextWindow(m.Features, m.Horizon, s, m.Config.Steps)
	if err != nil {
		return nil, err
	}
	rows := make([][]float64, m.Horizon.Steps)
	return rows, f.run(source, func(program *graph.Program, batch *data.Batch) {
		for i, z := range program.Floats("forecast") {
			h, k := i/m.Horizon.Targets, i%m.Horizon.Targets
			rows[h] = append(rows[h], m.unscale(k, z, batch.Baselines[data.Naive][i]))
		}
	})
}
