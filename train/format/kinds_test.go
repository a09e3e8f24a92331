package format_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
)

// classes writes the classes of a reading as label:count, and the first example.
func classes(r *format.Reading) string {
	var all []string
	for _, c := range r.Classes {
		all = append(all, fmt.Sprintf("%s:%d", c.Label, c.Count))
	}
	return strings.Join(all, " ")
}

// An expected file of labelled texts: its classes, its first text, and what its reading says.
type expectedTexts struct {
	name, content string
	o             options
	want, first   string
	says          []string
}

func (c expectedTexts) check(t *testing.T) {
	t.Helper()
	var got *format.Labelled
	var err error
	if c.content == "" {
		got, err = format.OpenLabelled(filepath.Join(cases, c.name), c.o)
	} else {
		got, err = c.o.Read(c.name, c.content)
	}
	if err != nil {
		t.Errorf("%s %.60q: %v", c.name, c.content, err)
		return
	}
	if text := classes(got.Reading); text != c.want || got.Examples[0].Text != c.first {
		t.Errorf("%s %.60q:\n%s, first %q, want\n%s, %q", c.name, c.content, text, got.Examples[0].Text, c.want, c.first)
	}
	for _, text := range c.says {
		if !strings.Contains(got.Reading.String(), text) {
			t.Errorf("%s %.60q: the reading does not say %q:\n%s", c.name, c.content, text, got.Reading)
		}
	}
}

// repeated returns rows of two labels that repeat.
func repeated(separator string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s%sthe text of row %d\n", []string{"bad", "good"}[i%2], separator, i)
	}
	return b.String()
}

// A row of names is no example. Would catch a class that is called as its column is.
func TestHeaderIsNoClass(t *testing.T) {
	const first = "bad bad awful sad grim day 0"
	for _, c := range []expectedTexts{
		{"header-row-becomes-a-class/reviews.csv", "", options{LabelColumn: "1", TextColumn: "2"}, "neg:100 pos:100", first, []string{"header line 1"}},
		{"header-row-becomes-a-class/reviews.csv", "", options{}, "neg:100 pos:100", first, nil},
		{"header-row-becomes-a-class/reviews.tsv", "", options{}, "neg:100 pos:100", first, nil},
		{"header-row-becomes-a-class/v1v2.csv", "", options{}, "neg:100 pos:100", first, []string{"label column v1"}},
		{"a.csv", "kind,what\n" + repeated(",", 8), options{}, "bad:4 good:4", "the text of row 0", nil},
		{"a.csv", "Review;Sentiment\nfine;1\npoor;0\nnice;1\n", options{}, "1:2 0:1", "fine", []string{`separator ";"`, "text column Review"}},
		{"a.csv", "neutral,is it 5/6\nneutral,it is\n" + strings.Repeat("1,good\n0,bad\n", 8), options{}, "0:8 1:8 neutral:2", "is it 5/6", []string{"header none"}},
		{"a.csv", "stars,what\n" + strings.Repeat("1,good\n0,bad\n", 8), options{}, "0:8 1:8", "good", []string{"header line 1"}},
		{"a.csv", "#fun is all,x\n#sad is it,y\nno tag,x\nno more,y\n", options{TextColumn: "1", LabelColumn: "2"}, "x:2 y:2", "#fun is all", []string{"header none"}},
		{"a.csv", "# made by hand\nlabel,text\nx,a\ny,#b\n", options{}, "x:1 y:1", "a", []string{"comments #", "header line 2"}},
		{"a.csv", "text,kind\na,x\nb,y\n", options{}, "x:1 y:1", "a", []string{"label column kind"}},
		{"a.csv", "id,Text,LABEL\n1,fine,x\n2,poor,y\n", options{}, "x:1 y:1", "fine", nil},
		{"a.csv", "rare,this is a text\n" + repeated(",", 8), options{}, "bad:4 good:4 rare:1", "this is a text", []string{"occurs nowhere else"}},
		{"a.csv", "kind,what\n" + repeated(",", 8), options{Layout: format.Layout{NoHeader: true}}, "bad:4 good:4 kind:1", "what", []string{"header none (as told)"}},
		{"a.csv", "fine day,1\npoor day,0\nnice day,1\nsad day,0\n", options{}, "0:2 1:2", "fine day", []string{"label column 2"}},
	} {
		c.check(t)
	}
	_, err := options{}.Read("a.csv", "id,a,b\n"+strings.Join([]string{"1,x,y", "2,x,y", "3,z,y", "4,x,y", "5,z,y", "6,x,y", "7,x,y", "8,z,y", "9,x,y", "10,x,y"}, "\n"))
	formattest.Complaint{File: "a.csv", Line: 2, Value: "1", Texts: []string{"another one in each of 10 rows"}}.Expect(t, err)
	expectOption(t, err, "LabelColumn, TextColumn")
}

