package format

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A clockwork says where the times of a table's rows stand: in one column, or a date in one and the
// time of day in another.
type clockwork struct {
	date, clock      int // indices of columns; clock is −1 if there is none
	layout, dayClock string
	march            march // of the date
}

// time returns the time of a row, or the cell that is none.
func (c *clockwork) time(cells []string) (t time.Time, bad string, ok bool) {
	t, ok = parseTime(c.layout, strings.TrimSpace(cells[c.date]))
	if !ok || c.clock < 0 {
		return t, cells[c.date], ok
	}
	day, err := time.Parse(c.dayClock, strings.TrimSpace(cells[c.clock]))
	if err != nil {
		return t, cells[c.clock], false
	}
	return t.Add(day.Sub(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC))), "", true
}

// chooseLayout returns which of the layouts, in all of which a column's cells are times, is meant:
// the one that is told to have the day or the month first; the only one in which time runs in one
// direction; the one with the fewest different steps. If two are as likely, the file is refused.
func chooseLayout(all []march, dateOrder string) (march, *Error) {
	if dateOrder != "" {
		all = slices.DeleteFunc(all, func(m march) bool { return dateOrderOf(m.layout) != "" && dateOrderOf(m.layout) != dateOrder })
		if len(all) == 0 {
			return march{}, &Error{Option: "DateOrder", Problem: "its times do not have the " + dateOrder + " first"}
		}
	}
	steady := slices.DeleteFunc(slices.Clone(all), func(m march) bool { return !m.monotone() })
	if len(steady) > 0 {
		all = steady
	}
	slices.SortStableFunc(all, func(a, b march) int { return cmp.Compare(len(a.steps), len(b.steps)) })
	if len(all) > 1 && len(all[0].steps) == len(all[1].steps) && dateOrderOf(all[0].layout) != dateOrderOf(all[1].layout) {
		return march{}, &Error{Option: "DateOrder", Problem: fmt.Sprintf(
			"its times may have the day or the month first, which makes the last one %s or %s; say which",
			all[0].last.Format("2 January 2006"), all[1].last.Format("2 January 2006"))}
	}
	return all[0], nil
}

// dateOrderOf returns "day" or "month" for a layout in which they could be the other way round.
func dateOrderOf(layout string) string {
	for _, order := range []struct{ start, what string }{{"2/1/", "day"}, {"1/2/", "month"}, {"2-1-", "day"}, {"1-2-", "month"}} {
		if len(layout) > len(order.start) && layout[:len(order.start)] == order.start {
			return order.what
		}
	}
	return ""
}

// A chronology is the times of a table's rows, in microseconds since 1970, and where each row goes
// so that they ascend.
type chronology struct {
	times   []int64
	line    int     // of the first step back after a step forward
	to      []int32 // the place of each row; nil if they ascend already
	summary TimeSummary
}

// arrange finds out the order of the rows and, unless it is to be kept, puts them in ascending
// order.
func (c *chronology) arrange(keep bool) *Error {
	descends, ascends := false, false
	for i := 1; i < len(c.times); i++ {
		descends = descends || c.times[i] < c.times[i-1]
		ascends = ascends || c.times[i] > c.times[i-1]
	}
	c.summary.Order = "ascending"
	if descends {
		c.summary.Order = "descending"
		if ascends {
			c.summary.Order = "shuffled"
		}
	}
	if !descends || keep {
		c.measure()
		return nil
	}
	from := make([]int32, len(c.times))
	for i := range from {
		from[i] = int32(i)
		if !ascends {
			from[i] = int32(len(from) - 1 - i)
		}
	}
	if ascends {
		slices.SortStableFunc(from, func(a, b int32) int { return cmp.Compare(c.times[a], c.times[b]) })
	}
	c.to = make([]int32, len(from))
	for i, f := range from {
		c.to[f] = int32(i)
	}
	slices.Sort(c.times)
	c.summary.Sorted = true
	c.measure()
	if ascends && 10*c.summary.Duplicates > len(c.times) {
		return &Error{Line: c.line, Option: "KeepOrder, TimeColumn", Problem: fmt.Sprintf(
			"the times of column %s begin again here, and %d rows have the time of another one: there may be several series below each other; part them into files, or say that the order is to be kept",
			Quote(c.summary.Column), c.summary.Duplicates)}
	}
	return nil
}

// measure counts steps, gaps and duplicates of times in order.
func (c *chronology) measure() {
	m := march{}
	for i, t := range c.times {
		m.add(time.UnixMicro(t).UTC(), i)
	}
	usual := m.usual()
	c.summary.Duplicates = m.equal
	if usual == (step{}) {
		return
	}
	c.summary.Step = usual.String()
	for s, n := range m.steps {
		if usual.months > 0 && s.months > usual.months || usual.months == 0 && (s.months > 0 && usual.length < 28*24*time.Hour || s.length > usual.length) {
			c.summary.Gaps += n
		}
	}
}
