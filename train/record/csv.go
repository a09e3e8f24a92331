package record

import (
	"bytes"
	"os"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
)

// CSV is a record of one row an event, under a row of names. All rows have all columns;
// what the task or the event does not have is empty.
type CSV struct {
	file *os.File
	row  []string
}

var _ Record = (*CSV)(nil)

// firstColumns are those before the measures.
var firstColumns = []string{"kind", "epoch", "step", "best"}

// NewCSV begins a record, or continues that of the training that continues from a
// checkpoint, if from is not nil.
func NewCSV(path string, from *train.Checkpoint) (*CSV, error) {
	columns := firstColumns
	for _, m := range measures(train.Event{}) {
		columns = append(columns[:len(columns):len(columns)], m.name)
	}
	header := strings.Join(columns, ",") + "\n"
	file, err := open(path, from, func(content []byte) int {
		rest, ok := bytes.CutPrefix(content, []byte(header))
		if !ok {
			return 0 // of another program, or there is none
		}
		return len(header) + linesBefore(rest, from, parseRow)
	})
	if err != nil {
		return nil, err
	}
	r := &CSV{file: file}
	if info, err := file.Stat(); err != nil {
		return nil, errors.Wrap(err, "record")
	} else if info.Size() == 0 {
		return r, r.write(header)
	}
	return r, nil
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

// Handle adds an event.
func (r *CSV) Handle(e train.Event) error {
	best := ""
	if e.Kind == train.Validated {
		best = strconv.FormatBool(e.Best)
	}
	r.row = append(r.row[:0], string(e.Kind), strconv.Itoa(e.Epoch), strconv.Itoa(e.Step), best)
	for _, m := range measures(e) {
		text := ""
		if m.known {
			text = strconv.FormatFloat(m.value, 'g', -1, 64)
		}
		r.row = append(r.row, text)
	}
	return r.write(strings.Join(r.row, ",") + "\n") // nothing in it needs quotes
}

func (r *CSV) write(line string) error {
	_, err := r.file.WriteString(line)
	return errors.Wrap(err, "record: writing CSV")
}

// Close closes the file.
func (r *CSV) Close() error { return errors.Wrap(r.file.Close(), "record") }
