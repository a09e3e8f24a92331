package format

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"golang.org/x/text/unicode/norm"
)

// An exampleTable reads the examples of a table.
type exampleTable struct {
	options LabelledOptions
	sheet   *sheet
	text    int // indices of columns
	label   int // −1 where there is none
}

// table reads the examples of a table.
func (l *Labelled) table(file string, d decoded, o LabelledOptions, told bool) error {
	given := told || o.Separator != ""
	if o.Format == TSV && o.Separator == "" {
		o.Separator = "\t"
	}
	if o.Header && o.HeaderLine == 0 {
		// The first row of the table is the header, whatever it holds.
		o.HeaderLine = firstRow(d.text, o.comment())
	}
	t := &exampleTable{options: o}
	var err error
	if t.sheet, err = openSheet(file, d, o.Layout, t.isHeader); err != nil {
		return err
	}
	l.Reading = t.sheet.reading
	for i, s := range l.Reading.Settings {
		if s.Name == "separator" {
			l.Reading.Settings[i].Told = given
		}
	}
	sample, problem := t.sheet.dataSample()
	if problem == nil {
		problem, err = t.places(sample)
	}
	if problem != nil {
		problem.File = file
		return problem
	}
	if err != nil {
		return err
	}
	rows := 0
	for _, err := range t.sheet.rows() {
		if err != nil {
			return err
		}
		rows++
	}
	l.Examples = make([]Example, 0, rows)
	for r, err := range t.sheet.rows() {
		if err != nil {
			return err
		}
		e := Example{Text: norm.NFC.String(r.cells[t.text]), File: file, Line: r.line}
		if t.label >= 0 {
			e.Label = cleanLabel(r.cells[t.label])
			if e.Label == "" {
				e.Label = r.cells[t.label]
			}
			if err := checkLabel(e); err != nil {
				return err
			}
		}
		l.Examples = append(l.Examples, e)
	}
	t.sheet.noteBlanks()
	t.describe(l.Reading)
	return nil
}

// firstRow returns the line of the first row.
func firstRow(content, comment string) int {
	s := &rowScanner{dialect: dialect{comment: comment}, content: content, end: lineEnd(content), line: 1}
	s.skip()
	return s.line
}

// dataSample returns the first rows of data, whose cells are their own.
func (s *sheet) dataSample() ([]row, *Error) {
	rows, problem := s.sample()
	if problem != nil {
		return nil, problem
	}
	for i := range rows {
		if problem := s.fit(&rows[i]); problem != nil {
			return nil, problem
		}
	}
	return rows, nil
}

func (t *exampleTable) describe(r *Reading) {
	for i, name := range t.sheet.names {
		c := Column{Name: name, Number: i + 1, Kind: KindText, Used: i == t.text || i == t.label}
		switch i {
		case t.text:
			c.Option = "TextColumn"
			r.set("text column", cmp.Or(name, strconv.Itoa(i+1)), t.options.TextColumn != "", "TextColumn")
		case t.label:
			c.Option = "LabelColumn"
			r.set("label column", cmp.Or(name, strconv.Itoa(i+1)), t.options.LabelColumn != "", "LabelColumn")
		}
		r.Columns = append(r.Columns, c)
	}
}

