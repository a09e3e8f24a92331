package format

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// A profile is what all cells of a column tell about it.
type profile struct {
	name    string
	cells   int // that are not missing
	missing int
	marks   markCount
	comma   bool // whether its decimal mark is a comma

	numbers           int
	badNumber         BadCell
	least, greatest   float64
	first, last, step float64
	same              int // cells that hold the first number
	even              bool
	unit              string

	marches []march // one for each layout that may be that of its times
	tried   int     // cells that were looked at for a layout
	times   int
	badTime BadCell
	clocks  int // cells that are times of day
	clock   string
}

// countMarks looks at a cell for its decimal mark.
func (p *profile) countMarks(cell string) {
	if strings.IndexByte(cell, ',') >= 0 || strings.IndexByte(cell, '.') >= 0 {
		p.marks.count(cell)
	}
}

// add looks at the next cell, without blanks around it.
func (p *profile) add(cell string, line int, missing []string) {
	if isMissing(cell, missing) {
		p.missing++
		return
	}
	p.cells++
	p.addNumber(cell, line)
	p.addTime(cell, line)
}

func (p *profile) addNumber(cell string, line int) {
	n, ok := parseNumeral(cell, p.comma)
	if ok && p.numbers > 0 && n.unit != p.unit && n.value != 0 {
		ok = false // 5 % is not 5
	}
	if !ok {
		p.badNumber.count(line, cell)
		return
	}
	x := n.value
	if p.numbers++; p.numbers == 1 {
		p.first, p.least, p.greatest, p.even, p.unit = x, x, x, true, n.unit
	}
	if p.numbers == 2 {
		p.step = x - p.last
	}
	if p.numbers > 1 && x-p.last != p.step || x != math.Trunc(x) {
		p.even = false
	}
	if x == p.first {
		p.same++
	}
	p.least, p.greatest, p.last = min(p.least, x), max(p.greatest, x), x
}

func (b *BadCell) count(line int, value string) {
	if b.Count++; b.Count == 1 {
		b.Line, b.Value = line, strings.Clone(value)
	}
}

func (p *profile) addTime(cell string, line int) {
	const most = 3
	if len(p.marches) == 0 && p.tried < most {
		p.tried++
		for _, layout := range p.layouts(cell) {
			p.marches = append(p.marches, march{layout: layout})
		}
	}
	found := false
	for i := range p.marches {
		if t, ok := parseTime(p.marches[i].layout, cell); ok {
			p.marches[i].add(t, line)
			found = true
		}
	}
	if found {
		p.times++
	} else if p.badTime.count(line, cell); p.clock == "" && p.cells == 1 {
		p.clock = clockLayout(cell)
	}
	if p.clock != "" && clockLayout(cell) == p.clock {
		p.clocks++
	}
}

// layouts returns those of a cell; a year, or a count of seconds, is one only if the column is called
// so.
func (p *profile) layouts(cell string) []string {
	if unix := unixLayout(cell); unix != "" && p.namesTimes() {
		return []string{unix}
	}
	if all := layoutsOf(cell); len(all) > 0 || len(cell) != 4 || !allDigits(cell) || !p.namesYears() {
		return all
	}
	return []string{"2006"}
}

func (p *profile) namesTimes() bool {
	name := strings.ToLower(p.name)
	return name == "ts" || name == "t" || slices.ContainsFunc([]string{"time", "stamp", "date", "epoch", "unix"}, func(word string) bool { return strings.Contains(name, word) })
}

func (p *profile) namesYears() bool {
	name := strings.ToLower(p.name)
	return slices.ContainsFunc([]string{"year", "jahr", "année", "annee", "año", "ano", "anno", "rok", "yr"}, func(word string) bool {
		return name == word || strings.HasPrefix(name, word+" ") || strings.HasPrefix(name, word+"_") || strings.HasSuffix(name, " "+word) || strings.HasSuffix(name, "_"+word)
	})
}

// namesRows tells whether the column is called like one of row numbers, or not at all.
func (p *profile) namesRows() bool {
	return slices.Contains([]string{"", "#", "index", "idx", "id", "row", "rownames", "rowid", "no", "no.", "nr", "nr.", "unnamed: 0", "x"}, strings.ToLower(p.name))
}

// settleMark decides the column's decimal mark. The file's is taken where the column's own cells
// do not tell.
func (p *profile) settleMark(file bool) {
	switch m := p.marks; {
	case m.comma > m.point:
		p.comma = true
	case m.point > m.comma:
		p.comma = false
	default:
		p.comma = file
	}
}

// complete returns the layouts in which every cell is a time.
func (p *profile) complete() []march {
	return slices.DeleteFunc(slices.Clone(p.marches), func(m march) bool { return m.rows < p.cells })
}

// kind returns what the column holds.
func (p *profile) kind() Kind {
	const few = 3 // rows, of which nothing is said
	complete := p.complete()
	switch {
	case p.cells == 0:
		return KindEmpty
	case len(complete) > 0 && (!complete[0].counts() || complete[0].monotone() && p.cells > 1):
		return KindTime
	case p.clock != "" && p.clocks == p.cells && p.numbers < p.cells:
		return KindTime
	case p.numbers < p.cells:
		return KindText
	case p.even && p.missing == 0 && p.cells >= few && p.step == 1 && (p.first == 0 || p.first == 1 || p.namesRows()):
		return KindRowNumber
	case p.even && p.missing == 0 && p.cells >= few && p.step > 0 && p.namesTimes():
		return KindRowNumber // a count of days or seconds
	case p.least == p.greatest && p.cells > 1:
		return KindConstant
	}
	return KindNumber
}

// column returns the profile as a reader of it sees it.
func (p *profile) column(number int) Column {
	c := Column{Name: p.name, Number: number, Kind: p.kind(), Unit: p.unit, Option: "Columns"}
	if all := p.cells + p.missing; all > 0 && p.cells > 0 {
		c.Missing = float64(p.missing) / float64(all)
	}
	switch c.Kind {
	case KindNumber, KindConstant, KindRowNumber:
		c.Range = number64(p.least) + " to " + number64(p.greatest)
		if c.Kind == KindConstant {
			c.Range = number64(p.least)
		}
		if share := float64(p.same) / float64(p.cells); share >= 0.9 && p.cells > 10 {
			c.Same = share
		}
	case KindTime:
		c.Unit, c.Option = "", "TimeColumn"
	case KindText:
		c.Unit = ""
		switch {
		case 2*p.numbers > p.cells:
			c.Bad = &p.badNumber
		case 2*p.times > p.cells && p.badTime.Count > 0:
			c.Bad = &p.badTime
		}
	}
	return c
}

func number64(x float64) string { return strconv.FormatFloat(x, 'g', 8, 64) }

// number returns the number of a cell without blanks around it, NaN if it is missing.
func (p *profile) number(cell string, missing []string) (float64, bool) {
	if isMissing(cell, missing) {
		return math.NaN(), true
	}
	n, ok := parseNumeral(cell, p.comma)
	return n.value, ok
}
