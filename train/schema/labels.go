package schema

import (
	"iter"
	"maps"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// Labels number the classes of a classifier from 0. They do not change and may be
// shared.
type Labels struct {
	names []string
	ids   map[string]int
}

// NewLabels returns the labels of training examples, sorted. Fewer than two
// different ones are an *format.Error.
func NewLabels(examples []format.Example) (*Labels, error) {
	file := ""
	if len(examples) > 0 {
		file = examples[0].File
	}
	return labelsOf(file, func(yield func(string) bool) {
		for _, e := range examples {
			if !yield(e.Label) {
				return
			}
		}
	})
}

// NewTags returns the labels of the words of training sentences, as NewLabels does.
func NewTags(sentences []format.Sentence) (*Labels, error) {
	file := ""
	if len(sentences) > 0 {
		file = sentences[0].File
	}
	return labelsOf(file, func(yield func(string) bool) {
		for _, s := range sentences {
			for _, tag := range s.Tags {
				if !yield(tag) {
					return
				}
			}
		}
	})
}

// NewSeriesLabels returns the labels of training series, as NewLabels does.
func NewSeriesLabels(series []format.Series) (*Labels, error) {
	file := ""
	if len(series) > 0 {
		file = series[0].File
	}
	return labelsOf(file, func(yield func(string) bool) {
		for _, s := range series {
			if !yield(s.Label) {
				return
			}
		}
	})
}

func labelsOf(file string, occurring iter.Seq[string]) (*Labels, error) {
	names := slices.Sorted(maps.Keys(count(occurring)))
	switch len(names) {
	case 0:
		return nil, &format.Error{Problem: "no examples to learn labels from"}
	case 1:
		return nil, &format.Error{File: file, What: "label", Value: names[0],
			Problem: "every example has it; a classifier needs at least two labels"}
	}
	return newLabels(names), nil
}

// LabelsFromNames returns the labels with the given names, in the order of their
// ids. It is an error if they are fewer than two or not all different.
func LabelsFromNames(names []string) (*Labels, error) {
	l := newLabels(slices.Clone(names))
	if len(names) < 2 || len(l.ids) < len(names) {
		return nil, errors.Errorf("schema: labels %s; they are at least two, all different", format.List(names))
	}
	return l, nil
}

func newLabels(names []string) *Labels {
	l := &Labels{names: names, ids: make(map[string]int, len(names))}
	for id, name := range names {
		l.ids[name] = id
	}
	return l
}

// Names returns the labels in the order of their ids.
func (l *Labels) Names() []string { return slices.Clone(l.names) }

// Len returns the number of labels.
func (l *Labels) Len() int { return len(l.names) }

// ID returns the number of a label, and whether training saw it.
func (l *Labels) ID(name string) (int, bool) {
	id, ok := l.ids[name]
	return id, ok
}

// Name returns the label with the given id. It panics if there is none.
func (l *Labels) Name(id int) string { return l.names[id] }

// Encode returns the ids of the examples' labels. A label that training did not see
// is an *format.Error.
func (l *Labels) Encode(examples []format.Example) ([]int, error) {
	ids := make([]int, len(examples))
	for i, e := range examples {
		id, err := l.encode(e.Label, e.File, e.Line)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

// EncodeTags returns the ids of a sentence's tags. A tag that training did not see is an
// *format.Error.
func (l *Labels) EncodeTags(s format.Sentence) ([]int, error) {
	ids := make([]int, len(s.Tags))
	for i, tag := range s.Tags {
		id, err := l.encode(tag, s.File, s.Lines[i])
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

// EncodeSeries returns the ids of the labels of series. A label that training did not see
// is an *format.Error.
func (l *Labels) EncodeSeries(series []format.Series) ([]int, error) {
	ids := make([]int, len(series))
	for i, s := range series {
		id, err := l.encode(s.Label, s.File, s.Line)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

func (l *Labels) encode(name, file string, line int) (int, error) {
	id, ok := l.ids[name]
	if !ok {
		return 0, &format.Error{File: file, Line: line, What: "label", Value: name,
			Problem: "training never saw this label; its labels are " + format.List(l.names)}
	}
	return id, nil
}
