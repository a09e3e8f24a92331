package format

import (
	"slices"
	"strconv"
	"strings"
)

// A heading finds out which of the first rows of a table names the columns, and where the data
// begin:
//
//   - columns whose later cells are numbers or times have a type; data begin with the first row
//     that fits all types, and the row above it is the header;
//   - if the first row fits, there is no header, unless its numbers are years that go up evenly
//     and the rows below hold others;
//   - of two rows above the data, the lower holds units if they look like it; what else stands
//     above is left out if an empty line or another number of cells parts it from the header.
//     If neither is so, the file is refused;
//   - a header that is one cell short, as R writes it, has none for the rows' names.
type heading struct {
	layout   Layout
	rows     []row
	width    int
	isHeader func([]row) bool

	types        []cellType
	header, data int // indices of rows; the header's is −1 if there is none
}

type cellType int

const (
	words cellType = iota
	numbers
	times
)

func typeOf(cell string) cellType {
	switch cell = strings.TrimSpace(cell); {
	case numberish(cell):
		return numbers
	case len(layoutsOf(cell)) > 0, clockLayout(cell) != "":
		return times
	}
	return words
}

func (h *heading) find() *Error {
	switch o := h.layout; {
	case o.HeaderLine > 0:
		h.header = slices.IndexFunc(h.rows, func(r row) bool { return r.line == o.HeaderLine })
		if h.header < 0 {
			return &Error{Line: o.HeaderLine, Option: "HeaderLine", Problem: "there is no row of the table in this line, which is to be the header"}
		}
		h.data = h.header + 1 + max(o.SkipRows, 0)
		return nil
	case o.NoHeader:
		h.header, h.data = -1, max(o.SkipRows, 0)
		return nil
	}
	h.findTypes()
	if problem := h.findHeader(); problem != nil {
		return problem
	}
	if h.layout.SkipRows != 0 {
		h.data = h.header + 1 + max(h.layout.SkipRows, 0)
	}
	return nil
}

// findTypes gives a type to the columns most of whose later cells have it.
func (h *heading) findTypes() {
	h.types = make([]cellType, h.width)
	later := h.rows[min(len(h.rows)/2, 10):]
	for i := range h.types {
		var counts [3]int
		for _, r := range later {
			if len(r.cells) == h.width && !isMissing(strings.TrimSpace(r.cells[i]), nil) {
				counts[typeOf(r.cells[i])]++
			}
		}
		all := counts[words] + counts[numbers] + counts[times]
		for _, t := range []cellType{numbers, times} {
			if all > 0 && 5*counts[t] >= 4*all {
				h.types[i] = t
			}
		}
	}
}

// fits tells whether a row may be data: no cell contradicts its column's type, and one has it, or
// all cells are missing numbers.
func (h *heading) fits(r row) bool {
	if len(r.cells) < h.width {
		return false
	}
	some, all := false, true
	for i, want := range h.types {
		all = all && isMissing(strings.TrimSpace(r.cells[i]), nil)
		if cell := strings.TrimSpace(r.cells[i]); want != words && !isMissing(cell, nil) {
			if typeOf(cell) != want {
				return false
			}
			some = true
		}
	}
	return some || all
}

func (h *heading) findHeader() *Error {
	typed := slices.ContainsFunc(h.types, func(t cellType) bool { return t != words })
	h.data = 0
	for typed && h.data < len(h.rows) && !h.fits(h.rows[h.data]) {
		h.data++
	}
	switch {
	case !typed || h.data == len(h.rows) || h.isHeader != nil && !h.surelyTyped():
		return h.findHeaderOfWords()
	case h.data > 0:
		return h.findAbove()
	}
	h.header = -1
	if h.years() || h.isHeader != nil && h.isHeader(h.rows) {
		h.header, h.data = 0, 1
	}
	return nil
}

// surelyTyped tells, of a table of words, whether one row at most stands above the data and all
// others fit: labels may be numbers and words.
func (h *heading) surelyTyped() bool {
	return h.data < 2 && !slices.ContainsFunc(h.rows[h.data:], func(r row) bool { return !h.fits(r) })
}

// findHeaderOfWords takes the first row of the usual width, or the one above if it is one cell
// short, for the header if the reader says so.
func (h *heading) findHeaderOfWords() *Error {
	first := slices.IndexFunc(h.rows, func(r row) bool { return len(r.cells) == h.width })
	if first > 0 && len(h.rows[first-1].cells) == h.width-1 {
		first--
	}
	h.header, h.data = first, first+1
	if h.isHeader != nil && !h.isHeader(h.rows[first:]) {
		h.header, h.data = -1, first
		if first > 0 {
			r := h.rows[0]
			return &Error{Line: r.line, What: "row", Value: r.raw, Option: "HeaderLine, NoHeader",
				Problem: "its columns are " + strconv.Itoa(len(r.cells)) + ", but most rows' are " + strconv.Itoa(h.width) + "; say in which line the header is"}
		}
	}
	return nil
}

