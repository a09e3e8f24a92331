package format_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/datatest"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// phrase writes sentences as word/tag@line, with a bar between sentences.
func phrase(sentences []format.Sentence) string {
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
	type options = format.TaggedOptions
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
		{"a", conllu, options{Format: format.CoNLL, WordColumn: "2", TagColumn: "3"}, "text/=@1 it's/_@2 it/it@3 's/be@4 gone/go@5 | #/#@7"},
	} {
		got, err := format.TaggedFromBytes(c.name, []byte(c.content), c.o)
		if err != nil || phrase(got) != c.want {
			t.Errorf("%s %+v: %s, %v, want %s", c.name, c.o, phrase(got), err, c.want)
		}
	}
}

// Bad files say where and what.
func TestReadTaggedRefuses(t *testing.T) {
	for content, want := range map[string]formattest.Complaint{
		"":                         {File: "bad.conllu", Texts: []string{"is empty"}},
		"# only a comment\n\n":     {File: "bad.conllu", Texts: []string{"no sentences"}},
		"1\tit\tit\n":              {File: "bad.conllu", Line: 1, Value: "1\tit\tit", Texts: []string{"3, but at least 4"}},
		"\n1\t \tit\tPRON\n":       {File: "bad.conllu", Line: 2, Value: " ", Texts: []string{"word", "is empty"}},
		"1\tit\tit\tPRON\n2\ta\tb": {File: "bad.conllu", Line: 2, Value: "2\ta\tb"},
		"1\tit\tit\t\n":            {File: "bad.conllu", Line: 1, Texts: []string{"tag", "every word needs one"}},
		"1\t\xff\tit\tX\n":         {File: "bad.conllu", Line: 1, Value: "\xff", Texts: []string{"UTF-8"}},
	} {
		_, err := format.ReadTagged(formattest.Write(t, "bad.conllu", content), format.TaggedOptions{})
		want.Expect(t, err)
	}
	_, err := format.TaggedFromBytes("bad", []byte("word\n"), format.TaggedOptions{})
	formattest.Complaint{File: "bad", Line: 1, Value: "word", Texts: []string{"1, but at least 2"}}.Expect(t, err)
	for text, o := range map[string]format.TaggedOptions{
		`format "tsv"`:   {Format: format.TSV},
		`column "upos"`:  {Format: format.CoNLL, TagColumn: "upos"},
		`column "0"`:     {TagColumn: "0"},
		"both the word":  {WordColumn: "3", TagColumn: "3"},
		"not to be read": {NoTags: true, TagColumn: "3"},
	} {
		_, err := format.TaggedFromBytes("a", []byte("a b c\n"), o)
		formattest.ExpectUsage(t, err, text)
	}
}

// The published sizes of UD English EWT.
func TestReadUniversalDependencies(t *testing.T) {
	for name, want := range map[string][2]int{"dev": {2001, 25147}, "test": {2077, 25094}} {
		sentences, err := format.ReadTagged(datatest.Path(t, "ud_english_ewt/en_ewt-ud-"+name+".conllu.gz"), format.TaggedOptions{})
		if err != nil {
			t.Fatal(err)
		}
		words := 0
		for _, s := range sentences {
			words += len(s.Words)
		}
		tags := formattest.Must(schema.NewTags(sentences))
		if len(sentences) != want[0] || words != want[1] || tags.Len() != 17 {
			t.Errorf("%s: %d sentences, %d words, tags %v", name, len(sentences), words, tags.Names())
		}
	}
}

// Whatever a file holds, its sentences have words and tags in equal number, or it is a
// complaint about data.
func FuzzReadTagged(f *testing.F) {
	f.Add([]byte(conllu), "a.conllu")
	f.Add([]byte(conll), "a")
	f.Add([]byte("1\t\t\t\t\t\t\t\t\t\n"), "a")
	f.Fuzz(func(t *testing.T, content []byte, name string) {
		sentences, err := format.TaggedFromBytes(name, content, format.TaggedOptions{})
		var bad *format.Error
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