// Labels that differ in nothing that people see are one class.
func TestLabelsAreCleaned(t *testing.T) {
	expectedTexts{"labels-that-differ-in-blanks/spaces.csv", "", options{}, "bad thing:80 very good:80", "great great fine lovely sweet day 0", nil}.check(t)
	for _, c := range []expectedTexts{
		{"a.tsv", "1\ta\n1.0\tb\n 1. \tc\n2\td\n", options{}, "1:3 2:1", "a", nil},
		{"a.jsonl", `{"text":"a","label":1}` + "\n" + `{"text":"b","label":1.0}` + "\n" + `{"text":"c","label":"1"}`, options{}, "1:3", "a", nil},
		{"a.tsv", "e\u0301te\u0301\tun e\u0301te\u0301\nété\tb\n", options{}, "été:2", "un été", nil},
		{"a.tsv", "\u00a0x\ta\nx \tb\n", options{}, "x:2", "a", nil},
		{"a.tsv", "1.5\ta\n1.50\tb\n", options{}, "1.5:1 1.50:1", "a", nil},
	} {
		c.check(t)
	}
}

// The forms of labelled texts other than tables.
func TestFormsOfLabelledTexts(t *testing.T) {
	const first = "bad bad awful sad grim day 0"
	for _, c := range []expectedTexts{
		{"label-before-the-text/fasttext.txt", "", options{}, "neg:60 pos:60", first, []string{"fasttext"}},
		{"a", "__label__x  hi there \r\n\n__label__y you\n", options{}, "x:1 y:1", "hi there", nil},
		{"json-arrays-and-null/array.json", "", options{}, "neg:60 pos:60", first, nil},
		{"json-arrays-and-null/array-pretty.json", "", options{}, "neg:60 pos:60", first, nil},
		{"json-arrays-and-null/array-lines.json", "", options{}, "neg:60 pos:60", first, nil},
		{"json-arrays-and-null/null-text.jsonl", "", options{}, "neg:59 pos:59", first, []string{"1 object left out: the text is null", "1 object left out: the label is null"}},
		{"json-arrays-and-null/nested.jsonl", "", options{TextColumn: "data.text", LabelColumn: "meta.label"}, "neg:60 pos:60", first, []string{"text field data.text (as told)"}},
		{"a.json", "{\n \"text\": \"a\",\n \"label\": \"x\"\n}\n{\n \"text\": \"b\",\n \"label\": \"y\"\n}\n", options{}, "x:1 y:1", "a", nil},
		{"a", "  [ {\"review\": \"a\", \"sentiment\": true} ]", options{}, "true:1", "a", []string{"text field review"}},
		{"a.jsonl", `{"data.text":"a","label":"x"}`, options{TextColumn: "data.text"}, "x:1", "a", nil},
	} {
		c.check(t)
	}
	for _, c := range []struct {
		name, content string
		line          int
		value         string
		texts         []string
	}{
		{"a.json", "[\n{\"text\":\"a\",\"label\":\"x\"},\n{\"text\":\"b\",\"label\":}\n]", 3, "", []string{"not JSON"}},
		{"a.json", "[{\"text\":\"a\",\"label\":\"x\"}", 1, "", []string{"not JSON"}},
		{"a.json", "[{\"text\":\"a\",\"label\":\"x\"}]\n[]", 2, "", []string{"more after the array"}},
		{"a.json", "[\n\n{\"text\":\"a\",\"label\":\"x\"},\n[1]]", 4, "[1]", []string{"not a JSON object"}},
		{"a.jsonl", `{"data":{"text":"a"},"label":1}`, 1, "text", []string{`it has "data.text", "label"`}},
		{"a", "__label__x a\nno label\n", 2, "no label", []string{"__label__"}},
		{"a", "__label__x __label__y a\n", 1, "__label__x __label__y a", []string{"several labels"}},
		{"a", "__label__ a\n", 1, "", []string{"is empty"}},
	} {
		_, err := options{}.Read(c.name, c.content)
		formattest.Complaint{File: c.name, Line: c.line, Value: c.value, Texts: c.texts}.Expect(t, err)
	}
}

