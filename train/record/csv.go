package record

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
)

// CSV is a record of one row an event, under a row of names. All rows have all columns: those of
// the first event, of which every other has some, and empty fields where one has not.
type CSV struct {
	file    *os.File
	columns []string // of the measures; nil before the first event
	row     []string
}

var _ Record = (*CSV)(nil)

// firstColumns are those before the measures.
var firstColumns = []string{"kind", "epoch", "step", "best"}

// NewCSV begins a record, or continues that of the training that continues from a
// checkpoint, if from is not nil.
func NewCSV(path string, from *train.Checkpoint) (*CSV, error) {
	r := &CSV{}
	var err error
	r.file, err = open(path, from, func(content []byte) int {
		header, rest, ok := bytes.Cut(content, []byte("\n"))
		columns := strings.Split(string(header), ",")
		if !ok || len(columns) <= len(firstColumns) || !slices.Equal(columns[:len(firstColumns)], firstColumns) {
			return 0 // of another program, or there is none
		}
		n := linesBefore(rest, from, parseRow)
		if n == 0 {
			return 0
		}
		r.columns = columns[len(firstColumns):]
		return len(header) + 1 + n
	})
	return r, err
}

// parseRow returns the kind and the step of a row's event.
func parseRow(line []byte) (kind train.EventKind, step int, ok bool) {
	fields := strings.SplitN(string(line), ",", len(firstColumns)+1)
	if len(fields) <= len(firstColumns) {
		return "", 0, false
	}
	step, err := strconv.Atoi(fields[2])
	return train.EventKind(fields[0]), step, err == nil
}

// Handle adds an event. It is an error if it has a measure that the first one had not.
func (r *CSV) Handle(e train.Event) error {
	values := measures(e)
	if r.columns == nil {
		for _, v := range values {
			r.columns = append(r.columns, v.Name)
		}
		if err := r.write(strings.Join(slices.Concat(firstColumns, r.columns), ",") + "\n"); err != nil {
			return err
		}
	}
	best := ""
	if e.Kind == train.Validated {
		best = strconv.FormatBool(e.Best)
	}
	r.row = append(r.row[:0], string(e.Kind), strconv.Itoa(e.Epoch), strconv.Itoa(e.Step), best)
	r.row = append(r.row, make([]string, len(r.columns))...)
	for _, v := range values {
		at := slices.Index(r.columns, v.Name)
		if at < 0 {
			return errors.Errorf("record: writing CSV: %q of the event of step %d has no column; the columns are %s", v.Name, e.Step, strings.Join(r.columns, ", "))
		}
		r.row[len(firstColumns)+at] = strconv.FormatFloat(v.Value, 'g', -1, 64)
	}
	return r.write(strings.Join(r.row, ",") + "\n") // nothing in it needs quotes
}

func (r *CSV) write(line string) error {
	_, err := r.file.WriteString(line)
	return errors.Wrap(err, "record: writing CSV")
}

// Close closes the file.
func (r *CSV) Close() error { return errors.Wrap(r.file.Close(), "record") }
