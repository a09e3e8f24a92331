package dataset

import (
	"cmp"
	"path/filepath"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// texts reads labelled texts for classifiers and, by way of series, series of numbers.
type texts struct{}

var _ reader = texts{}

func (texts) targets(schema.Unit) string { return "examples" }

func (texts) complete(c *task.Config, o *Options) error {
	if o.series(o.Data) {
		return series{}.complete(c, o)
	}
	switch {
	case o.Spectrum != "":
		return optionf("--spectrum applies to recordings, such as a .wav; for a folder of them say --format wav")
	case !o.LabelPattern.IsZero() && (o.LabelColumn != "" || o.TextColumn != ""):
		return optionf("--label-pattern reads a text a line; --label-column and --text-column have nothing to do")
	}
	o.Unit, c.Steps = cmp.Or(o.Unit, schema.Word), cmp.Or(c.Steps, 100)
	return nil
}

// open knows the tokens and the labels of the training part only.
func (texts) open(s *Set) error {
	o := &s.Options
	if o.series(o.Data) {
		return series{}.open(s)
	}
	parts, err := shuffled(o, o.Columns.examples)
	if err != nil {
		return err
	}
	labels, err := schema.NewLabels(parts.Train)
	if err != nil {
		return inFile(err, o.files())
	}
	s.Schema = schema.Schema{Vocabulary: schema.NewSequenceVocabulary(parts.Train, o.Unit, o.limits()), Labels: labels}
	truncated := 0
	err = fill(s, parts, number, func(examples []format.Example) (data.Source[data.Batch], error) {
		source, err := textSequences(s.Schema, examples, o.Batch, s.Config.Steps)
		if err == nil {
			truncated += source.Truncated()
		}
		return source, err
	})
	if truncated > 0 {
		s.note(truncated, "texts are longer than %d tokens: only their last %[1]d are read (--steps)", s.Config.Steps)
	}
	return err
}

// textSequences makes batches of labelled texts.
func textSequences(m schema.Schema, examples []format.Example, rows, steps int) (*data.Sequences, error) {
	targets, err := m.Labels.Encode(examples)
	if err != nil {
		return nil, err
	}
	ids := make([][]int, len(examples))
	for i, e := range examples {
		ids[i] = m.Vocabulary.EncodeSequence(e.Text)
	}
	return data.NewSequences(ids, targets, rows, steps)
}

func (texts) source(m *task.Model, files []string, c Columns, rows int) (data.Source[data.Batch], error) {
	if m.Features != nil {
		return series{}.source(m, files, c, rows)
	}
	examples, err := c.examples(files)
	if err != nil {
		return nil, err
	}
	return textSequences(m.Schema, examples, rows, m.Config.Steps)
}

func (c Columns) labelledOptions() format.LabelledOptions {
	return format.LabelledOptions{Format: c.Format, TextColumn: c.TextColumn, LabelColumn: c.LabelColumn, Header: c.Header, Latin1: c.Encoding == "latin1"}
}

// examples returns the labelled examples of files, one after the other.
func (c Columns) examples(paths []string) ([]format.Example, error) {
	all, err := concat(paths, c.examplesOf)
	return all, columnsUnlessData(err)
}

// examplesOf returns the examples of a file. With a pattern, each line is a text, and all have
// the label that stands in the file's name.
func (c Columns) examplesOf(path string) ([]format.Example, error) {
	options := c.labelledOptions()
	if c.LabelPattern.IsZero() {
		return format.ReadLabelled(path, options)
	}
	label, err := c.LabelPattern.label(path, filepath.Base(path))
	if err != nil {
		return nil, err
	}
	options.Format, options.NoLabel = cmp.Or(options.Format, format.PlainText), true
	examples, err := format.ReadLabelled(path, options)
	for i := range examples {
		examples[i].Label = label
	}
	return examples, err
}
