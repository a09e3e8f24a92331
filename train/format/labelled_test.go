package format_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/datatest"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

type options = format.LabelledOptions

// brief writes examples as line:label:text, one after the other.
func brief(examples []format.Example) string {
	var b strings.Builder
	for _, e := range examples {
		fmt.Fprintf(&b, "%d:%s:%q ", e.Line, e.Label, e.Text)
	}
	return strings.TrimSpace(b.String())
}

// Catches columns mixed up, a header taken for an example or an example for a header,
// quotes that TSV does not have, and lines counted wrong after a quoted line feed.
func TestReadLabelled(t *testing.T) {
	for _, c := range []struct {
		name, content string
		o             options
		want          string
	}{
		{"a.tsv", "ham\tsay \"hi\tthere\r\n\nspam\twin\n", options{}, `1:ham:"say \"hi" 3:spam:"win"`},
		{"a.tsv", "label\tid\ttext\nneg\t7\tbad\n", options{}, `2:neg:"bad"`},
		{"a.tsv", "\ufefftext\tlabel\nbad\tneg\n", options{}, `2:neg:"bad"`},
		{"a.tsv", "label\tbad\n", options{}, `1:label:"bad"`},
		{"a.tsv", "text\tlabel\n", options{TextColumn: "1", LabelColumn: "2"}, `1:label:"text"`},
		{"a.tsv", "text\tkind\nbad\tneg\n", options{LabelColumn: "kind"}, `2:neg:"bad"`},
		{"a.tsv", "review\tkind\nbad\tneg\n", options{LabelColumn: "2", TextColumn: "review"}, `2:neg:"bad"`},
		{"a.tsv", "bad\tx\tneg\n", options{TextColumn: "1", LabelColumn: "3"}, `1:neg:"bad"`},
		{"a.tsv", "x\ttext\nneg\tbad\n", options{LabelColumn: "1"}, `2:neg:"bad"`},
		{"a.tsv", "neg\t\n", options{}, `1:neg:""`},
		{"a.csv", "v1,v2,,\nham,\"a \"\"b\"\"\n\nc\"\n\nspam,d\n", options{Header: true}, `2:ham:"a \"b\"\n\nc" 6:spam:"d"`},
		{"a.csv", "text,label\r\n\"x, y\",1\r\n", options{Header: true}, `2:1:"x, y"`},
		{"a.jsonl", `{"text":"bad","label":"neg","id":[1]}` + "\n\n" + `{"label":1.50,"text":"\u00e9"}`, options{}, `1:neg:"bad" 3:1.50:"é"`},
		{"a.ndjson", `{"text":"","label":true}`, options{}, `1:true:""`},
		{"a.jsonl", `{"2":"bad","kind":"neg"}`, options{TextColumn: "2", LabelColumn: "kind"}, `1:neg:"bad"`},
		{"a.json", `{"text":"bad","label":"neg"}`, options{}, `1:neg:"bad"`},
		{"SMS", "ham\thi, there\n", options{}, `1:ham:"hi, there"`},
		{"a.TSV.GZ", "{ham\thi\n", options{}, `1:{ham:"hi"`},
		{"a.txt", "ham,hi\n", options{Format: format.CSV}, `1:ham:"hi"`},
		{"a.tsv", "ham\tcaf\xe9\n", options{Latin1: true}, `1:ham:"café"`},
		{"a.tsv", "ham\thi\nspam\n", options{NoLabel: true, TextColumn: "1"}, `1::"ham" 2::"spam"`},
		{"a.tsv", "ham\thi\n", options{NoLabel: true}, `1::"hi"`},
		{"a.tsv", "hi there\nyou\n", options{NoLabel: true}, `1::"hi there" 2::"you"`},
		{"a.csv", "id,text\n1,hi\n", options{NoLabel: true}, `2::"hi"`},
		{"a.jsonl", `{"text":"hi"}`, options{NoLabel: true}, `1::"hi"`},
		{"a.txt", "one\r\n\n{two\n", options{NoLabel: true}, `1::"one" 2::"" 3::"{two"`},
		{"a.txt", "a\tb\n", options{NoLabel: true, Format: format.PlainText}, `1::"a\tb"`},
	} {
		examples, err := format.LabelledFromBytes(c.name, []byte(c.content), c.o)
		if err != nil || brief(examples) != c.want {
			t.Errorf("%s %q %+v:\ngot  %s, %v\nwant %s", c.name, c.content, c.o, brief(examples), err, c.want)
		}
		for _, e := range examples {
			if e.File != c.name {
				t.Errorf("%s: an example of file %q", c.name, e.File)
			}
		}
	}
}

