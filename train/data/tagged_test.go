package data_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
)

// phrase writes sentences as word/tag@line, with a bar between sentences.
func phrase(sentences []data.Sentence) string {
	var all []string
	for _, s := range sentences {
		var words []string
		for i, w := range s.Words {
			tag := ""
			if s.Tags != nil {
				tag = s.Tags[i]
			}
			words = append(words, fmt.Sprintf("%s/%s@%d", w, tag, s.Lines[i]))
		}
		all = append(all, strings.Join(words, " "))
	}
	return strings.Join(all, " | ")
}

const (
	conllu = "# text = it's\n1-2\tit's\t_\t_\t_\t_\t_\t_\t_\t_\n1\tit\tit\tPRON\tPRP\t_\t2\tnsubj\t_\t_\n" +
		"2\t's\tbe\tAUX\tVBZ\t_\t0\troot\t_\t_\n2.1\tgone\tgo\tVERB\t_\t_\t_\t_\t_\t_\n\n1\t#\t#\tSYM\t_\t_\t0\troot\t_\t_\n"
	conll = "-DOCSTART- -X- O O\r\n\r\nEU NNP I-NP B-ORG\r\nrejects VBZ I-VP O\r\n\n\n# NN I-NP O"
)

// Catches contractions and empty nodes read as words, a comment read as a word or a word
// read as a comment, a sentence lost at the end of a file, and lines counted wrong.
func TestReadTagged(t *testing.T) {
	type options = data.TaggedOptions
	for _, c := range []struct {
		name, content string
		o             options
		want          string
	}{
		{"a.conllu", conllu, options{}, "it/PRON@3 's/AUX@4 | #/SYM@7"},
		{"a.CONLLU.gz", conllu, options{TagColumn: "xpos", WordColumn: "lemma"}, "it/PRP@3 be/VBZ@4 | #/_@7"},
		{"a", conllu, options{TagColumn: "8"}, "it/nsubj@3 's/root@4 | #/root@7"},
		{"a", conllu, options{NoTags: true}, "it/@3 's/@4 | #/@7"},
		{"eng.train", conll, options{}, "EU/B-ORG@3 rejects/O@4 | #/O@7"},
		{"eng.train", conll, options{TagColumn: "2"}, "EU/NNP@3 rejects/VBZ@4 | #/NN@7"},
		{"a", "one\ntwo\n", options{NoTags: true}, "one/@1 two/@2"},
		{"a", "B-X\tone\n", options{WordColumn: "2", TagColumn: "1"}, "one/B-X@1"},
		{"a", conllu, options{Format: data.CoNLL, WordColumn: "2", TagColumn: "3"}, "text/=@1 it's/_@2 it/it@3 's/be@4 gone/go@5 | #/#@7"},
	} {
		got, err := data.TaggedFromBytes(c.name, []byte(c.content), c.o)
		if err != nil || phrase(got) != c.want {
			t.Errorf("%s %+v: %s, %v, want %s", c.name, c.o, phrase(got), err, c.want)
		}
	}
}

// Bad files say where and what.
func TestReadTaggedRefuses(t *testing.T) {
	for content, want := range map[string]complaint{
		"":                         {"bad.conllu", 0, "", []string{"is empty"}},
		"# only a comment\n\n":     {"bad.conllu", 0, "", []string{"no sentences"}},
		"1\tit\tit\n":              {"bad.conllu", 1, "1\tit\tit", []string{"3, but at least 4"}},
		"\n1\t \tit\tPRON\n":       {"bad.conllu", 2, " ", []string{"word", "is empty"}},
		"1\tit\tit\tPRON\n2\ta\tb": {"bad.conllu", 2, "2\ta\tb", nil},
		"1\tit\tit\t\n":            {"bad.conllu", 1, "", []string{"tag", "every word needs one"}},
		"1\t\xff\tit\tX\n":         {"bad.conllu", 1, "\xff", []string{"UTF-8"}},
	} {
		_, err := data.ReadTagged(write(t, "bad.conllu", content), data.TaggedOptions{})
		want.expect(t, err)
	}
	_, err := data.TaggedFromBytes("bad", []byte("word\n"), data.TaggedOptions{})
	complaint{"bad", 1, "word", []string{"1, but at least 2"}}.expect(t, err)
	for text, o := range map[string]data.TaggedOptions{
		`format "tsv"`:   {Format: data.TSV},
		`column "upos"`:  {Format: data.CoNLL, TagColumn: "upos"},
		`column "0"`:     {TagColumn: "0"},
		"both the word":  {WordColumn: "3", TagColumn: "3"},
		"not to be read": {NoTags: true, TagColumn: "3"},
	} {
		_, err := data.TaggedFromBytes("a", []byte("a b c\n"), o)
		expectUsage(t, err, text)
	}
}

