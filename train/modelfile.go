package train

import (
	"encoding/json"
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// modelVersion is written to model files and changes with what their metadata means.
const modelVersion = "1"

// Keys of a model file's metadata.
const (
	keyFormat  = "format" // what readers of PyTorch's files look for
	keyVersion = "lstm.version"
	keyConfig  = "lstm.config"
)

// Save writes a model to one file from which it can be loaded, in the safetensors format:
// the weights in float32 under PyTorch's names, and in the metadata the version, the
// config, the vocabulary and the labels. The same model gives the same bytes, and the file
// is replaced as a whole or not at all.
func Save(path string, m *task.Model) error {
	file := &safetensors.File{Metadata: map[string]string{keyFormat: "pt", keyVersion: modelVersion}}
	if err := describe(file, metadata(m)); err != nil {
		return errors.Wrapf(err, "train: writing %s", path)
	}
	for _, t := range m.Tensors() {
		x := t.Floats()
		values := make([]float32, len(x))
		for i, v := range x {
			values[i] = float32(v)
		}
		file.Tensors = append(file.Tensors, safetensors.FromFloat32s(t.Name, t.Shape, values))
	}
	return errors.Wrapf(safetensors.WriteFile(path, file), "train: writing model %s", path)
}

// describe adds values to a file's metadata as JSON.
func describe(file *safetensors.File, values map[string]any) error {
	for key, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			return errors.Wrap(err, key)
		}
		file.Metadata[key] = string(text)
	}
	return nil
}

// metadata returns what describes a model without its weights.
func metadata(m *task.Model) map[string]any {
	values := m.Schema.Metadata()
	values[keyConfig] = m.Config
	return values
}

// Load reads a model that Save wrote, or the latest weights of a checkpoint. Whatever is wrong with the file is reported as a
// *format.Error.
func Load(path string) (*task.Model, error) {
	m, err := load(path)
	if err != nil {
		var bad *format.Error
		if errors.As(err, &bad) {
			return nil, err
		}
		return nil, &format.Error{File: path, Problem: "is not a model that can be used: " + err.Error(), Err: err}
	}
	return m, nil
}

func load(path string) (*task.Model, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if _, ok := file.Metadata[keyCheckpoint]; ok {
		return loadCheckpoint(path)
	}
	switch version, ok := file.Metadata[keyVersion]; {
	case !ok:
		return nil, errors.Errorf("its metadata have no %q; it was not written by this program", keyVersion)
	case version != modelVersion:
		return nil, errors.Errorf("it is of version %q and this program reads version %q; use the program that wrote it, or train again", version, modelVersion)
	case !file.Verified:
		return nil, errors.New("it has no checksum; write it again with this program")
	}
	m, err := modelOf(file.Metadata)
	if err != nil {
		return nil, err
	}
	return m, weights.Load(m.Tensors(), file)
}

// modelOf returns the model that the metadata describe, without its weights.
func modelOf(metadata map[string]string) (*task.Model, error) {
	var config task.Config
	if err := json.Unmarshal([]byte(metadata[keyConfig]), &config); err != nil {
		return nil, errors.Wrapf(err, "metadata %s", keyConfig)
	}
	known, err := schema.FromMetadata(metadata)
	if err != nil {
		return nil, err
	}
	return task.New(config, known, rand.New(rand.NewPCG(0, 0)))
}
