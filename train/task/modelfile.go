package task

import (
	"encoding/json"
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/schema"
)

// keyConfig is that of the Config in the metadata of a model file.
const keyConfig = "lstm.config"

var _ train.Formatted = (*Model)(nil)

func init() { train.RegisterFormatted("task", fromMetadata) }

// Metadata returns what describes the model up to its weights: the config and the schema.
func (m *Model) Metadata() (map[string]string, error) {
	values := m.Schema.Metadata()
	values[keyConfig] = m.Config
	metadata := map[string]string{}
	for key, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, errors.Wrap(err, key)
		}
		metadata[key] = string(text)
	}
	return metadata, nil
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
	return New(config, s, rand.New(rand.NewPCG(0, 0)))
}
