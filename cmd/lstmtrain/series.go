package main

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// A seriesTrade is for classifiers of series of numbers.
type seriesTrade struct{}

var _ trade = seriesTrade{}

// series tells whether files hold series, by their format or the first one's name.
func (c columns) series(paths []string) bool {
	return len(paths) > 0 && format.SeriesFormat(paths[0], c.Format) != ""
}

// readSeries returns the series of files, one after the other. Audio says how recordings
// become series and, afterwards, what rate they have.
func (c columns) readSeries(paths []string, audio *format.Audio) ([]format.Series, error) {
	var all []format.Series
	for _, path := range paths {
		series, err := c.readSeriesFile(path, audio)
		if err != nil {
			return nil, usageUnlessData(err)
		}
		all = append(all, series...)
	}
	return all, nil
}

func (c columns) readSeriesFile(path string, audio *format.Audio) ([]format.Series, error) {
	if format.SeriesFormat(path, c.Format) != format.WAV {
		return format.ReadSeries(path, c.Format)
	}
	files, err := format.RecordingFiles(path)
	if err != nil {
		return nil, err
	}
	label := c.LabelPattern.Regexp
	if label == nil {
		label = regexp.MustCompile("^([^_]+)_")
	}
	series, found, err := format.ReadRecordings(files, *audio, label)
	*audio = found
	return series, err
}

func (seriesTrade) targets(schema.Unit) string { return "series" }

func (seriesTrade) complete(s *settings, flags *pflag.FlagSet) error {
	for _, name := range []string{"embed", "unit", "vocab-size", "min-count", "text-column", "label-column", "header", "encoding"} {
		if flags.Changed(name) {
			return usagef("--%s does not apply to series of numbers, which %s holds", name, s.Data[0])
		}
	}
	s.Embed, s.VocabSize, s.MinCount = 0, 0, 0
	recordings := format.SeriesFormat(s.Data[0], s.Format) == format.WAV
	for _, name := range []string{"spectrum", "label-pattern"} {
		if flags.Changed(name) && !recordings {
			return usagef("--%s applies to recordings, which %s is not", name, s.Data[0])
		}
	}
	if recordings {
		s.Spectrum = cmp.Or(s.Spectrum, "mfcc")
	}
	return nil
}

// read knows the scale and the labels of the training part only.
func (seriesTrade) read(s *settings) (*corpus, error) {
	audio := format.Audio{Spectrum: s.Spectrum}
	parts, err := shuffled(s, func(paths []string) ([]format.Series, error) { return s.columns.readSeries(paths, &audio) })
	if err != nil {
		return nil, err
	}
	labels, err := schema.NewSeriesLabels(parts.Train)
	if err != nil {
		return nil, err
	}
	c := &corpus{origin: s.files(), schema: schema.Schema{Features: s.seriesFeatures(parts.Train, audio), Labels: labels}}
	truncated := 0
	err = fill(c, parts, func(series []format.Series) (data.Source, error) {
		source, err := numberSequences(c.schema, series, s.Batch, s.Steps)
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

// seriesFeatures measures the training part, whose longest series are the default of
// --steps.
func (s *settings) seriesFeatures(train []format.Series, audio format.Audio) *schema.Features {
	longest := 1
	var values [][]float64
	for _, x := range train {
		longest, values = max(longest, x.Steps()), append(values, x.Values)
	}
	s.Steps = cmp.Or(s.Steps, longest)
	if format.SeriesFormat(s.Data[0], s.Format) == format.IDX {
		return schema.NewPooledFeatures(train[0].Width, values...)
	}
	f := schema.NewFeatures(nil, train[0].Width, values...)
	if audio.Rate > 0 {
		f.Audio = &audio
	}
	return f
}

// audioOf returns how the recordings that a model reads become series.
func audioOf(m *task.Model) format.Audio {
	if m.Features.Audio == nil {
		return format.Audio{}
	}
	return *m.Features.Audio
}

// numberSequences makes batches of labelled series.
func numberSequences(m schema.Schema, series []format.Series, rows, steps int) (*data.Sequences, error) {
	targets, err := m.Labels.EncodeSeries(series)
	if err != nil {
		return nil, err
	}
	return data.NewNumberSequences(m.Features, series, targets, rows, steps)
}

func (seriesTrade) source(m *task.Model, files []string, c columns, rows int) (data.Source, error) {
	audio := audioOf(m)
	series, err := c.readSeries(files, &audio)
	if err != nil {
		return nil, err
	}
	return numberSequences(m.Schema, series, rows, m.Config.Steps)
}

// seriesJSON is a line that predict prints with a classifier of series.
type seriesJSON struct {
	Series int    `json:"series"` // counted from 1
	File   string `json:"file,omitempty"`
	classJSON
}

// predict prints the class of each series, in chunks, so that the first lines come soon.
func (seriesTrade) predict(ctx context.Context, p *prediction, m *task.Model, io streams) error {
	series, err := p.readSeries(m, io)
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
			if err := printJSON(io.out, seriesJSON{n, s.File, newClassJSON(m.Labels, s.Label, probabilities[i])}); err != nil {
				return err
			}
		}
	}
	return nil
}

// readSeries returns the series to predict the classes of. A recording that has no label
// where the pattern looks for it is read without.
func (p *prediction) readSeries(m *task.Model, io streams) ([]format.Series, error) {
	if p.data == "" {
		content, err := io.readAll("series in the format of --format")
		if err != nil {
			return nil, err
		}
		series, err := format.SeriesFromBytes("standard input", content, cmp.Or(p.Format, format.TS))
		return series, usageUnlessData(err)
	}
	audio := audioOf(m)
	if format.SeriesFormat(p.data, p.Format) == format.WAV && p.LabelPattern.IsZero() {
		files, err := format.RecordingFiles(p.data)
		if err != nil {
			return nil, err
		}
		series, _, err := format.ReadRecordings(files, audio, nil)
		return series, usageUnlessData(err)
	}
	return p.columns.readSeries([]string{p.data}, &audio)
}
