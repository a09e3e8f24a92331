package schema

import (
	"fmt"

	"github.com/pkg/errors"
)

// An Encoded is tokens that are encoded each time they are read, from the bytes of their
// Text: it takes a byte of memory for about a hundred tokens.
type Encoded struct {
	text       *Text
	vocabulary *Vocabulary
	marks      []mark // where every markEvery-th token begins
	from, to   int    // tokens of the text
}

// A mark is a place in a Text.
type mark struct {
	document, offset int
}

// markEvery is the number of tokens between two marks. Half as many are read in vain, on
// average, whenever a row of a batch is read.
const markEvery = 1024

// EncodeLazily returns the tokens of a text. It reads all of it once, and complains as
// Encode does.
func (v *Vocabulary) EncodeLazily(text *Text) (*Encoded, error) {
	if text.unit != v.unit {
		return nil, errors.Errorf("schema: a text of unit %q for a vocabulary of unit %q", text.unit, v.unit)
	}
	e := &Encoded{text: text, vocabulary: v}
	for i, d := range text.documents {
		for offset, token := range text.unit.tokens(d.Content) {
			if _, ok := v.encode(token); !ok {
				return nil, v.unseen(d, offset, token)
			}
			if e.to%markEvery == 0 {
				e.marks = append(e.marks, mark{i, offset})
			}
			e.to++
		}
	}
	return e, nil
}

// Len returns the number of tokens.
func (e *Encoded) Len() int { return e.to - e.from }

// Slice returns the tokens from up to but without to.
func (e *Encoded) Slice(from, to int) *Encoded {
	if from < 0 || from > to || to > e.Len() {
		panic(fmt.Sprintf("schema: tokens %d to %d of %d", from, to, e.Len()))
	}
	slice := *e
	slice.from, slice.to = e.from+from, e.from+to
	return &slice
}

// Read encodes tokens, beginning at the last mark before them.
func (e *Encoded) Read(from int, into []int) {
	if from < 0 || from+len(into) > e.Len() {
		panic(fmt.Sprintf("schema: tokens %d to %d of %d", from, from+len(into), e.Len()))
	}
	if len(into) == 0 {
		return
	}
	from += e.from
	at := e.marks[from/markEvery]
	skip := from % markEvery
	for i, d := range e.text.documents[at.document:] {
		content := d.Content
		if i == 0 {
			content = content[at.offset:]
		}
		for _, token := range e.text.unit.tokens(content) {
			if skip > 0 {
				skip--
				continue
			}
			into[0], _ = e.vocabulary.encode(token)
			if into = into[1:]; len(into) == 0 {
				return
			}
		}
	}
}
