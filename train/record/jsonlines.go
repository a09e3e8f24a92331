package record

import (
	"bytes"
	"encoding/json"
	"os"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
)

// JSONLines is a record of one JSON object a line.
type JSONLines struct {
	file    *os.File
	elapsed time.Duration
}

var _ Record = (*JSONLines)(nil)

// NewJSONLines begins a record, or continues that of the training that continues from a
// checkpoint, if from is not nil.
func NewJSONLines(path string, from *train.Checkpoint) (*JSONLines, error) {
	r := &JSONLines{}
	var err error
	r.file, err = open(path, from, func(content []byte) int {
		n := linesBefore(content, from, func(line []byte) (kind train.EventKind, step int, ok bool) {
			var e eventJSON
			err := json.Unmarshal(line, &e)
			return e.Kind, e.Step, err == nil
		})
		r.elapsed = lastElapsed(content[:n])
		return n
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Elapsed returns how long the training had taken at the checkpoint that it continues from,
// by the last event before: 0 if there is none.
func (r *JSONLines) Elapsed() time.Duration { return r.elapsed }

// lastElapsed returns what the last of some lines says.
func lastElapsed(lines []byte) time.Duration {
	lines = bytes.TrimSuffix(lines, []byte("\n"))
	var e restJSON
	if err := json.Unmarshal(lines[bytes.LastIndexByte(lines, '\n')+1:], &e); err != nil {
		return 0
	}
	return time.Duration(e.Seconds * float64(time.Second))
}

// linesBefore returns the length of the first lines that tell of events before a
// checkpoint. The line after them may have been cut off by the end of the program.
func linesBefore(content []byte, from *train.Checkpoint, parse func(line []byte) (train.EventKind, int, bool)) int {
	n := 0
	for line := range bytes.Lines(content) {
		kind, step, ok := parse(line)
		if !ok || line[len(line)-1] != '\n' || !from.Follows(kind, step) {
			break
		}
		n += len(line)
	}
	return n
}

// eventJSON is the beginning of a line, before the metrics.
type eventJSON struct {
	Kind  train.EventKind `json:"kind"`
	Epoch int             `json:"epoch"`
	Step  int             `json:"step"`
}

// restJSON is what follows them.
type restJSON struct {
	GradientNorm *float64 `json:"gradient_norm,omitempty"` // of a step
	Rate         *float64 `json:"lr,omitempty"`            // of a step
	Milliseconds float64  `json:"ms"`
	Seconds      float64  `json:"seconds"`        // since the training began
	Best         bool     `json:"best,omitempty"` // of a validation
}

// Handle adds an event.
func (r *JSONLines) Handle(e train.Event) error {
	rest := restJSON{Milliseconds: milliseconds(e.Duration), Seconds: e.Elapsed.Seconds(), Best: e.Best}
	if e.Kind == train.Stepped {
		rest.GradientNorm, rest.Rate = &e.GradientNorm, &e.LearningRate
	}
	text, err := train.JoinJSON(eventJSON{e.Kind, e.Epoch, e.Step}, e.Metrics, rest)
	if err == nil {
		_, err = r.file.Write(append(text, '\n'))
	}
	return errors.Wrap(err, "record: writing JSON lines")
}

// Close closes the file.
func (r *JSONLines) Close() error { return errors.Wrap(r.file.Close(), "record") }
