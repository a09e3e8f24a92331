package main

import (
	"context"

	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/task"
)

// forecastFlags are what a forecaster forecasts from what.
func forecastFlags(f *dataset.Forecast) flagGroup {
	g := newFlagGroup("Forecasts from a CSV file (forecast)")
	g.StringArrayVar(&f.Targets, "target", nil, "`name` of a column to forecast, or its number from 1; repeat the flag for several.\nWithout it all columns that hold numbers only")
	g.StringArrayVar(&f.Inputs, "input", nil, "`name` of a column that is read but not forecast; repeat the flag for several")
	g.Var(wholeFrom(1, &f.Horizon), "horizon", "rows to forecast at once (default 1)")
	g.Var(wholeFrom(1, &f.Season), "season", "rows of a season, for the seasonal naive forecast (default 1, none)")
	g.BoolVar(&f.Relative, "relative", false, "forecast the difference to the last row that was read, for series with a trend")
	return g
}

// forecastJSON is a line that predict prints with a forecaster.
type forecastJSON struct {
	Step     int                `json:"step"` // 1 is the row after the last that was read
	Forecast map[string]float64 `json:"forecast"`
}

// predictRows prints the rows that follow a file.
func predictRows(_ context.Context, m *task.Model, in *dataset.Input, s streams) error {
	table, err := in.Table(m)
	if err != nil {
		return err
	}
	f, err := task.NewForecaster(m, task.Serving{})
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := f.Next(table.Series)
	if err != nil {
		return err
	}
	for h, row := range rows {
		line := forecastJSON{Step: h + 1, Forecast: map[string]float64{}}
		for k, x := range row {
			line.Forecast[m.Features.Names[k]] = x
		}
		if err := printJSON(s.out, line); err != nil {
			return err
		}
	}
	return nil
}
