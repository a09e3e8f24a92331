package schema

import (
	"encoding/json"

	"github.com/pkg/errors"
)

// Keys of a Schema in a model file's metadata.
const (
	keyVocabulary = "lstm.vocabulary"
	keyAffixes    = "lstm.affixes"
	keyFeatures   = "lstm.features"
	keyLabels     = "lstm.labels"
	keyHorizon    = "lstm.horizon"
)

// vocabularyJSON is a vocabulary in the metadata.
type vocabularyJSON struct {
	Unit    Unit     `json:"unit"`
	Symbols []string `json:"symbols"`
}

// affixesJSON are affixes in the metadata.
type affixesJSON struct {
	Longest int      `json:"longest"`
	Symbols []string `json:"symbols"`
}

// Metadata returns the schema by the keys of a model file's metadata, in values that become
// JSON there. FromMetadata reads it again.
func (s Schema) Metadata() map[string]any {
	values := map[string]any{}
	if v := s.Vocabulary; v != nil {
		values[keyVocabulary] = vocabularyJSON{v.Unit(), v.Symbols()}
	}
	if a := s.Affixes; a != nil {
		values[keyAffixes] = affixesJSON{a.Longest, a.Vocabulary.Symbols()}
	}
	if s.Features != nil {
		values[keyFeatures] = s.Features
	}
	if s.Labels != nil {
		values[keyLabels] = s.Labels.Names()
	}
	if s.Horizon != nil {
		values[keyHorizon] = s.Horizon
	}
	return values
}

// FromMetadata returns the schema that a model file's metadata hold. It is an error if they
// hold neither a vocabulary nor features, or something that cannot be.
func FromMetadata(metadata map[string]string) (s Schema, err error) {
	if metadata[keyVocabulary] == "" && metadata[keyFeatures] == "" {
		return s, errors.Errorf("its metadata have neither %s nor %s", keyVocabulary, keyFeatures)
	}
	for _, part := range []struct {
		key  string
		read func(text []byte) error
	}{
		{keyVocabulary, s.readVocabulary}, {keyAffixes, s.readAffixes}, {keyFeatures, s.readFeatures},
		{keyLabels, s.readLabels}, {keyHorizon, s.readHorizon},
	} {
		if text, ok := metadata[part.key]; ok {
			if err := part.read([]byte(text)); err != nil {
				return s, errors.Wrapf(err, "metadata %s", part.key)
			}
		}
	}
	return s, nil
}

func (s *Schema) readVocabulary(text []byte) error {
	var v vocabularyJSON
	err := json.Unmarshal(text, &v)
	if err == nil {
		s.Vocabulary, err = VocabularyFromSymbols(v.Unit, v.Symbols)
	}
	return err
}

func (s *Schema) readAffixes(text []byte) error {
	var a affixesJSON
	if err := json.Unmarshal(text, &a); err != nil {
		return err
	}
	v, err := VocabularyFromSymbols(Word, a.Symbols)
	if err != nil {
		return err
	}
	s.Affixes = &Affixes{Longest: a.Longest, Vocabulary: v}
	return s.Affixes.Check()
}

func (s *Schema) readFeatures(text []byte) error {
	s.Features = &Features{}
	if err := json.Unmarshal(text, s.Features); err != nil {
		return err
	}
	return s.Features.Check()
}

func (s *Schema) readLabels(text []byte) error {
	var names []string
	err := json.Unmarshal(text, &names)
	if err == nil {
		s.Labels, err = LabelsFromNames(names)
	}
	return err
}

// readHorizon leaves it to the model to check the horizon against the features.
func (s *Schema) readHorizon(text []byte) error {
	s.Horizon = &Horizon{}
	return json.Unmarshal(text, s.Horizon)
}
