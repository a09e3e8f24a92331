package schema

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// Tokens that stand for something else than themselves.
const (
	Padding       = "<pad>" // no token: the rest of a row is empty
	Unknown       = "<unk>" // any token that the vocabulary does not hold
	EndOfSequence = "<eos>" // the end of a line
)

// A Vocabulary numbers the tokens that a model knows, its symbols, from 0. It does
// not change and may be shared.
type Vocabulary struct {
	unit    Unit
	symbols []string
	ids     map[string]int
	unknown int      // the id of Unknown, or -1
	short   [256]int // the ids of symbols of one byte, or -1
}

// NewCharacterVocabulary returns the vocabulary of the characters that occur, by
// rising code point. It has no Unknown.
func NewCharacterVocabulary(tokens iter.Seq[string]) *Vocabulary {
	return newVocabulary(Character, slices.Sorted(maps.Keys(count(tokens))))
}

// NewByteVocabulary returns the vocabulary of all 256 bytes; an id is the byte's
// value.
func NewByteVocabulary() *Vocabulary {
	symbols := make([]string, 256)
	for b := range symbols {
		symbols[b] = string([]byte{byte(b)})
	}
	return newVocabulary(Byte, symbols)
}

// Limits keep rare symbols out of a vocabulary.
type Limits struct {
	MinCount int // a symbol occurs at least so often; 0 takes all
	MaxSize  int // the vocabulary's size, its special tokens included; 0 for no limit
}

// NewWordVocabulary returns a vocabulary for language models: Unknown and
// EndOfSequence, whether they occur or not, then the words that occur, by falling
// count and, where counts are equal, by bytes.
func NewWordVocabulary(tokens iter.Seq[string], limits Limits) *Vocabulary {
	special := []string{Unknown, EndOfSequence}
	return newVocabulary(Word, limits.choose(special, count(tokens)))
}

// NewSequenceVocabulary returns a vocabulary for padded sequences: Padding, which
// is 0, Unknown, which is 1, then the tokens of the examples' texts, as Tokenize
// returns them, by falling count and, where counts are equal, by bytes.
func NewSequenceVocabulary(examples []format.Example, unit Unit, limits Limits) *Vocabulary {
	return newPaddedVocabulary(unit, limits, func(yield func(string) bool) {
		for _, e := range examples {
			for _, token := range Tokenize(e.Text, unit) {
				if !yield(token) {
					return
				}
			}
		}
	})
}

// NewTaggedVocabulary returns a vocabulary for padded sequences, as NewSequenceVocabulary
// does, of the sentences' words as they stand.
func NewTaggedVocabulary(sentences []format.Sentence, limits Limits) *Vocabulary {
	return newPaddedVocabulary(Word, limits, func(yield func(string) bool) {
		for _, s := range sentences {
			for _, word := range s.Words {
				if !yield(word) {
					return
				}
			}
		}
	})
}

func newPaddedVocabulary(unit Unit, limits Limits, tokens iter.Seq[string]) *Vocabulary {
	return newVocabulary(unit, limits.choose([]string{Padding, Unknown}, count(tokens)))
}

// count returns how often each token occurs. Tokens of one byte, of which a text of
// characters consists for the most part, are counted without a map.
func count(tokens iter.Seq[string]) map[string]int {
	counts := map[string]int{}
	var short [256]int
	for token := range tokens {
		if len(token) == 1 {
			short[token[0]]++
		} else if _, ok := counts[token]; ok {
			counts[token]++
		} else {
			counts[strings.Clone(token)] = 1 // so that the token does not keep its text in memory
		}
	}
	for b, n := range short {
		if n > 0 {
			counts[string([]byte{byte(b)})] = n
		}
	}
	return counts
}

// choose returns the special tokens and the others that the limits let in.
func (l Limits) choose(special []string, counts map[string]int) []string {
	var others []string
	for symbol, n := range counts {
		if n >= l.MinCount && !slices.Contains(special, symbol) {
			others = append(others, symbol)
		}
	}
	slices.SortFunc(others, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	if room := max(l.MaxSize-len(special), 0); l.MaxSize > 0 && len(others) > room {
		others = others[:room]
	}
	return append(special, others...)
}

func newVocabulary(unit Unit, symbols []string) *Vocabulary {
	v := &Vocabulary{unit: unit, symbols: symbols, ids: make(map[string]int, len(symbols)), unknown: -1}
	for c := range v.short {
		v.short[c] = -1
	}
	for id, symbol := range symbols {
		v.ids[symbol] = id
		if len(symbol) == 1 {
			v.short[symbol[0]] = id
		}
	}
	if id, ok := v.ids[Unknown]; ok {
		v.unknown = id
	}
	return v
}

// VocabularyFromSymbols returns the vocabulary whose unit and Symbols are given. It
// is an error if the unit is unknown, or if a symbol occurs twice or is not one
// token of the unit.
func VocabularyFromSymbols(unit Unit, symbols []string) (*Vocabulary, error) {
	if err := unit.check(); err != nil {
		return nil, err
	}
	if len(symbols) == 0 {
		return nil, errors.New("schema: a vocabulary without symbols")
	}
	tokens := make([]string, len(symbols))
	for id, symbol := range symbols {
		token, ok := parseSymbol(unit, symbol)
		if !ok {
			return nil, errors.Errorf("schema: symbol %d of the vocabulary, %s, is not of unit %q", id, format.Quote(symbol), unit)
		}
		tokens[id] = token
	}
	v := newVocabulary(unit, tokens)
	if len(v.ids) < len(tokens) {
		return nil, errors.Errorf("schema: a vocabulary of %d symbols, only %d of them different", len(tokens), len(v.ids))
	}
	return v, nil
}

// Symbols returns the symbols in the order of their ids, as text that JSON keeps
// exactly: for bytes, byte n is written as the character U+00n, since most bytes
// alone are not UTF-8.
func (v *Vocabulary) Symbols() []string {
	symbols := slices.Clone(v.symbols)
	for id, token := range symbols {
		if v.unit == Byte && len(token) == 1 {
			symbols[id] = string(rune(token[0]))
		}
	}
	return symbols
}

// parseSymbol reverses what Symbols does to a token.
func parseSymbol(unit Unit, symbol string) (token string, ok bool) {
	if slices.Contains([]string{Padding, Unknown, EndOfSequence}, symbol) {
		return symbol, true
	}
	r, width := utf8.DecodeRuneInString(symbol)
	single := width == len(symbol) && width > 0 && utf8.ValidString(symbol)
	switch unit {
	case Byte:
		return string([]byte{byte(r)}), single && r <= 0xff
	case Character:
		return symbol, single
	}
	return symbol, symbol != "" && utf8.ValidString(symbol)
}

// Unit returns what a symbol is.
func (v *Vocabulary) Unit() Unit { return v.unit }

// Len returns the number of symbols.
func (v *Vocabulary) Len() int { return len(v.symbols) }

// ID returns the number of a symbol, and whether the vocabulary holds it.
func (v *Vocabulary) ID(symbol string) (int, bool) {
	id, ok := v.ids[symbol]
	return id, ok
}
