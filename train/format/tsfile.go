package format

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A tsReader reads the format of the UEA archive. Lines that begin with @ say what the
// file holds, up to @data; each line after it is a series: columns separated by colons,
// the numbers of a column by commas, and at the end the label, if there are labels.
// Comments begin with #. A number may stand in parentheses after its time, as in
// (2021-01-01 00:00:00,1.2); times are left out. Labels are those of @classLabel whatever the case
// of their letters, and may have several words.
//
//	@problemName Vowels
//	@dimensions 2
//	@classLabel true a e
//	@data
//	1.2,1.3,1.1:0.5,0.4,?:a
type tsReader struct {
	labelled   bool
	labels     []string // those that may occur; nil for any
	declared   string   // the list of them, as it stands
	dimensions int      // 0 if it is not said
	data       bool     // whether @data was read
	stamped    int      // numbers with a time
	uneven     int      // the line of the first series whose times are not equally far apart, or 0
	line       int      // of what is read
}

func (r *tsReader) read(line string) (*Series, *Error) {
	switch {
	case line[0] == '#':
		return nil, nil
	case r.data:
		return r.series(line)
	case line[0] == '@':
		return nil, r.directive(line)
	}
	return nil, &Error{What: "line", Value: line, Problem: "stands before @data and begins neither with @ nor with #"}
}

func (r *tsReader) directive(line string) *Error {
	words := strings.Fields(line)
	name, values := strings.ToLower(words[0]), words[1:]
	switch name {
	case "@data":
		r.data = true
	case "@classlabel":
		r.labelled = len(values) > 0 && strings.EqualFold(values[0], "true")
		if r.labelled {
			r.labels, r.declared = labelList(line)
		}
	case "@targetlabel":
		if len(values) > 0 && strings.EqualFold(values[0], "true") {
			return &Error{What: "line", Value: line, Problem: "series with a number to predict are not read, only those with classes"}
		}
	case "@dimensions", "@dimension":
		n := 0
		if len(values) > 0 {
			n, _ = strconv.Atoi(values[0])
		}
		if n < 1 {
			return &Error{What: "line", Value: line, Problem: "the number of columns is a whole number, 1 or more"}
		}
		r.dimensions = n
	}
	return nil // what else is said follows from the data
}

// labelList returns the labels that a line declares after true, of which some may be in quotes, and
// the list as it stands.
func labelList(line string) (labels []string, declared string) {
	i := strings.Index(strings.ToLower(line), "true")
	declared = strings.TrimSpace(line[i+len("true"):])
	if !strings.ContainsAny(declared, `"'`) {
		return strings.Fields(declared), declared
	}
	d := dialect{separator: ' ', quote: declared[strings.IndexAny(declared, `"'`)]}
	for r := range d.rows(declared, 1) {
		return slices.Clone(r.cells), declared
	}
	return nil, declared
}

// splitOutside splits a line at the separators that stand in no parentheses.
func splitOutside(line string, separator byte) []string {
	if strings.IndexByte(line, '(') < 0 {
		return strings.Split(line, string(separator))
	}
	var parts []string
	depth, start := 0, 0
	for i := range len(line) {
		switch b := line[i]; {
		case b == '(':
			depth++
		case b == ')':
			depth = max(depth-1, 0)
		case b == separator && depth == 0:
			parts, start = append(parts, line[start:i]), i+1
		}
	}
	return append(parts, line[start:])
}

func (r *tsReader) series(line string) (*Series, *Error) {
	fields := splitOutside(line, ':')
	label := ""
	if r.labelled {
		last := len(fields) - 1
		label, fields = unquote(fields[last]), fields[:last]
		var problem *Error
		if label, problem = r.checkLabel(label); problem != nil {
			return nil, problem
		}
	}
	if len(fields) == 0 || r.dimensions > 0 && len(fields) != r.dimensions {
		return nil, &Error{What: "line", Value: line, Problem: fmt.Sprintf("it has %d columns, want %d", len(fields), max(r.dimensions, 1))}
	}
	columns := make([][]float64, len(fields))
	for i, field := range fields {
		if strings.TrimSpace(field) == "" {
			continue // a column without numbers
		}
		var problem *Error
		if strings.IndexByte(field, '(') >= 0 {
			columns[i], problem = r.stampedNumbers(field)
		} else {
			columns[i], problem = parseNumbers(strings.SplitSeq(field, ","))
		}
		if problem != nil {
			return nil, problem
		}
	}
	return newSeries(columns, label)
}

// stampedNumbers returns the numbers of a column whose values are pairs of a time and a number.
func (r *tsReader) stampedNumbers(field string) ([]float64, *Error) {
	var numbers []float64
	var m march
	for _, pair := range splitOutside(field, ',') {
		pair = strings.TrimSpace(pair)
		inner, ok := strings.CutPrefix(pair, "(")
		if ok {
			inner, ok = strings.CutSuffix(inner, ")")
		}
		at := strings.LastIndexByte(inner, ',')
		if !ok || at < 0 {
			return nil, &Error{What: "value", Value: pair, Problem: "is no pair of a time and a number in parentheses, as others in the column are"}
		}
		x, ok := parseNumber(inner[at+1:])
		if !ok {
			return nil, &Error{What: "number", Value: strings.TrimSpace(inner[at+1:]), Problem: "is not a finite number; a missing one is ?, NA or NaN"}
		}
		stamp := strings.TrimSpace(inner[:at])
		if m.layout == "" && len(layoutsOf(stamp)) > 0 {
			m.layout = layoutsOf(stamp)[0]
		}
		if t, ok := parseTime(m.layout, stamp); ok {
			m.add(t, r.line)
		} else if x, ok := parseNumber(stamp); ok && math.Abs(x) < 1e12 {
			m.add(time.UnixMicro(int64(math.Round(x*1e6))).UTC(), r.line)
		}
		numbers = append(numbers, x)
	}
	r.stamped += len(numbers)
	if len(m.steps) > 1 && r.uneven == 0 {
		r.uneven = r.line
	}
	return numbers, nil
}

// checkLabel returns a label as it is declared.
func (r *tsReader) checkLabel(label string) (string, *Error) {
	if problem := checkLabelName(label); problem != nil {
		return "", problem
	}
	if len(r.labels) == 0 || slices.Contains(r.labels, label) {
		return label, nil
	}
	if i := slices.IndexFunc(r.labels, func(l string) bool { return strings.EqualFold(l, label) }); i >= 0 {
		return r.labels[i], nil
	}
	if strings.Contains(label, " ") && strings.Contains(" "+strings.ToLower(r.declared)+" ", " "+strings.ToLower(label)+" ") {
		return label, nil // several words, declared without quotes
	}
	return "", &Error{What: "label", Value: label, Problem: "is not among those of @classLabel, " + List(r.labels)}
}

func (r *tsReader) end() *Error {
	if !r.data {
		return &Error{Problem: "has no line @data; it is not in the format ts"}
	}
	return nil
}
