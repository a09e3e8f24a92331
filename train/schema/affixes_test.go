package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/format"
)

// The parts of a word are its small letters, its shape, and its first and last letters, by
// characters and not bytes; a short word lacks some.
func TestPartsOfAWord(t *testing.T) {
	for word, want := range map[string]string{
		"Boeing-747": "w:boeing-747 s:Xx-9 p:b e:7 p:bo e:47 p:boe e:747",
		"Été":        "w:été s:Xx p:é e:é p:ét e:té p:été e:été",
		"IT":         "w:it s:X p:i e:t p:it e:it <pad> <pad>",
		"1,000":      "w:1,000 s:9,9 p:1 e:0 p:1, e:00 p:1,0 e:000",
	} {
		if got := strings.Join(partsOf(word, 3), " "); got != want {
			t.Errorf("the parts of %s are %s, want %s", word, got, want)
		}
	}
}

// Parts that are rare are unknown, and each part of a word has its own list of ids. Would catch
// a list by words.
func TestAffixes(t *testing.T) {
	sentences := []format.Sentence{{Words: []string{"talking", "walking"}}, {Words: []string{"King"}}}
	a := NewAffixes(sentences, 2, Limits{MinCount: 2})
	if got := fmt.Sprint(a.Vocabulary.symbols); got != "[<pad> <unk> e:g e:ng s:x]" {
		t.Errorf("the vocabulary is %v", got)
	}
	ids := a.Encode([]string{"Running", "a"})
	if got := fmt.Sprint(ids); a.Parts() != 6 || got != "[[1 1] [1 4] [1 1] [2 1] [1 0] [3 0]]" {
		t.Errorf("ids %v", got)
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	other := NewWordVocabulary(slices.Values([]string{"a"}), Limits{})
	for _, bad := range []*Affixes{{0, a.Vocabulary}, {101, a.Vocabulary}, {2, other}} {
		if bad.Check() == nil {
			t.Errorf("affixes %+v passed", bad)
		}
	}
}