// Catches bad data that is taken, or refused without its file, line and value.
func TestReadLabelledBadData(t *testing.T) {
	for _, c := range []struct {
		name, content string
		o             options
		line          int
		value         string
		texts         []string
	}{
		{"a.tsv", "ham\thi\nhello there\n", options{}, 2, "hello there", []string{"columns are 1", "at least 2 are wanted", "the label column 1"}},
		{"a.tsv", "ham\thi\n", options{TextColumn: "3"}, 1, "ham\thi", []string{"columns are 2", "3 are wanted: the text is column 3"}},
		{"a.csv", "a\n\n\"b\n\",c\nd\n", options{NoLabel: true, TextColumn: "2"}, 1, "a", []string{"columns are 1"}},
		{"a.csv", "a,b\n\n\"c\n\"\nd\n", options{}, 3, "\"c\n\"", []string{"columns are 1"}},
		{"a.tsv", "label\treview\nneg\tbad\n", options{LabelColumn: "label"}, 1, "text", []string{`column "text"`, `names "label", "review"`}},
		{"a.tsv", "label\ttext\nneg\tbad\n", options{TextColumn: "body"}, 1, "body", []string{`column "body"`, `names "label", "text"`}},
		{"a.tsv", "text\tkind\nbad\tneg\n", options{Header: true}, 1, "label", []string{`column "label"`, `names "text", "kind"`}},
		{"a.tsv", "ham\thi\n \tho\n", options{}, 2, " ", []string{`label " "`, "is empty"}},
		{"a.jsonl", `{"text":"hi","label":""}`, options{}, 1, "", []string{`label ""`, "is empty"}},
		{"a.tsv", "label\ttext\n", options{}, 0, "", []string{"holds no rows, read as tsv"}},
		{"a.jsonl", "\n \n", options{}, 0, "", []string{"holds no rows, read as jsonl"}},
		{"a.csv", "\n", options{}, 0, "", []string{"holds no rows, read as csv"}},
		{"a.csv", "a,b\nc,d\"e\n", options{}, 2, "c,d\"e", []string{"not CSV", `bare "`, "line 2, column 4"}},
		{"a.csv", "a,b\nc,\"d\ne\n", options{}, 2, "c,\"d\ne", []string{"not CSV", "line 3"}},
		{"a.jsonl", "{\"text\":\"hi\",\"label\":1}\n{\"text\":}", options{}, 2, `{"text":}`, []string{"not JSON", "byte 9 of the line"}},
		{"a.jsonl", `["hi"]`, options{}, 1, `["hi"]`, []string{"not a JSON object"}},
		{"a.jsonl", `null`, options{}, 1, "text", []string{"it has none"}},
		{"a.jsonl", `{"b":1,"a":2}`, options{}, 1, "text", []string{`field "text"`, `it has "a", "b"`}},
		{"a.jsonl", `{"text":"a"}`, options{LabelColumn: "kind"}, 1, "kind", []string{`field "kind"`}},
		{"a.jsonl", `{"text":3,"label":1}`, options{}, 1, "3", []string{"text", "not a JSON string"}},
		{"a.jsonl", `{"text":null,"label":1}`, options{}, 1, "null", []string{"text", "not a JSON string"}},
		{"a.jsonl", `{"text":"a","label":null}`, options{}, 1, "null", []string{"label", "string, number or boolean"}},
		{"a.jsonl", `{"text":"a","label":[1]}`, options{}, 1, "[1]", []string{"label", "string, number or boolean"}},
		{"a.jsonl", `{"text":"a","label":{}}`, options{}, 1, "{}", []string{"label", "string, number or boolean"}},
		{"a.txt", "ham hi\nspam\twin", options{}, 1, "ham hi", []string{`"tsv", "csv" or "jsonl"`}},
	} {
		_, err := format.LabelledFromBytes(c.name, []byte(c.content), c.o)
		formattest.Complaint{File: c.name, Line: c.line, Value: c.value, Texts: c.texts}.Expect(t, err)
	}
}

