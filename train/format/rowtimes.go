package format

import (
	"fmt"
	"slices"
	"strings"
)

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
