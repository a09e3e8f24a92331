package schema

import (
	"iter"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// A Text is a sequence of tokens, kept as the content of its documents, which must not change
// while the program runs. A Text does not change and may be shared.
type Text struct {
	unit      Unit
	documents []format.Document
}

// ReadText reads files, plain or compressed by gzip, one after the other, as
// [format.ReadDocument] does.
//
// Characters are those of UTF-8, without a byte order mark; characters and bytes
// are otherwise taken as they stand, line ends included. Words are separated by
// white space and taken as they stand too, and each line ends with the token
// EndOfSequence, as in the Penn Treebank's language model files. A word that
// stands in the file as <unk> is the token Unknown.
//
// It is a *format.Error if a file cannot be read, is empty or, but for bytes, is not
// UTF-8.
func ReadText(paths []string, unit Unit) (*Text, error) {
	if len(paths) == 0 {
		return nil, errors.New("schema: ReadText of no files")
	}
	t := &Text{unit: unit}
	for _, path := range paths {
		document, err := format.ReadDocument(path)
		if err != nil {
			return nil, err
		}
		if err := t.add(document); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// TextFromBytes returns a Text of content that is in memory, under the same rules
// as ReadText. Errors call it by name.
func TextFromBytes(name string, content []byte, unit Unit) (*Text, error) {
	t := &Text{unit: unit}
	if err := t.add(format.Document{File: name, Content: string(content)}); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Text) add(d format.Document) error {
	err := t.unit.check()
	if err != nil {
		return err
	}
	if t.unit == Byte {
		err = d.NotEmpty()
	} else {
		d, err = d.Decode()
	}
	if err != nil {
		return err
	}
	t.documents = append(t.documents, d)
	if t.unit == Word && !strings.HasSuffix(d.Content, "\n") {
		t.documents = append(t.documents, format.Document{File: d.File, Content: "\n"}) // the end of a file ends its last line
	}
	return nil
}

// Unit returns what a token is.
func (t *Text) Unit() Unit { return t.unit }

// Tokens returns the tokens in order.
func (t *Text) Tokens() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, d := range t.documents {
			for _, token := range t.unit.tokens(d.Content) {
				if !yield(token) {
					return
				}
			}
		}
	}
}

// Len counts the tokens, which takes a pass over the text.
func (t *Text) Len() int {
	n := 0
	for range t.Tokens() {
		n++
	}
	return n
}
