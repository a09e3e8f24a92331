package data

import (
	"iter"
	"strings"

	"github.com/pkg/errors"
)

// A Text is a sequence of tokens, kept as the files' content. A file is mapped into memory
// where the system can, and so may be larger than it; one that is compressed becomes a
// temporary file first. A Text does not change and may be shared; its files must not change
// either while the program runs.
type Text struct {
	unit  Unit
	parts []part
}

// A part is what one file adds to a Text.
type part struct {
	file, content string
}

// ReadText reads files, plain or compressed by gzip, one after the other.
//
// Characters are those of UTF-8, without a byte order mark; characters and bytes
// are otherwise taken as they stand, line ends included. Words are separated by
// white space and taken as they stand too, and each line ends with the token
// EndOfSequence, as in the Penn Treebank's language model files. A word that
// stands in the file as <unk> is the token Unknown.
//
// It is an *Error if a file cannot be read, is empty or, but for bytes, is not
// UTF-8.
func ReadText(paths []string, unit Unit) (*Text, error) {
	if len(paths) == 0 {
		return nil, errors.New("data: ReadText of no files")
	}
	t := &Text{unit: unit}
	for _, path := range paths {
		content, err := openFile(path)
		if err != nil {
			return nil, err
		}
		if err := t.add(path, content); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// TextFromBytes returns a Text of content that is in memory, under the same rules
// as ReadText. Errors call it by name.
func TextFromBytes(name string, content []byte, unit Unit) (*Text, error) {
	t := &Text{unit: unit}
	if err := t.add(name, string(content)); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Text) add(file, content string) error {
	err := t.unit.check()
	if err != nil {
		return err
	}
	if t.unit == Byte {
		err = notEmpty(file, content)
	} else {
		content, err = readable(file, content)
	}
	if err != nil {
		return err
	}
	t.parts = append(t.parts, part{file, content})
	if t.unit == Word && !strings.HasSuffix(content, "\n") {
		t.parts = append(t.parts, part{file, "\n"}) // the end of a file ends its last line
	}
	return nil
}

// Unit returns what a token is.
func (t *Text) Unit() Unit { return t.unit }

// Tokens returns the tokens in order.
func (t *Text) Tokens() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, p := range t.parts {
			for _, token := range t.unit.tokens(p.content) {
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
