package format

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// missingMarks are what stands for a number that is missing, in small letters.
var missingMarks = map[string]bool{
	"": true, "?": true, "na": true, "n/a": true, "nan": true, "-nan": true, "null": true, "none": true, "nil": true,
	".": true, "..": true, "...": true, "-": true, "--": true, "–": true, "—": true, "*": true, ":": true, `\n`: true,
	"#n/a": true, "#na": true, "#n/a n/a": true, "<na>": true, "<nan>": true, "nat": true, "missing": true, "n.a.": true, "n.d.": true, "n/d": true, "(null)": true, "<null>": true,
	"#null!": true, "#value!": true, "#ref!": true, "#div/0!": true, "#num!": true, "1.#qnan": true, "-1.#ind": true,
}

// isMissing tells whether a cell without blanks around it stands for a missing number.
func isMissing(cell string, more []string) bool {
	const longest = 8
	if cell != "" && cell[0] >= '0' && cell[0] <= '9' && len(more) == 0 && !strings.HasPrefix(cell, "1.#") {
		return false
	}
	return len(cell) <= longest && missingMarks[strings.ToLower(cell)] || slices.Contains(more, cell)
}

// A number is what a cell says.
type numeral struct {
	value float64
	unit  string // "%" or a currency, "" for none
}

// parseNumeral returns the number of a cell without blanks around it. Its decimal mark is a point
// or, if comma is set, a comma. It may have a sign, written - or −, or stand in parentheses, as
// accounts write what is negative; a currency's sign or % before or after it; an exponent; one of
// K, M and B after it, for thousands, millions and billions; and its digits in groups, of three
// after the first, which the other mark, blanks or apostrophes separate. It is finite.
func parseNumeral(cell string, comma bool) (numeral, bool) {
	if plainNumber(cell) && !(comma && strings.IndexByte(cell, '.') >= 0) {
		x, err := strconv.ParseFloat(cell, 64)
		return numeral{value: x}, err == nil && !math.IsInf(x, 0)
	}
	const longest = 64
	if len(cell) > longest || strings.IndexFunc(cell, unicode.IsDigit) < 0 {
		return numeral{}, false
	}
	s, n := cell, numeral{}
	negative := false
	if len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' {
		s, negative = strings.TrimSpace(s[1:len(s)-1]), true
	}
	s, n.unit = trimUnit(s)
	if rest, ok := trimMinus(s); ok {
		if negative {
			return n, false
		}
		s, negative = rest, true
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	if n.unit == "" {
		s, n.unit = trimUnit(s) // -$5
	}
	s, scale := trimScale(s)
	var buffer [longest + 2]byte
	digits, ok := ungroup(buffer[:0], s, comma)
	if !ok {
		return n, false
	}
	x, err := strconv.ParseFloat(string(digits), 64)
	if n.value = x * scale; negative {
		n.value = -n.value
	}
	return n, err == nil && !math.IsInf(n.value, 0)
}

// plainNumber tells whether strconv can read s as it stands: digits, a point, signs and an exponent.
func plainNumber(s string) bool {
	digits := false
	for i := range len(s) {
		switch b := s[i]; {
		case b >= '0' && b <= '9':
			digits = true
		case b != '.' && b != '-' && b != '+' && (b|0x20 != 'e' || !digits):
			return false
		}
	}
	return digits
}

