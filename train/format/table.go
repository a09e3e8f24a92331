package format

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// A row is a line of a table; a quoted cell may spread it over several.
type row struct {
	line  int // the first one, from 1
	cells []string
	raw   string // as it stands in the file
}

// tsvRows returns the rows of a TSV file. It yields no errors.
func tsvRows(content string) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		for n, line := range numberedLines(content) {
			if line != "" && !yield(row{n, strings.Split(line, "\t"), line}, nil) {
				return
			}
		}
	}
}

// csvRows returns the rows of a CSV file, up to the first error.
func csvRows(file, content string) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		r := csv.NewReader(strings.NewReader(content))
		r.FieldsPerRecord = -1 // too few columns are reported by table
		for {
			start := r.InputOffset()
			cells, err := r.Read()
			if err == io.EOF {
				return
			}
			raw := strings.TrimSpace(content[start:r.InputOffset()])
			if err != nil {
				yield(row{}, csvError(file, raw, err))
				return
			}
			line, _ := r.FieldPos(0)
			if !yield(row{line, cells, raw}, nil) {
				return
			}
		}
	}
}

func csvError(file, raw string, err error) error {
	e := &Error{File: file, What: "row", Value: raw, Problem: "not CSV: " + err.Error(), Err: err}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		e.Line = parse.StartLine
		e.Problem = fmt.Sprintf("not CSV: %v (line %d, column %d)", parse.Err, parse.Line, parse.Column)
	}
	return e
}

// table returns the examples of a table's rows.
func (o LabelledOptions) table(file string, rows iter.Seq2[row, error]) ([]Example, error) {
	var examples []Example
	var at places
	first := true
	for r, err := range rows {
		if err != nil {
			return nil, err
		}
		if first {
			first = false
			header := o.header(r.cells)
			if at, err = o.places(file, r, header); err != nil {
				return nil, err
			}
			if header {
				continue
			}
		}
		e, err := at.example(file, r)
		if err != nil {
			return nil, err
		}
		examples = append(examples, e)
	}
	return examples, nil
}

// A column is what is known about a column before the first row is seen.
type column struct {
	given    string // by the caller: a name, a number from 1, or ""
	title    string // the name that is looked for if nothing is given
	position int    // the number, from 1, if that name is not there either
}

// columns returns the columns that are wanted, the text's first.
func (o LabelledOptions) columns(cells int) []column {
	text := column{o.TextColumn, "text", 2}
	if o.NoLabel {
		text.position = min(2, cells)
		return []column{text}
	}
	return []column{text, {o.LabelColumn, "label", 1}}
}

// number returns the number that is given, if it is one.
func (c column) number() (n int, ok bool) {
	n, err := strconv.Atoi(c.given)
	return n, err == nil
}

// name returns the name that the first row may hold, or "" if a number is given.
func (c column) name() string {
	if _, ok := c.number(); ok {
		return ""
	}
	return cmp.Or(c.given, c.title)
}

// named says whether a name is given.
func (c column) named() bool { return c.given != "" && c.name() != "" }

// header says whether the first row holds names: a column is given by its name, or
// the row has all the names that are looked for.
func (o LabelledOptions) header(cells []string) bool {
	var sought []string
	for _, c := range o.columns(len(cells)) {
		if c.named() {
			return true
		}
		if c.name() != "" {
			sought = append(sought, c.name())
		}
	}
	missing := func(name string) bool { return !slices.Contains(cells, name) }
	return o.Header || len(sought) > 0 && !slices.ContainsFunc(sought, missing)
}

// places are the indices of the columns that hold texts and labels; label is -1
// where there are none.
type places struct {
	text, label int
}

func (o LabelledOptions) places(file string, first row, header bool) (places, error) {
	columns := o.columns(len(first.cells))
	// Once one column goes by its name, the usual position of another means nothing.
	byName := header && slices.ContainsFunc(columns, func(c column) bool {
		return c.named() || c.name() != "" && slices.Contains(first.cells, c.name())
	})
	indices := []int{-1, -1}
	for i, c := range columns {
		index, err := c.index(file, first, byName)
		if err != nil {
			return places{}, err
		}
		indices[i] = index
	}
	if indices[0] == indices[1] {
		return places{}, errors.Errorf("format: %s: column %d for both the text and the label; give both columns", file, indices[0]+1)
	}
	return places{text: indices[0], label: indices[1]}, nil
}

func (c column) index(file string, first row, byName bool) (int, error) {
	if n, ok := c.number(); ok {
		return n - 1, nil
	}
	if !byName {
		return c.position - 1, nil
	}
	if i := slices.Index(first.cells, c.name()); i >= 0 {
		return i, nil
	}
	return 0, &Error{File: file, Line: first.line, What: "column", Value: c.name(), Problem: fmt.Sprintf(
		"the first row does not name it; it names %s", List(first.cells))}
}

func (p places) example(file string, r row) (Example, error) {
	if wanted := max(p.text, p.label) + 1; len(r.cells) < wanted {
		columns := fmt.Sprintf("the text is column %d", p.text+1)
		if p.label >= 0 {
			columns += fmt.Sprintf(" and the label column %d", p.label+1)
		}
		return Example{}, &Error{File: file, Line: r.line, What: "row", Value: r.raw, Problem: fmt.Sprintf(
			"its columns are %d, but at least %d are wanted: %s", len(r.cells), wanted, columns)}
	}
	e := Example{Text: r.cells[p.text], File: file, Line: r.line}
	if p.label < 0 {
		return e, nil
	}
	e.Label = r.cells[p.label]
	return e, checkLabel(e)
}

func checkLabel(e Example) error {
	if strings.TrimSpace(e.Label) == "" {
		return &Error{File: e.File, Line: e.Line, What: "label", Value: e.Label, Problem: "is empty; every example needs one"}
	}
	return nil
}
