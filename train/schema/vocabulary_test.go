package schema_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/datatest"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

func textOf(content string, unit schema.Unit) *schema.Text {
	return formattest.Must(schema.TextFromBytes("text", []byte(content), unit))
}

// Catches ids that follow the order of a map or of occurrence.
func TestVocabularyOrder(t *testing.T) {
	examples := []format.Example{{Text: "b A b"}, {Text: "c a"}}
	words := textOf("b a b\n<unk> c a d", schema.Word).Tokens()
	for _, c := range []struct {
		name string
		v    *schema.Vocabulary
		want []string
	}{
		{"characters", schema.NewCharacterVocabulary(textOf("b\ta語é", schema.Character).Tokens()), []string{"\t", "a", "b", "é", "語"}},
		{"words", schema.NewWordVocabulary(words, schema.Limits{}), []string{"<unk>", "<eos>", "a", "b", "c", "d"}},
		{"words of two or more", schema.NewWordVocabulary(words, schema.Limits{MinCount: 2}), []string{"<unk>", "<eos>", "a", "b"}},
		{"five words", schema.NewWordVocabulary(words, schema.Limits{MaxSize: 5}), []string{"<unk>", "<eos>", "a", "b", "c"}},
		{"one word", schema.NewWordVocabulary(words, schema.Limits{MaxSize: 1}), []string{"<unk>", "<eos>"}},
		{"padded words", schema.NewSequenceVocabulary(examples, schema.Word, schema.Limits{}), []string{"<pad>", "<unk>", "a", "b", "c"}},
		{"padded characters", schema.NewSequenceVocabulary(examples, schema.Character, schema.Limits{MinCount: 2}), []string{"<pad>", "<unk>", " ", "b"}},
	} {
		for range 5 {
			if got := c.v.Symbols(); !slices.Equal(got, c.want) || c.v.Len() != len(c.want) {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
		for id, symbol := range c.want {
			if got, ok := c.v.ID(symbol); got != id || !ok {
				t.Errorf("%s: %q has id %d, want %d", c.name, symbol, got, id)
			}
		}
	}
	if _, ok := schema.NewByteVocabulary().ID("é"); ok {
		t.Error("the bytes hold a character of two bytes")
	}
}

// Catches a vocabulary that a saved model brings back with other symbols: control
// characters, symbols that JSON escapes, and bytes that are not UTF-8.
func TestVocabularyThroughJSON(t *testing.T) {
	for _, v := range []*schema.Vocabulary{
		schema.NewByteVocabulary(),
		schema.NewCharacterVocabulary(textOf("\x00\x01\x1f\"\\</&>\u2028\u2029\ufffd\u0085é語🙂", schema.Character).Tokens()),
		schema.NewWordVocabulary(textOf("\x00 \"a\" \\ <b> 語", schema.Word).Tokens(), schema.Limits{}),
		schema.NewSequenceVocabulary([]format.Example{{Text: "é<pad>"}}, schema.Byte, schema.Limits{}),
		schema.NewSequenceVocabulary([]format.Example{{Text: "é<pad>"}}, schema.Word, schema.Limits{}),
	} {
		var symbols []string
		if err := json.Unmarshal(formattest.Must(json.Marshal(v.Symbols())), &symbols); err != nil {
			t.Fatal(err)
		}
		loaded, err := schema.VocabularyFromSymbols(v.Unit(), symbols)
		if err != nil {
			t.Fatal(err)
		}
		if loaded.Unit() != v.Unit() || !slices.Equal(loaded.Symbols(), v.Symbols()) {
			t.Errorf("%s: got %q, want %q", v.Unit(), loaded.Symbols(), v.Symbols())
		}
		for id := range v.Len() {
			if got, want := loaded.Decode([]int{id}), v.Decode([]int{id}); got != want {
				t.Errorf("%s: symbol %d is %q, want %q", v.Unit(), id, got, want)
			}
		}
		unseen := "é\xfe unseen"
		if got, want := loaded.EncodeSequence(unseen), v.EncodeSequence(unseen); !slices.Equal(got, want) {
			t.Errorf("%s: %q is %v, want %v", v.Unit(), unseen, got, want)
		}
	}
	for b := range 256 {
		if id, ok := schema.NewByteVocabulary().ID(string([]byte{byte(b)})); id != b || !ok {
			t.Errorf("byte %d has id %d", b, id)
		}
	}
}

// Catches a damaged model that is loaded as if it were whole.
func TestVocabularyFromBadSymbols(t *testing.T) {
	for _, c := range []struct {
		unit    schema.Unit
		symbols []string
		text    string
	}{
		{"letters", []string{"a"}, `unit "letters"`},
		{schema.Character, nil, "without symbols"},
		{schema.Character, []string{"a", "b", "a"}, "only 2 of them different"},
		{schema.Character, []string{"a", "bc"}, `symbol 1 of the vocabulary, "bc"`},
		{schema.Character, []string{"\xff"}, `symbol 0 of the vocabulary, "\xff"`},
		{schema.Byte, []string{"\u0100"}, "symbol 0"},
		{schema.Byte, []string{""}, "symbol 0"},
		{schema.Word, []string{"a", ""}, "symbol 1"},
	} {
		_, err := schema.VocabularyFromSymbols(c.unit, c.symbols)
		formattest.ExpectUsage(t, err, c.text)
	}
}

// Catches an unseen character that becomes some other one, or whose place in the
// second of two files is counted from the first.
func TestEncodeUnseenCharacter(t *testing.T) {
	v := schema.NewCharacterVocabulary(textOf("acf\n", schema.Character).Tokens())
	paths := []string{formattest.Write(t, "first.txt", "caf\n\n"), formattest.Write(t, "second.txt", "a\ncafé\n")}
	_, err := v.Encode(formattest.Must(schema.ReadText(paths, schema.Character)))
	formattest.Complaint{File: "second.txt", Line: 2, Value: "é", Texts: []string{"character 'é' (U+00E9)", "vocabulary's 4"}}.Expect(t, err)

	_, err = v.Encode(textOf("a", schema.Byte))
	formattest.ExpectUsage(t, err, `unit "byte"`)
}

// Catches unknown words that fail or vanish.
func TestEncodeUnknownWord(t *testing.T) {
	v := schema.NewWordVocabulary(textOf("the cat sat\n", schema.Word).Tokens(), schema.Limits{})
	ids := formattest.Must(v.Encode(textOf("the dog sat\n", schema.Word)))
	if got := v.Decode(ids); got != "the <unk> sat\n" {
		t.Errorf("decoded %q", got)
	}
	padded := schema.NewSequenceVocabulary([]format.Example{{Text: "the cat"}}, schema.Word, schema.Limits{})
	if got, want := padded.EncodeSequence("The dog"), []int{3, 1}; !slices.Equal(got, want) {
		t.Errorf("encoded %v, want %v", got, want)
	}
}

// Catches a prompt that fails on an unseen character, and one whose end is taken for
// the end of a line.
func TestEncodePrompt(t *testing.T) {
	characters := schema.NewCharacterVocabulary(textOf("abc", schema.Character).Tokens())
	ids, skipped := characters.EncodePrompt("aXbéX\xff")
	if !slices.Equal(ids, []int{0, 1}) || !slices.Equal(skipped, []string{"X", "é", "\xff"}) {
		t.Errorf("ids %v, skipped %q", ids, skipped)
	}
	words := schema.NewWordVocabulary(textOf("a b\n", schema.Word).Tokens(), schema.Limits{})
	ids, skipped = words.EncodePrompt("b\nX a")
	if !slices.Equal(ids, []int{3, 1, 0, 2}) || skipped != nil {
		t.Errorf("ids %v, skipped %q", ids, skipped)
	}
	ids, skipped = schema.NewByteVocabulary().EncodePrompt("é")
	if !slices.Equal(ids, []int{0xc3, 0xa9}) || skipped != nil {
		t.Errorf("ids %v, skipped %q", ids, skipped)
	}
}

// Catches text that encoding and decoding change: Chinese by any unit, CRLF, bytes
// that are no UTF-8.
func TestDecode(t *testing.T) {
	for _, c := range []struct {
		content string
		unit    schema.Unit
	}{
		{"床前明月光，\r\n疑是地上霜。\n", schema.Character},
		{"床前明月光\xff\x00", schema.Byte},
		{"床前 明月光\n疑是 地上霜\n", schema.Word},
	} {
		checkRoundTrip(t, textOf(c.content, c.unit), c.content)
	}
	words := textOf("a b\n\nc", schema.Word)
	v := schema.NewWordVocabulary(words.Tokens(), schema.Limits{})
	if got := v.Decode(formattest.Must(v.Encode(words))); got != "a b\n\nc\n" {
		t.Errorf("decoded %q", got)
	}
}

// Catches generated text that changes after it was shown.
func TestDecodeOfFirstIDsIsPrefix(t *testing.T) {
	words := textOf("a b\n\nc a", schema.Word)
	v := schema.NewWordVocabulary(words.Tokens(), schema.Limits{})
	ids := formattest.Must(v.Encode(words))
	whole := v.Decode(ids)
	for n := range ids {
		if got := v.Decode(ids[:n]); !strings.HasPrefix(whole, got) {
			t.Errorf("%q is no prefix of %q", got, whole)
		}
	}
}

// Catches a text that is read otherwise than the literature does: 65 characters, and
// the 10,000 words and 929,589 training tokens of Mikolov et al. (2010).
func TestKnownTexts(t *testing.T) {
	t.Run("tinyshakespeare", func(t *testing.T) {
		text := formattest.Must(schema.ReadText([]string{datatest.Path(t, "tinyshakespeare/input.txt")}, schema.Character))
		v := schema.NewCharacterVocabulary(text.Tokens())
		ids := formattest.Must(v.Encode(text))
		if v.Len() != 65 || len(ids) != 1_115_394 {
			t.Errorf("%d symbols, %d characters", v.Len(), len(ids))
		}
	})
	t.Run("ptb", func(t *testing.T) {
		text := formattest.Must(schema.ReadText([]string{datatest.Path(t, "ptb/ptb.train.txt")}, schema.Word))
		v := schema.NewWordVocabulary(text.Tokens(), schema.Limits{})
		ids := formattest.Must(v.Encode(text))
		if v.Len() != 10_000 || len(ids) != 929_589 {
			t.Errorf("%d symbols, %d words", v.Len(), len(ids))
		}
	})
}

func ExampleVocabulary_Encode() {
	text, err := schema.TextFromBytes("poem.txt", []byte("床前明月光"), schema.Character)
	if err != nil {
		fmt.Println(err)
		return
	}
	v := schema.NewCharacterVocabulary(text.Tokens())
	ids, err := v.Encode(text)
	fmt.Println(ids, v.Decode(ids), err)

	other, _ := schema.TextFromBytes("other.txt", []byte("明月\n花"), schema.Character)
	_, err = v.Encode(other)
	fmt.Println(err)
	// Output:
	// [2 1 3 4 0] 床前明月光 <nil>
	// other.txt:1: character '\n' (U+000A): it is not among the vocabulary's 5; remove it, or train on a text that has it
}