// Quotes in all their habits.
func TestQuotesOfCells(t *testing.T) {
	for _, c := range []expectedTexts{
		{"a.csv", "label,text\nx,\"a\nb, \"\"c\"\"\"\ny,\"d\"\n", options{}, "x:1 y:1", "a\nb, \"c\"", nil},
		{"a.csv", "label, text\nx, \"a, b\"\ny, \"d\"\n", options{}, "x:1 y:1", "a, b", nil},
		{"a.csv", "label,text\nx,\"say \\\"a, b\\\"\"\ny,\"d\"\n", options{}, "x:1 y:1", `say "a, b"`, nil},
		{"a.csv", "label,text\nx,a 5\" pipe\ny,\"d\"\n", options{}, "x:1 y:1", `a 5" pipe`, nil},
		{"a.csv", "'label','text'\n'x','a, ''b'''\n'y','d'\n", options{}, "x:1 y:1", "a, 'b'", []string{"quote '"}},
		{"a.tsv", "x\t\"a\"\"b\"\ny\t\"c\"\n", options{}, "x:1 y:1", `a"b`, []string{`quote "`}},
		{"a.tsv", "x\t\"a\" is b\ny\t\"c\n", options{}, "x:1 y:1", `"a" is b`, nil},
		{"a.csv", "label,text\nx,\"a\ny,b\n", options{Layout: format.Layout{Quote: "none"}}, "x:1 y:1", `"a`, []string{"quote none (as told)"}},
		{"a.csv", "\"label\",\"text\"\r\n\"x\",\"a\r\nb\"\r\n", options{}, "x:1", "a\r\nb", nil},
	} {
		c.check(t)
	}
	_, err := options{}.Read("a.csv", "label,text\nx,\"a\ny,b\n")
	formattest.Complaint{File: "a.csv", Line: 2, Value: "x,\"a\ny,b", Texts: []string{"opens in line 2"}}.Expect(t, err)
	expectOption(t, err, "Quote")
}

// Separators and encodings of labelled texts.
func TestSeparatorsAndEncodingsOfTexts(t *testing.T) {
	const first = "“bad bad awful sad grim day 0” – it’s café €0"
	for _, c := range []expectedTexts{
		{"semicolons-and-decimal-commas/semicolon.csv", "", options{}, "neg:60 pos:60", "bad bad awful sad grim day 0, indeed", []string{`separator ";"`}},
		{"windows-1252/cp1252.csv", "", options{Layout: format.Layout{Encoding: "latin1"}}, "neg:60 pos:60", first, []string{"windows-1252 (as told)"}},
		{"windows-1252/cp1252.csv", "", options{Latin1: true}, "neg:60 pos:60", first, nil},
		{"windows-1252/cp1252.csv", "", options{}, "neg:60 pos:60", first, []string{"encoding windows-1252,"}},
		{"windows-1252/bom-latin1.csv", "", options{Layout: format.Layout{Encoding: "latin1"}}, "neg:60 pos:60", "bad bad awful sad grim day 0", []string{"label column label"}},
		{"a.csv", "\xef\xbb\xbflabel,text\nx,caf\xe9\n", options{Latin1: true}, "x:1", "café", nil},
		{"a.jsonl", "{\"text\":\"caf\xe9\",\"label\":\"x\"}", options{}, "x:1", "café", []string{"windows-1252"}},
		{"a.tsv", "\xff\xfex\x00\t\x00\xe9\x00\n\x00", options{}, "x:1", "é", []string{"utf-16le"}},
		{"a.txt", "label|text\nx|a, b\ny|c\nx|d\n", options{}, "x:2 y:1", "a, b", []string{`separator "|"`}},
	} {
		c.check(t)
	}
	_, err := options{}.Read("a.csv", "bad;so, so\ngood;yes, yes\nbad;no, no\ngood;oh, oh\n")
	formattest.Complaint{File: "a.csv", Texts: []string{`","`, `";"`, "say which"}}.Expect(t, err)
	expectOption(t, err, "Separator")
	for _, c := range []struct {
		content string
		line    int
		value   string
	}{{"x,a\ny,b,c\nx,d\n", 2, "y,b,c"}, {"label,text\nx,a\ny\n", 3, "y"}} {
		_, err := options{}.Read("a.csv", c.content)
		formattest.Complaint{File: "a.csv", Line: c.line, Value: c.value, Texts: []string{"its columns are"}}.Expect(t, err)
	}
}

// Text in other encodings than UTF-8, without labels.
func TestDecodeDocument(t *testing.T) {
	d := formattest.Must(format.ReadDocument(filepath.Join(cases, "windows-1252/cp1252.txt")))
	for _, told := range []string{"", "latin1", "windows-1252"} {
		text, r, err := d.DecodeAs(told)
		if err != nil || !strings.HasPrefix(text.Content, "“quoted” – text it’s\n") || r.Rows != 80 || r.Setting("encoding") != "windows-1252" {
			t.Errorf("%q: %v, %v", told, r, err)
		}
	}
	_, _, err := d.DecodeAs("utf-8")
	formattest.Complaint{File: "cp1252.txt", Line: 1, Value: "\x93", Texts: []string{"not UTF-8"}}.Expect(t, err)
	expectOption(t, err, "Encoding")
}