func trimMinus(s string) (string, bool) {
	for _, minus := range []string{"-", "−", "–"} {
		if rest, ok := strings.CutPrefix(s, minus); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return s, false
}

// trimUnit takes away a currency's sign before or after a number, or % after it.
func trimUnit(s string) (string, string) {
	if r, n := utf8.DecodeRuneInString(s); unicode.Is(unicode.Sc, r) {
		return strings.TrimSpace(s[n:]), string(r)
	}
	if r, n := utf8.DecodeLastRuneInString(s); r == '%' || unicode.Is(unicode.Sc, r) {
		return strings.TrimSpace(s[:len(s)-n]), string(r)
	}
	return s, ""
}

func trimScale(s string) (string, float64) {
	if s == "" {
		return s, 1
	}
	switch s[len(s)-1] {
	case 'K', 'k':
		return s[:len(s)-1], 1e3
	case 'M':
		return s[:len(s)-1], 1e6
	case 'B':
		return s[:len(s)-1], 1e9
	}
	return s, 1
}

// ungroup appends a number without a sign to b as strconv reads it.
func ungroup(b []byte, s string, comma bool) ([]byte, bool) {
	mark, other := byte('.'), ","
	if comma {
		mark, other = ',', "."
	}
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i > 0 {
		mantissa, exponent = s[:i], s[i:]
		if !plainExponent(exponent[1:]) {
			return b, false
		}
	}
	whole, fraction := mantissa, ""
	if i := strings.IndexByte(mantissa, mark); i >= 0 {
		whole, fraction = mantissa[:i], mantissa[i+1:]
	}
	if !allDigits(fraction) || whole == "" && fraction == "" {
		return b, false
	}
	b, ok := joinGroups(b, whole, other)
	if fraction != "" {
		b = append(append(b, '.'), fraction...)
	}
	return append(b, exponent...), ok
}

// plainExponent tells whether s is a whole number.
func plainExponent(s string) bool {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && allDigits(s)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// groupSeparators part the digits of a number, besides the mark that does not part its decimals.
var groupSeparators = []string{"'", "’", " ", "\u00a0", "\u202f", "\u2009"}

// joinGroups appends digits to b without what separates their groups, which is the same everywhere:
// three digits in the last group, two (as in India) or three in those before.
func joinGroups(b []byte, s, other string) ([]byte, bool) {
	if allDigits(s) {
		return append(b, s...), true
	}
	separator := other
	for i := 0; !strings.Contains(s, separator); i++ {
		if i == len(groupSeparators) {
			return b, false
		}
		separator = groupSeparators[i]
	}
	for first, more := true, true; more; first = false {
		var group string
		group, s, more = strings.Cut(s, separator)
		n := len(group)
		ok := n == 3 || n == 2 && more
		if first {
			ok = n >= 1 && n <= 3 && group != "0"
		}
		if !ok || !allDigits(group) {
			return b, false
		}
		b = append(b, group...)
	}
	return b, true
}

// A markCount says what the cells of a column tell about its decimal mark.
type markCount struct {
	point, comma int // cells that are numbers with this decimal mark only
	either       int // cells such as 1,234, which may be 1234 or 1.234
}

// count counts a cell that holds a comma or a point. 1.234 alone tells nothing: it is taken for a
// decimal point, as programs write it, unless other cells say otherwise.
func (c *markCount) count(cell string) {
	whole, fraction, found := strings.Cut(strings.TrimLeft(cell, "+-"), ".")
	if found && allDigits(whole) && allDigits(fraction) {
		if len(fraction) != 3 || whole == "" || whole == "0" || len(whole) > 3 {
			c.point++ // what follows is no group of three
		}
		return
	}
	_, point := parseNumeral(cell, false)
	_, comma := parseNumeral(cell, true)
	switch {
	case point && comma:
		if strings.IndexByte(cell, ',') >= 0 {
			c.either++
		}
	case point:
		c.point++
	case comma:
		c.comma++
	}
}

// numberish tells whether a cell is a number with some decimal mark.
func numberish(cell string) bool {
	_, ok := parseNumeral(cell, false)
	if !ok {
		_, ok = parseNumeral(cell, true)
	}
	return ok
}

// parseNumber returns a finite number with a decimal point, or NaN for one that is missing.
func parseNumber(s string) (x float64, ok bool) {
	s = strings.TrimSpace(s)
	if isMissing(s, nil) {
		return math.NaN(), true
	}
	n, ok := parseNumeral(s, false)
	return n.value, ok && n.unit == ""
}
