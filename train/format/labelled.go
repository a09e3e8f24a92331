package format

import (
	"fmt"
	"iter"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"golang.org/x/text/unicode/norm"
)

// An Example is a text and the class that it belongs to.
type Example struct {
	Text  string // in Unicode's composed form, NFC
	Label string // "" if it was read with NoLabel
	File  string // where the example stands
	Line  int    // its first line there, from 1
}

// A Format is how a file holds examples.
type Format string

// The formats of examples.
const (
	TSV       Format = "tsv"      // columns separated by tabs
	CSV       Format = "csv"      // columns separated by commas, semicolons or others, quoted where needed
	JSONLines Format = "jsonl"    // JSON objects, one on each line, one after the other, or in an array
	FastText  Format = "fasttext" // a label after __label__ and a text on each line
	PlainText Format = "txt"      // a text on each line; with NoLabel only
)

// LabelledOptions say where a file holds texts and labels. The zero value lets
// OpenLabelled find out.
type LabelledOptions struct {
	// Format is found out if it is "": by the file's name if that ends in .tsv,
	// .csv, .json, .jsonl or .ndjson, or in one of these and .gz; otherwise by its content.
	Format Format

	Layout // of a table; of other formats its Encoding

	// TextColumn and LabelColumn are columns' names, which the first row holds, or numbers counted
	// from 1. If they are "", the columns are those that the first row calls by a usual name, such
	// as "text" and "label"; the other one of two; or column 2 for the text and column 1 for the
	// label, unless labels repeat in column 2 and do not in column 1. With NoLabel, the text of a
	// file of one column is column 1. In JSON they are fields, by their path such as "data.text".
	TextColumn, LabelColumn string

	// Header says that the first row holds names even though nobody asks for them.
	Header bool

	// NoLabel reads texts only, for prediction.
	NoLabel bool

	// Latin1 says that the encoding is latin1, as Encoding does.
	Latin1 bool
}

// Labelled is what a file holds, and how it was read.
type Labelled struct {
	Examples []Example
	Reading  *Reading
}

// ReadLabelled reads the examples of a file by OpenLabelled.
func ReadLabelled(path string, o LabelledOptions) ([]Example, error) {
	l, err := OpenLabelled(path, o)
	if err != nil {
		return nil, err
	}
	return l.Examples, nil
}

// LabelledFromBytes returns the examples of content that is in memory, under the
// same rules as ReadLabelled. Errors, and the choice of a format, go by name. The content must not
// be changed while they are in use.
func LabelledFromBytes(name string, content []byte, o LabelledOptions) ([]Example, error) {
	l, err := o.Read(name, asString(content))
	if err != nil {
		return nil, err
	}
	return l.Examples, nil
}

