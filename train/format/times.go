package format

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The forms of dates and of times of day, as layouts of package time, which reads fractions of a
// second after 05 by itself.
var (
	dateForms = []string{
		"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2.1.2006", "2.1.06",
		"2/1/2006", "1/2/2006", "2/1/06", "1/2/06", "2-1-2006", "1-2-2006",
		"2-Jan-2006", "2-Jan-06", "2 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006", "Mon, 2 Jan 2006", "2006-Jan-2",
	}
	clockForms = []string{"15:04:05", "15:04", "15.04.05", "3:04:05 PM", "3:04 PM", "15:04:05Z07:00", "15:04:05 Z07:00", "15:04:05 -0700", "15:04:05 MST", "150405", "15"}
	monthForms = []string{"2006-1", "2006/1", "1/2006", "Jan 2006", "January 2006", "2006-Jan", "Jan-2006", "Jan-06"}
)

// timeLayouts are all layouts of times.
var timeLayouts = func() []string {
	var all []string
	for _, date := range dateForms {
		all = append(all, date)
		for _, clock := range clockForms {
			all = append(all, date+" "+clock)
		}
	}
	for _, clock := range []string{"15:04:05", "15:04", "15:04:05Z07:00", "15:04Z07:00", "150405", "15"} {
		all = append(all, "2006-1-2T"+clock, "20060102T"+clock)
	}
	return append(append(all, monthForms...), quarterLayout)
}()

// quarterLayout is the layout of quarters such as 2021Q3, which package time does not know.
const quarterLayout = "2006Q1"

var quarter = regexp.MustCompile(`^(\d{4})[ -]?Q([1-4])$`)

// The layouts of whole seconds and milliseconds since 1970, which package time does not know.
const (
	unixSeconds      = "seconds since 1970"
	unixMilliseconds = "milliseconds since 1970"
)

// unixLayout returns the layout of a count since 1970, between 1973 and 2286, "" if a cell is none.
func unixLayout(cell string) string {
	switch {
	case !allDigits(cell):
	case len(cell) == 9 || len(cell) == 10:
		return unixSeconds
	case len(cell) == 12 || len(cell) == 13:
		return unixMilliseconds
	}
	return ""
}

// parseTime returns the time that a cell says in a layout. Years are 1000 to 2999.
func parseTime(layout, cell string) (time.Time, bool) {
	if layout == quarterLayout {
		if strings.IndexByte(cell, 'Q') < 0 {
			return time.Time{}, false
		}
		m := quarter.FindStringSubmatch(cell)
		if m == nil {
			return time.Time{}, false
		}
		year, _ := strconv.Atoi(m[1])
		return time.Date(year, time.Month(3*int(m[2][0]-'1')+1), 1, 0, 0, 0, 0, time.UTC), true
	}
	if layout == unixSeconds || layout == unixMilliseconds {
		n, err := strconv.ParseInt(cell, 10, 64)
		if layout == unixSeconds {
			return time.Unix(n, 0).UTC(), err == nil && unixLayout(cell) == layout
		}
		return time.UnixMilli(n).UTC(), err == nil && unixLayout(cell) == layout
	}
	t, err := time.Parse(layout, cell)
	return t, err == nil && t.Year() >= 1000 && t.Year() < 3000
}

// layoutsOf returns the layouts in which a cell is a time.
func layoutsOf(cell string) []string {
	if !looksLikeTime(cell) {
		return nil
	}
	var all []string
	marks := marksOf(cell)
	for i, layout := range timeLayouts {
		if !timeMarks[i].fit(marks) {
			continue
		}
		if _, ok := parseTime(layout, cell); ok {
			all = append(all, layout)
		}
	}
	return all
}

// A markedLayout is what stands between the digits and letters of a layout, up to a zone, by which
// most layouts are ruled out without trying them.
type markedLayout struct {
	marks string
	more  bool // whether a zone or a fraction of a second may follow
}

var timeMarks = func() []markedLayout {
	var all []markedLayout
	for _, layout := range timeLayouts {
		plain := layout
		for _, zone := range []string{"Z07:00", " -0700", " MST"} {
			plain = strings.TrimSuffix(plain, zone)
		}
		all = append(all, markedLayout{marksOf(strings.TrimRight(plain, " ")), plain != layout || strings.Contains(layout, "05") || layout == quarterLayout})
	}
	return all
}()

