package format

import (
	"time"

	"github.com/pkg/errors"
)

// A Table is the columns of numbers of a file. Rows follow each other in time, if there is a column
// of times.
type Table struct {
	Names []string // of the columns
	Series
	Reading *Reading
	times   []int64 // microseconds since 1970, nil if there is no column of times
}

// Timed tells whether the rows have times.
func (t *Table) Timed() bool { return t.times != nil }

// Time returns the time of a row, in UTC.
func (t *Table) Time(row int) time.Time { return time.UnixMicro(t.times[row]).UTC() }

// TableOptions say what a file of numbers holds. The zero value lets OpenTable find out.
type TableOptions struct {
	Layout

	// Columns are those of the numbers, by their names or, where none is called so, by their
	// numbers from 1. None are all columns of numbers but those that count rows.
	Columns []string

	DecimalMark string   // "." or ","
	Missing     []string // what else stands for a missing number, such as "-999"

	TimeColumn string // its name or number, or "none"
	DateOrder  string // "day" or "month": which comes first in 01/02/2021
	KeepOrder  bool   // do not put the rows in the order of their times
}

// ReadTable reads columns of a table by OpenTable, with all else found out.
func ReadTable(path string, columns []string) (*Table, error) {
	return OpenTable(path, TableOptions{Columns: columns})
}

// TableFromBytes returns the columns of content that is in memory, under the same rules
// as ReadTable. Errors go by name.
func TableFromBytes(name string, content []byte, columns []string) (*Table, error) {
	return TableOptions{Columns: columns}.Read(name, asString(content))
}

// OpenTable reads the columns of numbers of a table, plain or compressed by gzip. The documentation
// of the package says how it finds out what is not told; the Reading of the table says what it
// found.
//
// Numbers by the million are kept in a temporary file, which is mapped where the system can, so that
// a table may be larger than memory; they must not be changed.
//
// It is an *Error if the file cannot be read, holds no rows or not the columns asked for, if a cell
// in them is no finite number, if a row is longer or shorter than others, if two ways to read it
// are as likely, or if no columns are asked for and one has numbers in most of its cells and
// something else in others. It is an error of another type if the options cannot be.
func OpenTable(path string, o TableOptions) (*Table, error) {
	content, err := openFile(path, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	return o.Read(path, content)
}

// Read returns the table of content that is in memory, under the same rules as OpenTable. Errors go
// by name.
func (o TableOptions) Read(name, content string) (*Table, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	d, err := decodeAs(name, content, o.Encoding)
	if err != nil {
		return nil, err
	}
	s, err := openSheet(name, d, o.Layout, nil)
	if err != nil {
		return nil, err
	}
	return (&numberReader{sheet: s, options: o}).table()
}

// check reports options that cannot be, or that do not fit each other.
func (o TableOptions) check() error {
	switch {
	case o.DecimalMark != "" && o.DecimalMark != "." && o.DecimalMark != ",":
		return errors.Errorf("format: decimal mark %q; it is a point or a comma", o.DecimalMark)
	case o.DateOrder != "" && o.DateOrder != "day" && o.DateOrder != "month":
		return errors.Errorf("format: %q first in dates; it is day or month", o.DateOrder)
	case o.TimeColumn == "none" && (o.KeepOrder || o.DateOrder != ""):
		return errors.New("format: an order of times, and no column of them")
	}
	return o.Layout.check()
}
