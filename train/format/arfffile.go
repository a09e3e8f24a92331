package format

import (
	"strings"
)

// An arffReader reads the format of Weka as the UEA archive uses it. Attributes are
// declared before @data; each line after it is a series, whose last attribute is its
// label. The others are the numbers of the one column or, of several columns, a string
// that holds them, separated by \n:
//
//	@attribute bag relational
//	…
//	@attribute class {a, e}
//	@data
//	'1.2,1.3,1.1\n0.5,0.4,?',a
//
// Comments begin with %.
type arffReader struct {
	data bool // whether @data was read
}

func (r *arffReader) read(line string) (*Series, *Error) {
	switch {
	case line[0] == '%':
		return nil, nil
	case r.data:
		return r.series(line)
	case line[0] != '@':
		return nil, &Error{What: "line", Value: line, Problem: "stands before @data and begins neither with @ nor with %"}
	}
	r.data = strings.EqualFold(strings.Fields(line)[0], "@data")
	return nil, nil
}

func (r *arffReader) series(line string) (*Series, *Error) {
	if line[0] == '{' {
		return nil, &Error{What: "line", Value: line, Problem: "a sparse row; write every number"}
	}
	at := strings.LastIndexByte(line, ',')
	if at < 0 {
		return nil, &Error{What: "line", Value: line, Problem: "has one attribute; numbers and a label, separated by commas, are wanted"}
	}
	label := unquote(line[at+1:])
	if problem := checkLabelName(label); problem != nil {
		return nil, problem
	}
	rows := []string{line[:at]}
	if quoted := strings.TrimSpace(line[:at]); strings.ContainsAny(quoted[:min(1, len(quoted))], `'"`) {
		if len(quoted) < 2 || quoted[len(quoted)-1] != quoted[0] {
			return nil, &Error{What: "line", Value: line, Problem: "the string of columns does not end in the quote that it begins with"}
		}
		rows = strings.Split(unquote(quoted), `\n`)
	}
	columns := make([][]float64, len(rows))
	for i, row := range rows {
		var problem *Error
		if columns[i], problem = parseNumbers(strings.SplitSeq(row, ",")); problem != nil {
			return nil, problem
		}
	}
	return newSeries(columns, label)
}

// unquote takes away white space and quotes around a value.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if n := len(s); n >= 2 && (s[0] == '\'' || s[0] == '"') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

func (r *arffReader) end() *Error {
	if !r.data {
		return &Error{Problem: "has no line @data; it is not in the format arff"}
	}
	return nil
}