func (m markedLayout) fit(marks string) bool {
	return m.marks == marks || m.more && strings.HasPrefix(marks, m.marks)
}

// marksOf returns the characters of a cell that are neither digits nor letters.
func marksOf(cell string) string {
	var marks [40]byte
	n := 0
	for i := 0; i < len(cell) && n < len(marks); i++ {
		if b := cell[i]; b < '0' || b > '9' && b < 'A' || b > 'Z' && b < 'a' || b > 'z' {
			marks[n] = b
			n++
		}
	}
	return string(marks[:n])
}

// looksLikeTime rules out most cells that are no times.
func looksLikeTime(cell string) bool {
	const shortest, longest = 6, 40
	if len(cell) < shortest || len(cell) > longest {
		return false
	}
	digits := 0
	for i := range len(cell) {
		if b := cell[i]; b >= '0' && b <= '9' {
			digits++
		}
	}
	return digits >= 2 && (strings.ContainsAny(cell, "-/.: Q") || digits == len(cell))
}

// clockLayout returns the layout of a time of day, "" if the cell is none.
func clockLayout(cell string) string {
	const shortest, longest = 4, 20
	if len(cell) < shortest || len(cell) > longest || cell[0] < '0' || cell[0] > '9' || !strings.ContainsAny(cell, ":.") {
		return ""
	}
	for _, layout := range clockForms[:5] {
		if _, err := time.Parse(layout, cell); err == nil {
			return layout
		}
	}
	return ""
}

// A march says how the times of a column follow each other, read in one layout.
type march struct {
	layout     string
	rows       int
	last       time.Time
	first      time.Time
	ascending  int // steps forward
	descending int
	equal      int
	steps      map[step]int // distances, up to a number of different ones
	restart    int          // the line of the first step back after steps forward
}

// A step is the distance of two times: whole months if the day and the time of day are the same.
type step struct {
	months int
	length time.Duration
}

// String returns the step as people say it.
func (s step) String() string {
	switch {
	case s.months%12 == 0 && s.months > 0:
		return plural(s.months/12, "year")
	case s.months > 0:
		return plural(s.months, "month")
	}
	return duration(s.length)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// stepBetween returns the distance from a to b, which is later.
func stepBetween(a, b time.Time) step {
	if a.Day() == b.Day() && b.Sub(a)%(24*time.Hour) == 0 {
		if months := 12*(b.Year()-a.Year()) + int(b.Month()-a.Month()); months > 0 {
			return step{months: months}
		}
	}
	return step{length: b.Sub(a)}
}

// add takes the next time.
func (m *march) add(t time.Time, line int) {
	const most = 64
	if m.rows++; m.rows == 1 {
		m.first, m.last, m.steps = t, t, map[step]int{}
		return
	}
	a, b := m.last, t
	switch {
	case t.Equal(m.last):
		m.equal++
	case t.After(m.last):
		m.ascending++
	default:
		if m.descending++; m.restart == 0 && m.ascending > 0 {
			m.restart = line
		}
		a, b = t, m.last
	}
	if s := stepBetween(a, b); s != (step{}) && (m.steps[s] > 0 || len(m.steps) < most) {
		m.steps[s]++
	}
	m.last = t
}

// monotone tells whether the times never change their direction.
func (m *march) monotone() bool { return m.ascending == 0 || m.descending == 0 }

// counts tells whether the layout is that of a number as well.
func (m *march) counts() bool {
	return m.layout == "2006" || m.layout == unixSeconds || m.layout == unixMilliseconds
}

// order names the direction.
func (m *march) order() string {
	switch {
	case m.descending == 0:
		return "ascending"
	case m.ascending == 0:
		return "descending"
	}
	return "shuffled"
}

// usual returns the most frequent step, the shorter of equally frequent ones.
func (m *march) usual() (best step) {
	most := 0
	for s, n := range m.steps {
		if n > most || n == most && (s.months < best.months || s.months == best.months && s.length < best.length) {
			best, most = s, n
		}
	}
	return best
}
