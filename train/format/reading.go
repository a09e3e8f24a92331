package format

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Reading says how a file was read: what was found out about it and what was told, and what
// there is in it. It prints itself in a few lines, and as JSON.
type Reading struct {
	File     string       `json:"file"`
	Format   Format       `json:"format,omitempty"`
	Settings []Setting    `json:"settings,omitempty"`
	Rows     int          `json:"rows"` // rows, examples, sentences or series
	Columns  []Column     `json:"columns,omitempty"`
	Time     *TimeSummary `json:"time,omitempty"`
	Classes  []Class      `json:"classes,omitempty"`
	Lengths  *Lengths     `json:"lengths,omitempty"`
	Notes    []string     `json:"notes,omitempty"` // what was left out, or looks wrong

	what string // what there are Rows of, "" for rows
}

// A Setting is one thing that was found out about a file, or told.
type Setting struct {
	Name   string `json:"name"` // such as "separator"
	Value  string `json:"value"`
	Told   bool   `json:"told,omitempty"`
	Option string `json:"option,omitempty"` // the field of the options that overrides it
}

// A Kind is what a column of a table holds.
type Kind string

// The kinds of columns.
const (
	KindNumber    Kind = "number"
	KindTime      Kind = "time"
	KindText      Kind = "text"
	KindEmpty     Kind = "empty"      // missing cells only
	KindConstant  Kind = "constant"   // one number in every row
	KindRowNumber Kind = "row number" // whole numbers that count rows, or times, evenly
)

// A Column is what was found out about a column of a table.
type Column struct {
	Name    string   `json:"name"`
	Number  int      `json:"number"` // from 1
	Kind    Kind     `json:"kind"`
	Used    bool     `json:"used"`
	Range   string   `json:"range,omitempty"`   // least and greatest number or time
	Unit    string   `json:"unit,omitempty"`    // "%" or a currency that stands in the cells
	Missing float64  `json:"missing,omitempty"` // share of missing cells
	Same    float64  `json:"same,omitempty"`    // share of cells that hold the first number again, if nine of ten do
	Bad     *BadCell `json:"bad,omitempty"`     // of a column most of whose cells are of its kind
	Option  string   `json:"option,omitempty"`  // the field of the options that overrides its use
}

// A BadCell is the first cell that keeps a column from being one of numbers or times.
type BadCell struct {
	Line  int    `json:"line"`
	Value string `json:"value"`
	Count int    `json:"count"` // of such cells
}

// A TimeSummary says how the rows of a table follow each other in time.
type TimeSummary struct {
	Column     string `json:"column"`
	Layout     string `json:"layout"`     // of package time
	Order      string `json:"order"`      // "ascending", "descending" or "shuffled", as in the file
	Sorted     bool   `json:"sorted"`     // whether rows were put in ascending order
	Step       string `json:"step"`       // the most usual distance of two rows
	Gaps       int    `json:"gaps"`       // distances greater than it
	Duplicates int    `json:"duplicates"` // rows with the time of another one
	Missing    int    `json:"missing"`    // rows without a time
}

// A Class is a label and how many examples, or words, have it.
type Class struct {
	Label string `json:"label"`
	Count int    `json:"count"`
}

// Lengths are those of texts in characters, of sentences in words, or of series in steps.
type Lengths struct {
	Shortest int    `json:"shortest"`
	Median   int    `json:"median"`
	Longest  int    `json:"longest"`
	Unit     string `json:"unit"`
	Channels int    `json:"channels,omitempty"` // columns of a series
}

// note adds a remark.
func (r *Reading) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// set adds a setting.
func (r *Reading) set(name, value string, told bool, option string) {
	r.Settings = append(r.Settings, Setting{name, value, told, option})
}

// Setting returns the value of a setting, "" if there is none of the name.
func (r *Reading) Setting(name string) string {
	for _, s := range r.Settings {
		if s.Name == name {
			return s.Value
		}
	}
	return ""
}

// JSON returns the reading as a JSON object.
func (r *Reading) JSON() ([]byte, error) { return json.Marshal(r) }

