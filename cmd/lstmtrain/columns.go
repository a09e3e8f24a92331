package main

import (
	"cmp"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// columns say where files hold texts and labels.
type columns struct {
	LabelPattern pattern       `json:"label_pattern,omitzero"`
	Format       format.Format `json:"format,omitempty"`
	TextColumn   string        `json:"text_column,omitempty"`
	LabelColumn  string        `json:"label_column,omitempty"`
	Header       bool          `json:"header,omitempty"`
	Encoding     string        `json:"encoding,omitempty"`
}

// formats are those of files with labels.
var formats = []format.Format{format.TSV, format.CSV, format.JSONLines, format.CoNLL, format.CoNLLU, format.TS, format.UCR, format.ARFF, format.NPZ, format.IDX, format.WAV}

// group returns the flags, with further formats.
func (c *columns) group(more ...format.Format) flagGroup {
	g := newFlagGroup("Columns of labelled files (classify, tag)")
	g.StringVar(&c.TextColumn, "text-column", "", "`name` of the column or field of texts or words, or its number from 1;\nwithout it the one called text, else 2; of conll 1, of conllu form")
	g.StringVar(&c.LabelColumn, "label-column", "", "`name` of the column or field of labels or tags, or its number from 1;\nwithout it the one called label, else 1; of conll the last, of conllu upos")
	g.Var(&c.LabelPattern, "label-pattern", "`REGEXP` whose first group is the label in the name of a recording\n(default \"^([^_]+)_\", what stands before the first underscore), or of a file\nthat holds a text a line")
	g.Var(oneOf(&c.Format, append(slices.Clone(formats), more...)...), "format", "format of the files; found out if not given")
	g.Var(oneOf(&c.Encoding, "utf-8", "latin1"), "encoding", "how characters of labelled texts are written (default utf-8)")
	g.BoolVar(&c.Header, "header", false, "the first row holds names; found out if not given")
	return g
}

func (c columns) options() format.LabelledOptions {
	return format.LabelledOptions{Format: c.Format, TextColumn: c.TextColumn, LabelColumn: c.LabelColumn, Header: c.Header, Latin1: c.Encoding == "latin1"}
}

// read returns the labelled examples of files, one after the other.
func (c columns) read(paths []string) ([]format.Example, error) {
	var all []format.Example
	for _, path := range paths {
		examples, err := c.readFile(path)
		if err != nil {
			return nil, usageUnlessData(err)
		}
		all = append(all, examples...)
	}
	return all, nil
}

// readFile returns the examples of a file. With a pattern, each line is a text, and all have
// the label that stands in the file's name.
func (c columns) readFile(path string) ([]format.Example, error) {
	options := c.options()
	if c.LabelPattern.IsZero() {
		return format.ReadLabelled(path, options)
	}
	name := filepath.Base(path)
	match := c.LabelPattern.FindStringSubmatch(name)
	if match == nil || match[1] == "" {
		return nil, &format.Error{File: path, What: "name", Value: name, Problem: "has no label: the pattern " + c.LabelPattern.String() + " does not match it"}
	}
	options.Format, options.NoLabel = cmp.Or(options.Format, format.PlainText), true
	examples, err := format.ReadLabelled(path, options)
	for i := range examples {
		examples[i].Label = match[1]
	}
	return examples, err
}

// usageUnlessData tells options that do not fit from files that are bad.
func usageUnlessData(err error) error {
	var bad *format.Error
	if err == nil || errors.As(err, &bad) {
		return err
	}
	return usagef("--format, --header, --text-column and --label-column do not fit: %v", err)
}

// inFile names the file in a complaint about data that does not.
func inFile(err error, file string) error {
	var bad *format.Error
	if errors.As(err, &bad) && bad.File == "" {
		bad.File = file
	}
	return err
}
