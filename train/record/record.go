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
	all := numbers(nil, reflect.ValueOf(e.Part), "", true)
	step := e.Kind == train.Stepped
	return append(all,
		measure{"gradient_norm", e.GradientNorm, step},
		measure{"lr", e.LearningRate, step},
		measure{"ms", milliseconds(e.Duration), true})
}

// numbers adds the numbers of a struct and of those in it. The names of what is in another
// begin with its name and a slash, unless it is embedded.
func numbers(all []measure, of reflect.Value, prefix string, known bool) []measure {
	for i := range of.NumField() {
		field, value := of.Type().Field(i), of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		there := known
		if value.Kind() == reflect.Pointer {
			if there = known && !value.IsNil(); !there {
				value = reflect.New(value.Type().Elem())
			}
			value = value.Elem()
		}
		switch {
		case field.Anonymous:
			all = numbers(all, value, prefix, there)
		case value.Kind() == reflect.Struct:
			all = numbers(all, value, prefix+name+"/", there)
		case value.CanFloat():
			all = append(all, measure{prefix + name, value.Float(), there})
		case value.CanInt():
			all = append(all, measure{prefix + name, float64(value.Int()), there})
		}
	}
	return all
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