// The published sizes of UD English EWT.
func TestReadUniversalDependencies(t *testing.T) {
	for name, want := range map[string][2]int{"dev": {2001, 25147}, "test": {2077, 25094}} {
		sentences, err := data.ReadTagged(dataset(t, "ud_english_ewt/en_ewt-ud-"+name+".conllu.gz"), data.TaggedOptions{})
		if err != nil {
			t.Fatal(err)
		}
		words := 0
		for _, s := range sentences {
			words += len(s.Words)
		}
		tags := must(data.NewTags(sentences))
		if len(sentences) != want[0] || words != want[1] || tags.Len() != 17 {
			t.Errorf("%s: %d sentences, %d words, tags %v", name, len(sentences), words, tags.Names())
		}
	}
}

// Words keep their case, unseen ones are unknown, and an unseen tag says where it stands.
func TestEncodeSentences(t *testing.T) {
	sentences := must(data.TaggedFromBytes("a", []byte("The DET\nthe DET\nend NOUN\n"), data.TaggedOptions{}))
	v := data.NewTaggedVocabulary(sentences, data.Limits{})
	if got := v.EncodeWords([]string{"the", "The", "THE"}); !slices.Equal(got, []int{4, 2, 1}) {
		t.Errorf("ids %v of %q", got, v.Symbols())
	}
	tags := must(data.NewTags(sentences))
	other := must(data.TaggedFromBytes("b", []byte("\nThe DET\nran VERB\n"), data.TaggedOptions{}))
	_, err := tags.EncodeTags(other[0])
	complaint{"b", 3, "VERB", []string{"DET"}}.expect(t, err)
}

// A sentence that is longer than a row is cut into rows, none of whose words is lost; each
// tag stands where its word does.
func TestTaggedBatches(t *testing.T) {
	var ids, tags [][]int
	total := 0
	for n := range 25 {
		var words, classes []int
		for i := range n {
			words, classes = append(words, 100*n+i), append(classes, 200*n+i)
		}
		ids, tags = append(ids, words), append(tags, classes)
		total += n
	}
	s := must(data.NewTagged(ids, tags, 4, 10))
	seen := map[int]bool{}
	var b data.Batch
	for i := range s.Begin(nil) {
		s.Batch(i, &b)
		for j, w := range b.Weights {
			row := j % b.Rows
			if w == 0 {
				if b.Mask[j] != 0 {
					t.Fatalf("batch %d: element %d runs without a target", i, j)
				}
				continue
			}
			example, at := b.Examples[row], b.Offsets[row]+j/b.Rows
			if b.Inputs[j] != ids[example][at] || b.Targets[j] != tags[example][at] || b.Mask[j] != 1 {
				t.Fatalf("batch %d: element %d is %d with tag %d", i, j, b.Inputs[j], b.Targets[j])
			}
			seen[b.Inputs[j]] = true
		}
	}
	if len(seen) != total || s.Truncated() != 0 {
		t.Errorf("%d words of %d, %d truncated", len(seen), total, s.Truncated())
	}
	if _, err := data.NewTagged([][]int{{1, 2}}, [][]int{{1}}, 1, 4); err == nil {
		t.Error("a tag is missing without an error")
	}
}

// Whatever a file holds, its sentences have words and tags in equal number, or it is a
// complaint about data.
func FuzzReadTagged(f *testing.F) {
	f.Add([]byte(conllu), "a.conllu")
	f.Add([]byte(conll), "a")
	f.Add([]byte("1\t\t\t\t\t\t\t\t\t\n"), "a")
	f.Fuzz(func(t *testing.T, content []byte, name string) {
		sentences, err := data.TaggedFromBytes(name, content, data.TaggedOptions{})
		var bad *data.Error
		if err != nil && !errors.As(err, &bad) {
			t.Fatalf("error %v (%T)", err, err)
		}
		for _, s := range sentences {
			if len(s.Words) == 0 || len(s.Words) != len(s.Tags) || len(s.Words) != len(s.Lines) {
				t.Fatalf("%+v", s)
			}
			for i, w := range s.Words {
				if w == "" || s.Tags[i] == "" || !utf8.ValidString(w) {
					t.Fatalf("word %q, tag %q", w, s.Tags[i])
				}
			}
		}
	})
}
