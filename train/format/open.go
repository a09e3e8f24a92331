package format

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// openFile returns the content of a file as readFile does, but mapped and not read, where
// the system can. What is compressed is mapped as a temporary file.
func openFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", unreadable(path, err)
	}
	defer f.Close()
	content, ok := mapFile(f)
	switch {
	case !ok:
		return readFile(path)
	case strings.HasPrefix(content, gzipMagic):
		return openCompressed(path, strings.NewReader(content))
	}
	return content, nil
}

// openCompressed decompresses into a temporary file and returns its content.
func openCompressed(path string, r io.Reader) (string, error) {
	t, err := newTemporary()
	if err != nil {
		return "", noTemporary(path, err)
	}
	defer t.close()
	if err := decompress(path, r, t); err != nil {
		return "", err
	}
	content, err := t.content()
	if err != nil {
		return "", noTemporary(path, err)
	}
	return content, nil
}

// gzipMagic begins every gzip file.
const gzipMagic = "\x1f\x8b"

// readFile returns the content of a file. A file whose first bytes are those of
// gzip is decompressed, whatever its name.
func readFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", unreadable(path, err)
	}
	defer f.Close()

	buffered := bufio.NewReader(f)
	if magic, _ := buffered.Peek(2); string(magic) == gzipMagic {
		var content strings.Builder
		err := decompress(path, buffered, &content)
		return content.String(), err
	}
	// A strings.Builder gives its bytes away as a string without a copy, which
	// counts for a text of 100 MB.
	var content strings.Builder
	if _, err := io.Copy(&content, buffered); err != nil {
		return "", unreadable(path, err)
	}
	return content.String(), nil
}

// decompress writes what a gzip file holds.
func decompress(path string, r io.Reader, into io.Writer) error {
	n := int64(0)
	z, err := gzip.NewReader(r)
	if err == nil {
		n, err = io.Copy(into, z)
	}
	var writing *fs.PathError
	switch {
	case errors.As(err, &writing):
		return noTemporary(path, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{File: path, Err: err, Problem: fmt.Sprintf(
			"the gzip file is cut off, after %d bytes of content; fetch it again", n)}
	case err != nil:
		return &Error{File: path, Err: err, Problem: fmt.Sprintf(
			"the gzip file is damaged, after %d bytes of content: %v", n, err)}
	}
	return nil
}

// decode checks that content is not empty and that it is UTF-8, and returns it
// without a byte order mark.
func decode(file, content string) (string, error) {
	if at := invalidUTF8(content); at >= 0 {
		return "", &Error{
			File: file, Line: lineAt(content, at), What: "bytes", Value: invalidRun(content[at:]),
			Problem: fmt.Sprintf("not UTF-8, at byte %d of the file; convert the file, or read a text by bytes", at),
		}
	}
	content = strings.TrimPrefix(content, "\ufeff")
	return content, notEmpty(file, content)
}

func notEmpty(file, content string) error {
	if content == "" {
		return &Error{File: file, Problem: "is empty"}
	}
	return nil
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, r := range s {
		if r == utf8.RuneError && invalidRun(s[i:]) != "" {
			return i
		}
	}
	return -1
}

// invalidRun returns the bytes before the first valid character of s, at most
// four.
func invalidRun(s string) string {
	n := 0
	for n < min(len(s), 4) {
		if _, width := utf8.DecodeRuneInString(s[n:]); width > 1 || s[n] < utf8.RuneSelf {
			break
		}
		n++
	}
	return s[:n]
}

// lineAt returns the number of the line, from 1, that holds the byte at offset.
func lineAt(s string, offset int) int {
	return 1 + strings.Count(s[:offset], "\n")
}
