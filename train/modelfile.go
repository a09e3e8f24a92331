package train

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train/format"
)

// modelVersion is written to model files and changes with what their metadata means.
const modelVersion = "1"

// Keys of a model file's metadata. A kind of models may add its own.
const (
	keyFormat  = "format" // what readers of PyTorch's files look for
	keyVersion = "lstm.version"
	keyKind    = "lstm.kind"
	keyConfig  = "lstm.config"
)

// A Parameterized is a model of any kind, as Save and Load see it.
type Parameterized interface {
	Params() []*graph.Param
}

// Save writes a model of a kind that is registered to one file from which it can be loaded, in
// the safetensors format, with all that describes it in the metadata. The same model gives the
// same bytes, and the file is replaced as a whole or not at all.
func Save(path string, m Parameterized) error {
	file, err := modelFile(m)
	if err != nil {
		return errors.Wrapf(err, "train: writing %s", path)
	}
	return errors.Wrapf(safetensors.WriteFile(path, file), "train: writing model %s", path)
}

func modelFile(m Parameterized) (*safetensors.File, error) {
	k, err := kindOf(m)
	if err != nil {
		return nil, err
	}
	file := &safetensors.File{}
	if file.Metadata, err = k.metadata(m); err != nil {
		return nil, err
	}
	file.Metadata[keyFormat], file.Metadata[keyVersion] = "pt", modelVersion
	if k.tensors == nil {
		for _, p := range m.Params() {
			file.Tensors = append(file.Tensors, paramTensor("", p, p.Floats()))
		}
		return file, nil
	}
	for _, t := range k.tensors(m) {
		x := t.Floats()
		values := make([]float32, len(x))
		for i, v := range x {
			values[i] = float32(v)
		}
		file.Tensors = append(file.Tensors, safetensors.FromFloat32s(t.Name, t.Shape, values))
	}
	return file, nil
}

// Load reads a model that Save wrote, or the latest weights of a checkpoint. Models of the kinds
// of package task can be read where that package is imported, others where they are registered.
// Whatever is wrong with the file is reported as a *format.Error.
func Load(path string) (Parameterized, error) {
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

// LoadAs is Load of a model of type M, such as *task.Model. It is an error if the file holds a
// model of another type.
func LoadAs[M Parameterized](path string) (M, error) {
	var none M
	m, err := Load(path)
	if err != nil {
		return none, err
	}
	wanted, ok := m.(M)
	if !ok {
		return none, &format.Error{File: path, Problem: errors.Errorf("holds a model of type %T, want %T", m, none).Error()}
	}
	return wanted, nil
}

func load(path string) (Parameterized, error) {
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
	k, m, err := modelOf(file.Metadata)
	if err != nil {
		return nil, err
	}
	if k.tensors != nil {
		return m, weights.Load(k.tensors(m), file)
	}
	return m, setParams(m.Params(), file, "")
}

// modelOf returns the model that the metadata describe, without its weights.
func modelOf(metadata map[string]string) (*kind, Parameterized, error) {
	k, err := kindNamed(metadata[keyKind])
	if err != nil {
		return nil, nil, err
	}
	m, err := k.read(metadata)
	return k, m, err
}
