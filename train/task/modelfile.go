package task

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/schema"
)

// keyConfig is that of the Config in the metadata of a model file.
const keyConfig = "lstm.config"

// The keys of the Go types of a cell and of a task that are not of this module, which a program
// that reads the file has to have under the same names.
const (
	keyCellType = "lstm.cell.type"
	keyTaskType = "lstm.task.type"
)

var _ train.Formatted = (*Model)(nil)

func init() { train.RegisterFormatted("task", fromMetadata) }

// Metadata returns what describes the model up to its weights: the config and the schema. It is an
// error if a cell is not of the type that the config names, for what is read from the file would
// be another model.
func (m *Model) Metadata() (map[string]string, error) {
	for _, cell := range slices.Concat(m.Stack, m.Reverse) {
		if err := cells.CheckType(m.Config.Cell, cell); err != nil {
			return nil, errors.Wrap(err, "task: what a model file would hold")
		}
	}
	values := m.Schema.Metadata()
	values[keyConfig] = m.Config
	metadata := m.types()
	for key, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, errors.Wrap(err, key)
		}
		metadata[key] = string(text)
	}
	return metadata, nil
}

// types returns what metadata tell of types that are not of this module.
func (m *Model) types() map[string]string {
	types := map[string]string{}
	if !cells.Builtin(m.Config.Cell) {
		types[keyCellType] = cells.TypeOf(m.Stack[0])
	}
	if t, ours := m.Config.Task.find(); !ours {
		types[keyTaskType] = fmt.Sprintf("%T", t)
	}
	return types
}

// fromMetadata returns the model that the metadata describe.
func fromMetadata(metadata map[string]string) (*Model, error) {
	var config Config
	if err := json.Unmarshal([]byte(metadata[keyConfig]), &config); err != nil {
		return nil, errors.Wrapf(err, "metadata %s", keyConfig)
	}
	s, err := schema.FromMetadata(metadata)
	if err != nil {
		return nil, err
	}
	m, err := New(config, s, rand.New(rand.NewPCG(0, 0)))
	if err != nil {
		return nil, err
	}
	types := m.types()
	for _, t := range []struct{ key, what, name string }{{keyCellType, "cell", config.Cell}, {keyTaskType, "task", string(config.Task)}} {
		if got, want := types[t.key], metadata[t.key]; got != want {
			return nil, errors.Errorf("its %s %q was %s and is %s here: register the one that it was written by under that name", t.what, t.name, orOurs(want), orOurs(got))
		}
	}
	return m, nil
}

// orOurs writes a type for messages.
func orOurs(name string) string {
	if name == "" {
		return "one of this module"
	}
	return "a " + name
}
