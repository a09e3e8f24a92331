package train_test

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// A loaded model predicts the same bits as the one that was saved, and saves to the same
// bytes.
func TestSaveAndLoad(t *testing.T) {
	folder := t.TempDir()
	c := newClassification(t, 4)
	path := filepath.Join(folder, "model.safetensors")
	if err := train.Save(path, c.model); err != nil {
		t.Fatal(err)
	}
	loaded, err := train.LoadAs[*task.Model](path)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{"so so good film", "film", "", "something else"}
	before, after := probabilities(t, c.model, texts), probabilities(t, loaded, texts)
	for i := range texts {
		for k := range before[i] {
			if math.Float64bits(before[i][k]) != math.Float64bits(after[i][k]) {
				t.Errorf("%q: %v before and %v after", texts[i], before[i], after[i])
			}
		}
	}
	again := filepath.Join(folder, "again.safetensors")
	if err := train.Save(again, loaded); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(read(t, path), read(t, again)) {
		t.Error("the loaded model saves to other bytes")
	}
	if !slices.Equal(loaded.Labels.Names(), c.model.Labels.Names()) || loaded.Config != c.model.Config {
		t.Errorf("labels %v, config %+v", loaded.Labels.Names(), loaded.Config)
	}
}

// A tagger comes back with all that it has beyond a plain one, and without its affixes it is
// another model. Would catch affixes that are not in the file.
func TestSaveAndLoadOptions(t *testing.T) {
	sentences := []format.Sentence{{Words: []string{"Ann", "sings"}, Tags: []string{"N", "V"}}}
	tags, err := schema.NewTags(sentences)
	if err != nil {
		t.Fatal(err)
	}
	known := schema.Schema{Vocabulary: schema.NewTaggedVocabulary(sentences, schema.Limits{}), Labels: tags, Affixes: schema.NewAffixes(sentences, 2, schema.Limits{})}
	config := task.Config{Task: task.Tag, Cell: "gru", Hidden: 4, Layers: 2, Embed: 3, Steps: 5, Bidirectional: true, Dropout: 0.5, Zoneout: 0.1}
	m, err := task.New(config, known, rand.New(rand.NewPCG(3, 3)))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := train.Save(path, m); err != nil {
		t.Fatal(err)
	}
	loaded, err := train.LoadAs[*task.Model](path)
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Config != config || loaded.Affixes.Longest != 2 || !slices.Equal(loaded.Affixes.Vocabulary.Symbols(), known.Affixes.Vocabulary.Symbols()) {
		t.Errorf("config %+v, affixes %+v", loaded.Config, loaded.Affixes)
	}
	for i, p := range loaded.Params() {
		if want := m.Params()[i]; p.Name() != want.Name() || !slices.Equal(p.Floats(), want.Floats()) {
			t.Errorf("%s is not what %s was", p.Name(), want.Name())
		}
	}
	for _, bad := range []string{`{"longest":0,"symbols":["<pad>","<unk>"]}`, `{"longest":2,"symbols":[]}`, `{"longest":2,"symbols":["a"]}`, `[]`} {
		file, err := safetensors.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file.Metadata["lstm.affixes"] = bad
		wrong := filepath.Join(t.TempDir(), "wrong.safetensors")
		if err := safetensors.WriteFile(wrong, file); err != nil {
			t.Fatal(err)
		}
		if _, err := train.Load(wrong); err == nil || !strings.Contains(err.Error(), "lstm.affixes") {
			t.Errorf("affixes %s: error %v", bad, err)
		}
	}
}

