package data_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pkg/errors"

	"github.com/seed-222a112c/lstm/train/data"
)

func tokensOf(t *testing.T, content string, unit data.Unit) []string {
	t.Helper()
	text, err := data.TextFromBytes("text", []byte(content), unit)
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
		unit    data.Unit
		want    []string
	}{
		{"aé\r\n語", data.Character, []string{"a", "é", "\r", "\n", "語"}},
		{"\ufeffa\ufeff", data.Character, []string{"a", "\ufeff"}},
		{"é\r\xff", data.Byte, []string{"\xc3", "\xa9", "\r", "\xff"}},
		{" The  cat's <unk>\tN .\r\n\nend", data.Word,
			[]string{"The", "cat's", "<unk>", "N", ".", "<eos>", "<eos>", "end", "<eos>"}},
		{"one line\n", data.Word, []string{"one", "line", "<eos>"}},
	} {
		if got := tokensOf(t, c.content, c.unit); !slices.Equal(got, c.want) {
			t.Errorf("%q by %s: got %q, want %q", c.content, c.unit, got, c.want)
		}
	}
}

// Catches files read in another order, and a last word that runs into the next file.
func TestReadTextOfSeveralFiles(t *testing.T) {
	paths := []string{write(t, "b.txt", "one two"), write(t, "a.txt", "three\n")}
	text := must(data.ReadText(paths, data.Word))
	want := []string{"one", "two", "<eos>", "three", "<eos>"}
	if got := slices.Collect(text.Tokens()); !slices.Equal(got, want) || text.Len() != len(want) {
		t.Errorf("got %d tokens %q, want %q", text.Len(), got, want)
	}
	text = must(data.ReadText(paths, data.Character))
	if got := strings.Join(slices.Collect(text.Tokens()), ""); got != "one twothree\n" {
		t.Errorf("got %q", got)
	}
}

// Catches a loop over tokens that goes on after its body has left it, which panics.
func TestTokensStop(t *testing.T) {
	for _, unit := range []data.Unit{data.Character, data.Byte, data.Word} {
		for stop := 1; stop <= 4; stop++ {
			text := must(data.TextFromBytes("text", []byte("a b\nc\n"), unit))
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
		for _, unit := range []data.Unit{data.Character, data.Word} {
			_, err := data.TextFromBytes("latin1.txt", []byte(c.content), unit)
			complaint{"latin1.txt", c.line, c.value, []string{"not UTF-8", c.offset, `\x`}}.expect(t, err)
		}
		_, err := data.LabelledFromBytes("latin1.txt", []byte(c.content), data.LabelledOptions{NoLabel: true})
		complaint{"latin1.txt", c.line, c.value, []string{"not UTF-8", c.offset}}.expect(t, err)
	}
	if got := tokensOf(t, "\ufffd", data.Character); !slices.Equal(got, []string{"\ufffd"}) {
		t.Errorf("a replacement character became %q", got)
	}
}

// Catches a wrong call that is reported as bad data, or not at all.
func TestReadTextUsage(t *testing.T) {
	_, err := data.ReadText(nil, data.Word)
	expectUsage(t, err, "no files")
	_, err = data.TextFromBytes("a.txt", []byte("a"), "sentence")
	expectUsage(t, err, `unit "sentence"`)
}

// Catches words that keep their capitals or punctuation, words cut at an apostrophe or
// a combining mark, and HTML that is read as text.
func TestTokenize(t *testing.T) {
	for _, c := range []struct {
		text string
		unit data.Unit
		want []string
	}{
		{"It's GREAT!!<br /><br />10/10, Ünï", data.Word, []string{"it's", "great", "!", "!", "10", "/", "10", ",", "ünï"}},
		{"a<BR>b<br/>c", data.Word, []string{"a", "b", "c"}},
		{"don’t हिन्दी e\u0301t", data.Word, []string{"don’t", "हिन्दी", "e\u0301t"}},
		{" \t\n", data.Word, nil},
		{"aé", data.Character, []string{"a", "é"}},
		{"é", data.Byte, []string{"\xc3", "\xa9"}},
		{"", data.Character, nil},
	} {
		if got := data.Tokenize(c.text, c.unit); !slices.Equal(got, c.want) {
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
		for _, unit := range []data.Unit{data.Character, data.Byte, data.Word} {
			body := string(content)
			if unit != data.Byte {
				body = strings.TrimPrefix(body, "\ufeff")
			}
			text, err := data.TextFromBytes("fuzz", content, unit)
			if bad := body == "" || unit != data.Byte && !utf8.ValidString(body); bad {
				var e *data.Error
				if !errors.As(err, &e) || e.File != "fuzz" {
					t.Fatalf("%q by %s: got %v, want a *data.Error", content, unit, err)
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
func checkRoundTrip(t *testing.T, text *data.Text, content string) {
	t.Helper()
	var v *data.Vocabulary
	switch text.Unit() {
	case data.Character:
		v = data.NewCharacterVocabulary(text.Tokens())
	case data.Byte:
		v = data.NewByteVocabulary()
	case data.Word:
		v = data.NewWordVocabulary(text.Tokens(), data.Limits{})
	}
	ids, err := v.Encode(text)
	if err != nil || len(ids) != text.Len() {
		t.Fatalf("%d ids of %d tokens: %v", len(ids), text.Len(), err)
	}
	decoded := v.Decode(ids)
	if text.Unit() != data.Word {
		if decoded != content {
			t.Fatalf("decoded %q from %q", decoded, content)
		}
		return
	}
	if again, _ := v.EncodePrompt(decoded); !slices.Equal(again, ids) {
		t.Fatalf("decoded %q from %q, which has other words", decoded, content)
	}
}
