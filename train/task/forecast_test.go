package task_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// newForecaster returns a forecaster of two rows of the first of two columns.
func newForecaster(t *testing.T, relative bool) (*task.Model, format.Series) {
	t.Helper()
	s := format.Series{Width: 2, Values: []float64{1, 5, 3, 5, 2, 6, 8, 6, 4, 7, 9, 7, 5, 8}}
	h, err := schema.NewHorizon(s.Values[:8], 2, 1, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	h.Relative = relative
	c := task.Config{Task: task.Forecast, Cell: "lstm", Hidden: 4, Layers: 1, Steps: 3}
	m, err := task.New(c, schema.Schema{Features: schema.NewFeatures([]string{"y", "x"}, 2, s.Values[:8]), Horizon: h}, newRand())
	if err != nil {
		t.Fatal(err)
	}
	return m, s
}

// A model that forecasts its bias has errors that a hand can compute, in the units of the
// data and beside those of the naive forecasts. Catches errors on the model's own scale, a
// horizon that is read across, and, relative, a level that is forgotten.
func TestForecasterScoreByHand(t *testing.T) {
	for _, relative := range []bool{false, true} {
		m, s := newForecaster(t, relative)
		for _, p := range m.Params() {
			p.Fill(func() float64 { return 0 })
		}
		mean, deviation := m.Features.Mean[0], m.Features.Deviation[0]
		graphtest.CheckClose(t, "scale", []float64{mean, deviation, m.Horizon.Naive[0]}, []float64{3.5, math.Sqrt(29.0 / 4), 3}, 1e-12)
		windows, err := data.NewWindows(m.Features, m.Horizon, s, 4, 7, 3, 4)
		if err != nil {
			t.Fatal(err)
		}
		// Windows read rows 1–3 and 2–4, whose last numbers are 8 and 4, and forecast 4, 9
		// and 9, 5.
		first, second := []float64{3.5 + deviation, 3.5 - deviation}, []float64{3.5 + deviation, 3.5 - deviation}
		if relative {
			first, second = []float64{8 + deviation, 8 - deviation}, []float64{4 + deviation, 4 - deviation}
		}
		m.Head.B.SetFloats([]float64{1, -1})
		p := score(t, m, windows)
		truth, forecast := []float64{4, 9, 9, 5}, slices.Concat(first, second)
		check := func(name, group string, forecast []float64) {
			absolute, squared, percent := 0.0, 0.0, 0.0
			for i, y := range truth {
				d := math.Abs(y - forecast[i])
				absolute, squared, percent = absolute+d/4, squared+d*d/4, percent+200*d/(y+math.Abs(forecast[i]))/4
			}
			graphtest.CheckClose(t, name, []float64{p.Value(group + "mae"), p.Value(group + "rmse"), p.Value(group + "smape"), p.Value(group + "mase")},
				[]float64{absolute, math.Sqrt(squared), percent, absolute / 3}, 1e-6)
		}
		check("model", "", forecast)
		check("naive", "naive/", []float64{8, 8, 4, 4})
		check("seasonal", "seasonal_naive/", []float64{2, 8, 8, 4})
		loss, scaled := 0.0, 0.0
		for i, y := range truth {
			d := (y - forecast[i]) / deviation
			loss, scaled = loss+d*d/4, scaled+math.Abs(d)/4
		}
		graphtest.CheckClose(t, "loss", []float64{p.Loss, p.Value("scaled_mae"), float64(p.Targets)}, []float64{loss, scaled, 2}, 1e-6)
	}
}

// The forecaster's next rows are those that a window over the same rows has.
func TestForecasterNext(t *testing.T) {
	for _, relative := range []bool{false, true} {
		m, s := newForecaster(t, relative)
		f, err := task.NewForecaster(m, task.Serving{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Next(format.Series{Width: 2, Values: s.Values[:10]})
		if err != nil {
			t.Fatal(err)
		}
		windows, err := data.NewWindows(m.Features, m.Horizon, s, 5, 7, 3, 1)
		if err != nil {
			t.Fatal(err)
		}
		p := score(t, m, windows)
		d := math.Abs(got[0][0]-9)/2 + math.Abs(got[1][0]-5)/2
		graphtest.CheckClose(t, "MAE", []float64{d}, []float64{p.Value("mae")}, 1e-6)
		f.Close()
	}
}

// What a forecaster lacks is an error.
func TestForecasterNeedsAHorizon(t *testing.T) {
	m, _ := newForecaster(t, false)
	bad := *m.Horizon
	bad.Naive = nil
	for name, known := range map[string]schema.Schema{
		"no horizon":  {Features: m.Features},
		"no features": {Horizon: m.Horizon},
		"bad horizon": {Features: m.Features, Horizon: &bad},
	} {
		if _, err := task.New(m.Config, known, newRand()); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	c := m.Config
	c.Embed = 3
	if _, err := task.New(c, m.Schema, newRand()); err == nil {
		t.Error("an embedding of numbers passes")
	}
}