// String returns the reading in a few lines, such as
//
//	sales.csv: csv, 200 rows; encoding utf-8, separator ";", decimal mark ",", header line 1
//	  time: column "date", 2006-01-02, ascending, step 24h0m0s
//	  number: "sales" (994 to 1012)
func (r *Reading) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", r.File)
	if r.Format != "" {
		fmt.Fprintf(&b, "%s, ", r.Format)
	}
	b.WriteString(counted(r.Rows, cmp.Or(r.what, "row")))
	for i, s := range r.Settings {
		b.WriteString([]string{"; ", ", "}[min(i, 1)])
		b.WriteString(s.Name + " " + s.Value)
		if s.Told {
			b.WriteString(" (as told)")
		}
	}
	r.writeTime(&b)
	r.writeColumns(&b)
	r.writeClasses(&b)
	if l := r.Lengths; l != nil {
		fmt.Fprintf(&b, "\n  lengths: %d to %d %s, half of them up to %d", l.Shortest, l.Longest, l.Unit, l.Median)
		if l.Channels > 0 {
			b.WriteString("; " + counted(l.Channels, "column"))
		}
	}
	for _, note := range r.Notes {
		b.WriteString("\n  note: " + note)
	}
	return b.String()
}

func (r *Reading) writeTime(b *strings.Builder) {
	t := r.Time
	if t == nil {
		return
	}
	fmt.Fprintf(b, "\n  time: column %s, %s, %s", Quote(t.Column), t.Layout, t.Order)
	if t.Sorted {
		b.WriteString(", put in ascending order")
	}
	if t.Step != "" {
		b.WriteString(", step " + t.Step)
	}
	for _, n := range []struct {
		count int
		what  string
	}{{t.Gaps, "gaps"}, {t.Duplicates, "times that stand twice"}, {t.Missing, "rows without a time"}} {
		if n.count > 0 {
			fmt.Fprintf(b, ", %d %s", n.count, n.what)
		}
	}
}

// writeColumns writes a line for the columns of each kind.
func (r *Reading) writeColumns(b *strings.Builder) {
	const most = 12
	for _, used := range []bool{true, false} {
		for _, kind := range []Kind{KindNumber, KindConstant, KindTime, KindText, KindRowNumber, KindEmpty} {
			var shown []string
			for _, c := range r.Columns {
				if c.Kind == kind && c.Used == used && !(used && kind == KindTime) {
					shown = append(shown, c.String())
				}
			}
			if len(shown) == 0 {
				continue
			}
			if n := len(shown); n > most {
				shown = append(shown[:most:most], fmt.Sprintf("and %d more", n-most))
			}
			fmt.Fprintf(b, "\n  %s%s: %s", []string{"left out, ", ""}[toInt(used)], kind, strings.Join(shown, ", "))
		}
	}
}

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// String returns the column's name and, in parentheses, what there is to know about it.
func (c Column) String() string {
	var facts []string
	if c.Range != "" {
		facts = append(facts, c.Range)
	}
	if c.Unit != "" {
		facts = append(facts, "in "+c.Unit)
	}
	if c.Missing > 0 {
		facts = append(facts, percent(c.Missing)+" missing")
	}
	if c.Same > 0 && c.Kind == KindNumber {
		facts = append(facts, "almost constant: "+percent(c.Same)+" are the same")
	}
	if c.Bad != nil {
		facts = append(facts, fmt.Sprintf("line %d holds %s", c.Bad.Line, Quote(c.Bad.Value)))
	}
	if len(facts) == 0 {
		return Quote(c.Name)
	}
	return Quote(c.Name) + " (" + strings.Join(facts, ", ") + ")"
}

func percent(share float64) string {
	return strconv.FormatFloat(math.Round(1000*share)/10, 'f', -1, 64) + " %"
}

func (r *Reading) writeClasses(b *strings.Builder) {
	const most = 12
	for i, c := range r.Classes {
		switch {
		case i == 0:
			fmt.Fprintf(b, "\n  %d classes: ", len(r.Classes))
		case i == most:
			fmt.Fprintf(b, ", and %d more", len(r.Classes)-most)
			return
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%s %d", Quote(c.Label), c.Count)
	}
}

// classesOf counts labels, the most frequent first.
func classesOf(counts map[string]int) []Class {
	var all []Class
	for label, n := range counts {
		all = append(all, Class{label, n})
	}
	slices.SortFunc(all, func(a, b Class) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Label, b.Label))
	})
	return all
}

// lengthsOf sums up lengths, which it sorts.
func lengthsOf(lengths []int, unit string) *Lengths {
	if len(lengths) == 0 {
		return nil
	}
	slices.Sort(lengths)
	return &Lengths{Shortest: lengths[0], Median: lengths[(len(lengths)-1)/2], Longest: lengths[len(lengths)-1], Unit: unit}
}

// duration returns a distance of time as people say it.
func duration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == day:
		return "1 day"
	case d > 0 && d%day == 0:
		return fmt.Sprintf("%d days", d/day)
	}
	return d.String()
}
