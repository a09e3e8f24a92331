package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// An outlook is what a forecaster forecasts from what.
type outlook struct {
	Targets  []string `json:"target,omitempty"`
	Inputs   []string `json:"input,omitempty"`
	Horizon  int      `json:"horizon,omitempty"`
	Season   int      `json:"season,omitempty"`
	Relative bool     `json:"relative,omitempty"`
}

func (o *outlook) group() flagGroup {
	g := newFlagGroup("Forecasts from a CSV file (forecast)")
	g.StringArrayVar(&o.Targets, "target", nil, "`name` of a column to forecast, or its number from 1; repeat the flag for several.\nWithout it all columns that hold numbers only")
	g.StringArrayVar(&o.Inputs, "input", nil, "`name` of a column that is read but not forecast; repeat the flag for several")
	g.Var(wholeFrom(1, &o.Horizon), "horizon", "rows to forecast at once (default 1)")
	g.Var(wholeFrom(1, &o.Season), "season", "rows of a season, for the seasonal naive forecast (default 1, none)")
	g.BoolVar(&o.Relative, "relative", false, "forecast the difference to the last row that was read, for series with a trend")
	return g
}

// A forecastTrade is for forecasters.
type forecastTrade struct{}

var _ trade = forecastTrade{}

func (forecastTrade) targets(schema.Unit) string { return "windows" }

func (forecastTrade) complete(s *settings, _ *pflag.FlagSet) error {
	s.Embed = 0
	s.Steps = cmp.Or(s.Steps, 24)
	s.Horizon, s.Season = cmp.Or(s.Horizon, 1), cmp.Or(s.Season, 1)
	s.VocabSize, s.MinCount = 0, 0
	switch {
	case len(s.Data) > 1:
		return usagef("--task forecast reads one --data file, but there are %d", len(s.Data))
	case len(s.Inputs) > 0 && len(s.Targets) == 0:
		return usagef("--input says what is read beside the targets; say what these are with --target")
	}
	return nil
}

// read knows the scale of the training part only: the first rows. The validation part
// comes after it and the test part last, and what these forecast from may lie in the part
// before.
func (forecastTrade) read(s *settings) (*corpus, error) {
	table, err := format.ReadTable(s.Data[0], append(s.Targets[:len(s.Targets):len(s.Targets)], s.Inputs...))
	if err != nil {
		return nil, err
	}
	targets := cmp.Or(len(s.Targets), len(table.Names))
	rows := table.Steps()
	if s.Limit > 0 {
		rows = min(rows, s.Limit)
	}
	train, validated, err := data.SplitLength(rows, s.fractions())
	if err != nil {
		return nil, inFile(err, table.File)
	}
	trained := table.Values[:train*table.Width]
	horizon, err := schema.NewHorizon(trained, table.Width, targets, s.Horizon, s.Season)
	if err != nil {
		return nil, inFile(err, table.File)
	}
	horizon.Relative = s.Relative
	c := &corpus{origin: s.files(), schema: schema.Schema{
		Features: schema.NewFeatures(table.Names, table.Width, trained), Horizon: horizon,
	}}
	return c, s.fillWindows(c, table.Series, train, validated-train, rows-validated)
}

// fillWindows makes the parts of a corpus from rows of a series, or from files of their
// own.
func (s *settings) fillWindows(c *corpus, all format.Series, train, valid, test int) error {
	skipped := 0
	for _, p := range []struct {
		file       string
		from, rows int
		into       *part
	}{{"", 0, train, &c.train}, {s.Valid, train, valid, &c.valid}, {s.Test, train + valid, test, &c.test}} {
		series, from, to := all, p.from, p.from+p.rows
		if p.file != "" {
			table, err := format.ReadTable(p.file, c.schema.Features.Names)
			if err != nil {
				return err
			}
			series, from, to = table.Series, 0, table.Steps()
		}
		if from == to {
			continue
		}
		w, err := data.NewWindows(c.schema.Features, c.schema.Horizon, series, from, to, s.Steps, s.Batch)
		if err != nil {
			return err
		}
		*p.into, skipped = part{w, w.Len()}, skipped+w.Skipped()
	}
	if skipped > 0 {
		c.notes = append(c.notes, fmt.Sprintf("%s windows are left out: a number that they are to forecast is missing", thousands(skipped)))
	}
	return nil
}

func (forecastTrade) source(m *task.Model, files []string, _ columns, rows int) (data.Source, error) {
	if len(files) > 1 {
		return nil, usagef("a forecaster is measured on one --data file, but there are %d", len(files))
	}
	table, err := format.ReadTable(files[0], m.Features.Names)
	if err != nil {
		return nil, err
	}
	return data.NewWindows(m.Features, m.Horizon, table.Series, 0, table.Steps(), m.Config.Steps, rows)
}

// forecastJSON is a line that predict prints with a forecaster.
type forecastJSON struct {
	Step     int                `json:"step"` // 1 is the row after the last that was read
	Forecast map[string]float64 `json:"forecast"`
}

// predict prints the rows that follow a file.
func (forecastTrade) predict(_ context.Context, p *prediction, m *task.Model, io streams) error {
	table, err := p.readTable(m, io)
	if err != nil {
		return err
	}
	f, err := task.NewForecaster(m)
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
		if err := printJSON(io.out, line); err != nil {
			return err
		}
	}
	return nil
}

func (p *prediction) readTable(m *task.Model, io streams) (*format.Table, error) {
	if p.data != "" {
		return format.ReadTable(p.data, m.Features.Names)
	}
	content, err := io.readAll("a CSV file")
	if err != nil {
		return nil, err
	}
	return format.TableFromBytes("standard input", content, m.Features.Names)
}
