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

// measures returns the numbers of an event by their names in files: those of its metrics, always
// in the same order, and then its own.
func measures(e train.Event) []train.Value {
	all := []train.Value{{Name: "loss", Value: e.Metrics.Loss}}
	all = append(all, e.Metrics.Values...)
	all = append(all, train.Value{Name: "targets", Value: float64(e.Metrics.Targets)})
	if e.Kind == train.Stepped {
		all = append(all, train.Value{Name: "gradient_norm", Value: e.GradientNorm}, train.Value{Name: "lr", Value: e.LearningRate})
	}
	return append(all, train.Value{Name: "ms", Value: milliseconds(e.Duration)})
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
