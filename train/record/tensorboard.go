package record

import (
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
)

// TensorBoard is a record in event files that TensorBoard shows. They lie in two folders,
// train and valid, which TensorBoard takes for two runs and draws into the same charts.
type TensorBoard struct {
	files  map[train.EventKind]*os.File
	buffer []byte
	now    func() time.Time
}

var _ Record = (*TensorBoard)(nil)

// eventFile is a name that TensorBoard takes for one of an event file.
const eventFile = "events.out.tfevents.0.lstmtrain"

// NewTensorBoard begins a record in a folder, or continues that of the training that
// continues from a checkpoint, if from is not nil.
func NewTensorBoard(folder string, from *train.Checkpoint) (*TensorBoard, error) {
	r := &TensorBoard{files: map[train.EventKind]*os.File{}, now: time.Now}
	for kind, name := range map[train.EventKind]string{train.Stepped: "train", train.Validated: "valid"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(path, 0o777); err != nil {
			return nil, errors.Wrap(err, "record")
		}
		if err := r.open(filepath.Join(path, eventFile), kind, from); err != nil {
			r.Close()
			return nil, err
		}
	}
	return r, nil
}

func (r *TensorBoard) open(path string, kind train.EventKind, from *train.Checkpoint) error {
	length := 0
	file, err := open(path, from, func(content []byte) int {
		for {
			event, n, ok := cutRecord(content[length:])
			if !ok || !from.Follows(kind, stepOf(event)) {
				return length
			}
			length += n
		}
	})
	if err != nil {
		return err
	}
	r.files[kind] = file
	if length > 0 {
		return nil
	}
	return r.write(kind, appendBytes(r.event(), eventFileVersion, "brain.Event:2"))
}

// event returns the beginning of an Event.
func (r *TensorBoard) event() []byte {
	return appendDouble(nil, eventWallTime, float64(r.now().UnixMicro())/1e6)
}

// Handle adds an event.
func (r *TensorBoard) Handle(e train.Event) error {
	var summary []byte
	for _, m := range measures(e) {
		value := appendFloat(appendBytes(nil, valueTag, m.Name), valueSimple, float32(m.Value))
		summary = appendBytes(summary, summaryValue, value)
	}
	return r.write(e.Kind, appendBytes(appendVarint(r.event(), eventStep, e.Step), eventSummary, summary))
}

func (r *TensorBoard) write(kind train.EventKind, event []byte) error {
	r.buffer = appendRecord(r.buffer[:0], event)
	_, err := r.files[kind].Write(r.buffer)
	return errors.Wrap(err, "record: writing TensorBoard's events")
}

// Close closes the files.
func (r *TensorBoard) Close() error {
	var first error
	for _, file := range r.files {
		if err := file.Close(); first == nil {
			first = errors.Wrap(err, "record")
		}
	}
	return first
}