// OpenLabelled reads the examples of a file, plain or compressed by gzip. Blanks around labels do
// not count, texts and labels are in Unicode's composed form, and labels such as 1 and 1.0 are one.
// In JSON, labels may be strings, numbers or booleans, and objects whose text or label is null are
// left out and counted. Empty lines are left out, but for PlainText, where they are empty texts.
//
// It is an *Error if the file cannot be read, holds no examples or not the columns asked for, if a
// label is empty, if every row has another label, if a row is longer or shorter than others, if its
// lines are series of numbers, or if two ways to read it are as likely. It is an error of another
// type if the options do not fit each other or the format.
func OpenLabelled(path string, o LabelledOptions) (*Labelled, error) {
	content, err := openFile(path, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	return o.Read(path, content)
}

// Read returns the examples of content that is in memory, under the same rules as OpenLabelled.
func (o LabelledOptions) Read(file, content string) (*Labelled, error) {
	if o.Latin1 && o.Encoding == "" {
		o.Encoding = "latin1"
	}
	d, err := decodeAs(file, content, o.Encoding)
	if err != nil {
		return nil, err
	}
	told := o.Format != ""
	if !told {
		if o.Format, err = o.detect(file, d.text); err != nil {
			return nil, err
		}
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	l := &Labelled{Reading: &Reading{File: file, Settings: []Setting{d.setting()}}}
	switch o.Format {
	case TSV, CSV:
		err = l.table(file, d, o, told)
	case JSONLines:
		err = l.json(file, d.text, o)
	case FastText:
		err = l.fastText(file, d.text)
	case PlainText:
		l.plainLines(file, d.text)
	}
	if err == nil && len(l.Examples) == 0 {
		err = &Error{File: file, Problem: fmt.Sprintf("holds no rows, read as %s", o.Format)}
	}
	if err != nil {
		return nil, err
	}
	l.Reading.Format = o.Format
	if l.Reading.Format == CSV && l.Reading.Setting("separator") == "tab" {
		l.Reading.Format = TSV
	}
	l.sumUp(o)
	return l, nil
}

// detect finds out the format by the file's name, then by its content.
func (o LabelledOptions) detect(file, content string) (Format, error) {
	start := strings.TrimLeft(content, " \t\r\n")
	if strings.HasPrefix(start, fastTextMark) {
		return FastText, nil
	}
	if width := ucrWidth(content); width > 0 && !o.NoLabel && o.TextColumn == "" {
		return "", &Error{File: file, Line: 1, Option: "Format, TextColumn", Problem: fmt.Sprintf(
			"every line holds a class and %d numbers: it is a file of series in the format %s, or say which column is the text", width, UCR)}
	}
	switch filepath.Ext(strings.TrimSuffix(strings.ToLower(file), ".gz")) {
	case ".tsv":
		return TSV, nil
	case ".csv":
		return CSV, nil
	case ".jsonl", ".ndjson", ".json":
		return JSONLines, nil
	}
	first, _, _ := strings.Cut(content, "\n")
	switch {
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "[") && strings.HasPrefix(strings.TrimLeft(start[1:], " \t\r\n"), "{"):
		return JSONLines, nil
	case strings.Contains(first, "\t"):
		return TSV, nil
	case o.NoLabel:
		return PlainText, nil
	}
	if separator, problem := findSeparator(file, sampleOf(content), o.comment()); problem == nil && separator != 0 && separator != ' ' {
		return CSV, nil
	}
	return "", &Error{File: file, Line: 1, What: "line", Value: first, Option: "Format, Separator", Problem: fmt.Sprintf(
		"neither it nor the file's name shows a format; say that it is %q, %q, %q or %q", TSV, CSV, JSONLines, FastText)}
}

// check reports options that do not fit each other.
func (o LabelledOptions) check() error {
	tabular := o.Format == TSV || o.Format == CSV
	layout := o.Layout
	layout.Encoding, layout.MaxBytes = "", 0
	switch {
	case !tabular && o.Format != JSONLines && o.Format != PlainText && o.Format != FastText:
		return errors.Errorf("format: format %q; it is %q, %q, %q, %q or %q", o.Format, TSV, CSV, JSONLines, FastText, PlainText)
	case o.Format == PlainText && !o.NoLabel:
		return errors.Errorf("format: format %q holds no labels", PlainText)
	case (o.Format == PlainText || o.Format == FastText) && o.TextColumn+o.LabelColumn != "":
		return errors.Errorf("format: column %q, but format %q has no columns", o.TextColumn+o.LabelColumn, o.Format)
	case o.Header && !tabular:
		return errors.Errorf("format: format %q has no header", o.Format)
	case !tabular && layout != Layout{}:
		return errors.Errorf("format: separators, quotes, comments and headers are those of tables, and format %q is none", o.Format)
	case o.Header && o.NoHeader:
		return errors.New("format: a header that is there and is not")
	case o.NoLabel && o.LabelColumn != "":
		return errors.Errorf("format: label column %q, but labels are not to be read", o.LabelColumn)
	}
	if err := o.Layout.check(); err != nil {
		return err
	}
	for _, column := range []string{o.TextColumn, o.LabelColumn} {
		if n, err := strconv.Atoi(column); tabular && err == nil && n < 1 {
			return errors.Errorf("format: column %s; columns are counted from 1", column)
		}
	}
	return nil
}

func (l *Labelled) plainLines(file, content string) {
	for n, line := range numberedLines(content) {
		l.Examples = append(l.Examples, Example{Text: norm.NFC.String(line), File: file, Line: n})
	}
}

// fastTextMark begins a label.
const fastTextMark = "__label__"

// fastText reads lines of labels and texts.
func (l *Labelled) fastText(file, content string) error {
	for n, line := range numberedLines(content) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		label, text, _ := strings.Cut(line, " ")
		label, marked := strings.CutPrefix(label, fastTextMark)
		text = strings.TrimSpace(text)
		switch {
		case !marked:
			return &Error{File: file, Line: n, What: "line", Value: line, Problem: "does not begin with a label after " + fastTextMark}
		case strings.HasPrefix(text, fastTextMark):
			return &Error{File: file, Line: n, What: "line", Value: line, Problem: "has several labels; an example has one class, so write one"}
		}
		e := Example{Text: norm.NFC.String(text), Label: cleanLabel(label), File: file, Line: n}
		if err := checkLabel(e); err != nil {
			return err
		}
		l.Examples = append(l.Examples, e)
	}
	return nil
}

func checkLabel(e Example) error {
	if strings.TrimSpace(e.Label) == "" {
		return &Error{File: e.File, Line: e.Line, What: "label", Value: e.Label, Problem: "is empty; every example needs one"}
	}
	return nil
}

// sumUp counts what was read.
func (l *Labelled) sumUp(o LabelledOptions) {
	r := l.Reading
	r.Rows, r.what = len(l.Examples), "example"
	counts, lengths := map[string]int{}, make([]int, len(l.Examples))
	for i, e := range l.Examples {
		counts[e.Label]++
		lengths[i] = utf8.RuneCountInString(e.Text)
	}
	r.Lengths = lengthsOf(lengths, "characters")
	if o.NoLabel {
		return
	}
	r.Classes = classesOf(counts)
	first := l.Examples[0]
	others := 0
	for _, n := range counts {
		if n > 1 {
			others++
		}
	}
	if counts[first.Label] == 1 && len(counts) > 2 && others == len(counts)-1 && !o.Header {
		r.note("the label of line %d, %s, occurs nowhere else: if it is the name of the column, say that there is a header", first.Line, Quote(first.Label))
	}
}

// numberedLines returns the lines of s without their ends, and their numbers
// from 1. Lines end in LF, CR LF or, where there is no LF, CR.
func numberedLines(s string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		end := lineEnd(s)
		for n := 1; s != ""; n++ {
			line := s
			if i := strings.IndexByte(s, end); i >= 0 {
				line, s = s[:i], s[i+1:]
			} else {
				s = ""
			}
			if !yield(n, strings.TrimSuffix(line, "\r")) {
				return
			}
		}
	}
}
