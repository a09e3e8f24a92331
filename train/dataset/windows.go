package dataset

import (
	"cmp"
	"slices"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// windows reads columns of a table for forecasters.
type windows struct{}

var _ reader = windows{}

func (windows) targets(schema.Unit) string { return "windows" }

func (windows) complete(c *task.Config, o *Options) error {
	c.Steps = cmp.Or(c.Steps, 24)
	o.Horizon, o.Season = cmp.Or(o.Horizon, 1), cmp.Or(o.Season, 1)
	switch {
	case len(o.Data) > 1:
		return optionf("--task forecast reads one --data file, but there are %d", len(o.Data))
	case len(o.Inputs) > 0 && len(o.Targets) == 0:
		return optionf("--input says what is read beside the targets; say what these are with --target")
	}
	return nil
}

// open knows the scale of the training part only: the first rows. The validation part
// comes after it and the test part last, and what these forecast from may lie in the part
// before.
func (windows) open(s *Set) error {
	o := &s.Options
	table, err := format.ReadTable(o.Data[0], slices.Concat(o.Targets, o.Inputs))
	if err != nil {
		return err
	}
	rows := table.Steps()
	if o.Limit > 0 {
		rows = min(rows, o.Limit)
	}
	train, validated, err := data.SplitLength(rows, o.fractions())
	if err != nil {
		return inFile(err, table.File)
	}
	trained := table.Values[:train*table.Width]
	horizon, err := schema.NewHorizon(trained, table.Width, cmp.Or(len(o.Targets), len(table.Names)), o.Horizon, o.Season)
	if err != nil {
		return inFile(err, table.File)
	}
	horizon.Relative = o.Relative
	s.Schema = schema.Schema{Features: schema.NewFeatures(table.Names, table.Width, trained), Horizon: horizon}
	return s.fillWindows(table.Series, train, validated, rows)
}

// fillWindows makes the parts of a set from the rows of a series up to train, validated and
// tested, or from files of their own.
func (s *Set) fillWindows(all format.Series, train, validated, tested int) error {
	skipped := 0
	for _, p := range []struct {
		file     string
		from, to int
		into     *Part
	}{{"", 0, train, &s.Train}, {s.Options.Valid, train, validated, &s.Valid}, {s.Options.Test, validated, tested, &s.Test}} {
		series, from, to := all, p.from, p.to
		if p.file != "" {
			table, err := format.ReadTable(p.file, s.Schema.Features.Names)
			if err != nil {
				return err
			}
			series, from, to = table.Series, 0, table.Steps()
		}
		if from == to {
			continue
		}
		w, err := data.NewWindows(s.Schema.Features, s.Schema.Horizon, series, from, to, s.Config.Steps, s.Options.Batch)
		if err != nil {
			return err
		}
		*p.into, skipped = Part{w, w.Len()}, skipped+w.Skipped()
	}
	if skipped > 0 {
		s.note(skipped, "windows are left out: a number that they are to forecast is missing")
	}
	return nil
}

func (windows) source(m *task.Model, files []string, _ Columns, rows int) (data.Source[data.Batch], error) {
	if len(files) > 1 {
		return nil, optionf("a forecaster is measured on one --data file, but there are %d", len(files))
	}
	table, err := format.ReadTable(files[0], m.Features.Names)
	if err != nil {
		return nil, err
	}
	return data.NewWindows(m.Features, m.Horizon, table.Series, 0, table.Steps(), m.Config.Steps, rows)
}
