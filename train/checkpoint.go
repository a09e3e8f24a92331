package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/task"
)

// checkpointVersion is written to checkpoints and changes with what they hold.
const checkpointVersion = "1"

// Keys of a checkpoint's metadata, beside those that describe the model as in its file.
const (
	keyCheckpoint = "lstm.checkpoint" // the version
	keyState      = "lstm.state"
	keySolver     = "lstm.solver" // the kind of its state
	keyNote       = "note."       // begins those of the caller
)

// A Checkpoint is a training between two of its steps, with all that is needed to
// continue it to the same bits: weights, state of the solver, carried state, position in
// the data, best weights and counters.
type Checkpoint struct {
	Notes map[string]string // of the Checkpoints of the training
	path  string
	state state
	file  *safetensors.File
}

// Step returns the number of steps that the training had taken.
func (c *Checkpoint) Step() int { return c.state.Step }

// Follows tells whether the checkpoint was taken after the event of a kind that a step
// brought. Events that it does not follow come again when the training continues. The
// checkpoint nil stands for the start of a training and follows none.
func (c *Checkpoint) Follows(kind EventKind, step int) bool {
	switch {
	case c == nil:
		return false
	case kind == Validated:
		return step <= c.state.Validated
	}
	return step <= c.state.Step
}

// ReadCheckpoint reads a checkpoint that Fit wrote. Whatever is wrong with the file is
// reported as a *format.Error.
func ReadCheckpoint(path string) (*Checkpoint, error) {
	c, err := readCheckpoint(path)
	if err != nil {
		return nil, (&Checkpoint{path: path}).unusable(err)
	}
	return c, nil
}

// unusable says that a training cannot be continued from the checkpoint.
func (c *Checkpoint) unusable(err error) error {
	return &format.Error{File: c.path, Err: err, Problem: fmt.Sprintf(
		"is not a checkpoint that can be used: %v; put an older one in its place, or begin a new run", err)}
}

func readCheckpoint(path string) (*Checkpoint, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	switch version, ok := file.Metadata[keyCheckpoint]; {
	case !ok:
		return nil, errors.Errorf("its metadata have no %q; it is another kind of file", keyCheckpoint)
	case version != checkpointVersion:
		return nil, errors.Errorf("it is of version %q and this program reads version %q; resume with the program that wrote it", version, checkpointVersion)
	case !file.Verified:
		return nil, errors.New("it has no checksum")
	}
	c := &Checkpoint{path: path, file: file, Notes: map[string]string{}}
	for key, value := range file.Metadata {
		if note, ok := strings.CutPrefix(key, keyNote); ok {
			c.Notes[note] = value
		}
	}
	if err := json.Unmarshal([]byte(file.Metadata[keyState]), &c.state); err != nil {
		return nil, errors.Wrapf(err, "metadata %s", keyState)
	}
	return c, c.state.check()
}

// Fits returns an error if the checkpoint is of another model: of another shape, or that
// knows other tokens or labels.
func (c *Checkpoint) Fits(m *task.Model) error {
	described := &safetensors.File{Metadata: map[string]string{}}
	if err := describe(described, metadata(m)); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(described.Metadata)) {
		if got, want := c.file.Metadata[key], described.Metadata[key]; got != want {
			return errors.Errorf("the %s of the checkpoint is %.60s and that of the model %.60s", key, got, want)
		}
	}
	return nil
}

// loadCheckpoint returns the model of a checkpoint with its latest weights.
func loadCheckpoint(path string) (*task.Model, error) {
	c, err := readCheckpoint(path)
	if err != nil {
		return nil, err
	}
	m, err := modelOf(c.file.Metadata)
	if err != nil {
		return nil, err
	}
	return m, setParams(m, c.file, latestWeights)
}
