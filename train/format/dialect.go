package format

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// A Layout says how a table is written. What is zero is found out, and named in the Reading.
type Layout struct {
	Encoding  string // a name of the WHATWG, such as "utf-8", "windows-1252" or "utf-16le"
	Separator string // ",", ";", "\t", "|", or " " for runs of blanks and tabs; "none" for one column
	Quote     string // `"`, "'" or "none"
	Comment   string // what lines begin with that are left out, such as "#", or "none"

	// HeaderLine is the line, from 1, that holds the columns' names; what stands above is left
	// out. NoHeader says that there is none.
	HeaderLine int
	NoHeader   bool

	// SkipRows is how many rows after the header are left out, such as one of units; −1 for none.
	SkipRows int

	// FillShort takes the cells that a short row lacks for empty ones; it is refused otherwise.
	FillShort bool

	// MaxBytes is what a compressed file may hold; 0 is 200 times its size, and 16 MiB at least.
	MaxBytes int64
}

// check reports settings that cannot be, or that do not fit each other.
func (o Layout) check() error {
	_, known := o.separator()
	switch {
	case o.Separator != "" && !known:
		return errors.Errorf("format: separator %q; it is a comma, a semicolon, a tab, | or a blank, or none for one column", o.Separator)
	case !slices.Contains([]string{"", "none", `"`, "'"}, o.Quote):
		return errors.Errorf("format: quote %q; it is %q, %q or none", o.Quote, `"`, "'")
	case o.HeaderLine != 0 && o.NoHeader:
		return errors.New("format: a line of the header is given, and that there is none")
	case o.HeaderLine < 0 || o.SkipRows < -1 || o.MaxBytes < 0:
		return errors.Errorf("format: header line %d, %d rows to skip, %d bytes at most; none is negative", o.HeaderLine, o.SkipRows, o.MaxBytes)
	}
	return nil
}

// sampleBytes is how much of a file its dialect and its header are found out from.
const sampleBytes = 1 << 16

// sampleOf returns the first whole lines of content.
func sampleOf(content string) string {
	if len(content) <= sampleBytes {
		return content
	}
	sample := content[:sampleBytes]
	if i := strings.LastIndexByte(sample, lineEnd(content)); i >= 0 {
		return sample[:i+1]
	}
	return sample
}

// separatorNames are what people call separators.
var separatorNames = map[byte]string{',': `","`, ';': `";"`, '\t': "tab", '|': `"|"`, ' ': "blanks", 0: "none"}

// A candidate is a separator and how well it parts a sample.
type candidate struct {
	dialect     dialect
	width       int     // cells of most rows
	consistency float64 // share of rows that have so many, from the first one that does
	typed       float64 // share of cells that are numbers or times, the first row left out
	above       int     // rows above the first one of that width
	rows        int     // from it on
}

func (c candidate) score() float64 {
	score := c.consistency + 2*c.typed
	if c.above > 0 {
		score -= 0.05
	}
	return score
}

