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

// Fits returns an error if the checkpoint is of another model: of another kind or shape, or that
// knows other tokens or labels.
func (c *Checkpoint) Fits(m Parameterized) error {
	want, err := described(m)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got := c.file.Metadata[key]; got != want[key] {
			return errors.Errorf("the %s of the checkpoint is %.60s and that of the model %.60s", key, got, want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.file.Metadata)) {
		if _, ok := want[key]; !ok && !ofTraining(key) {
			return errors.Errorf("the %s of the checkpoint is %.60s and the model has none", key, c.file.Metadata[key])
		}
	}
	return nil
}

// ofTraining tells whether a key of a checkpoint's metadata is of the training and not of the model.
func ofTraining(key string) bool {
	return key == keyCheckpoint || key == keyState || key == keySolver || strings.HasPrefix(key, keyNote)
}

// loadCheckpoint returns the model of a checkpoint with its latest weights.
func loadCheckpoint(path string) (Parameterized, error) {
	c, err := readCheckpoint(path)
	if err != nil {
		return nil, err
	}
	_, m, err := modelOf(c.file.Metadata)
	if err != nil {
		return nil, err
	}
	return m, setParams(m.Params(), c.file, latestWeights)
}
