package schema_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

func tokensOf(t *testing.T, content string, unit schema.Unit) []string {
	t.Helper()
	text, err := schema.TextFromBytes("text", []byte(content), unit)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(text.Tokens())
}

// Catches characters cut into bytes, line ends that are changed, words that lose
// their line's end, and a last line without a line feed that is not ended.
func TestTokens(t *testing.T) {
	for _, c := range []struct {
		content string
		unit    schema.Unit
		want    []string
	}{
		{"aé\r\n語", schema.Character, []string{"a", "é", "\r", "\n", "語"}},
		{"\ufeffa\ufeff", schema.Character, []string{"a", "\ufeff"}},
		{"é\r\xff", schema.Byte, []string{"\xc3", "\xa9", "\r", "\xff"}},
		{" The  cat's <unk>\tN .\r\n\nend", schema.Word,
			[]string{"The", "cat's", "<unk>", "N", ".", "<eos>", "<eos>", "end", "<eos>"}},
		{"one line\n", schema.Word, []string{"one", "line", "<eos>"}},
	} {
		if got := tokensOf(t, c.content, c.unit); !slices.Equal(got, c.want) {
			t.Errorf("%q by %s: got %q, want %q", c.content, c.unit, got, c.want)
		}
	}
}

// Catches files read in another order, and a last word that runs into the next file.
func TestReadTextOfSeveralFiles(t *testing.T) {
	paths := []string{formattest.Write(t, "b.txt", "one two"), formattest.Write(t, "a.txt", "three\n")}
	text := formattest.Must(schema.ReadText(paths, schema.Word))
	want := []string{"one", "two", "<eos>", "three", "<eos>"}
	if got := slices.Collect(text.Tokens()); !slices.Equal(got, want) || text.Len() != len(want) {
		t.Errorf("got %d tokens %q, want %q", text.Len(), got, want)
	}
	text = formattest.Must(schema.ReadText(paths, schema.Character))
	if got := strings.Join(slices.Collect(text.Tokens()), ""); got != "one twothree\n" {
		t.Errorf("got %q", got)
	}
}

// Catches a loop over tokens that goes on after its body has left it, which panics.
func TestTokensStop(t *testing.T) {
	for _, unit := range []schema.Unit{schema.Character, schema.Byte, schema.Word} {
		for stop := 1; stop <= 4; stop++ {
			text := formattest.Must(schema.TextFromBytes("text", []byte("a b\nc\n"), unit))
			seen := 0
			for range text.Tokens() {
				if seen++; seen == stop {
					break
				}
			}
			if seen != stop {
				t.Errorf("%s: %d tokens before a stop at %d", unit, seen, stop)
			}
		}
	}
}

// Catches text in another encoding that is read as if it were UTF-8, and a genuine
// replacement character taken for an error.
func TestInvalidUTF8(t *testing.T) {
	for _, c := range []struct {
		content string
		line    int
		value   string
		offset  string
	}{
		{"one\n\ufffdtwo\ncaf\xe9 au lait", 3, "\xe9", "byte 14 "},
		{"\xff\xfeh\x00i\x00", 1, "\xff\xfe", "byte 0 "},
		{"cut \xe8\xaa", 1, "\xe8\xaa", "byte 4 "},
		{"\x80\x81\x82\x83\x84\x85", 1, "\x80\x81\x82\x83", "byte 0 "},
	} {
		for _, unit := range []schema.Unit{schema.Character, schema.Word} {
			_, err := schema.TextFromBytes("latin1.txt", []byte(c.content), unit)
			formattest.Complaint{File: "latin1.txt", Line: c.line, Value: c.value, Texts: []string{"not UTF-8", c.offset, `\x`}}.Expect(t, err)
		}
		if strings.HasPrefix(c.content, "\xff\xfe") {
			continue // labelled texts may be UTF-16
		}
		_, err := format.LabelledFromBytes("latin1.txt", []byte(c.content), format.LabelledOptions{NoLabel: true})
		formattest.Complaint{File: "latin1.txt", Line: c.line, Value: c.value, Texts: []string{"not UTF-8", c.offset}}.Expect(t, err)
	}
	if got := tokensOf(t, "\ufffd", schema.Character); !slices.Equal(got, []string{"\ufffd"}) {
		t.Errorf("a replacement character became %q", got)
	}
}

