package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// Encode returns the ids of a text's tokens. A token that the vocabulary does not
// hold becomes Unknown; where the vocabulary has no Unknown, it is an *format.Error. It is
// an error of another type if the text has another unit.
func (v *Vocabulary) Encode(text *Text) ([]int, error) {
	if text.unit != v.unit {
		return nil, errors.Errorf("schema: a text of unit %q for a vocabulary of unit %q", text.unit, v.unit)
	}
	ids := make([]int, 0, text.Len())
	for _, d := range text.documents {
		for offset, token := range text.unit.tokens(d.Content) {
			id, ok := v.encode(token)
			if !ok {
				return nil, v.unseen(d, offset, token)
			}
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (v *Vocabulary) encode(token string) (int, bool) {
	if len(token) == 1 && v.short[token[0]] >= 0 {
		return v.short[token[0]], true
	}
	if id, ok := v.ids[token]; ok {
		return id, true
	}
	return v.unknown, v.unknown >= 0
}

func (v *Vocabulary) unseen(d format.Document, offset int, token string) error {
	what := map[Unit]string{Character: "character", Byte: "byte", Word: "word"}[v.unit]
	return &format.Error{
		File: d.File, Line: d.Line(offset), What: what, Value: token,
		Problem: fmt.Sprintf("it is not among the vocabulary's %d; remove it, or train on a text that has it", v.Len()),
	}
}

// EncodePrompt returns the ids of a text that a model is to continue. Its tokens
// are those of ReadText, but its end does not end a line. A token that the
// vocabulary does not hold becomes Unknown; where the vocabulary has no Unknown, it
// is left out, and skipped names it once.
func (v *Vocabulary) EncodePrompt(prompt string) (ids []int, skipped []string) {
	for _, token := range v.unit.tokens(prompt) {
		if id, ok := v.encode(token); ok {
			ids = append(ids, id)
		} else if !slices.Contains(skipped, token) {
			skipped = append(skipped, token)
		}
	}
	return ids, skipped
}

// EncodeSequence returns the ids of a text that is to be classified. Its tokens are
// those of Tokenize; one that the vocabulary does not hold becomes Unknown, or is
// left out where there is none.
func (v *Vocabulary) EncodeSequence(text string) []int {
	var ids []int
	for _, token := range Tokenize(text, v.unit) {
		if id, ok := v.encode(token); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// EncodeWords returns the ids of words as they stand, one for each; one that the
// vocabulary does not hold becomes Unknown. It panics if there is no Unknown.
func (v *Vocabulary) EncodeWords(words []string) []int {
	ids := make([]int, len(words))
	for i, word := range words {
		id, ok := v.encode(word)
		if !ok {
			panic("schema: EncodeWords with a vocabulary without " + Unknown)
		}
		ids[i] = id
	}
	return ids
}

// Decode returns the text of ids. Between two words stands a blank, and
// EndOfSequence is a line feed. The text of the first ids is the beginning of the
// text of all of them. Decode panics if an id is not one of the vocabulary's.
func (v *Vocabulary) Decode(ids []int) string {
	var b strings.Builder
	blank := false // whether a word would follow a word
	for _, id := range ids {
		token := v.symbols[id]
		if v.unit != Word {
			b.WriteString(token)
			continue
		}
		if token == EndOfSequence {
			b.WriteByte('\n')
			blank = false
			continue
		}
		if blank {
			b.WriteByte(' ')
		}
		b.WriteString(token)
		blank = true
	}
	return b.String()
}
