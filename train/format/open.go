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
	"unsafe"

	"github.com/pkg/errors"
)

// openFile returns the content of a file as readFile does, but mapped and not read, where
// the system can. What is compressed is mapped as a temporary file. It may hold most bytes; 0 is a
// multiple of the file's size.
func openFile(path string, most int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", unreadable(path, err)
	}
	defer f.Close()
	content, ok := mapFile(f)
	switch {
	case !ok:
		return readFile(path, most)
	case strings.HasPrefix(content, gzipMagic):
		return openCompressed(path, strings.NewReader(content), limitOf(most, int64(len(content))))
	}
	return content, nil
}

// openCompressed decompresses into a temporary file and returns its content.
func openCompressed(path string, r io.Reader, most int64) (string, error) {
	t, err := newTemporary()
	if err != nil {
		return "", noTemporary(path, err)
	}
	defer t.close()
	if err := decompress(path, r, t, most); err != nil {
		return "", err
	}
	content, err := t.content()
	if err != nil {
		return "", noTemporary(path, err)
	}
	return content, nil
}

// asString returns bytes as a string without a copy. They must not be changed while it is in use.
func asString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// asBytes returns a string as bytes without a copy. They must not be changed.
func asBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// gzipMagic begins every gzip file.
const gzipMagic = "\x1f\x8b"

// readFile returns the content of a file. A file whose first bytes are those of
// gzip is decompressed, whatever its name.
func readFile(path string, most int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", unreadable(path, err)
	}
	defer f.Close()

	buffered := bufio.NewReader(f)
	if magic, _ := buffered.Peek(2); string(magic) == gzipMagic {
		var content strings.Builder
		info, err := f.Stat()
		if err != nil {
			return "", unreadable(path, err)
		}
		err = decompress(path, buffered, &content, limitOf(most, info.Size()))
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

// limitOf returns how many bytes a compressed file of size bytes may hold: what is told or, if that
// is 0, 200 times its size, which no table that people wrote exceeds, and 16 MiB at least.
func limitOf(told, size int64) int64 {
	const ratio, least = 200, 16 << 20
	if told > 0 {
		return told
	}
	return max(ratio*size, least)
}

// decompress writes what a gzip file holds, which may be most bytes.
func decompress(path string, r io.Reader, into io.Writer, most int64) error {
	n := int64(0)
	z, err := gzip.NewReader(r)
	if err == nil {
		n, err = io.Copy(into, io.LimitReader(z, most+1))
	}
	var writing *fs.PathError
	switch {
	case err == nil && n > most:
		return &Error{File: path, Option: "MaxBytes", Problem: fmt.Sprintf(
			"the gzip file holds more than %d bytes, which is more than its size makes likely; say how many it may hold", most)}
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
	return 1 + strings.Count(s[:offset], string(lineEnd(s)))
}

// beginningOf returns the first bytes of a file, or of what it holds if it is compressed by gzip, ""
// if it cannot be read.
func beginningOf(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	buffered := bufio.NewReader(f)
	var r io.Reader = buffered
	if magic, _ := buffered.Peek(2); string(magic) == gzipMagic {
		if r, err = gzip.NewReader(buffered); err != nil {
			return ""
		}
	}
	var content strings.Builder
	io.Copy(&content, io.LimitReader(r, sampleBytes+1)) // what cannot be read is told later
	return content.String()
}