// findAbove finds the header among the rows above the data.
func (h *heading) findAbove() *Error {
	h.header = h.data - 1
	if h.data < 2 {
		return nil
	}
	low, high := h.rows[h.data-1], h.rows[h.data-2]
	apart := low.line-high.line > 1 || len(high.cells) != len(low.cells)
	switch {
	case apart:
	case unitsBelow(high, low):
		h.header = h.data - 2
	default:
		return &Error{Line: high.line, What: "row", Value: high.raw, Option: "HeaderLine, SkipRows",
			Problem: "it or line " + strconv.Itoa(low.line) + " may as well be the header; say in which line it is"}
	}
	return nil
}

// splitDecimals tells whether rows of two whole numbers without quotes, or of one, stand below a
// header of one name, which may be numbers with decimal commas that were split; rows that are
// numbered are not.
func (h *heading) splitDecimals() bool {
	if h.header < 0 || h.width != 2 || len(h.rows[h.header].cells) != 1 || h.data >= len(h.rows) {
		return false
	}
	numbered := true
	for i, r := range h.rows[h.data:] {
		last := r.cells[len(r.cells)-1]
		if len(r.cells) > 2 || !plainExponent(r.cells[0]) || !allDigits(strings.TrimPrefix(last, "-")) || last == "" || strings.ContainsAny(r.raw, `"'`) {
			return false
		}
		first, _ := strconv.Atoi(r.cells[0])
		start, _ := strconv.Atoi(h.rows[h.data].cells[0])
		numbered = numbered && first == start+i && len(r.cells) == 2
	}
	return !numbered || len(h.rows)-h.data < 2
}

// uniqueNames tells whether all rows have two cells of which the first ones differ, as the names of
// rows do.
func (h *heading) uniqueNames() bool {
	seen := map[string]bool{}
	for _, r := range h.rows[h.data:] {
		if len(r.cells) < 2 {
			return false
		}
		seen[r.cells[0]] = true
	}
	return len(seen) == len(h.rows)-h.data
}

// unitsBelow tells whether a row holds the units of the columns that the one above it names.
func unitsBelow(names, units row) bool {
	for _, cell := range names.cells {
		if strings.TrimSpace(cell) == "" || numberish(strings.TrimSpace(cell)) {
			return false
		}
	}
	if slices.ContainsFunc(units.cells, func(cell string) bool { return typeOf(cell) != words && !isMissing(strings.TrimSpace(cell), nil) }) {
		return false
	}
	for _, cell := range units.cells {
		cell = strings.TrimSpace(cell)
		bracketed := len(cell) > 2 && (cell[0] == '(' && cell[len(cell)-1] == ')' || cell[0] == '[' && cell[len(cell)-1] == ']')
		if isMissing(cell, nil) || strings.ContainsAny(cell, "/°%²³µ€$") || bracketed || commonUnits[cell] {
			return true
		}
	}
	return false
}

var commonUnits = map[string]bool{
	"m": true, "s": true, "kg": true, "g": true, "mm": true, "cm": true, "km": true, "h": true, "min": true, "ms": true,
	"K": true, "C": true, "F": true, "degC": true, "hPa": true, "Pa": true, "W": true, "kW": true, "kWh": true, "MW": true, "MWh": true,
	"V": true, "A": true, "Hz": true, "ppm": true, "ppb": true, "deg": true, "unit": true, "units": true, "USD": true, "EUR": true, "GBP": true, "l": true, "L": true,
}

// years tells whether the first row names columns by years: whole numbers from 1000 to 2999 that
// go up evenly, above others.
func (h *heading) years() bool {
	if len(h.rows) < 2 {
		return false
	}
	seen := evenYears(h.rows[0], h.types)
	return seen >= 2 && evenYears(h.rows[1], h.types) < seen
}

// evenYears returns how many years that go up evenly a row holds, 0 if it has other numbers.
func evenYears(r row, types []cellType) int {
	var years []int
	for i, t := range types {
		if t != numbers || i >= len(r.cells) {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(r.cells[i]))
		if err != nil || n < 1000 || n > 2999 {
			return 0
		}
		years = append(years, n)
	}
	for i := 2; i < len(years); i++ {
		if years[i]-years[i-1] != years[1]-years[0] {
			return 0
		}
	}
	if len(years) < 2 || years[1] <= years[0] {
		return 0
	}
	return len(years)
}