// Words and tags: tabs part columns where there are tabs, and comments are no words.
func TestTaggedKinds(t *testing.T) {
	type tagged = format.TaggedOptions
	for _, c := range []struct {
		name, content string
		o             tagged
		want, first   string
		says          []string
	}{
		{"blank-inside-a-word/three-columns.conll", "", tagged{TagColumn: "2"}, "VBZ:80 NN:80 NNP:160 .:80", "Mira/NNP@1 sees/VBZ@2", []string{"separator tab"}},
		{"blank-inside-a-word/three-columns.conll", "", tagged{TagColumn: "3"}, "O:240 B-LOC:80 B-PER:80", "Mira/B-PER@1 sees/O@2", []string{"scheme BIO"}},
		{"blank-inside-a-word/space-inside.conll", "", tagged{}, "O:240 B-LOC:80 B-PER:80", "Mira/B-PER@1 sees/O@2", nil},
		{"blank-inside-a-word/nbsp-inside.conll", "", tagged{}, "O:241 B-LOC:80 B-PER:80", "Mira/B-PER@1 sees/O@2", nil},
		{"comments-in-conll/comments.conll", "", tagged{}, "O:240 B-LOC:80 B-PER:80", "Mira/B-PER@3 sees/O@4", []string{"160 lines left out, as comments"}},
		{"comments-in-conll/germeval-like.tsv", "", tagged{WordColumn: "2", TagColumn: "3"}, "O:240 B-LOC:80 B-PER:80", "Mira/B-PER@2 sees/O@3", []string{"80 lines left out"}},
		{"comments-in-conll/hashtags.conll", "", tagged{}, "O:280 B-PER:120 B-LOC:80", "#sun/O@1 Mira/B-PER@2", nil},
		{"tagged-words-in-csv/words.csv", "", tagged{WordColumn: "Word", TagColumn: "Tag"}, "O:240 B-LOC:80 B-PER:80", "Mira/B-PER@2 sees/O@3", []string{"80 sentences", `sentence column "Sentence #"`}},
		{"a", "10\u00a0000 CD\nmen NN\n\nhe PR\n", tagged{}, "CD:1 NN:1 PR:1", "10\u00a0000/CD@1 men/NN@2", []string{"separator blanks", "scheme none"}},
		{"a", "# text B\n# a\nb X\n\n# b\nc X\n", tagged{}, "X:2", "b/X@3", []string{"3 lines left out"}},
		{"a", "# a\nb X\n\n# b\nc X\n", tagged{}, "X:2", "b/X@2", []string{"2 lines left out"}},
		{"a", "a\tb X\nc\td Y\n", tagged{Layout: format.Layout{Separator: " "}}, "X:1 Y:1", "a/X@1 c/Y@2", []string{"separator blanks (as told)"}},
		{"a", "a B-X\n", tagged{Scheme: format.BIOES}, "B-X:1", "a/B-X@1", []string{"tag scheme BIOES (as told)"}},
		{"a", "a\tX\t\nb\tY\t\n", tagged{}, "X:1 Y:1", "a/X@1 b/Y@2", nil},
		{"a", "# NN\nb X\n", tagged{}, "NN:1 X:1", "#/NN@1 b/X@2", nil},
		{"a", "#x Y\nb X\n", tagged{Layout: format.Layout{Comment: "#"}}, "X:1", "b/X@2", nil},
		{"a", "# a\nb X\n\n# b\nc X\n", tagged{Layout: format.Layout{Comment: "none"}}, "X:2 a:1 b:1", "#/a@1 b/X@2", nil},
		{"a.csv", "token;ner\nAnn;B-PER\nsleeps;O\n\nBo;B-PER\n", tagged{}, "B-PER:2 O:1", "Ann/B-PER@2 sleeps/O@3", []string{"2 sentences"}},
		{"a.csv", "sentence_id,tokens,tags\n1,a,X\n1,b,Y\n2,c,X\n", tagged{}, "X:2 Y:1", "a/X@2 b/Y@3", []string{"2 sentences"}},
		{"a", "caf\xe9\tX\n", tagged{}, "X:1", "café/X@1", []string{"windows-1252"}},
	} {
		var got *format.Tagged
		var err error
		if c.content == "" {
			got, err = format.OpenTagged(filepath.Join(cases, c.name), c.o)
		} else {
			got, err = c.o.Read(c.name, c.content)
		}
		if err != nil {
			t.Errorf("%s %q: %v", c.name, c.content, err)
			continue
		}
		counts := map[string]bool{}
		for _, class := range strings.Fields(classes(got.Reading)) {
			counts[class] = true
		}
		for _, class := range strings.Fields(c.want) {
			if !counts[class] || len(counts) != len(strings.Fields(c.want)) {
				t.Errorf("%s %q: %s, want %s", c.name, c.content, classes(got.Reading), c.want)
				break
			}
		}
		if first := phrase(got.Sentences[:1]); !strings.HasPrefix(first, c.first) {
			t.Errorf("%s %q: %s, want %s", c.name, c.content, first, c.first)
		}
		for _, text := range c.says {
			if !strings.Contains(got.Reading.String(), text) {
				t.Errorf("%s %q: the reading does not say %q:\n%s", c.name, c.content, text, got.Reading)
			}
		}
	}
	inside := formattest.Must(format.OpenTagged(filepath.Join(cases, "blank-inside-a-word/space-inside.conll"), tagged{}))
	if words := fmt.Sprint(inside.Sentences); !strings.Contains(words, "New Pell") {
		t.Error("the word New Pell is lost")
	}
	if spaces := formattest.Must(format.OpenTagged(filepath.Join(cases, "blank-inside-a-word/nbsp-inside.conll"), tagged{})); !strings.Contains(fmt.Sprint(spaces.Sentences), "10\u00a0000") {
		t.Error("the word 10 000 is lost")
	}
}

