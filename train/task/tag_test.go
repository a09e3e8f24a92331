package task_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// newTagger returns a small tagger of words a and b, and sentences with their tags.
func newTagger(t *testing.T, content string, steps int) (*task.Model, []format.Sentence) {
	t.Helper()
	sentences, err := format.TaggedFromBytes("sentences", []byte(content), format.TaggedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tags, err := schema.NewTags(sentences)
	if err != nil {
		t.Fatal(err)
	}
	c := task.Config{Task: task.Tag, Cell: "lstm", Hidden: 4, Layers: 1, Embed: 3, Steps: steps}
	m, err := task.NewModel(c, schema.NewTaggedVocabulary(sentences, schema.Limits{}), tags, newRand())
	if err != nil {
		t.Fatal(err)
	}
	return m, sentences
}

// score runs a model on all batches of a source, and returns what is reported.
func score(t *testing.T, m *task.Model, source data.Source[data.Batch]) train.Metrics {
	t.Helper()
	sum := train.Counts{}
	var loss, weight float64
	var batch data.Batch
	for i := range source.Begin(nil) {
		source.Batch(i, &batch)
		program, err := train.Compile(m, &batch, train.Compilation{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := program.Run(&batch, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		program.Close()
		loss, weight = loss+r.Loss*r.Weight, weight+r.Weight
		sum.Add(r.Counts)
	}
	p := train.Metrics{Loss: loss / weight, Targets: int(weight)}
	m.Task().Report(m, sum, &p)
	return p
}

func tagged(t *testing.T, m *task.Model, sentences []format.Sentence, rows, steps int) *data.Sequences {
	t.Helper()
	var words [][]string
	var tags [][]int
	for _, s := range sentences {
		encoded, err := m.Labels.EncodeTags(s)
		if err != nil {
			t.Fatal(err)
		}
		words, tags = append(words, s.Words), append(tags, encoded)
	}
	s, err := task.TaggedSequences(m.Schema, words, tags, rows, steps)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A model that says O of every word, by its bias: accuracy is the share of O, and no chunk
// is found. One that says B-X finds one-word chunks: of two true chunks, one of which is a
// word, and five found, one is right. Catches padding that counts, and words mixed up
// between rows.
func TestTaggerScoreByHand(t *testing.T) {
	m, sentences := newTagger(t, "a B-X\nb O\n\na B-X\nb I-X\na O\n", 8)
	for _, p := range m.Params() {
		p.Fill(func() float64 { return 0 })
	}
	names := strings.Join(m.Labels.Names(), " ")
	if names != "B-X I-X O" {
		t.Fatal(names)
	}
	source := tagged(t, m, sentences, 3, 8)
	m.Head.B.SetFloats([]float64{0, 0, 1})
	p := score(t, m, source)
	graphtest.CheckClose(t, "O", []float64{p.Value("accuracy"), p.Value("precision"), p.Value("recall"), p.Value("f1"), float64(p.Targets)}, []float64{2.0 / 5, 0, 0, 0, 5}, 1e-12)
	right, wrong := -math.Log(math.E/(math.E+2)), -math.Log(1/(math.E+2))
	graphtest.CheckClose(t, "loss", []float64{p.Loss}, []float64{(2*right + 3*wrong) / 5}, 1e-6)
	m.Head.B.SetFloats([]float64{1, 0, 0})
	p = score(t, m, source)
	graphtest.CheckClose(t, "B-X", []float64{p.Value("accuracy"), p.Value("precision"), p.Value("recall"), p.Value("f1")}, []float64{2.0 / 5, 1.0 / 5, 1.0 / 2, 2.0 / 7}, 1e-12)
}

// Tags that mark no chunks are classes: F1 is their mean.
func TestTaggerScoreOfParts(t *testing.T) {
	m, sentences := newTagger(t, "a DET\nb NOUN\n\nb NOUN\n", 8)
	for _, p := range m.Params() {
		p.Fill(func() float64 { return 0 })
	}
	m.Head.B.SetFloats([]float64{0, 1}) // NOUN
	p := score(t, m, tagged(t, m, sentences, 2, 8))
	graphtest.CheckClose(t, "NOUN", []float64{p.Value("accuracy"), p.Value("f1")}, []float64{2.0 / 3, 0.8 / 2}, 1e-12)
}

// Each word's tag is the same whatever its sentence is predicted together with; a long
// sentence, an empty one and unheard words are legal, and no word is lost.
func TestTaggerPredictsEachSentenceAlone(t *testing.T) {
	m, _ := newTagger(t, "a DET\nb NOUN\n", 8)
	long := strings.Fields(strings.Repeat("a b b ", 7))
	sentences := [][]string{{"a", "b"}, {}, long, {"c", "d", "a"}}
	tagger, err := task.NewTagger(m, task.Serving{Rows: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer tagger.Close()
	together, err := tagger.Tags(sentences)
	if err != nil {
		t.Fatal(err)
	}
	for i, words := range sentences {
		alone, err := tagger.Tags([][]string{words})
		if err != nil {
			t.Fatal(err)
		}
		if len(together[i]) != len(words) {
			t.Fatalf("%d tags for %d words", len(together[i]), len(words))
		}
		for k, w := range together[i] {
			if w != alone[0][k] || w.Tag == "" || w.Probability < 0.5 {
				t.Errorf("sentence %d, word %d: %v among others, %v alone", i, k, w, alone[0][k])
			}
		}
	}
	// The long sentence is read in pieces of 8 words, each from a state of zeros.
	piece, err := tagger.Tags([][]string{long[8:16]})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(together[2][8:16], piece[0]) {
		t.Errorf("the second piece has tags %v, alone %v", together[2][8:16], piece[0])
	}
}
