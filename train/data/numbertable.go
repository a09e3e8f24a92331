package data

import (
	"fmt"
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
// capitals or not, is missing.
//
// It is an *Error if the file cannot be read, is not CSV, holds no rows or not the
// columns asked for, or if a cell in them is not a finite number.
func ReadTable(path string, columns []string) (*Table, error) {
	content, err := readFile(path)
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

func readTable(file, content string, columns []string) (*Table, error) {
	content, err := readable(file, content)
	if err != nil {
		return nil, err
	}
	rows, err := allRows(file, content)
	if err != nil {
		return nil, err
	}
	names := rows[0].cells
	if allNumbers(names) {
		names = make([]string, len(rows[0].cells))
		for i := range names {
			names[i] = strconv.Itoa(i + 1)
		}
	} else {
		rows = rows[1:]
	}
	if len(rows) == 0 {
		return nil, &Error{File: file, Problem: "holds the names of columns and no rows"}
	}
	at, err := placesOf(file, names, columns, rows)
	if err != nil {
		return nil, err
	}
	return fillTable(file, names, at, rows)
}

// allRows returns the rows of a CSV file but empty ones.
func allRows(file, content string) ([]row, error) {
	var rows []row
	for r, err := range csvRows(file, content) {
		if err != nil {
			return nil, err
		}
		if len(r.cells) > 1 || r.cells[0] != "" {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return nil, &Error{File: file, Problem: "holds no rows"}
	}
	return rows, nil
}

// placesOf returns the indices of the columns.
func placesOf(file string, names, columns []string, rows []row) ([]int, error) {
	if len(columns) == 0 {
		return numberColumns(file, names, rows)
	}
	var at []int
	for _, column := range columns {
		i := slices.Index(names, column)
		if n, err := strconv.Atoi(column); i < 0 && err == nil {
			i = n - 1
		}
		if i < 0 || i >= len(names) {
			return nil, &Error{File: file, What: "column", Value: column, Problem: "the file has no such column; its columns are " + list(names)}
		}
		if slices.Contains(at, i) {
			return nil, &Error{File: file, What: "column", Value: column, Problem: "is asked for twice"}
		}
		at = append(at, i)
	}
	return at, nil
}

// numberColumns returns the columns of which every cell is a number or missing.
func numberColumns(file string, names []string, rows []row) ([]int, error) {
	var at []int
	for i := range names {
		if !slices.ContainsFunc(rows, func(r row) bool {
			if i >= len(r.cells) {
				return true
			}
			_, ok := parseNumber(r.cells[i])
			return !ok
		}) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return nil, &Error{File: file, Problem: "has no column that holds numbers only; its columns are " + list(names)}
	}
	return at, nil
}

func fillTable(file string, names []string, at []int, rows []row) (*Table, error) {
	t := &Table{Series: Series{Width: len(at), File: file, Line: rows[0].line}}
	for _, i := range at {
		t.Names = append(t.Names, names[i])
	}
	t.Values = make([]float64, 0, len(rows)*len(at))
	for _, r := range rows {
		for _, i := range at {
			if i >= len(r.cells) {
				return nil, &Error{File: file, Line: r.line, What: "row", Value: r.raw, Problem: fmt.Sprintf(
					"its columns are %d, but column %d, %s, is wanted", len(r.cells), i+1, quote(names[i]))}
			}
			x, ok := parseNumber(r.cells[i])
			if !ok {
				return nil, &Error{File: file, Line: r.line, What: "column " + quote(names[i]) + ":", Value: r.cells[i],
					Problem: "is not a finite number; a missing one is an empty cell, ?, NA or NaN"}
			}
			t.Values = append(t.Values, x)
		}
	}
	return t, nil
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