// findDialect returns the dialect of a table, and the settings that say what was found out.
func (o Layout) findDialect(file, content string, r *Reading) (dialect, *Error) {
	d := dialect{comment: o.comment()}
	sample := sampleOf(content)
	told := o.Separator != ""
	if told {
		d.separator, _ = o.separator()
	} else {
		found, problem := findSeparator(file, sample, d.comment)
		if problem != nil {
			return d, problem
		}
		d.separator = found
	}
	r.set("separator", separatorNames[d.separator], told, "Separator")
	switch o.Quote {
	case "":
		d.findQuote(content, sample)
	case "none":
	default:
		d.quote = o.Quote[0]
		d.escape = strings.Contains(sample, `\`+o.Quote)
	}
	usual := byte('"')
	if d.separator == '\t' || d.separator == 0 {
		usual = 0
	}
	if d.quote != usual || o.Quote != "" {
		name := "none"
		if d.quote != 0 {
			name = string(d.quote)
		}
		r.set("quote", name, o.Quote != "", "Quote")
	}
	return d, nil
}

// separator returns the separator that is told, and whether there can be such a one.
func (o Layout) separator() (separator byte, ok bool) {
	if len(o.Separator) == 1 {
		return o.Separator[0], separatorNames[o.Separator[0]] != ""
	}
	return 0, o.Separator == "none"
}

// comment returns what comments begin with if that is told.
func (o Layout) comment() string {
	if o.Comment == "none" {
		return ""
	}
	return o.Comment
}

// findSeparator tries the separators on a sample.
func findSeparator(file, sample, comment string) (byte, *Error) {
	var best, second candidate
	for _, separator := range []byte(",;\t| ") {
		// Lines that begin with # may be comments; if there are others, they tell.
		c := try(dialect{separator: separator, quote: '"', comment: cmp.Or(comment, "#")}, sample)
		if c.rows == 0 {
			c = try(dialect{separator: separator, quote: '"', comment: comment}, sample)
		}
		tabs := best.dialect.separator == '\t' || second.dialect.separator == '\t'
		if c.width < 2 || c.consistency < 0.8 || separator == ' ' && (c.typed < 0.5 || tabs) {
			continue
		}
		if best.width == 0 || c.score() > best.score() {
			best, second = c, best
		} else if second.width == 0 || c.score() > second.score() {
			second = c
		}
	}
	const few = 3 // rows, from which nothing is found out
	switch {
	case best.width == 0:
		return orUsual(usualSeparator(file), sample), nil
	case second.width == 0 || best.score()-second.score() > 1e-9 && best.rows >= few:
		return best.dialect.separator, nil
	case best.rows < few && (best.dialect.separator == ',' || second.dialect.separator == ','):
		return ',', nil
	case best.rows < few:
		return best.dialect.separator, nil
	}
	return 0, &Error{Option: "Separator", Problem: fmt.Sprintf(
		"its columns may be separated by %s, which makes %d of them, or as well by %s, which makes %d; say which",
		separatorNames[best.dialect.separator], best.width, separatorNames[second.dialect.separator], second.width)}
}

// usualSeparator is the one that a file's name stands for, 0 if it stands for none.
func usualSeparator(file string) byte {
	switch filepath.Ext(strings.TrimSuffix(strings.ToLower(file), ".gz")) {
	case ".tsv", ".tab":
		return '\t'
	case ".csv":
		return ','
	}
	return 0
}

// orUsual is the separator of a file in which none makes columns: it has one column, unless its
// name says otherwise.
func orUsual(usual byte, sample string) byte {
	if usual != 0 && strings.IndexByte(sample, usual) >= 0 {
		return usual
	}
	return 0
}

// try parts a sample.
func try(d dialect, sample string) (c candidate) {
	const most = 400
	c.dialect = d
	var widths []int
	counts := map[int]int{}
	cells, typed := 0, 0
	for r, problem := range d.rows(sample, 1) {
		if problem != nil || len(widths) == most {
			break
		}
		widths = append(widths, len(r.cells))
		counts[len(r.cells)]++
		if len(widths) == 1 {
			continue
		}
		for _, cell := range r.cells {
			cell = strings.TrimSpace(cell)
			if isMissing(cell, nil) {
				continue
			}
			if cells++; numberish(cell) || len(layoutsOf(cell)) > 0 {
				typed++
			}
		}
	}
	for width, n := range counts {
		if n > counts[c.width] || n == counts[c.width] && width > c.width {
			c.width = width
		}
	}
	first := 0
	for first < len(widths) && widths[first] != c.width {
		first++
	}
	c.above = first
	const few = 3 // rows, which do not make those above them a preamble
	if c.rows = len(widths) - first; c.rows > 0 && (first == 0 || c.rows >= few) {
		c.consistency = float64(counts[c.width]) / float64(c.rows)
	}
	if cells > 0 {
		c.typed = float64(typed) / float64(cells)
	}
	return c
}

// findQuote finds out what quotes mean. In columns that tabs separate, " is a character unless
// every row has a quoted cell, or one that needs its quotes, and none is wrong.
func (d *dialect) findQuote(content, sample string) {
	if d.separator != '\t' && d.separator != 0 {
		d.quote = '"'
		if strings.Contains(sample, `\"`) && !d.readable(sample, nil) {
			d.escape = true
			d.escape = d.readable(sample, nil)
		}
		if strings.Contains(sample, `'`) && !strings.Contains(sample, `"`) {
			single := dialect{separator: d.separator, quote: '\'', comment: d.comment}
			if strings.Contains(sample, `\'`) {
				single.escape = true
			}
			if single.readable(sample, func(rows, quotes, _ int) bool { return quotes >= rows-1 && rows > 1 }) {
				*d = single
			}
		}
		return
	}
	quoted := *d
	quoted.quote = '"'
	if strings.Contains(content, `"`) && quoted.readable(content, func(rows, quotes, needed int) bool { return needed > 0 || quotes >= rows-1 && rows > 1 }) {
		*d = quoted
	}
}

// readable tells whether every row of content can be read and, if a test is given, whether the
// numbers of rows, of quoted cells and of those that need it pass it.
func (d dialect) readable(content string, test func(rows, quotes, needed int) bool) bool {
	s := &rowScanner{dialect: d, content: content, end: lineEnd(content), line: 1}
	rows := 0
	for s.skip() {
		if _, problem := s.next(); problem != nil {
			return false
		}
		rows++
	}
	return test == nil || test(rows, s.quotes, s.needed)
}
