package format

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A tsReader reads the format of the UEA archive. Lines that begin with @ say what the
// file holds, up to @data; each line after it is a series: columns separated by colons,
// the numbers of a column by commas, and at the end the label, if there are labels.
// Comments begin with #.
//
//	@problemName Vowels
//	@dimensions 2
//	@classLabel true a e
//	@data
//	1.2,1.3,1.1:0.5,0.4,?:a
type tsReader struct {
	labelled   bool
	labels     []string // those that may occur; nil for any
	dimensions int      // 0 if it is not said
	data       bool     // whether @data was read
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
	case "@timestamps":
		if len(values) > 0 && strings.EqualFold(values[0], "true") {
			return &Error{What: "line", Value: line, Problem: "series with time stamps are not read; write one number for each step"}
		}
	case "@classlabel":
		r.labelled = len(values) > 0 && strings.EqualFold(values[0], "true")
		if r.labelled {
			r.labels = values[1:]
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

func (r *tsReader) series(line string) (*Series, *Error) {
	fields := strings.Split(line, ":")
	label := ""
	if r.labelled {
		last := len(fields) - 1
		label, fields = strings.TrimSpace(fields[last]), fields[:last]
		if problem := r.checkLabel(label); problem != nil {
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
		if columns[i], problem = parseNumbers(strings.SplitSeq(field, ",")); problem != nil {
			return nil, problem
		}
	}
	return newSeries(columns, label)
}

func (r *tsReader) checkLabel(label string) *Error {
	if problem := checkLabelName(label); problem != nil {
		return problem
	}
	if len(r.labels) > 0 && !slices.Contains(r.labels, label) {
		return &Error{What: "label", Value: label, Problem: "is not among those of @classLabel, " + List(r.labels)}
	}
	return nil
}

func (r *tsReader) end() *Error {
	if !r.data {
		return &Error{Problem: "has no line @data; it is not in the format ts"}
	}
	return nil
}
