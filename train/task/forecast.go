package task

import (
	"math"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
)

// Forecast is the task of a forecaster.
const Forecast Kind = "forecast" // the next numbers of a series

// A forecaster gives all steps of a horizon at once, from the last output of the cells.
type forecaster struct{ values }

var _ Task = forecaster{}

// Reading says that the last step knows all that was read.
func (forecaster) Reading() Reading { return LastStep }

// Outputs returns the number of values of the horizon.
func (forecaster) Outputs(m Meaning) (int, error) {
	if m.Features == nil || m.Horizon == nil || m.Vocabulary != nil || m.Labels != nil {
		return 0, errors.Errorf("task: a forecaster needs features and a horizon; it is given %s", m)
	}
	return m.Horizon.Len(), m.Horizon.Check(m.Features.Len())
}

// Score sums up errors, of the model and of the forecasts that need none.
func (forecaster) Score(m *Model, p *graph.Program, batch *data.Batch) Score {
	var s misses
	outputs := p.Floats("forecast")
	width := m.Horizon.Len()
	for i := range outputs {
		if batch.Weights[i/width] == 0 {
			continue
		}
		k := i % m.Horizon.Targets
		q := m.Horizon.Naive[k]
		truth := m.unscale(k, batch.Values[i], batch.Naive[i])
		s.Model.Add(truth, m.unscale(k, outputs[i], batch.Naive[i]), q)
		s.Naive.Add(truth, m.Features.Unscale(k, batch.Naive[i]), q)
		s.Seasonal.Add(truth, m.Features.Unscale(k, batch.Seasonal[i]), q)
		s.Scaled.Add(math.Abs(outputs[i]-batch.Values[i]), 1)
	}
	return s
}

// unscale returns a value of target k as it stands in the data.
func (m *Model) unscale(k int, z, last float64) float64 {
	if m.Horizon.Relative {
		z += last
	}
	return m.Features.Unscale(k, z)
}

// ReadScore reads sums of errors.
func (forecaster) ReadScore(text []byte) (Score, error) { return readScore[misses](text) }

// misses are the score of a forecaster.
type misses struct {
	Model    metrics.Errors `json:"model"`
	Naive    metrics.Errors `json:"naive"`
	Seasonal metrics.Errors `json:"seasonal"`
	Scaled   metrics.Mean   `json:"scaled"` // absolute errors of the scaled values
}

// Plus adds the sums.
func (s misses) Plus(other Score) Score {
	o := other.(misses)
	s.Scaled.Add(o.Scaled.Value(), o.Scaled.Weight())
	return misses{s.Model.Plus(o.Model), s.Naive.Plus(o.Naive), s.Seasonal.Plus(o.Seasonal), s.Scaled}
}

// Report fills in the errors in the units of the data.
func (s misses) Report(m *Model, p *Part) {
	p.ForecastErrors = *newForecastErrors(s.Model)
	p.ScaledMAE = new(s.Scaled.Value())
	p.NaiveForecast = newForecastErrors(s.Naive)
	if m.Horizon.Season > 1 {
		p.SeasonalNaive = newForecastErrors(s.Seasonal)
	}
}

func newForecastErrors(e metrics.Errors) *ForecastErrors {
	f := &ForecastErrors{MAE: new(e.MAE()), RMSE: new(e.RMSE()), SMAPE: new(e.SMAPE())}
	if mase := e.MASE(); !math.IsNaN(mase) {
		f.MASE = &mase
	}
	return f
}

// A Forecaster continues series with a trained model.
type Forecaster struct{ *runner }

// NewForecaster returns a Forecaster.
func NewForecaster(m *Model) (*Forecaster, error) {
	r, err := newRunner(m, Forecast, 1)
	return &Forecaster{r}, err
}

// Next returns the rows that follow a series, each with a number for each target. The
// columns of the series are those of the model's Features.
func (f *Forecaster) Next(s data.Series) ([][]float64, error) {
	m := f.model
	source, err := data.NextWindow(m.Features, m.Horizon, s, m.Config.Steps)
	if err != nil {
		return nil, err
	}
	rows := make([][]float64, m.Horizon.Steps)
	return rows, f.run(source, func(step *Step, batch *data.Batch) {
		for i, z := range step.Program.Floats("forecast") {
			h, k := i/m.Horizon.Targets, i%m.Horizon.Targets
			rows[h] = append(rows[h], m.unscale(k, z, batch.Naive[i]))
		}
	})
}
