package format

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Table is the columns of numbers of a file. Rows follow each other in time, if there is a column
// of times.
type Table struct {
	Names []string // of the columns
	Series
	Reading *Reading
	times   []int64 // microseconds since 1970, nil if there is no column of times
}

// Timed tells whether the rows have times.
func (t *Table) Timed() bool { return t.times != nil }

// Time returns the time of a row, in UTC.
func (t *Table) Time(row int) time.Time { return time.UnixMicro(t.times[row]).UTC() }

// TableOptions say what a file of numbers holds. The zero value lets OpenTable find out.
type TableOptions struct {
	Layout

	// Columns are those of the numbers, by their names or, where none is called so, by their
	// numbers from 1. None are all columns of numbers but those that count rows.
	Columns []string

	DecimalMark string   // "." or ","
	Missing     []string // what else stands for a missing number, such as "-999"

	TimeColumn string // its name or number, or "none"
	DateOrder  string // "day" or "month": which comes first in 01/02/2021
	KeepOrder  bool   // do not put the rows in the order of their times
}

// ReadTable reads columns of a table by OpenTable, with all else found out.
func ReadTable(path string, columns []string) (*Table, error) {
	return OpenTable(path, TableOptions{Columns: columns})
}

// TableFromBytes returns the columns of content that is in memory, under the same rules
// as ReadTable. Errors go by name.
func TableFromBytes(name string, content []byte, columns []string) (*Table, error) {
	return TableOptions{Columns: columns}.Read(name, asString(content))
}

