package schema

import (
	"strings"
	"unicode"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// Affixes tell what a word is by how it is spelt, for words that a vocabulary does not hold.
// Every word has as many parts as every other: itself in small letters, its shape, and its first
// and last 1, 2, … up to Longest letters, as w:words, s:Xx, p:wo and e:ds. Parts that a word is
// too short for, it shares with all such words.
type Affixes struct {
	Longest    int
	Vocabulary *Vocabulary // of the parts
}

// NewAffixes returns the affixes, of up to longest letters, of the words of training sentences.
// It panics if longest is not positive.
func NewAffixes(sentences []format.Sentence, longest int, limits Limits) *Affixes {
	if longest < 1 {
		panic("schema: affixes of no letters")
	}
	return &Affixes{longest, newPaddedVocabulary(Word, limits, func(yield func(string) bool) {
		for _, s := range sentences {
			for _, word := range s.Words {
				for _, part := range partsOf(word, longest) {
					if part != Padding && !yield(part) {
						return
					}
				}
			}
		}
	})}
}

// Check returns an error if a and its vocabulary cannot be what NewAffixes returned.
func (a *Affixes) Check() error {
	if a.Longest < 1 || a.Longest > 100 {
		return errors.Errorf("schema: affixes of up to %d letters, want 1 to 100", a.Longest)
	}
	if symbols := a.Vocabulary.symbols; len(symbols) < 2 || symbols[0] != Padding || symbols[1] != Unknown {
		return errors.Errorf("schema: the vocabulary of the affixes does not begin with %s and %s", Padding, Unknown)
	}
	return nil
}

// Parts returns the number of parts of a word.
func (a *Affixes) Parts() int { return 2 + 2*a.Longest }

// Encode returns the ids of each part of words: those of part k of all words are its element k.
func (a *Affixes) Encode(words []string) [][]int {
	ids := make([][]int, a.Parts())
	for _, word := range words {
		for k, part := range partsOf(word, a.Longest) {
			id, _ := a.Vocabulary.encode(part)
			ids[k] = append(ids[k], id)
		}
	}
	return ids
}

// partsOf returns the parts of a word; those that it is too short for are Padding.
func partsOf(word string, longest int) []string {
	small := []rune(strings.ToLower(word))
	parts := []string{"w:" + string(small), "s:" + shapeOf(word)}
	for n := 1; n <= longest; n++ {
		if n > len(small) {
			parts = append(parts, Padding, Padding)
			continue
		}
		parts = append(parts, "p:"+string(small[:n]), "e:"+string(small[len(small)-n:]))
	}
	return parts
}

// shapeOf writes X for capital letters, x for others, 9 for digits and what else there is as it
// is, all that repeats once: Xx-9 for Boeing-747.
func shapeOf(word string) string {
	var shape []rune
	for _, r := range word {
		switch {
		case unicode.IsUpper(r):
			r = 'X'
		case unicode.IsLetter(r):
			r = 'x'
		case unicode.IsDigit(r):
			r = '9'
		}
		if n := len(shape); n == 0 || shape[n-1] != r {
			shape = append(shape, r)
		}
	}
	return string(shape)
}
