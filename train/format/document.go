package format

import (
	"strings"
)

// A Document is the content of a text file. It must not be changed.
type Document struct {
	File    string // for messages
	Content string
}

// ReadDocument returns the content of a file, plain or compressed by gzip, as it stands. It is
// mapped into memory where the system can, and so may be larger than it; one that is compressed
// becomes a temporary file first. The file must not change while the program runs. It is an
// *Error if it cannot be read, or if it is compressed and holds more than 200 times its size and 16
// MiB.
func ReadDocument(path string) (Document, error) {
	content, err := openFile(path, 0)
	return Document{path, content}, err
}

// Decode returns the document without a byte order mark. It is an *Error if it is empty or not
// UTF-8.
func (d Document) Decode() (Document, error) {
	content, err := decode(d.File, d.Content)
	return Document{d.File, content}, err
}

// DecodeAs returns the document as UTF-8 without a byte order mark, and how it was read. The encoding
// is a name of the WHATWG, such as "windows-1252", or "" to find it out. It is an *Error if the
// document is empty or not in that encoding, or if none is likely.
func (d Document) DecodeAs(encoding string) (Document, *Reading, error) {
	text, err := decodeAs(d.File, d.Content, encoding)
	if err != nil {
		return d, nil, err
	}
	lines := strings.Count(text.text, string(lineEnd(text.text)))
	r := &Reading{File: d.File, Format: PlainText, Rows: lines, what: "line", Settings: []Setting{text.setting()}}
	return Document{d.File, text.text}, r, nil
}

// NotEmpty returns an *Error if the document is empty.
func (d Document) NotEmpty() error { return notEmpty(d.File, d.Content) }

// Line returns the number of the line, from 1, that holds the byte at offset.
func (d Document) Line(offset int) int { return lineAt(d.Content, offset) }
