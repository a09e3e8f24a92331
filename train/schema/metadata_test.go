package schema_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// inFile returns a schema's metadata as a file holds them.
func inFile(s schema.Schema) map[string]string {
	metadata := map[string]string{"lstm.config": "{}", "format": "pt"}
	for key, value := range s.Metadata() {
		metadata[key] = string(formattest.Must(json.Marshal(value)))
	}
	return metadata
}

// A schema goes through a file's metadata and means the same. Would catch a part that is left out, or
// read as another.
func TestSchemaThroughMetadata(t *testing.T) {
	sentences := []format.Sentence{{Words: []string{"The", "dog"}, Tags: []string{"DET", "NOUN"}}}
	tags := formattest.Must(schema.NewTags(sentences))
	features := schema.NewFeatures([]string{"y", "x"}, 2, []float64{1, 2, 3, 5})
	features.Audio = &format.Audio{Spectrum: "mfcc", Rate: 8000}
	horizon := formattest.Must(schema.NewHorizon([]float64{1, 2, 3, 5}, 2, 1, 3, 1))
	horizon.Relative = true
	for want, s := range map[string]schema.Schema{
		"a vocabulary": {Vocabulary: schema.NewByteVocabulary()},
		"a vocabulary and affixes and labels": {
			Vocabulary: schema.NewTaggedVocabulary(sentences, schema.Limits{}), Affixes: schema.NewAffixes(sentences, 2, schema.Limits{}), Labels: tags,
		},
		"features and labels":    {Features: features, Labels: tags},
		"a horizon and features": {Features: features, Horizon: horizon},
	} {
		back, err := schema.FromMetadata(inFile(s))
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		again := inFile(back)
		for key, text := range inFile(s) {
			if again[key] != text {
				t.Errorf("%s: %s is %s, want %s", want, key, again[key], text)
			}
		}
		if back.String() != want || s.String() != want {
			t.Errorf("%s comes back as %s", want, back)
		}
		if s.Labels != nil && !slices.Equal(back.Labels.Names(), s.Labels.Names()) {
			t.Errorf("labels %v", back.Labels.Names())
		}
	}
	if nothing := (schema.Schema{}); nothing.String() != "nothing" || len(nothing.Metadata()) != 0 {
		t.Errorf("%s with %v", nothing, nothing.Metadata())
	}
}

// Metadata that cannot be are refused by their key.
func TestBadMetadata(t *testing.T) {
	for text, metadata := range map[string]map[string]string{
		"neither lstm.vocabulary nor lstm.features": {"lstm.labels": `["a","b"]`},
		"metadata lstm.vocabulary: ":                {"lstm.vocabulary": `{"unit":"char","symbols":["a","a"]}`},
		"metadata lstm.affixes: schema: affixes of": {"lstm.vocabulary": `{"unit":"char","symbols":["a"]}`, "lstm.affixes": `{"longest":0,"symbols":["<pad>","<unk>"]}`},
		"metadata lstm.affixes: schema: the vocab":  {"lstm.vocabulary": `{"unit":"char","symbols":["a"]}`, "lstm.affixes": `{"longest":2,"symbols":["a","<unk>"]}`},
		"metadata lstm.features: ":                  {"lstm.features": `{"mean":[1],"deviation":[0]}`},
		"metadata lstm.labels: ":                    {"lstm.features": `{"mean":[1],"deviation":[1]}`, "lstm.labels": `["a"]`},
		"metadata lstm.horizon: ":                   {"lstm.features": `{"mean":[1],"deviation":[1]}`, "lstm.horizon": `[]`},
	} {
		if _, err := schema.FromMetadata(metadata); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v: %v, want %s", metadata, err, text)
		}
	}
}