// Sentences that cannot be meant are refused with what helps.
func TestTaggedKindsRefused(t *testing.T) {
	type tagged = format.TaggedOptions
	for name, value := range map[string]string{"nbsp-token": "\u00a0", "blank-token": " "} {
		_, err := format.OpenTagged(filepath.Join(cases, "blank-inside-a-word", name+".conll"), tagged{})
		formattest.Complaint{File: name + ".conll", Line: 63, Value: value, Texts: []string{"is blank"}}.Expect(t, err)
	}
	for _, c := range []struct {
		name, content string
		o             tagged
		line          int
		value, option string
	}{
		{"a", "a X\nb Y\nNew York X\n", tagged{}, 3, "New York X", "TagColumn, Comment"},
		{"a.csv", "word,tag\na,X\nb,Y\n", tagged{}, 0, "", "SentenceColumn"},
		{"a.csv", "x,tag\na,X\n\nb,Y\n", tagged{TagColumn: "tag"}, 1, "word", "WordColumn"},
		{"a.csv", "word,tag\na,X\n\nb\n", tagged{}, 4, "b", "FillShort"},
		{"a.csv", "word,tag\na,X\n\nb,Y\n", tagged{SentenceColumn: "s"}, 1, "s", ""},
	} {
		_, err := c.o.Read(c.name, c.content)
		formattest.Complaint{File: c.name, Line: c.line, Value: c.value}.Expect(t, err)
		expectOption(t, err, c.option)
	}
	for text, o := range map[string]tagged{
		"empty lines part sentences": {SentenceColumn: "1"},
		"are those of tables":        {Layout: format.Layout{Quote: "'"}},
		"by a tab or a blank":        {Layout: format.Layout{Separator: ","}},
		"one of [BIO IOB1":           {Scheme: "BIOX"},
		"not to be read":             {Scheme: format.BIO, NoTags: true},
	} {
		_, err := o.Read("a", "a X\n")
		formattest.ExpectUsage(t, err, text)
	}
}

// Each scheme by tags that only it has.
func TestSchemeOf(t *testing.T) {
	for tags, want := range map[string]format.TagScheme{
		"B-X I-X O": format.BIO, "O B-X B-X": format.BIO, "I-X B-X O": format.IOB1, "I-X I-Y O": format.IO, "B-X E-X S-X O": format.BIOES,
		"B_X I_X E_X O": format.BIOES, "B-X L-X U-X O": format.BILOU, "B M E S": format.BMES, "B I O": format.BIO, "S O": format.BIOES, "U-X O": format.BILOU,
		"O O": format.NoScheme, "NOUN VERB": format.NoScheme, "B-X L-X E-X": format.NoScheme, "PER O": format.NoScheme, "B": format.NoScheme, "O-X B-X": format.NoScheme,
		"X-B I-B": format.NoScheme, "B-X M-X E-X O": format.BMES,
	} {
		if got := format.SchemeOf([]format.Sentence{{Tags: strings.Fields(tags)}}); got != want {
			t.Errorf("%s is %s, want %s", tags, got, want)
		}
	}
}

