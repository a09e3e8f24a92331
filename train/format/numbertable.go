package format

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Table is a Series whose columns have names.
type Table struct {
	Names []string
	Series
}

// ReadTable reads columns of a CSV file, plain or compressed by gzip, that are given by
// their names, which the first row holds, or by their numbers from 1. If none are given,
// they are all columns that hold numbers only. A first row of numbers only is data, and
// its columns have numbers for names. A cell that is empty, ?, NA, N/A, NaN or null, in
// capitals or not, is missing. Numbers by the million are kept in a temporary file, which is
// mapped where the system can, so that a table may be larger than memory; they must not be
// changed.
//
// It is an *Error if the file cannot be read, is not CSV, holds no rows or not the
// columns asked for, or if a cell in them is not a finite number.
func ReadTable(path string, columns []string) (*Table, error) {
	content, err := openFile(path)
	if err != nil {
		return nil, err
	}
	return readTable(path, content, columns)
}

// TableFromBytes returns the columns of content that is in memory, under the same rules
// as ReadTable. Errors go by name.
func TableFromBytes(name string, content []byte, columns []string) (*Table, error) {
	return readTable(name, string(content), columns)
}

// A tableReader reads a CSV file row by row, as often as it is asked to, so that no more
// of a large one is in memory than its numbers.
type tableReader struct {
	file, content string
	names         []string // of all columns
	header        bool     // whether the first row holds them
}

func readTable(file, content string, columns []string) (*Table, error) {
	content, err := decode(file, content)
	if err != nil {
		return nil, err
	}
	r := &tableReader{file: file, content: content}
	if err := r.readNames(); err != nil {
		return nil, err
	}
	at, err := r.places(columns)
	if err != nil {
		return nil, err
	}
	return r.read(at)
}

// rows returns the rows that hold data, up to the first error.
func (r *tableReader) rows() iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		first := true
		for row, err := range csvRows(r.file, r.content) {
			if err == nil && len(row.cells) == 1 && row.cells[0] == "" {
				continue
			}
			if first && r.header {
				first = false
				continue
			}
			first = false
			if !yield(row, err) {
				return
			}
		}
	}
}

// readNames reads the first row.
func (r *tableReader) readNames() error {
	for row, err := range r.rows() {
		if err != nil {
			return err
		}
		if r.names, r.header = row.cells, true; allNumbers(row.cells) {
			r.header = false
			for i := range r.names {
				r.names[i] = strconv.Itoa(i + 1)
			}
		}
		return nil
	}
	return &Error{File: r.file, Problem: "holds no rows"}
}

// places returns the indices of the columns.
func (r *tableReader) places(columns []string) ([]int, error) {
	if len(columns) == 0 {
		return r.numberColumns()
	}
	var at []int
	for _, column := range columns {
		i := slices.Index(r.names, column)
		if n, err := strconv.Atoi(column); i < 0 && err == nil {
			i = n - 1
		}
		if i < 0 || i >= len(r.names) {
			return nil, &Error{File: r.file, What: "column", Value: column, Problem: "the file has no such column; its columns are " + List(r.names)}
		}
		if slices.Contains(at, i) {
			return nil, &Error{File: r.file, What: "column", Value: column, Problem: "is asked for twice"}
		}
		at = append(at, i)
	}
	return at, nil
}

// numberColumns returns the columns of which every cell is a number or missing.
func (r *tableReader) numberColumns() ([]int, error) {
	words := make([]bool, len(r.names)) // columns that hold something else
	for row, err := range r.rows() {
		if err != nil {
			return nil, err
		}
		for i := range words {
			if !words[i] {
				ok := i < len(row.cells)
				if ok {
					_, ok = parseNumber(row.cells[i])
				}
				words[i] = !ok
			}
		}
	}
	var at []int
	for i, w := range words {
		if !w {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return nil, &Error{File: r.file, Problem: "has no column that holds numbers only; its columns are " + List(r.names)}
	}
	return at, nil
}

// read returns the numbers of columns.
func (r *tableReader) read(at []int) (t *Table, err error) {
	var numbers numberList
	defer numbers.close()
	t = &Table{Series: Series{Width: len(at), File: r.file}}
	for _, i := range at {
		t.Names = append(t.Names, strings.Clone(r.names[i]))
	}
	cells := make([]float64, len(at))
	for row, err := range r.rows() {
		if err != nil {
			return nil, err
		}
		if t.Line == 0 {
			t.Line = row.line
		}
		for k, i := range at {
			x, problem := r.number(row, i)
			if problem != nil {
				problem.File, problem.Line = r.file, row.line
				return nil, problem
			}
			cells[k] = x
		}
		if err := numbers.add(cells...); err != nil {
			return nil, noTemporary(r.file, err)
		}
	}
	if t.Line == 0 {
		return nil, &Error{File: r.file, Problem: "holds the names of columns and no rows"}
	}
	if t.Values, err = numbers.all(); err != nil {
		return nil, noTemporary(r.file, err)
	}
	return t, nil
}

// number returns the number in column i of a row.
func (r *tableReader) number(row row, i int) (float64, *Error) {
	if i >= len(row.cells) {
		return 0, &Error{What: "row", Value: row.raw, Problem: fmt.Sprintf("its columns are %d, but column %d, %s, is wanted", len(row.cells), i+1, Quote(r.names[i]))}
	}
	x, ok := parseNumber(row.cells[i])
	if !ok {
		return 0, &Error{What: "column " + Quote(r.names[i]) + ":", Value: row.cells[i], Problem: "is not a finite number; a missing one is an empty cell, ?, NA or NaN"}
	}
	return x, nil
}

// parseNumber returns a finite number, or NaN for one that is missing.
func parseNumber(s string) (x float64, ok bool) {
	s = strings.TrimSpace(s)
	switch strings.ToLower(s) {
	case "", "?", "na", "n/a", "nan", "null":
		return math.NaN(), true
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil && !math.IsInf(x, 0) && !math.IsNaN(x)
}

// allNumbers tells whether every cell is a number that is not missing.
func allNumbers(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool {
		x, ok := parseNumber(cell)
		return !ok || math.IsNaN(x)
	})
}
