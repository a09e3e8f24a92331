package train

import (
	"encoding/json"
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// modelVersion is written to model files and changes with what their metadata means.
const modelVersion = "1"

// Keys of a model file's metadata.
const (
	keyFormat     = "format" // what readers of PyTorch's files look for
	keyVersion    = "lstm.version"
	keyConfig     = "lstm.config"
	keyVocabulary = "lstm.vocabulary"
	keyLabels     = "lstm.labels"
)

// vocabularyJSON is a vocabulary in the metadata.
type vocabularyJSON struct {
	Unit    data.Unit `json:"unit"`
	Symbols []string  `json:"symbols"`
}

// Save writes a model to one file from which it can be loaded, in the safetensors format:
// the weights in float32 under PyTorch's names, and in the metadata the version, the
// config, the vocabulary and the labels. The same model gives the same bytes, and the file
// is replaced as a whole or not at all.
func Save(path string, m *task.Model) error {
	file := &safetensors.File{Metadata: map[string]string{keyFormat: "pt", keyVersion: modelVersion}}
	for key, value := range metadata(m) {
		text, err := json.Marshal(value)
		if err != nil {
			return errors.Wrapf(err, "train: writing %s", path)
		}
		file.Metadata[key] = string(text)
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

func metadata(m *task.Model) map[string]any {
	values := map[string]any{
		keyConfig:     m.Config,
		keyVocabulary: vocabularyJSON{m.Vocabulary.Unit(), m.Vocabulary.Symbols()},
	}
	if m.Labels != nil {
		values[keyLabels] = m.Labels.Names()
	}
	return values
}

// Load reads a model that Save wrote. Whatever is wrong with the file is reported as a
// *data.Error.
func Load(path string) (*task.Model, error) {
	m, err := load(path)
	if err != nil {
		var bad *data.Error
		if errors.As(err, &bad) {
			return nil, err
		}
		return nil, &data.Error{File: path, Problem: "is not a model that can be used: " + err.Error(), Err: err}
	}
	return m, nil
}

func load(path string) (*task.Model, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
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
	var vocabulary vocabularyJSON
	var names []string
	for key, into := range map[string]any{keyConfig: &config, keyVocabulary: &vocabulary, keyLabels: &names} {
		text, ok := metadata[key]
		if key == keyLabels && !ok {
			continue
		}
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return nil, errors.Wrapf(err, "metadata %s", key)
		}
	}
	v, err := data.VocabularyFromSymbols(vocabulary.Unit, vocabulary.Symbols)
	if err != nil {
		return nil, err
	}
	var labels *data.Labels
	if names != nil {
		if labels, err = data.LabelsFromNames(names); err != nil {
			return nil, err
		}
	}
	return task.NewModel(config, v, labels, rand.New(rand.NewPCG(0, 0)))
}
