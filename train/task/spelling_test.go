package task_test

import (
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// withAffixes returns a tagger like another that knows affixes of the sentences' words.
func withAffixes(t *testing.T, m *task.Model, sentences []format.Sentence, longest int) *task.Model {
	t.Helper()
	known := m.Schema
	known.Affixes = schema.NewAffixes(sentences, longest, schema.Limits{})
	with, err := task.New(m.Config, known, newRand())
	if err != nil {
		t.Fatal(err)
	}
	return with
}

// A tagger with affixes knows a word that its vocabulary does not hold by its end, and one without
// does not. Would catch affixes of which the cells read nothing, in training or in prediction.
func TestAffixesTellUnseenWords(t *testing.T) {
	content := strings.Repeat("talking V\nthe D\n\nhouse N\nthe D\n\nmaking V\n\nmouse N\n\nridding V\n\nblouse N\n", 2)
	plain, sentences := newTagger(t, content, 4)
	plain.Vocabulary = schema.NewTaggedVocabulary(sentences, schema.Limits{MinCount: 3}) // the
	plain = changed(t, plain, func(*task.Config) {})
	spelling := withAffixes(t, plain, sentences, 3)
	right := func(m *task.Model) (n int) {
		source := tagged(t, m, sentences, 12, 4)
		descend(t, m, source, 400, 0.5)
		tagger, err := task.NewTagger(m, task.Serving{Rows: 3})
		if err != nil {
			t.Fatal(err)
		}
		defer tagger.Close()
		found, err := tagger.Tags([][]string{{"shopping"}, {"grouse"}, {"singing", "the"}})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"V", "N", "V"} {
			if found[i][0].Tag == want {
				n++
			}
		}
		return n
	}
	if a, b := right(plain), right(spelling); a == 3 || b != 3 {
		t.Errorf("of 3 words that were never seen, %d are right without affixes and %d with them", a, b)
	}
}

// descend trains a model on the first batch of a source, by plain gradient descent.
func descend(t *testing.T, m *task.Model, source data.Source[data.Batch], times int, rate float64) {
	t.Helper()
	var batch data.Batch
	source.Begin(nil)
	source.Batch(0, &batch)
	program := compile(t, m, &batch, train.Compilation{Training: true})
	for range times {
		if _, err := program.Run(&batch, 0, nil); err != nil {
			t.Fatal(err)
		}
		for _, p := range m.Params() {
			x := p.Floats()
			for i, g := range program.Graph().Grad(p) {
				x[i] -= rate * g
			}
			p.SetFloats(x)
		}
	}
}

// Affixes are for taggers; what else is given them is an error.
func TestAffixesAreForTaggers(t *testing.T) {
	c := classifier(t, 4)
	known := c.Schema
	known.Affixes = schema.NewAffixes([]format.Sentence{{Words: []string{"a"}}}, 1, schema.Limits{})
	if _, err := task.New(c.Config, known, newRand()); err == nil || !strings.Contains(err.Error(), "a classifier needs labels and either a vocabulary or features; it is given a vocabulary and affixes and labels") {
		t.Errorf("error %v", err)
	}
}