// Series whatever separates their numbers, and found out without a format.
func TestSeriesKinds(t *testing.T) {
	wave := filepath.Join(cases, "ucr-tsv-read-as-text/Wave_TRAIN.tsv")
	if f := format.SeriesFormat(wave, ""); f != format.UCR {
		t.Errorf("the format of a label and numbers is %q", f)
	}
	_, err := format.OpenLabelled(wave, options{})
	formattest.Complaint{File: "Wave_TRAIN.tsv", Line: 1, Texts: []string{"24 numbers", "ucr"}}.Expect(t, err)
	expectOption(t, err, "Format, TextColumn")
	for _, c := range []struct {
		name, content string
		o             format.SeriesOptions
		want          string
	}{
		{"a.txt", "  1.0000000e+00 2 3 4\n -1.0000000e+00  5 6 NaN\n", format.SeriesOptions{}, "1@1:[2 3 4]/1 -1@2:[5 6]/1"},
		{"a.csv", "1,2,3,4\n2,5,6,7\n", format.SeriesOptions{}, "1@1:[2 3 4]/1 2@2:[5 6 7]/1"},
		{"a.csv", "up;2,5;3;4\ndown;5;6;7\n", format.SeriesOptions{}, "up@1:[2.5 3 4]/1 down@2:[5 6 7]/1"},
		{"a.tsv", "1\t2\t3\n", format.SeriesOptions{Format: format.UCR, NoLabel: true}, "@1:[1 2 3]/1"},
		{"a.csv", "1;2,5;3\n", format.SeriesOptions{Format: format.UCR, Separator: ";"}, "1@1:[2.5 3]/1"},
		{"a.tsv", "1.0\t2\t3\t4\t\n", format.SeriesOptions{Format: format.UCR}, "1@1:[2 3 4]/1"},
		{"a", "@relation x\n@attribute 'my class' {a,'b c'}\n@attribute t0 real\n@attribute t1 real\n@data\n'b c',1,2\na,3,?\n", format.SeriesOptions{}, "b c@6:[1 2]/1 a@7:[3]/1"},
		{"a.arff", "@attribute t0 real\n@attribute class {a,b}\n@attribute t1 real\n@data\n1,?,2\n1,b,2\n", format.SeriesOptions{SkipUnlabelled: true}, "b@6:[1 2]/1"},
		{"a.arff", "@attribute t0 real\n@attribute target numeric\n@attribute t1 real\n@data\n1,7,2\n", format.SeriesOptions{}, "7@5:[1 2]/1"},
		{"a.ts", "@problemName x\n@timeStamps true\n@classLabel true a b\n@data\n(2021-01-01 00:00:00,1),(2021-01-01 01:00:00,2):B\n(0.5,1),(0.7,2.5):a\n", format.SeriesOptions{}, "b@5:[1 2]/1 a@6:[1 2.5]/1"},
		{"a.ts", "@classLabel true up hill b\n@data\n1,2:up hill\n", format.SeriesOptions{}, "up hill@3:[1 2]/1"},
	} {
		got, err := c.o.Read(c.name, c.content)
		if err != nil || brief3(got.Series) != c.want {
			t.Errorf("%s %q: %v, want %s", c.name, c.content, err, c.want)
			if err == nil {
				t.Log(brief3(got.Series))
			}
		}
	}
	for name, want := range map[string]string{"timestamps": "a:30 b:30", "case": "a:30 b:30", "label-space": "b:30 up hill:30"} {
		got := formattest.Must(format.OpenSeries(filepath.Join(cases, "ts-with-time-stamps", name+".ts"), format.SeriesOptions{}))
		if text := classes(got.Reading); text != want || got.Series[0].Width != 2 || got.Series[0].Steps() != 20 || got.Series[0].Values[2] != 0.6294 {
			t.Errorf("%s: %s, %v, want %s", name, text, got.Series[0], want)
		}
	}
	for _, c := range []struct {
		name, content string
		line          int
		value, option string
	}{
		{"a.arff", "@attribute t0 real\n@attribute class {a,b}\n@data\n1,?\n", 4, "?", "SkipUnlabelled"},
		{"a.arff", "@attribute t0 real\n@attribute class {a,b}\n@data\n1,c\n", 4, "c", ""},
		{"a.arff", "@attribute t0 real\n@attribute class {a,b}\n@data\n1,2,a\n", 4, "1,2,a", ""},
		{"a.arff", "@attribute t0 {1,2}\n@attribute class {a,b}\n@data\n1,a\n", 3, "@data", ""},
		{"a.arff", "@attribute when date\n@attribute class {a,b}\n@data\n", 1, "@attribute when date", ""},
		{"a.ts", "@classLabel true a b\n@data\n(2021-01-01,x):a\n", 3, "x", ""},
	} {
		_, err := format.SeriesOptions{}.Read(c.name, c.content)
		formattest.Complaint{File: c.name, Line: c.line, Value: c.value}.Expect(t, err)
		expectOption(t, err, c.option)
	}
	for text, o := range map[string]format.SeriesOptions{
		"without labels":      {Format: format.TS, NoLabel: true},
		"without a class":     {Format: format.TS, SkipUnlabelled: true},
		"the order of arrays": {Format: format.TS, ChannelsFirst: true},
		`separator "\t"`:      {Format: format.TS, Separator: "\t"},
		"not known to hold":   {Format: format.WAV},
	} {
		_, err := o.Read("a", "@data\n1,2\n")
		formattest.ExpectUsage(t, err, text)
	}
	uneven := formattest.Must(format.SeriesOptions{}.Read("a.ts", "@data\n(2021-01-01,1),(2021-01-02,2),(2021-01-05,2)\n"))
	if !strings.Contains(uneven.Reading.String(), "not equally far apart, first in line 2") {
		t.Error(uneven.Reading)
	}
	for name, content := range map[string]string{
		"texts":   "1\ttoo short\n",
		"floats":  "1.5\t1\t2\t3\n2.5\t1\t2\t3\n",
		"singles": "1\t1\t2\t3\n2\t1\t2\t3\n3\t1\t2\t3\n4\t1\t2\t3\n5\t1\t2\t3\n6\t1\t2\t3\n",
		"dates":   "2021-01-01,1,2,3\n2021-01-02,1,2,3\n",
	} {
		if f := format.SeriesFormat(formattest.Write(t, "a.tsv", content), ""); f != "" {
			t.Errorf("%s are series in the format %s", name, f)
		}
	}
}

