package format

import (
	"strings"
)

// A ucrReader reads the .tsv of the UCR archive: a label, then the numbers of the one
// column, all separated by tabs. A shorter series ends in NaN.
type ucrReader struct{}

func (ucrReader) read(line string) (*Series, *Error) {
	label, rest, found := strings.Cut(line, "\t")
	if !found {
		return nil, &Error{What: "line", Value: line, Problem: "has one column; a label and numbers, separated by tabs, are wanted"}
	}
	label = strings.TrimSpace(label)
	if problem := checkLabelName(label); problem != nil {
		return nil, problem
	}
	numbers, problem := parseNumbers(strings.SplitSeq(rest, "\t"))
	if problem != nil {
		return nil, problem
	}
	return newSeries([][]float64{numbers}, label)
}

func (ucrReader) end() *Error { return nil }