// Catches a wrong call that is reported as bad data, or not at all.
func TestReadTextUsage(t *testing.T) {
	_, err := schema.ReadText(nil, schema.Word)
	formattest.ExpectUsage(t, err, "no files")
	_, err = schema.TextFromBytes("a.txt", []byte("a"), "sentence")
	formattest.ExpectUsage(t, err, `unit "sentence"`)
}

// Catches words that keep their capitals or punctuation, words cut at an apostrophe or
// a combining mark, and HTML that is read as text.
func TestTokenize(t *testing.T) {
	for _, c := range []struct {
		text string
		unit schema.Unit
		want []string
	}{
		{"It's GREAT!!<br /><br />10/10, Ünï", schema.Word, []string{"it's", "great", "!", "!", "10", "/", "10", ",", "ünï"}},
		{"a<BR>b<br/>c", schema.Word, []string{"a", "b", "c"}},
		{"don’t हिन्दी e\u0301t", schema.Word, []string{"don’t", "हिन्दी", "e\u0301t"}},
		{" \t\n", schema.Word, nil},
		{"aé", schema.Character, []string{"a", "é"}},
		{"é", schema.Byte, []string{"\xc3", "\xa9"}},
		{"", schema.Character, nil},
	} {
		if got := schema.Tokenize(c.text, c.unit); !slices.Equal(got, c.want) {
			t.Errorf("%q by %s: got %q, want %q", c.text, c.unit, got, c.want)
		}
	}
}

// FuzzText looks for content that panics, that is refused without saying where, or
// that encoding and decoding change.
func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"", "a", "a b\nc", "\ufeffx", "caf\xe9", "\xff\xfe", " \r\n\n<eos> <unk>", "床前明月光\n", "\u2028a\u00a0b\x85", "\x00", "\ufeff\ufeff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, unit := range []schema.Unit{schema.Character, schema.Byte, schema.Word} {
			body := string(content)
			if unit != schema.Byte {
				body = strings.TrimPrefix(body, "\ufeff")
			}
			text, err := schema.TextFromBytes("fuzz", content, unit)
			if bad := body == "" || unit != schema.Byte && !utf8.ValidString(body); bad {
				var e *format.Error
				if !errors.As(err, &e) || e.File != "fuzz" {
					t.Fatalf("%q by %s: got %v, want a *format.Error", content, unit, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%q by %s: %v", content, unit, err)
			}
			checkRoundTrip(t, text, body)
		}
	})
}

// checkRoundTrip checks that encoding and decoding a text returns its content, or for
// words, which may stand with any white space, the same words.
func checkRoundTrip(t *testing.T, text *schema.Text, content string) {
	t.Helper()
	var v *schema.Vocabulary
	switch text.Unit() {
	case schema.Character:
		v = schema.NewCharacterVocabulary(text.Tokens())
	case schema.Byte:
		v = schema.NewByteVocabulary()
	case schema.Word:
		v = schema.NewWordVocabulary(text.Tokens(), schema.Limits{})
	}
	ids, err := v.Encode(text)
	if err != nil || len(ids) != text.Len() {
		t.Fatalf("%d ids of %d tokens: %v", len(ids), text.Len(), err)
	}
	decoded := v.Decode(ids)
	if text.Unit() != schema.Word {
		if decoded != content {
			t.Fatalf("decoded %q from %q", decoded, content)
		}
		return
	}
	if again, _ := v.EncodePrompt(decoded); !slices.Equal(again, ids) {
		t.Fatalf("decoded %q from %q, which has other words", decoded, content)
	}
}