// A model of any cell comes back as it was, under names that differ.
func TestSaveAndLoadEveryCell(t *testing.T) {
	c := newClassification(t, 4)
	texts := []string{"so so good film", "film"}
	for _, cell := range cells.Names() {
		config := c.model.Config
		config.Cell, config.Layers = cell, 2
		m, err := task.NewModel(config, c.model.Vocabulary, c.model.Labels, rand.New(rand.NewPCG(3, 3)))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range m.Params() {
			graph.Uniform(p, 0.5, rand.New(rand.NewPCG(uint64(len(p.Name())), 4)))
		}
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := train.Save(path, m); err != nil {
			t.Fatal(err)
		}
		loaded, err := train.LoadAs[*task.Model](path)
		if err != nil {
			t.Fatal(err)
		}
		before, after := probabilities(t, m, texts), probabilities(t, loaded, texts)
		for i := range texts {
			if !slices.Equal(before[i], after[i]) {
				t.Errorf("%s: %v before and %v after", cell, before[i], after[i])
			}
		}
	}
}

func probabilities(t *testing.T, m *task.Model, texts []string) [][]float64 {
	t.Helper()
	c, err := task.NewClassifier(m, task.Serving{Rows: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p, err := c.Probabilities(texts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// Each way in which a file can be no model is a *format.Error that names the file and says
// what is wrong.
func TestLoadRefuses(t *testing.T) {
	folder := t.TempDir()
	c := newCorpus(t)
	path := filepath.Join(folder, "model.safetensors")
	if err := train.Save(path, c.model); err != nil {
		t.Fatal(err)
	}
	whole := read(t, path)
	flipped := slices.Clone(whole)
	flipped[len(flipped)-5] ^= 1

	for name, test := range map[string]struct {
		content []byte
		want    string
	}{
		"cut off":         {whole[:len(whole)-10], "cut off"},
		"a flipped bit":   {flipped, ""},
		"not safetensors": {[]byte("PK\x03\x04 something else entirely"), ""},
		"empty":           {nil, ""},
		"another version": {edit(t, whole, func(f *safetensors.File) { f.Metadata["lstm.version"] = "99" }), `version "99"`},
		"not ours":        {edit(t, whole, func(f *safetensors.File) { f.Metadata = nil }), "lstm.version"},
		"no vocabulary":   {edit(t, whole, func(f *safetensors.File) { delete(f.Metadata, "lstm.vocabulary") }), "lstm.vocabulary"},
		"a tensor short":  {edit(t, whole, func(f *safetensors.File) { f.Tensors = f.Tensors[1:] }), "there is no tensor"},
		"a tensor too many": {edit(t, whole, func(f *safetensors.File) {
			f.Tensors = append(f.Tensors, safetensors.FromFloat32s("extra", []int{1}, []float32{1}))
		}), `tensor "extra" of shape [1] has no place`},
		"another shape": {edit(t, whole, func(f *safetensors.File) {
			for i, x := range f.Tensors {
				if x.Name == "dense.weight" {
					f.Tensors[i].Shape = []int{x.Shape[1], x.Shape[0]}
				}
			}
		}), "dense.weight"},
		"another hidden size": {edit(t, whole, func(f *safetensors.File) {
			f.Metadata["lstm.config"] = strings.Replace(f.Metadata["lstm.config"], `"hidden":16`, `"hidden":17`, 1)
		}), "shape"},
		"a negative size": {edit(t, whole, func(f *safetensors.File) {
			f.Metadata["lstm.config"] = strings.Replace(f.Metadata["lstm.config"], `"hidden":16`, `"hidden":-1`, 1)
		}), "hidden is -1"},
	} {
		bad := filepath.Join(folder, "bad.safetensors")
		if err := os.WriteFile(bad, test.content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := train.Load(bad)
		var dataError *format.Error
		if !errors.As(err, &dataError) || !strings.Contains(err.Error(), bad) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want a data error about %q", name, err, test.want)
		}
	}
	_, err := train.Load(filepath.Join(folder, "missing"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: error %v", err)
	}
}

// edit returns a model file with a change.
func edit(t *testing.T, content []byte, change func(*safetensors.File)) []byte {
	t.Helper()
	f, err := safetensors.Decode(content)
	if err != nil {
		t.Fatal(err)
	}
	change(f)
	var b strings.Builder
	if err := safetensors.Encode(&b, f); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}