// OpenTable reads the columns of numbers of a table, plain or compressed by gzip. The documentation
// of the package says how it finds out what is not told; the Reading of the table says what it
// found.
//
// Numbers by the million are kept in a temporary file, which is mapped where the system can, so that
// a table may be larger than memory; they must not be changed.
//
// It is an *Error if the file cannot be read, holds no rows or not the columns asked for, if a cell
// in them is no finite number, if a row is longer or shorter than others, if two ways to read it
// are as likely, or if no columns are asked for and one has numbers in most of its cells and
// something else in others.
func OpenTable(path string, o TableOptions) (*Table, error) {
	content, err := openFile(path, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	return o.Read(path, content)
}

// Read returns the table of content that is in memory, under the same rules as OpenTable. Errors go
// by name.
func (o TableOptions) Read(name, content string) (*Table, error) {
	d, err := decodeAs(name, content, o.Encoding)
	if err != nil {
		return nil, err
	}
	s, err := openSheet(name, d, o.Layout, nil)
	if err != nil {
		return nil, err
	}
	r := &numberReader{sheet: s, options: o}
	if problem := r.check(); problem != nil {
		problem.File = name
		return nil, problem
	}
	return r.table()
}

// A numberReader reads columns of numbers.
type numberReader struct {
	*sheet
	options  TableOptions
	profiles []profile
	rowCount int
	first    int // the line of the first row
	when     *clockwork
}

func (r *numberReader) check() *Error {
	o := r.options
	switch {
	case o.DecimalMark != "" && o.DecimalMark != "." && o.DecimalMark != ",":
		return &Error{What: "decimal mark", Value: o.DecimalMark, Option: "DecimalMark", Problem: "is a point or a comma"}
	case o.DateOrder != "" && o.DateOrder != "day" && o.DateOrder != "month":
		return &Error{What: "order of dates", Value: o.DateOrder, Option: "DateOrder", Problem: "is day or month: what comes first"}
	case o.TimeColumn == "none" && (o.KeepOrder || o.DateOrder != ""):
		return &Error{Option: "TimeColumn, KeepOrder, DateOrder", Problem: "without a column of times there is no order of them"}
	}
	return nil
}

func (r *numberReader) table() (*Table, error) {
	if err := r.profile(); err != nil {
		return nil, err
	}
	at, problem := r.choose()
	if problem == nil {
		problem = r.findTimes(at)
	}
	if problem != nil {
		problem.File = r.file
		return nil, problem
	}
	r.describe(at)
	t := &Table{Reading: r.reading, Series: Series{Width: len(at), File: r.file, Line: r.first}}
	for _, i := range at {
		t.Names = append(t.Names, r.names[i])
	}
	c, err := r.readTimes()
	if err != nil {
		return nil, err
	}
	t.Values, err = r.readNumbers(at, c)
	if c != nil {
		t.times, r.reading.Time = c.times, &c.summary
	}
	return t, err
}

// profile looks at every cell: first for decimal marks, then for what it holds.
func (r *numberReader) profile() error {
	r.profiles = make([]profile, len(r.names))
	for i, name := range r.names {
		r.profiles[i].name = name
	}
	for row, err := range r.rows() {
		if err != nil {
			return err
		}
		if r.rowCount++; r.rowCount == 1 {
			r.first = row.line
		}
		for i, cell := range row.cells {
			r.profiles[i].countMarks(strings.TrimSpace(cell))
		}
	}
	if r.rowCount == 0 {
		return &Error{File: r.file, Problem: "holds the names of columns and no rows"}
	}
	r.noteBlanks()
	r.reading.Rows = r.rowCount
	if problem := r.settleMarks(); problem != nil {
		problem.File = r.file
		return problem
	}
	for row, err := range r.rows() {
		if err != nil {
			return err
		}
		for i, cell := range row.cells {
			r.profiles[i].add(strings.TrimSpace(cell), row.line, r.options.Missing)
		}
	}
	return nil
}

// settleMarks decides the decimal marks. Where commas may part thousands as well as decimals, as in
// 1,234, semicolons as separators speak for decimals, commas for thousands.
func (r *numberReader) settleMarks() *Error {
	total := markCount{}
	for _, p := range r.profiles {
		total.point, total.comma, total.either = total.point+p.marks.point, total.comma+p.marks.comma, total.either+p.marks.either
	}
	comma, told := false, r.options.DecimalMark != ""
	switch {
	case told:
		comma = r.options.DecimalMark == ","
	case total.point != total.comma:
		comma = total.comma > total.point
	case total.either > 0 && r.dialect.separator == ';':
		comma = true
	case total.either > 0 && r.dialect.separator != ',':
		return &Error{Option: "DecimalMark", Problem: "its numbers are such as 1,234, which may be 1234 or 1.234; say which mark parts decimals"}
	}
	for i := range r.profiles {
		if r.profiles[i].comma = comma; !told {
			r.profiles[i].settleMark(comma)
		}
	}
	value := `"."`
	if comma {
		value = `","`
	}
	r.reading.set("decimal mark", value, told, "DecimalMark")
	return nil
}

// choose returns the indices of the columns of numbers.
func (r *numberReader) choose() ([]int, *Error) {
	if len(r.options.Columns) > 0 {
		return r.asked()
	}
	var at, counting []int
	for i := range r.profiles {
		p := &r.profiles[i]
		switch kind := p.kind(); {
		case kind == KindNumber || kind == KindConstant:
			at = append(at, i)
		case kind == KindRowNumber:
			counting = append(counting, i)
		case kind == KindText && 2*p.numbers > p.cells:
			return nil, r.bad(i, "Columns, Missing", fmt.Sprintf(
				"is no finite number, as %d of %d cells of the column are; mend it, say that it stands for a missing number, or say which columns are wanted", p.numbers, p.cells))
		}
	}
	if len(at) == 0 && len(counting) == 1 {
		at = counting // there is nothing else that could be meant
	}
	if len(at) == 0 {
		return nil, r.noNumbers()
	}
	return at, nil
}

// bad complains about the first cell of a column that is no number.
func (r *numberReader) bad(i int, option, problem string) *Error {
	b := r.profiles[i].badNumber
	return &Error{Line: b.Line, What: "column " + Quote(r.names[i]) + ":", Value: b.Value, Option: option, Problem: problem}
}

func (r *numberReader) noNumbers() *Error {
	best := 0
	for i, p := range r.profiles {
		if p.numbers > r.profiles[best].numbers {
			best = i
		}
	}
	const problem = "has no column that holds numbers only; its columns are "
	if p := r.profiles[best]; p.numbers > 0 && p.badNumber.Count > 0 {
		e := r.bad(best, "Missing, DecimalMark", "")
		e.Problem = fmt.Sprintf("is no finite number; the file %s%s, and this one comes closest, with %d numbers in %d cells", problem, List(r.names), p.numbers, p.cells)
		return e
	}
	return &Error{Problem: problem + List(r.names), Option: "Separator, DecimalMark, Columns"}
}

func (r *numberReader) asked() ([]int, *Error) {
	var at []int
	for _, name := range r.options.Columns {
		i, problem := r.column(name)
		if problem != nil {
			return nil, problem
		}
		if slices.Contains(at, i) {
			return nil, &Error{What: "column", Value: name, Problem: "is asked for twice"}
		}
		if p := &r.profiles[i]; p.badNumber.Count > 0 {
			return nil, r.bad(i, "Missing, DecimalMark", "is not a finite number; a missing one is an empty cell, ?, NA, NaN, - or what you say stands for it")
		}
		at = append(at, i)
	}
	return at, nil
}

// describe puts what was found out about the columns into the reading.
func (r *numberReader) describe(at []int) {
	for i := range r.profiles {
		c := r.profiles[i].column(i + 1)
		c.Used = slices.Contains(at, i) || r.when != nil && (i == r.when.date || i == r.when.clock)
		r.reading.Columns = append(r.reading.Columns, c)
	}
}

// findTimes finds out the column of times: the one that is told, or the first that holds times and
// is not asked for as numbers; and a column of times of day right after one of days.
func (r *numberReader) findTimes(at []int) *Error {
	date := -1
	switch name := r.options.TimeColumn; {
	case name == "none":
		return nil
	case name != "":
		i, problem := r.column(name)
		if problem != nil {
			return problem
		}
		p := &r.profiles[i]
		if len(p.complete()) == 0 {
			return &Error{Line: p.badTime.Line, What: "column " + Quote(p.name) + ":", Value: p.badTime.Value, Option: "TimeColumn", Problem: "is no time in a form that the cells above have"}
		}
		date = i
	default:
		for i := range r.profiles {
			p := &r.profiles[i]
			if p.kind() == KindTime && len(p.complete()) > 0 && !slices.Contains(at, i) {
				date = i
				break
			}
		}
	}
	if date < 0 {
		if r.options.KeepOrder || r.options.DateOrder != "" {
			return &Error{Option: "TimeColumn", Problem: "has no column of times"}
		}
		return nil
	}
	return r.takeTimes(date, at)
}

// takeTimes takes a column for that of the times, with one of times of day that may follow it.
func (r *numberReader) takeTimes(date int, at []int) *Error {
	all := r.profiles[date].complete()
	r.when = &clockwork{date: date, clock: -1, layout: all[0].layout}
	if next := date + 1; next < len(r.profiles) && !strings.Contains(all[0].layout, "15") && !strings.Contains(all[0].layout, "PM") {
		if p := &r.profiles[next]; p.clock != "" && p.clocks == p.cells && p.missing == 0 && !slices.Contains(at, next) {
			r.when.clock, r.when.dayClock = next, p.clock
		}
	}
	if len(all) > 1 && r.when.clock >= 0 {
		all = r.marches(all)
	}
	m, problem := chooseLayout(all, r.options.DateOrder)
	if problem != nil {
		problem.What, problem.Value = "column", r.names[date]
		return problem
	}
	r.when.layout, r.when.march = m.layout, m
	return nil
}

// marches returns how times follow each other in each layout of the date, with the time of day.
func (r *numberReader) marches(all []march) []march {
	found := make([]march, len(all))
	for row, err := range r.rows() {
		if err != nil {
			return all // it is told later
		}
		for i := range all {
			w := *r.when
			w.layout, found[i].layout = all[i].layout, all[i].layout
			if t, _, ok := w.time(row.cells); ok {
				found[i].add(t, row.line)
			}
		}
	}
	return found
}

// readTimes reads the times of the rows, nil if there are none.
func (r *numberReader) readTimes() (*chronology, error) {
	w := r.when
	if w == nil {
		return nil, nil
	}
	c := &chronology{line: w.march.restart, times: make([]int64, 0, r.rowCount)}
	c.summary.Column, c.summary.Layout = r.names[w.date], w.layout
	if w.clock >= 0 {
		c.summary.Layout += " " + w.dayClock
	}
	if p := r.profiles[w.date]; p.missing > 0 {
		c.summary.Missing = p.missing
		if w.march.descending > 0 && !r.options.KeepOrder {
			return nil, &Error{File: r.file, What: "column", Value: r.names[w.date], Option: "KeepOrder, TimeColumn",
				Problem: fmt.Sprintf("%d rows have no time, and so cannot be put in its order; fill in the times, or say that the order is to be kept", p.missing)}
		}
		c.summary.Order = w.march.order()
		c.times = nil
		return c, nil
	}
	for row, err := range r.rows() {
		if err != nil {
			return nil, err
		}
		t, bad, ok := w.time(row.cells)
		if !ok {
			return nil, &Error{File: r.file, Line: row.line, What: "time", Value: bad, Option: "TimeColumn", Problem: "is not of the form " + c.summary.Layout}
		}
		c.times = append(c.times, t.UnixMicro())
	}
	if problem := c.arrange(r.options.KeepOrder); problem != nil {
		problem.File = r.file
		return nil, problem
	}
	return c, nil
}

// readNumbers reads the columns at the given indices, row by row.
func (r *numberReader) readNumbers(at []int, c *chronology) ([]float64, error) {
	const least = 1 << 17
	list, err := newNumberList(r.rowCount, len(at), least+len(r.content)/32)
	if err != nil {
		return nil, noTemporary(r.file, err)
	}
	defer list.close()
	cells := make([]float64, len(at))
	n := 0
	for row, err := range r.rows() {
		if err != nil {
			return nil, err
		}
		for k, i := range at {
			x, ok := r.profiles[i].number(strings.TrimSpace(row.cells[i]), r.options.Missing)
			if !ok {
				return nil, &Error{File: r.file, Line: row.line, What: "column " + Quote(r.names[i]) + ":", Value: row.cells[i], Problem: "is not a finite number"}
			}
			cells[k] = x
		}
		place := n
		if c != nil && c.to != nil {
			place = int(c.to[n])
		}
		if err := list.put(place, cells); err != nil {
			return nil, noTemporary(r.file, err)
		}
		n++
	}
	values, err := list.all()
	if err != nil {
		return nil, noTemporary(r.file, err)
	}
	return values, nil
}
