package schema

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// A Unit says what one token of a text is.
type Unit string

// The units of a text.
const (
	Character Unit = "char" // a Unicode code point
	Byte      Unit = "byte"
	Word      Unit = "word"
)

func (u Unit) check() error {
	if !slices.Contains([]Unit{Character, Byte, Word}, u) {
		return errors.Errorf("schema: unit %q; it is %q, %q or %q", string(u), Character, Byte, Word)
	}
	return nil
}

// tokens returns the tokens of s exactly as they stand, and their offsets. Words
// are separated by white space, and the end of a line is the token EndOfSequence.
func (u Unit) tokens(s string) iter.Seq2[int, string] {
	switch u {
	case Character:
		return characters(s)
	case Byte:
		return singleBytes(s)
	case Word:
		return words(s)
	}
	panic(fmt.Sprintf("schema: unit %q", string(u)))
}

func characters(s string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i := 0; i < len(s); {
			_, width := utf8.DecodeRuneInString(s[i:])
			if !yield(i, s[i:i+width]) {
				return
			}
			i += width
		}
	}
}

func singleBytes(s string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i := range len(s) {
			if !yield(i, s[i:i+1]) {
				return
			}
		}
	}
}

func words(s string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		start := -1 // of the word being read, -1 between words
		for i, r := range s {
			if !unicode.IsSpace(r) {
				if start < 0 {
					start = i
				}
				continue
			}
			if start >= 0 && !yield(start, s[start:i]) {
				return
			}
			start = -1
			if r == '\n' && !yield(i, EndOfSequence) {
				return
			}
		}
		if start >= 0 {
			yield(start, s[start:])
		}
	}
}

// Tokenize returns the tokens of a text that is to be classified. Characters and
// bytes stand as they are. Words are put in lower case: a run of letters, digits,
// combining marks and apostrophes is a word, any other character but white space
// is a token of its own, and an HTML line break counts as white space. A script
// without blanks between words, such as Chinese, is better read by characters.
//
// Tokenize panics if unit is not one of the constants.
func Tokenize(text string, unit Unit) []string {
	if unit == Word {
		return lowerWords(text)
	}
	var tokens []string
	for _, token := range unit.tokens(text) {
		tokens = append(tokens, token)
	}
	return tokens
}

var lineBreaks = strings.NewReplacer("<br />", " ", "<br/>", " ", "<br>", " ")

func lowerWords(text string) []string {
	text = lineBreaks.Replace(strings.ToLower(text))
	var tokens []string
	start := -1 // of the word being read, -1 between words
	for i, c := range characters(text) {
		r, _ := utf8.DecodeRuneInString(c)
		if inWord(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			tokens = append(tokens, text[start:i])
			start = -1
		}
		if !unicode.IsSpace(r) {
			tokens = append(tokens, c)
		}
	}
	if start >= 0 {
		tokens = append(tokens, text[start:])
	}
	return tokens
}

func inWord(r rune) bool {
	return unicode.In(r, unicode.Letter, unicode.Digit, unicode.Mark) || r == '\'' || r == '’'
}
