package format

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A ucrReader reads the files of the UCR archive: a label, then the numbers of the one column, all
// separated by tabs or, in older ones, by commas or blanks. A shorter series ends in NaN. Labels
// such as 1.0000000e+00 are whole numbers.
type ucrReader struct {
	separator byte // ' ' for runs of blanks
	noLabel   bool // whether lines begin with a number of the series
}

// ucrSeparator returns what separates the numbers of a file's first line.
func ucrSeparator(content string) byte {
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		for _, separator := range []byte("\t;,") {
			if strings.IndexByte(line, separator) >= 0 {
				return separator
			}
		}
		if line != "" {
			break
		}
	}
	return ' '
}

// cells returns the label and the numbers of a line.
func (r ucrReader) cells(line string) []string {
	if r.separator == ' ' {
		return strings.Fields(line)
	}
	return strings.Split(strings.TrimRight(line, string(r.separator)), string(r.separator))
}

func (r ucrReader) read(line string) (*Series, *Error) {
	cells, label := r.cells(line), ""
	if r.noLabel {
		cells = append([]string{""}, cells...)
	}
	if len(cells) < 2 {
		return nil, &Error{What: "line", Value: line, Problem: "has one column; a label and numbers are wanted, separated by tabs, commas, semicolons or blanks as in the first line"}
	}
	if !r.noLabel {
		label = ucrLabel(strings.TrimSpace(cells[0]))
		if problem := checkLabelName(label); problem != nil {
			return nil, problem
		}
	}
	numbers, problem := parseNumbers(func(yield func(string) bool) {
		for _, cell := range cells[1:] {
			if r.separator == ';' {
				cell = strings.Replace(cell, ",", ".", 1)
			}
			if !yield(cell) {
				return
			}
		}
	})
	if problem != nil {
		return nil, problem
	}
	return newSeries([][]float64{numbers}, label)
}

// scientific is how older files of the archive write labels.
var scientific = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]*)?[eE][+-]?[0-9]+$`)

func ucrLabel(label string) string {
	if scientific.MatchString(label) {
		if x, err := strconv.ParseFloat(label, 64); err == nil && x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			return strconv.FormatFloat(x, 'f', -1, 64)
		}
	}
	return cleanLabel(label)
}

func (ucrReader) end() *Error { return nil }

// ucrWidth returns how many numbers follow the label in the longest of the first lines of content,
// or 0 if it is no file of series: each line has a word or a whole number, which are not all
// different, and then three numbers or more.
func ucrWidth(content string) int {
	const most, least, few = 100, 3, 6
	sample := sampleOf(content)
	r := ucrReader{separator: ucrSeparator(sample)}
	lines, longest, labels := 0, 0, map[string]bool{}
	for line := range strings.Lines(sample) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if lines == most {
			break
		}
		if len(sample) < len(content) && !strings.HasSuffix(sample, "\n") {
			// One line is longer than the sample: what there is of it tells.
			line = line[:max(strings.LastIndexByte(line, r.separator), 0)]
		}
		cells := r.cells(line)
		s, problem := r.read(line)
		if problem != nil || len(cells) <= least || s.Steps() == 0 || !ucrClass(s.Label) {
			return 0
		}
		lines, longest = lines+1, max(longest, len(cells)-1)
		labels[s.Label] = true
	}
	if lines == 0 || lines >= few && 2*len(labels) > lines {
		return 0
	}
	return longest
}

// ucrClass tells whether a label may be that of a class: a whole number, or a word.
func ucrClass(label string) bool {
	if _, err := strconv.Atoi(label); err == nil {
		return true
	}
	_, number := parseNumeral(label, false)
	return !number && !isMissing(label, nil) && !strings.ContainsAny(label, " \t") && len(layoutsOf(label)) == 0
}
