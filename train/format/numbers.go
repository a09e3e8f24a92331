package format

import (
	"fmt"
	"slices"
	"strings"
)

// A numberReader reads columns of numbers.
type numberReader struct {
	*sheet
	options  TableOptions
	profiles []profile
	rowCount int
	first    int // the line of the first row
	when     *clockwork
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
