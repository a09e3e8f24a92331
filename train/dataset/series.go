package dataset

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// series reads series of numbers, and recordings, for classifiers.
type series struct{}

var _ reader = series{}

func (series) targets(schema.Unit) string { return "series" }

func (series) complete(c *task.Config, o *Options) error {
	for _, option := range o.given(c) {
		if slices.Contains(notForNumbers, option) {
			return optionf("--%s does not apply to series of numbers, which %s holds", option, o.Data[0])
		}
	}
	recordings := format.SeriesFormat(o.Data[0], o.Format) == format.WAV
	switch {
	case recordings:
		o.Spectrum = cmp.Or(o.Spectrum, "mfcc")
	case o.Spectrum != "":
		return optionf("--spectrum applies to recordings, which %s is not", o.Data[0])
	case !o.LabelPattern.IsZero():
		return optionf("--label-pattern applies to recordings, which %s is not", o.Data[0])
	}
	return nil
}

// open knows the scale and the labels of the training part only.
func (series) open(s *Set) error {
	o := &s.Options
	audio := format.Audio{Spectrum: o.Spectrum}
	parts, err := shuffled(o, func(paths []string) ([]format.Series, error) { return o.Columns.seriesOf(paths, &audio) })
	if err != nil {
		return err
	}
	labels, err := schema.NewSeriesLabels(parts.Train)
	if err != nil {
		return err
	}
	longest := slices.MaxFunc(parts.Train, func(a, b format.Series) int { return cmp.Compare(a.Steps(), b.Steps()) }).Steps()
	s.Config.Steps = cmp.Or(s.Config.Steps, longest, 1)
	s.Schema = schema.Schema{Features: o.featuresOf(parts.Train, audio), Labels: labels}
	truncated := 0
	err = fill(s, parts, number, func(all []format.Series) (data.Source[data.Batch], error) {
		source, err := numberSequences(s.Schema, all, o.Batch, s.Config.Steps)
		if err == nil {
			truncated += source.Truncated()
		}
		return source, err
	})
	if truncated > 0 {
		s.note(truncated, "series are longer than %d steps: only their last %[1]d are read (--steps)", s.Config.Steps)
	}
	return err
}

// featuresOf measures the training part.
func (o *Options) featuresOf(train []format.Series, audio format.Audio) *schema.Features {
	var values [][]float64
	for _, x := range train {
		values = append(values, x.Values)
	}
	if format.SeriesFormat(o.Data[0], o.Format) == format.IDX {
		return schema.NewPooledFeatures(train[0].Width, values...)
	}
	f := schema.NewFeatures(nil, train[0].Width, values...)
	if audio.Rate > 0 {
		f.Audio = &audio
	}
	return f
}

// numberSequences makes batches of labelled series.
func numberSequences(m schema.Schema, all []format.Series, rows, steps int) (*data.Sequences, error) {
	targets, err := m.Labels.EncodeSeries(all)
	if err != nil {
		return nil, err
	}
	return data.NewNumberSequences(m.Features, all, targets, rows, steps)
}

func (series) source(m *task.Model, files []string, c Columns, rows int) (data.Source[data.Batch], error) {
	audio := audioOf(m)
	all, err := c.seriesOf(files, &audio)
	if err != nil {
		return nil, err
	}
	return numberSequences(m.Schema, all, rows, m.Config.Steps)
}

// audioOf returns how the recordings that a model reads become series.
func audioOf(m *task.Model) format.Audio {
	if m.Features.Audio == nil {
		return format.Audio{}
	}
	return *m.Features.Audio
}

// beforeUnderscore is the pattern of labels in the names of recordings if none is given.
var beforeUnderscore = regexp.MustCompile("^([^_]+)_")

// seriesOf returns the series of files, one after the other. Audio says how recordings
// become series and, afterwards, what rate they have.
func (c Columns) seriesOf(paths []string, audio *format.Audio) ([]format.Series, error) {
	all, err := concat(paths, func(path string) ([]format.Series, error) {
		if format.SeriesFormat(path, c.Format) != format.WAV {
			return format.ReadSeries(path, c.Format)
		}
		return recordings(path, audio, cmp.Or(c.LabelPattern.Regexp, beforeUnderscore))
	})
	return all, columnsUnlessData(err)
}

// recordings returns the series of the recordings that a path stands for, with labels unless the
// pattern is nil.
func recordings(path string, audio *format.Audio, label *regexp.Regexp) ([]format.Series, error) {
	files, err := format.RecordingFiles(path)
	if err != nil {
		return nil, err
	}
	all, found, err := format.ReadRecordings(files, *audio, label)
	*audio = found
	return all, err
}
