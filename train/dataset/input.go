package dataset

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// An Input is what a model is to predict from: a file, or what Read returns.
type Input struct {
	Path string // "" for what Read returns

	// Read returns content from elsewhere, such as standard input, which errors call by Name. It is
	// told what is wanted, in words.
	Read func(wanted string) ([]byte, error)
	Name string

	Columns
}

// labelled returns a function that reads labelled texts.
func (in *Input) labelled() (func(format.LabelledOptions) ([]format.Example, error), error) {
	if in.Path != "" {
		return func(o format.LabelledOptions) ([]format.Example, error) { return format.ReadLabelled(in.Path, o) }, nil
	}
	content, err := in.Read("one text a line")
	return func(o format.LabelledOptions) ([]format.Example, error) {
		return format.LabelledFromBytes(in.Name, content, o)
	}, err
}

// Lines returns the lines to predict from.
func (in *Input) Lines() ([]format.Example, error) {
	read, err := in.labelled()
	if err != nil {
		return nil, err
	}
	return read(format.LabelledOptions{Format: format.PlainText, NoLabel: true})
}

// Examples returns the texts to predict the classes of. Labels are read if they are
// asked for, or if the model knows them all.
func (in *Input) Examples(m *task.Model) ([]format.Example, error) {
	if in.Path != "" && !in.LabelPattern.IsZero() {
		return in.Columns.examples([]string{in.Path})
	}
	options := in.Columns.labelledOptions()
	if in.Path == "" {
		options.Format = cmp.Or(options.Format, format.PlainText)
	}
	read, err := in.labelled()
	if err != nil {
		return nil, err
	}
	if options.LabelColumn != "" {
		examples, err := read(options)
		return examples, columnsUnlessData(err)
	}
	if options.Format != format.PlainText {
		if examples, err := read(options); err == nil && allKnown(m.Labels, examples) {
			return examples, nil
		}
	}
	options.NoLabel = true
	examples, err := read(options)
	return examples, columnsUnlessData(err)
}

// allKnown tells whether the labels of all examples are among the model's.
func allKnown(labels *schema.Labels, examples []format.Example) bool {
	return !slices.ContainsFunc(examples, func(e format.Example) bool {
		_, known := labels.ID(e.Label)
		return !known
	})
}

// Sentences returns the sentences to predict the tags of: of a file or, of what Read returns, one a
// line, words apart by white space. Tags of a file are read if the model knows them all.
func (in *Input) Sentences(m *task.Model) ([]format.Sentence, error) {
	if in.Path == "" && (in.Format == "" || in.Format == format.PlainText) {
		return in.sentencesOfLines()
	}
	options := in.Columns.taggedOptions()
	read := func(o format.TaggedOptions) ([]format.Sentence, error) { return format.ReadTagged(in.Path, o) }
	if in.Path == "" {
		content, err := in.Read("sentences in the format " + string(in.Format))
		if err != nil {
			return nil, err
		}
		read = func(o format.TaggedOptions) ([]format.Sentence, error) {
			return format.TaggedFromBytes(in.Name, content, o)
		}
	}
	sentences, err := read(options)
	known := err == nil && !slices.ContainsFunc(sentences, func(s format.Sentence) bool {
		_, err := m.Labels.EncodeTags(s)
		return err != nil
	})
	if known || options.TagColumn != "" {
		return sentences, columnsUnlessData(err)
	}
	options.NoTags = true
	sentences, err = read(options)
	return sentences, columnsUnlessData(err)
}

func (in *Input) sentencesOfLines() ([]format.Sentence, error) {
	lines, err := in.Lines()
	if err != nil {
		return nil, err
	}
	sentences := make([]format.Sentence, len(lines))
	for i, line := range lines {
		sentences[i] = format.Sentence{Words: strings.Fields(line.Text), File: line.File}
	}
	return sentences, nil
}

// Series returns the series to predict the classes of. A recording is read without a label unless a
// pattern says where it is.
func (in *Input) Series(m *task.Model) ([]format.Series, error) {
	if in.Path == "" {
		content, err := in.Read("series in the format of --format")
		if err != nil {
			return nil, err
		}
		all, err := format.SeriesFromBytes(in.Name, content, cmp.Or(in.Format, format.TS))
		return all, columnsUnlessData(err)
	}
	audio := audioOf(m)
	if format.SeriesFormat(in.Path, in.Format) == format.WAV && in.LabelPattern.IsZero() {
		all, err := recordings(in.Path, &audio, nil)
		return all, columnsUnlessData(err)
	}
	return in.Columns.seriesOf([]string{in.Path}, &audio)
}

// Table returns the columns that a forecaster forecasts from.
func (in *Input) Table(m *task.Model) (*format.Table, error) {
	if in.Path != "" {
		return format.ReadTable(in.Path, m.Features.Names)
	}
	content, err := in.Read("a CSV file")
	if err != nil {
		return nil, err
	}
	return format.TableFromBytes(in.Name, content, m.Features.Names)
}

// Pieces returns the pieces to predict the next keys of.
func (in *Input) Pieces() ([]format.Roll, error) {
	if in.Path != "" {
		return pieces([]string{in.Path})
	}
	content, err := in.Read("a JSON list of pieces")
	if err != nil {
		return nil, err
	}
	parts, err := format.RollsFromBytes(in.Name, content)
	return slices.Concat(parts.Train, parts.Valid, parts.Test), err
}