// Arrays as NumPy writes them, in other orders, sizes and names.
func TestLayoutsOfArrays(t *testing.T) {
	want := formattest.Must(format.ReadSeries(filepath.Join(cases, "layouts-of-npz/keys.npz"), ""))
	for _, name := range []string{"column", "fortran", "half", "positional"} {
		got := formattest.Must(format.OpenSeries(filepath.Join(cases, "layouts-of-npz", name+".npz"), format.SeriesOptions{}))
		if classes(got.Reading) != "0:30 1:30" || len(got.Series) != 60 {
			t.Errorf("%s: %s", name, got.Reading)
			continue
		}
		for i, s := range got.Series {
			for j, x := range s.Values {
				if d := x - want[i].Values[j]; s.Label != want[i].Label || d > 1e-3 || d < -1e-3 {
					t.Fatalf("%s: series %d, %v, want %v", name, i, s, want[i])
				}
			}
		}
	}
	fortran := strings.Replace(npy("<i2", "2, 3, 2", []int16{1, 7, 3, 9, 5, 11, 2, 8, 4, 10, 6, 12}), "False", "True ", 1)
	for content, want := range map[string]string{
		fortran: "@1:[1 2 3 4 5 6]/2 @2:[7 8 9 10 11 12]/2",
		npy("<f2", "1, 6", []uint16{0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x3555}):                                                           "@1:[1 -2 5.960464477539063e-08 65504 -0 0.333251953125]/1",
		npz(t, map[string]string{"x_train": npy("|u1", "1, 2", []uint8{1, 255}), "labels": npy("|S3", "1,", []byte("ab\x00")), "x_test": "?"}): "ab@1:[1 255]/1",
	} {
		got, err := format.SeriesOptions{}.Read("a.npz", content)
		if err != nil || brief3(got.Series) != want {
			t.Errorf("%v, %v, want %s", got, err, want)
		}
	}
	first := npy("<i2", "1, 2, 3", []int16{1, 2, 3, 4, 5, 6})
	noted := formattest.Must(format.SeriesOptions{}.Read("a.npy", first))
	if brief3(noted.Series) != "@1:[1 2 3 4 5 6]/3" || !strings.Contains(noted.Reading.String(), "ChannelsFirst") {
		t.Error(noted.Reading)
	}
	if got := formattest.Must(format.SeriesOptions{ChannelsFirst: true}.Read("a.npy", first)); brief3(got.Series) != "@1:[1 4 2 5 3 6]/2" || len(got.Reading.Notes) > 0 {
		t.Error(brief3(got.Series), got.Reading)
	}
	named := npz(t, map[string]string{"inputs": npy("<f4", "1, 2", []float32{1, 2}), "n": npy("<u8", "1,", []uint64{1 << 63})})
	_, err := format.SeriesOptions{}.Read("a.npz", named)
	formattest.Complaint{File: "a.npz", Texts: []string{"no array x", `"inputs"`, `"n"`}}.Expect(t, err)
	expectOption(t, err, "X")
	got, err := format.SeriesOptions{X: "inputs"}.Read("a.npz", named)
	if err != nil || brief3(got.Series) != "@1:[1 2]/1" {
		t.Errorf("%v, %v", got, err)
	}
	_, err = format.SeriesOptions{X: "inputs", Lengths: "n"}.Read("a.npz", named)
	formattest.Complaint{File: "a.npz", Value: "lengths", Texts: []string{"9.223372036854776e+18 steps"}}.Expect(t, err)
	_, err = format.SeriesOptions{X: "inputs", Lengths: "m"}.Read("a.npz", named)
	formattest.Complaint{File: "a.npz", Value: "m", Texts: []string{"no such array"}}.Expect(t, err)
	_, err = format.SeriesOptions{}.Read("a.npz", overlap(named))
	formattest.Complaint{File: "a.npz", Texts: []string{"members overlap"}}.Expect(t, err)
}

