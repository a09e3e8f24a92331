// Package record writes what happens in a training to files, as it happens: JSON lines,
// CSV, and event files of TensorBoard. Each record is a train.Callback.
//
// A record is continued together with its training: what it holds of events that came
// after the checkpoint, and that will come again, is cut off first. So a training that
// was stopped and continued has the record of one that was not, but for durations.
package record

import (
	"io"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
)

// A Record is a file, or several, that tells of a training. Nothing of an event is held
// back in memory.
type Record interface {
	train.Callback
	io.Closer
}

// open opens the file of a record: an empty one if from is nil, else the one that is
// there without what keep, given its content, does not count to the length to keep.
func open(path string, from *train.Checkpoint, keep func(content []byte) int) (*os.File, error) {
	flags := os.O_RDWR | os.O_CREATE
	if from == nil {
		flags |= os.O_TRUNC
	}
	file, err := os.OpenFile(path, flags, 0o666)
	if err != nil {
		return nil, errors.Wrap(err, "record")
	}
	content, err := io.ReadAll(file)
	n := int64(keep(content))
	if err == nil {
		err = file.Truncate(n)
	}
	if err == nil {
		_, err = file.Seek(n, io.SeekStart)
	}
	if err != nil {
		file.Close()
		return nil, errors.Wrapf(err, "record: continuing %s", path)
	}
	return file, nil
}

// A measure is a number of an event by its name in files.
type measure struct {
	name  string
	value float64
	known bool // whether the task has it
}

// measures returns the measures of a Part, by their names in JSON and always in the same
// order, and then those of the event.
func measures(e train.Event) []measure {
	var all []measure
	part := reflect.ValueOf(e.Part)
	for i := range part.NumField() {
		name, _, _ := strings.Cut(part.Type().Field(i).Tag.Get("json"), ",")
		switch x := part.Field(i).Interface().(type) {
		case float64:
			all = append(all, measure{name, x, true})
		case int:
			all = append(all, measure{name, float64(x), true})
		case *float64:
			m := measure{name: name, known: x != nil}
			if x != nil {
				m.value = *x
			}
			all = append(all, m)
		}
	}
	step := e.Kind == train.Stepped
	return append(all,
		measure{"gradient_norm", e.GradientNorm, step},
		measure{"lr", e.LearningRate, step},
		measure{"ms", milliseconds(e.Duration), true})
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
