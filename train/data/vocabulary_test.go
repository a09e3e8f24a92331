package data_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
)

func textOf(content string, unit data.Unit) *data.Text {
	return must(data.TextFromBytes("text", []byte(content), unit))
}

// Catches ids that follow the order of a map or of occurrence.
func TestVocabularyOrder(t *testing.T) {
	examples := []data.Example{{Text: "b A b"}, {Text: "c a"}}
	words := textOf("b a b\n<unk> c a d", data.Word).Tokens()
	for _, c := range []struct {
		name string
		v    *data.Vocabulary
		want []string
	}{
		{"characters", data.NewCharacterVocabulary(textOf("b\ta語é", data.Character).Tokens()), []string{"\t", "a", "b", "é", "語"}},
		{"words", data.NewWordVocabulary(words, data.Limits{}), []string{"<unk>", "<eos>", "a", "b", "c", "d"}},
		{"words of two or more", data.NewWordVocabulary(words, data.Limits{MinCount: 2}), []string{"<unk>", "<eos>", "a", "b"}},
		{"five words", data.NewWordVocabulary(words, data.Limits{MaxSize: 5}), []string{"<unk>", "<eos>", "a", "b", "c"}},
		{"one word", data.NewWordVocabulary(words, data.Limits{MaxSize: 1}), []string{"<unk>", "<eos>"}},
		{"padded words", data.NewSequenceVocabulary(examples, data.Word, data.Limits{}), []string{"<pad>", "<unk>", "a", "b", "c"}},
		{"padded characters", data.NewSequenceVocabulary(examples, data.Character, data.Limits{MinCount: 2}), []string{"<pad>", "<unk>", " ", "b"}},
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
	if _, ok := data.NewByteVocabulary().ID("é"); ok {
		t.Error("the bytes hold a character of two bytes")
	}
}

// Catches a vocabulary that a saved model brings back with other symbols: control
// characters, symbols that JSON escapes, and bytes that are not UTF-8.
func TestVocabularyThroughJSON(t *testing.T) {
	for _, v := range []*data.Vocabulary{
		data.NewByteVocabulary(),
		data.NewCharacterVocabulary(textOf("\x00\x01\x1f\"\\</&>\u2028\u2029\ufffd\u0085é語🙂", data.Character).Tokens()),
		data.NewWordVocabulary(textOf("\x00 \"a\" \\ <b> 語", data.Word).Tokens(), data.Limits{}),
		data.NewSequenceVocabulary([]data.Example{{Text: "é<pad>"}}, data.Byte, data.Limits{}),
		data.NewSequenceVocabulary([]data.Example{{Text: "é<pad>"}}, data.Word, data.Limits{}),
	} {
		var symbols []string
		if err := json.Unmarshal(must(json.Marshal(v.Symbols())), &symbols); err != nil {
			t.Fatal(err)
		}
		loaded, err := data.VocabularyFromSymbols(v.Unit(), symbols)
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
		if id, ok := data.NewByteVocabulary().ID(string([]byte{byte(b)})); id != b || !ok {
			t.Errorf("byte %d has id %d", b, id)
		}
	}
}

// Catches a damaged model that is loaded as if it were whole.
func TestVocabularyFromBadSymbols(t *testing.T) {
	for _, c := range []struct {
		unit    data.Unit
		symbols []string
		text    string
	}{
		{"letters", []string{"a"}, `unit "letters"`},
		{data.Character, nil, "without symbols"},
		{data.Character, []string{"a", "b", "a"}, "only 2 of them different"},
		{data.Character, []string{"a", "bc"}, `symbol 1 of the vocabulary, "bc"`},
		{data.Character, []string{"\xff"}, `symbol 0 of the vocabulary, "\xff"`},
		{data.Byte, []string{"\u0100"}, "symbol 0"},
		{data.Byte, []string{""}, "symbol 0"},
		{data.Word, []string{"a", ""}, "symbol 1"},
	} {
		_, err := data.VocabularyFromSymbols(c.unit, c.symbols)
		expectUsage(t, err, c.text)
	}
}

// Catches an unseen character that becomes some other one, or whose place in the
// second of two files is counted from the first.
func TestEncodeUnseenCharacter(t *testing.T) {
	v := data.NewCharacterVocabulary(textOf("acf\n", data.Character).Tokens())
	paths := []string{write(t, "first.txt", "caf\n\n"), write(t, "second.txt", "a\ncafé\n")}
	_, err := v.Encode(must(data.ReadText(paths, data.Character)))
	complaint{"second.txt", 2, "é", []string{"character 'é' (U+00E9)", "vocabulary's 4"}}.expect(t, err)

	_, err = v.Encode(textOf("a", data.Byte))
	expectUsage(t, err, `unit "byte"`)
}

// Catches unknown words that fail or vanish.
func TestEncodeUnknownWord(t *testing.T) {
	v := data.NewWordVocabulary(textOf("the cat sat\n", data.Word).Tokens(), data.Limits{})
	ids := must(v.Encode(textOf("the dog sat\n", data.Word)))
	if got := v.Decode(ids); got != "the <unk> sat\n" {
		t.Errorf("decoded %q", got)
	}
	padded := data.NewSequenceVocabulary([]data.Example{{Text: "the cat"}}, data.Word, data.Limits{})
	if got, want := padded.EncodeSequence("The dog"), []int{3, 1}; !slices.Equal(got, want) {
		t.Errorf("encoded %v, want %v", got, want)
	}
}

// Catches a prompt that fails on an unseen character, and one whose end is taken for
// the end of a line.
func TestEncodePrompt(t *testing.T) {
	characters := data.NewCharacterVocabulary(textOf("abc", data.Character).Tokens())
	ids, skipped := characters.EncodePrompt("aXbéX\xff")
	if !slices.Equal(ids, []int{0, 1}) || !slices.Equal(skipped, []string{"X", "é", "\xff"}) {
		t.Errorf("ids %v, skipped %q", ids, skipped)
	}
	words := data.NewWordVocabulary(textOf("a b\n", data.Word).Tokens(), data.Limits{})
	ids, skipped = words.EncodePrompt("b\nX a")
	if !slices.Equal(ids, []int{3, 1, 0, 2}) || skipped != nil {
		t.Errorf("ids %v, skipped %q", ids, skipped)
	}
	ids, skipped = data.NewByteVocabulary().EncodePrompt("é")
	if !slices.Equal(ids, []int{0xc3, 0xa9}) || skipped != nil {
		t.Errorf("ids %v, skipped %q", ids, skipped)
	}
}

// Catches text that encoding and decoding change: Chinese by any unit, CRLF, bytes
// that are no UTF-8.
func TestDecode(t *testing.T) {
	for _, c := range []struct {
		content string
		unit    data.Unit
	}{
		{"床前明月光，\r\n疑是地上霜。\n", data.Character},
		{"床前明月光\xff\x00", data.Byte},
		{"床前 明月光\n疑是 地上霜\n", data.Word},
	} {
		checkRoundTrip(t, textOf(c.content, c.unit), c.content)
	}
	words := textOf("a b\n\nc", data.Word)
	v := data.NewWordVocabulary(words.Tokens(), data.Limits{})
	if got := v.Decode(must(v.Encode(words))); got != "a b\n\nc\n" {
		t.Errorf("decoded %q", got)
	}
}

// Catches generated text that changes after it was shown.
func TestDecodeOfFirstIDsIsPrefix(t *testing.T) {
	words := textOf("a b\n\nc a", data.Word)
	v := data.NewWordVocabulary(words.Tokens(), data.Limits{})
	ids := must(v.Encode(words))
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
		text := must(data.ReadText([]string{dataset(t, "tinyshakespeare/input.txt")}, data.Character))
		v := data.NewCharacterVocabulary(text.Tokens())
		ids := must(v.Encode(text))
		if v.Len() != 65 || len(ids) != 1_115_394 {
			t.Errorf("%d symbols, %d characters", v.Len(), len(ids))
		}
	})
	t.Run("ptb", func(t *testing.T) {
		text := must(data.ReadText([]string{dataset(t, "ptb/ptb.train.txt")}, data.Word))
		v := data.NewWordVocabulary(text.Tokens(), data.Limits{})
		ids := must(v.Encode(text))
		if v.Len() != 10_000 || len(ids) != 929_589 {
			t.Errorf("%d symbols, %d words", v.Len(), len(ids))
		}
	})
}

func ExampleVocabulary_Encode() {
	text, err := data.TextFromBytes("poem.txt", []byte("床前明月光"), data.Character)
	if err != nil {
		fmt.Println(err)
		return
	}
	v := data.NewCharacterVocabulary(text.Tokens())
	ids, err := v.Encode(text)
	fmt.Println(ids, v.Decode(ids), err)

	other, _ := data.TextFromBytes("other.txt", []byte("明月\n花"), data.Character)
	_, err = v.Encode(other)
	fmt.Println(err)
	// Output:
	// [2 1 3 4 0] 床前明月光 <nil>
	// other.txt:1: character '\n' (U+000A): it is not among the vocabulary's 5; remove it, or train on a text that has it
}
