package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"
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
	sentences := []Sentence{{Words: []string{"talking", "walking"}}, {Words: []string{"King"}}}
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

// Parts are put where their tokens are, in pieces of a sentence too. Would catch a piece with the
// parts of another.
func TestSpelled(t *testing.T) {
	ids := [][]int{{1, 2, 3}, {4}}
	parts := [][][]int{{{10, 20, 30}, {11, 21, 31}}, {{40}, {41}}}
	s, err := NewSpelled(ids, parts, nil, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	b := &Batch{Parts: [][]int{{9, 9, 9, 9, 9, 9, 9, 9}}}
	if n := s.Begin(nil); n != 1 {
		t.Fatalf("%d batches", n)
	}
	s.Batch(0, b)
	for at, id := range b.Inputs {
		want := [2]int{}
		if id > 0 {
			want = [2]int{10 * id, 10*id + 1}
		}
		if got := [2]int{b.Parts[0][at], b.Parts[1][at]}; got != want {
			t.Errorf("token %d has parts %v, want %v", id, got, want)
		}
	}
	s.Batch(0, b) // into the memory of the first
	if len(b.Parts) != 2 {
		t.Errorf("%d parts", len(b.Parts))
	}
	for _, wrong := range [][][][]int{{{{10, 20, 30}}}, {{{10, 20, 30}}, {{40}, {41}}}, {{{10, 20}}, {{40}}}} {
		if _, err := NewSpelled(ids, wrong, nil, 3, 2); err == nil {
			t.Errorf("parts %v passed", wrong)
		}
	}
}
