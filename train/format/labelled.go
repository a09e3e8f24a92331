package format

import (
	"fmt"
	"iter"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// An Example is a text and the class that it belongs to.
type Example struct {
	Text  string
	Label string // "" if it was read with NoLabel
	File  string // where the example stands
	Line  int    // its first line there, from 1
}

// A Format is how a file holds examples.
type Format string

// The formats of examples.
const (
	TSV       Format = "tsv"   // columns separated by tabs, nothing quoted
	CSV       Format = "csv"   // RFC 4180: columns separated by commas, quoted where needed
	JSONLines Format = "jsonl" // a JSON object on each line
	PlainText Format = "txt"   // a text on each line; with NoLabel only
)

// LabelledOptions say where a file holds texts and labels. The zero value lets
// ReadLabelled find out.
type LabelledOptions struct {
	// Format is found out if it is "": by the file's name if that ends in .tsv,
	// .csv, .jsonl or .ndjson, or in one of these and .gz; otherwise by its first
	// line, which is JSONLines if it begins with a brace, TSV if it has a tab, and
	// with NoLabel PlainText if it has neither.
	Format Format

	// TextColumn and LabelColumn are columns' names, which the first row holds, or
	// numbers counted from 1. If they are "", the columns are those that the first
	// row calls "text" and "label", or if it does not, column 2 for the text and
	// column 1 for the label. With NoLabel, the text of a file of one column is
	// column 1. In JSON lines they are the names of fields.
	TextColumn, LabelColumn string

	// Header says that the first row holds names even though nobody asks for them.
	Header bool

	// NoLabel reads texts only, for prediction.
	NoLabel bool

	// Latin1 says that the bytes of the file are the first 256 Unicode characters
	// (ISO 8859-1), and not UTF-8.
	Latin1 bool
}

// ReadLabelled reads the examples of a file, plain or compressed by gzip. Labels
// are taken as they stand; in JSON lines they may be strings, numbers or booleans.
// Empty lines are left out, but for PlainText, where they are empty texts.
//
// It is an *Error if the file cannot be read, is not UTF-8, holds no examples or
// not the columns asked for, or if a label is empty. It is an error of another type
// if the options do not fit each other or the format.
func ReadLabelled(path string, o LabelledOptions) ([]Example, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return o.read(path, content)
}

// LabelledFromBytes returns the examples of content that is in memory, under the
// same rules as ReadLabelled. Errors, and the choice of a format, go by name.
func LabelledFromBytes(name string, content []byte, o LabelledOptions) ([]Example, error) {
	return o.read(name, string(content))
}

func (o LabelledOptions) read(file, content string) ([]Example, error) {
	if o.Latin1 {
		content = fromLatin1(content)
	}
	content, err := decode(file, content)
	if err != nil {
		return nil, err
	}
	if o.Format == "" {
		if o.Format, err = o.detect(file, content); err != nil {
			return nil, err
		}
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	var examples []Example
	switch o.Format {
	case TSV:
		examples, err = o.table(file, tsvRows(content))
	case CSV:
		examples, err = o.table(file, csvRows(file, content))
	case JSONLines:
		examples, err = o.jsonLines(file, content)
	case PlainText:
		examples = plainLines(file, content)
	}
	if err == nil && len(examples) == 0 {
		err = &Error{File: file, Problem: fmt.Sprintf("holds no rows, read as %s", o.Format)}
	}
	return examples, err
}

// fromLatin1 returns the text of bytes in ISO 8859-1.
func fromLatin1(s string) string {
	var text strings.Builder
	for i := range len(s) {
		text.WriteRune(rune(s[i]))
	}
	return text.String()
}

// detect finds out the format by the file's name, then by its first line.
func (o LabelledOptions) detect(file, content string) (Format, error) {
	name := strings.TrimSuffix(strings.ToLower(file), ".gz")
	switch filepath.Ext(name) {
	case ".tsv":
		return TSV, nil
	case ".csv":
		return CSV, nil
	case ".jsonl", ".ndjson":
		return JSONLines, nil
	}
	first, _, _ := strings.Cut(content, "\n")
	switch {
	case strings.HasPrefix(first, "{"):
		return JSONLines, nil
	case strings.Contains(first, "\t"):
		return TSV, nil
	case o.NoLabel:
		return PlainText, nil
	}
	return "", &Error{File: file, Line: 1, What: "line", Value: first, Problem: fmt.Sprintf(
		"neither it nor the file's name shows a format; say that it is %q, %q or %q", TSV, CSV, JSONLines)}
}

// check reports options that do not fit each other.
func (o LabelledOptions) check() error {
	tabular := o.Format == TSV || o.Format == CSV
	switch {
	case !tabular && o.Format != JSONLines && o.Format != PlainText:
		return errors.Errorf("format: format %q; it is %q, %q, %q or %q", o.Format, TSV, CSV, JSONLines, PlainText)
	case o.Format == PlainText && !o.NoLabel:
		return errors.Errorf("format: format %q holds no labels", PlainText)
	case o.Format == PlainText && o.TextColumn != "":
		return errors.Errorf("format: text column %q, but format %q has no columns", o.TextColumn, PlainText)
	case o.Header && !tabular:
		return errors.Errorf("format: format %q has no header", o.Format)
	case o.NoLabel && o.LabelColumn != "":
		return errors.Errorf("format: label column %q, but labels are not to be read", o.LabelColumn)
	}
	for _, column := range []string{o.TextColumn, o.LabelColumn} {
		if n, err := strconv.Atoi(column); tabular && err == nil && n < 1 {
			return errors.Errorf("format: column %s; columns are counted from 1", column)
		}
	}
	return nil
}

func plainLines(file, content string) []Example {
	var examples []Example
	for n, line := range numberedLines(content) {
		examples = append(examples, Example{Text: line, File: file, Line: n})
	}
	return examples
}

// numberedLines returns the lines of s without their ends, and their numbers
// from 1.
func numberedLines(s string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		n := 0
		for line := range strings.Lines(s) {
			n++
			if !yield(n, strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")) {
				return
			}
		}
	}
}