// overlap returns a zip whose directory names the first member twice, for the second as well.
func overlap(archive string) string {
	const entry = "PK\x01\x02"
	b := []byte(archive)
	first := bytes.Index(b, []byte(entry))
	second := first + 4 + bytes.Index(b[first+4:], []byte(entry))
	for _, span := range [][2]int{{16, 28}, {42, 46}} { // the sizes, and where the member stands
		copy(b[second+span[0]:second+span[1]], b[first+span[0]:first+span[1]])
	}
	return string(b)
}

// Folders of recordings: names in capitals, and labels that are folders' names.
func TestFoldersOfRecordings(t *testing.T) {
	for _, c := range []struct {
		path, want, says string
	}{
		{"upper", "high:2 low:1", "first underscore"},
		{"train", "high:2 low:1", "rate 8000"},
		{"byfolder", "high:3 low:3", "the folder's name"},
		{"byfolder/*/*.wav", "high:3 low:3", "the folder's name"},
	} {
		path := filepath.Join(cases, "folders-of-recordings", c.path)
		if f := format.SeriesFormat(path, ""); f != format.WAV {
			t.Errorf("the format of %s is %q", c.path, f)
		}
		got, err := format.OpenRecordings(formattest.Must(format.RecordingFiles(path)), format.RecordingOptions{Audio: format.Audio{Spectrum: "mfcc"}})
		if err != nil || classes(got.Reading) != c.want || !strings.Contains(got.Reading.String(), c.says) {
			t.Errorf("%s: %v, %v, want %s", c.path, got, err, c.want)
		}
	}
	folder := filepath.Join(t.TempDir(), "odd [1] *")
	for _, name := range []string{"yes/a_1.wav", "yes/b_1.wav", "no/a_2.wav", "no/b_2.wav"} {
		formattest.WriteAt(t, filepath.Join(folder, name), "")
		record(t, filepath.Dir(filepath.Join(folder, name)), filepath.Base(name), 8000, 300)
	}
	files := formattest.Must(format.RecordingFiles(folder))
	_, err := format.OpenRecordings(files, format.RecordingOptions{Audio: format.Audio{Spectrum: "mfcc"}})
	formattest.Complaint{File: "a_2.wav", Texts: []string{"the folder, one of 2", "underscore of its name, one of 2"}}.Expect(t, err)
	expectOption(t, err, "Label")
	byFolder := regexp.MustCompile(`([^/]+)/[^/]+$`)
	got, err := format.OpenRecordings(files, format.RecordingOptions{Audio: format.Audio{Spectrum: "mfcc"}, Label: byFolder})
	if err != nil || classes(got.Reading) != "no:2 yes:2" {
		t.Errorf("%v, %v", got, err)
	}
	formattest.WriteAt(t, filepath.Join(folder, "empty/x.txt"), "")
	_, err = format.RecordingFiles(filepath.Join(folder, "empty"))
	formattest.Complaint{File: "empty", Texts: []string{"no .wav files"}}.Expect(t, err)
}

// Recordings of which programs do not know the size, or that others encode, give what the plain one
// gives.
func TestSizesAndEncodingsOfRecordings(t *testing.T) {
	read := func(name string) ([]format.Series, error) {
		files := formattest.Must(format.RecordingFiles(filepath.Join(cases, "wav-sizes-and-encodings", name)))
		s, _, err := format.ReadRecordings(files, format.Audio{Spectrum: "mfcc"}, nil)
		return s, err
	}
	want := formattest.Must(read("oddtail"))
	for _, name := range []string{"piped", "soxpipe", "rf64", "ulaw"} {
		got, err := read(name)
		if err != nil || len(got) != 2 {
			t.Fatal(name, err)
		}
		for i := range got {
			same := slices.Equal(got[i].Values, want[i].Values)
			if name == "ulaw" {
				same = len(got[i].Values) == len(want[i].Values)
			}
			if !same {
				t.Errorf("%s: recording %d differs", name, i)
			}
		}
	}
	_, err := read("cut")
	formattest.Complaint{File: "high_cut_0.wav", Texts: []string{"cut off"}}.Expect(t, err)
}

// A reading prints itself, and as JSON.
func TestReadingPrints(t *testing.T) {
	got := formattest.Must(tableOptions{}.Read("a.csv", "day;x;n\n2021-01-01;1,5;a\n2021-01-02;;b\n"))
	want := `a.csv: csv, 2 rows; encoding utf-8, separator ";", header line 1, decimal mark ","
  time: column "day", 2006-1-2, ascending, step 1 day
  number: "x" (1.5 to 1.5, 50 % missing)
  left out, text: "n"`
	if got.Reading.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.Reading, want)
	}
	text := formattest.Must(got.Reading.JSON())
	var back map[string]any
	if err := json.Unmarshal(text, &back); err != nil || back["rows"] != 2.0 || back["time"].(map[string]any)["column"] != "day" {
		t.Errorf("%s, %v", text, err)
	}
}