// places finds the columns of texts and labels, given the first rows of data.
func (t *exampleTable) places(rows []row) (*Error, error) {
	o, s := t.options, t.sheet
	t.text, t.label = -1, -1
	for _, c := range []struct {
		given string
		usual []string
		at    *int
	}{{o.TextColumn, textNames, &t.text}, {o.LabelColumn, labelNames, &t.label}} {
		switch {
		case c.given != "":
			i, problem := s.column(c.given)
			if problem != nil {
				if isNumber(c.given) && len(rows) > 0 {
					return &Error{Line: rows[0].line, What: "row", Value: rows[0].raw, Problem: fmt.Sprintf(
						"its columns are %d, but column %s is wanted", len(s.names), c.given)}, nil
				}
				return problem, nil
			}
			*c.at = i
		case s.header:
			*c.at = usualName(s.names, c.usual)
		}
	}
	if o.NoLabel {
		t.label = -1
		if t.text < 0 {
			t.text = min(2, len(s.names)) - 1
		}
		return nil, nil
	}
	if problem := t.placeRest(rows); problem != nil {
		return problem, nil
	}
	if t.text == t.label && (o.TextColumn == "" || o.LabelColumn == "") {
		return &Error{Line: s.line, Option: "TextColumn, LabelColumn", Problem: fmt.Sprintf(
			"column %d of %d would be both the text and the label; say which columns they are", t.text+1, len(s.names))}, nil
	}
	if t.text == t.label {
		return nil, errors.Errorf("format: %s: column %d for both the text and the label; give both columns", s.file, t.text+1)
	}
	return t.checkVariety(rows), nil
}

// placeRest finds the columns that are neither given nor called by a usual name.
func (t *exampleTable) placeRest(rows []row) *Error {
	columns := t.columnsInUse(rows)
	switch {
	case t.text >= 0 && t.label >= 0:
	case len(t.sheet.names) < 2:
		r := row{line: t.sheet.line}
		if len(rows) > 0 {
			r = rows[0]
		}
		return &Error{Line: r.line, What: "row", Value: r.raw, Option: "Separator, TextColumn, LabelColumn", Problem: "its columns are 1, but at least 2 are wanted: the text is column 2 and the label column 1"}
	case t.text < 0 && t.label < 0:
		t.label, t.text = 0, 1
		if len(columns) == 2 {
			t.label, t.text = columns[0], columns[1]
			if distinct(rows, t.label) > distinct(rows, t.text) && repeats(rows, t.text) && !repeats(rows, t.label) {
				t.label, t.text = t.text, t.label
			}
		}
	case len(columns) == 2 || t.options.TextColumn != "" && isNumber(t.options.TextColumn) || t.options.LabelColumn != "" && isNumber(t.options.LabelColumn):
		t.other(columns)
	default:
		missing := "text"
		if t.label < 0 {
			missing = "label"
		}
		return &Error{Line: t.sheet.headLine, What: "column", Value: missing, Option: "TextColumn, LabelColumn",
			Problem: "the first row does not name it; it names " + List(t.sheet.names)}
	}
	return nil
}

// other takes the usual column, or the other one of two, for the one that is not known.
func (t *exampleTable) other(columns []int) {
	known, unknown, usual := t.text, &t.label, 0
	if t.text < 0 {
		known, unknown, usual = t.label, &t.text, 1
	}
	if *unknown = usual; len(columns) == 2 {
		*unknown = columns[0] + columns[1] - known
		if known != columns[0] && known != columns[1] {
			*unknown = usual
		}
	}
}

// columnsInUse returns the columns in which some cell holds something.
func (t *exampleTable) columnsInUse(rows []row) []int {
	var all []int
	for i := range t.sheet.names {
		for _, r := range rows {
			if strings.TrimSpace(r.cells[i]) != "" {
				all = append(all, i)
				break
			}
		}
	}
	return all
}

func distinct(rows []row, at int) int {
	seen := map[string]bool{}
	for _, r := range rows {
		seen[cleanLabel(r.cells[at])] = true
	}
	return len(seen)
}

// repeats tells whether there are at most half as many different cells as rows.
func repeats(rows []row, at int) bool { return 2*distinct(rows, at) <= len(rows) }

// checkVariety refuses labels of which no two are the same, if nobody said that they are labels.
func (t *exampleTable) checkVariety(rows []row) *Error {
	const few = 10
	if t.options.LabelColumn != "" || len(rows) < few || distinct(rows, t.label) < len(rows) {
		return nil
	}
	return &Error{Line: rows[0].line, What: "label", Value: rows[0].cells[t.label], Option: "LabelColumn, TextColumn", Problem: fmt.Sprintf(
		"column %d has another one in each of %d rows, and so holds no classes; say which column is the label and which the text", t.label+1, len(rows))}
}