// Catches an option that is silently ignored.
func TestReadLabelledUsage(t *testing.T) {
	for _, c := range []struct {
		name string
		o    options
		text string
	}{
		{"a.tsv", options{Format: "xml"}, `format "xml"`},
		{"a.tsv", options{Format: format.PlainText}, "no labels"},
		{"a.txt", options{Format: format.PlainText, NoLabel: true, TextColumn: "2"}, "no columns"},
		{"a.txt", options{Format: format.PlainText, NoLabel: true, Header: true}, "no header"},
		{"a.jsonl", options{Header: true}, "no header"},
		{"a.tsv", options{NoLabel: true, LabelColumn: "kind"}, `label column "kind"`},
		{"a.tsv", options{TextColumn: "0"}, "counted from 1"},
		{"a.tsv", options{LabelColumn: "-1"}, "counted from 1"},
		{"a.tsv", options{LabelColumn: "2"}, "column 2 for both"},
	} {
		_, err := format.LabelledFromBytes(c.name, []byte("{}\t1\n"), c.o)
		formattest.ExpectUsage(t, err, c.text)
	}
}

// Catches a format found by the temporary name of a compressed file, and counts other
// than those of Almeida, Hidalgo and Yamakami (2011) and Maas et al. (2011).
func TestKnownLabelledFiles(t *testing.T) {
	for _, c := range []struct {
		file   string
		counts map[string]int
	}{
		{"sms_spam/SMSSpamCollection", map[string]int{"ham": 4827, "spam": 747}},
		{"imdb/imdb.test.tsv.gz", map[string]int{"neg": 12_500, "pos": 12_500}},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			counts := map[string]int{}
			for _, e := range formattest.Must(format.ReadLabelled(datatest.Path(t, c.file), options{})) {
				counts[e.Label]++
			}
			if fmt.Sprint(counts) != fmt.Sprint(c.counts) {
				t.Errorf("got %v, want %v", counts, c.counts)
			}
		})
	}
}

// FuzzReadLabelled looks for content that panics, that is refused without saying where,
// or that gives examples no file could hold.
func FuzzReadLabelled(f *testing.F) {
	for _, seed := range []string{
		"", "ham\thi\n", "label\ttext\nneg\tbad\n", "a,\"b\nc\"\n\nd,e", "a,b\"", "\"",
		`{"text":"a","label":1}`, "{\"text\":\"\\ud800\",\"label\":true}\n\n{", "\ufeff{", "one\ntwo", "caf\xe9", "\t\t\n", "\r\n\r",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, o := range []options{
			{}, {NoLabel: true}, {Format: format.TSV, Header: true}, {Format: format.TSV, TextColumn: "text"},
			{Format: format.CSV}, {Format: format.CSV, NoLabel: true}, {Format: format.JSONLines}, {Format: format.PlainText, NoLabel: true},
		} {
			examples, err := format.LabelledFromBytes("fuzz", content, o)
			var e *format.Error
			if err != nil && (!errors.As(err, &e) || e.File != "fuzz") {
				t.Fatalf("%q, %+v: got %v, want a *format.Error", content, o, err)
			}
			if err == nil && len(examples) == 0 {
				t.Fatalf("%q, %+v: neither examples nor an error", content, o)
			}
			line := 0
			for _, e := range examples {
				last := strings.Count(string(content), "\n") + 1
				if err == nil && (e.Line <= line || e.Line > last || (e.Label == "") != o.NoLabel || !utf8.ValidString(e.Text+e.Label)) {
					t.Fatalf("%q, %+v: example %+v after line %d", content, o, e, line)
				}
				line = e.Line
			}
		}
	})
}

func ExampleReadLabelled() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "reviews.tsv")
	if err := os.WriteFile(path, []byte("label\ttext\npos\tA gem.\nneg\tToo long!\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	examples, err := format.ReadLabelled(path, format.LabelledOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range examples {
		fmt.Println(e.Line, e.Label, schema.Tokenize(e.Text, schema.Word))
	}
	// Output:
	// 2 pos [a gem .]
	// 3 neg [too long !]
}
