package format

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// A sheet is a table that is open: where its rows begin and what its columns are called. Its rows
// are read as often as they are wanted, so that no more of a large file is in memory than is kept.
type sheet struct {
	file     string
	content  string // decoded
	dialect  dialect
	layout   Layout
	names    []string
	header   bool
	headLine int    // of the header
	body     string // from the first row of data on
	line     int    // its line
	reading  *Reading
	shifted  bool // whether the header was one cell short
	blanks   int  // rows of separators only, in the last pass
}

// openSheet opens a table. The header of a table of words, which no type of cells tells
// from the rows, is found out by isHeader, which is given the first rows.
func openSheet(file string, d decoded, o Layout, isHeader func(rows []row) bool) (*sheet, error) {
	s := &sheet{file: file, content: d.text, layout: o, reading: &Reading{File: file, Format: CSV}}
	s.reading.Settings = append(s.reading.Settings, d.setting())
	s.body, s.line = s.content, 1
	if o.Separator == "" {
		s.separatorLine()
	}
	problem := s.open(isHeader)
	if problem != nil {
		problem.File = file
		return nil, problem
	}
	if s.dialect.separator == '\t' {
		s.reading.Format = TSV
	}
	return s, nil
}

// separatorLine reads a first line such as sep=; which spreadsheets write.
func (s *sheet) separatorLine() {
	line, rest, found := strings.Cut(s.content, "\n")
	value, ok := strings.CutPrefix(strings.ToLower(strings.TrimRight(line, "\r")), "sep=")
	if ok && found && len(value) == 1 && separatorNames[value[0]] != "" {
		s.layout.Separator, s.body, s.line = value, rest, 2
	}
}

func (s *sheet) open(isHeader func([]row) bool) *Error {
	var problem *Error
	if s.dialect, problem = s.layout.findDialect(s.file, s.body, s.reading); problem != nil {
		return problem
	}
	rows, problem := s.sample()
	if s.layout.Comment == "" && (problem != nil || hasComments(rows, isHeader == nil)) {
		s.dialect.comment = "#"
		rows, problem = s.sample()
	}
	if problem != nil {
		return problem
	}
	if len(rows) == 0 {
		return &Error{Problem: "holds no rows"}
	}
	h := &heading{layout: s.layout, rows: rows, width: usualWidth(rows), isHeader: isHeader}
	if problem := h.find(); problem != nil {
		return problem
	}
	if s.layout.Separator == "" && s.dialect.separator == ',' && h.splitDecimals() {
		return s.reopenAsDecimals(h, isHeader)
	}
	return s.place(h)
}

// reopenAsDecimals opens a table again in which a comma parts decimals and not columns, unless it may
// as well part the names of rows from numbers.
func (s *sheet) reopenAsDecimals(h *heading, isHeader func([]row) bool) *Error {
	if h.uniqueNames() {
		return &Error{Line: h.rows[h.data].line, What: "row", Value: h.rows[h.data].raw, Option: "Separator",
			Problem: "it may be a number with a decimal comma, as the header has one column, or the name of a row and a number; say whether a comma separates columns"}
	}
	s.layout.Separator = "none"
	s.reading.Settings = s.reading.Settings[:1] // the encoding; the others follow again
	if problem := s.open(isHeader); problem != nil {
		return problem
	}
	s.reading.Settings[1].Told = false // the separator was found out after all
	return nil
}

// sample returns the first rows, whose cells are their own.
func (s *sheet) sample() ([]row, *Error) {
	const most = 400
	var rows []row
	for r, problem := range s.dialect.rows(s.body, s.line) {
		if problem != nil {
			return nil, problem
		}
		if r.at > sampleBytes || len(rows) == most {
			break
		}
		r.cells = slices.Clone(r.cells)
		if !r.blank() {
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// usualWidth returns the number of cells that most rows have, the larger of equally usual ones.
func usualWidth(rows []row) int {
	counts, best := map[int]int{}, 0
	for _, r := range rows {
		counts[len(r.cells)]++
	}
	for width, n := range counts {
		if n > counts[best] || n == counts[best] && width > best {
			best = width
		}
	}
	return best
}

// place takes over what was found out about the header.
func (s *sheet) place(h *heading) *Error {
	head, found := row{}, h.header >= 0
	if found {
		head = h.rows[h.header]
	} else if !s.layout.NoHeader {
		head, found = s.commentedHeader(h)
	}
	if found {
		s.header, s.headLine = true, head.line
		if problem := s.takeNames(head, h); problem != nil {
			return problem
		}
	} else {
		for i := range h.rows[min(h.data, len(h.rows)-1)].cells {
			s.names = append(s.names, strconv.Itoa(i+1))
		}
	}
	switch {
	case h.data < len(h.rows):
		s.body, s.line = s.body[h.rows[h.data].at:], h.rows[h.data].line
	default:
		s.body = ""
	}
	value := "none"
	if s.header {
		value = "line " + strconv.Itoa(s.headLine)
		if s.shifted {
			value += ", one cell short: the first column holds the rows' names"
		}
	}
	s.reading.set("header", value, s.layout.HeaderLine > 0 || s.layout.NoHeader, "HeaderLine, NoHeader")
	if s.dialect.comment != "" {
		s.reading.set("comments", s.dialect.comment, s.layout.Comment != "", "Comment")
	}
	if h.header > 0 {
		s.reading.note("%s above the header left out, from line %d on", counted(h.header, "row"), h.rows[0].line)
	}
	if n := h.data - h.header - 1; h.header >= 0 && n > 0 {
		s.reading.note("%s after the header left out, of units: line %d, %s", counted(n, "row"), h.rows[h.header+1].line, Quote(h.rows[h.header+1].raw))
	}
	return nil
}

// rows returns the rows of data, up to the first error, each with as many cells as there are
// columns. Rows of separators only are left out.
func (s *sheet) rows() iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		s.blanks = 0
		for r, problem := range s.dialect.rows(s.body, s.line) {
			if problem == nil {
				if r.blank() {
					s.blanks++
					continue
				}
				problem = s.fit(&r)
			}
			if problem != nil {
				problem.File = s.file
				yield(r, problem)
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// noteBlanks tells how many rows of separators only were left out.
func (s *sheet) noteBlanks() {
	if s.blanks > 0 {
		s.reading.note("%s of separators only left out", counted(s.blanks, "row"))
	}
}

// fit makes a row as wide as the table, or refuses it.
func (s *sheet) fit(r *row) *Error {
	n := len(s.names)
	for len(r.cells) > n && strings.TrimSpace(r.cells[len(r.cells)-1]) == "" {
		r.cells = r.cells[:len(r.cells)-1]
	}
	for len(r.cells) < n && s.layout.FillShort {
		r.cells = append(r.cells, "")
	}
	if len(r.cells) == n {
		return nil
	}
	what := "those of the first row are"
	if s.header {
		what = fmt.Sprintf("the header in line %d names", s.headLine)
	}
	e := &Error{Line: r.line, What: "row", Value: r.raw, Problem: fmt.Sprintf("its columns are %d, but %s %d; mend the row", len(r.cells), what, n)}
	if len(r.cells) < n {
		e.Option, e.Problem = "FillShort", e.Problem+", or have what it lacks taken for empty"
	}
	return e
}
