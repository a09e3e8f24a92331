package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// A seriesTrade is for classifiers of series of numbers.
type seriesTrade struct{}

var _ trade = seriesTrade{}

// series tells whether files hold series, by their format or the first one's name.
func (c columns) series(paths []string) bool {
	return len(paths) > 0 && data.SeriesFormat(paths[0], c.Format) != ""
}

// readSeries returns the series of files, one after the other.
func (c columns) readSeries(paths []string) ([]data.Series, error) {
	var all []data.Series
	for _, path := range paths {
		series, err := data.ReadSeries(path, c.Format)
		if err != nil {
			return nil, usageUnlessData(err)
		}
		all = append(all, series...)
	}
	return all, nil
}

func (seriesTrade) targets(data.Unit) string { return "series" }

func (seriesTrade) complete(s *settings, flags *pflag.FlagSet) error {
	for _, name := range []string{"embed", "unit", "vocab-size", "min-count", "text-column", "label-column", "header"} {
		if flags.Changed(name) {
			return usagef("--%s does not apply to series of numbers, which %s holds", name, s.Data[0])
		}
	}
	s.Embed, s.VocabSize, s.MinCount = 0, 0, 0
	return nil
}

// read knows the scale and the labels of the training part only.
func (seriesTrade) read(s *settings) (*corpus, error) {
	parts, err := shuffled(s, s.columns.readSeries)
	if err != nil {
		return nil, err
	}
	labels, err := data.NewSeriesLabels(parts.Train)
	if err != nil {
		return nil, err
	}
	longest := 1
	var values [][]float64
	for _, x := range parts.Train {
		longest, values = max(longest, x.Steps()), append(values, x.Values)
	}
	s.Steps = cmp.Or(s.Steps, longest)
	c := &corpus{origin: s.files(), meaning: task.Meaning{
		Features: data.NewFeatures(nil, parts.Train[0].Width, values...), Labels: labels,
	}}
	truncated := 0
	err = fill(c, parts, func(series []data.Series) (data.Source, error) {
		source, err := numberSequences(c.meaning, series, s.Batch, s.Steps)
		if err == nil {
			truncated += source.Truncated()
		}
		return source, err
	})
	if truncated > 0 {
		c.notes = append(c.notes, fmt.Sprintf("%s series are longer than %d steps: only their last %[2]d are read (--steps)", thousands(truncated), s.Steps))
	}
	return c, err
}

// numberSequences makes batches of labelled series.
func numberSequences(m task.Meaning, series []data.Series, rows, steps int) (*data.Sequences, error) {
	targets, err := m.Labels.EncodeSeries(series)
	if err != nil {
		return nil, err
	}
	return data.NewNumberSequences(m.Features, series, targets, rows, steps)
}

func (seriesTrade) source(m *task.Model, files []string, c columns, rows int) (data.Source, error) {
	series, err := c.readSeries(files)
	if err != nil {
		return nil, err
	}
	return numberSequences(m.Meaning, series, rows, m.Config.Steps)
}

// seriesJSON is a line that predict prints with a classifier of series.
type seriesJSON struct {
	Series int `json:"series"` // counted from 1
	classJSON
}

// predict prints the class of each series, in chunks, so that the first lines come soon.
func (seriesTrade) predict(ctx context.Context, p *prediction, m *task.Model, io streams) error {
	series, err := p.readSeries(io)
	if err != nil {
		return err
	}
	c, err := task.NewClassifier(m, min(predictRows, len(series)))
	if err != nil {
		return err
	}
	defer c.Close()
	n := 0
	for some := range slices.Chunk(series, predictChunk) {
		if err := ctx.Err(); err != nil {
			return err
		}
		probabilities, err := c.SeriesProbabilities(some)
		if err != nil {
			return err
		}
		for i, s := range some {
			n++
			if err := printJSON(io.out, seriesJSON{n, newClassJSON(m.Labels, s.Label, probabilities[i])}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *prediction) readSeries(io streams) ([]data.Series, error) {
	if p.data != "" {
		return p.columns.readSeries([]string{p.data})
	}
	content, err := io.readAll("series in the format of --format")
	if err != nil {
		return nil, err
	}
	series, err := data.SeriesFromBytes("standard input", content, cmp.Or(p.Format, data.TS))
	return series, usageUnlessData(err)
}
