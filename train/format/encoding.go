package format

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/wlynxg/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The encodings that are found out without counting letters.
const (
	utf8Name    = "utf-8"
	westernName = "windows-1252"
)

// A decoded is the text of a file and how its bytes stand for characters.
type decoded struct {
	text     string
	encoding string // a name of the WHATWG, such as "windows-1252"
	told     bool
	mark     bool // whether a byte order mark was there
}

func (d decoded) setting() Setting {
	value := d.encoding
	if d.mark {
		value += " with a byte order mark"
	}
	return Setting{Name: "encoding", Value: value, Told: d.told, Option: "Encoding"}
}

// decodeAs returns the text of content. The encoding that is told is a name of the WHATWG's
// list (https://encoding.spec.whatwg.org), in which latin1 means Windows-1252; "" finds it out:
//
//   - a byte order mark says UTF-8 or UTF-16, and is believed even if something else is told;
//   - every other byte is zero in the UTF-16 of European texts;
//   - what is valid UTF-8 is UTF-8. Bytes that are not, among as many characters that are, are damage
//     and refused;
//   - what else has few bytes from 0x80, as Western European languages have, is Windows-1252;
//   - where they are many, package chardet counts letters; if it is not sure, the file is refused.
//
// It is an *Error if the text cannot be decoded or is empty, and an error of another type if there is
// no such encoding.
func decodeAs(file, content, told string) (decoded, error) {
	d := decoded{encoding: told, told: told != ""}
	if name, mark := markOf(content); name != "" {
		d.encoding, d.mark = name, true
		if name == utf8Name {
			content = content[mark:]
			if told != "" && !utf8.ValidString(content) {
				d.encoding = told // the mark alone is UTF-8
			}
		}
	}
	if d.encoding == "" {
		name, problem := findEncoding(content)
		if problem != nil {
			problem.File = file
			return d, problem
		}
		d.encoding = name
	}
	if canonical(d.encoding) == utf8Name {
		d.encoding = utf8Name
		text, err := decode(file, content)
		if e, ok := err.(*Error); ok && e.What == "bytes" {
			e.Option = "Encoding"
		}
		d.text = text
		return d, err
	}
	e, err := htmlindex.Get(d.encoding)
	if err != nil {
		return d, errors.Errorf(`format: encoding %q; it is a name such as "utf-8", "utf-16le", "windows-1252", "windows-1251" or "shift_jis"`, d.encoding)
	}
	d.encoding = canonical(d.encoding)
	if d.text, err = transcode(e, content); err != nil {
		return d, noTemporary(file, err)
	}
	d.text = strings.TrimPrefix(d.text, "\ufeff")
	if at := strings.IndexRune(d.text, utf8.RuneError); at >= 0 {
		return d, &Error{File: file, Line: lineAt(d.text, at), What: "encoding", Value: d.encoding, Option: "Encoding",
			Problem: "the file has bytes that are no characters in it"}
	}
	return d, notEmpty(file, d.text)
}

// markOf returns the encoding of a byte order mark and the mark's length.
func markOf(content string) (name string, length int) {
	switch {
	case strings.HasPrefix(content, "\xef\xbb\xbf"):
		return utf8Name, 3
	case strings.HasPrefix(content, "\xff\xfe"):
		return "utf-16le", 2
	case strings.HasPrefix(content, "\xfe\xff"):
		return "utf-16be", 2
	}
	return "", 0
}

// canonical returns the name of an encoding that htmlindex uses, or "" if there is none.
func canonical(name string) string {
	e, err := htmlindex.Get(name)
	if err != nil {
		return ""
	}
	name, _ = htmlindex.Name(e)
	return name
}

// findEncoding finds out the encoding of content without a byte order mark.
func findEncoding(content string) (string, *Error) {
	if name := wideEncoding(content); name != "" {
		return name, nil
	}
	at := invalidUTF8(content)
	if at < 0 {
		return utf8Name, nil
	}
	damage := &Error{Line: lineAt(content, at), What: "bytes", Value: invalidRun(content[at:]), Option: "Encoding"}
	count := countBytes(content)
	switch {
	case count.valid >= count.invalid:
		damage.Problem = fmt.Sprintf("not UTF-8, at byte %d of the file, though %d other characters are; mend it, or say in what encoding the file is", at, count.valid)
		return "", damage
	case count.control == 0 && 3*count.invalid <= count.letters+count.invalid:
		return westernName, nil
	}
	const few = 20 // letters, of which no language is found out
	guess := ""
	if count.invalid >= few {
		guess = guessEncoding(content, at)
	}
	if guess == "" {
		damage.Problem = fmt.Sprintf("not UTF-8, at byte %d of the file, and too many such bytes for a Western European text; say in what encoding the file is", at)
		return "", damage
	}
	return guess, nil
}

// guessEncoding returns what chardet makes of some text from offset at on, or "" if it is not sure.
func guessEncoding(content string, at int) string {
	const most, sure = 1 << 16, 0.9
	guess := chardet.Detect([]byte(content[at:min(len(content), at+most)]))
	name := canonical(strings.ToLower(guess.Encoding))
	if guess.Confidence < sure || name == utf8Name {
		return ""
	}
	return name
}

// wideEncoding recognises UTF-16 without a mark: in European texts, every other byte is zero.
func wideEncoding(content string) string {
	sample := content[:min(len(content), 1<<12)&^1]
	zeros := [2]int{}
	for i := range len(sample) {
		if sample[i] == 0 {
			zeros[i%2]++
		}
	}
	switch pairs := len(sample) / 2; {
	case pairs < 2 || len(content)%2 != 0:
	case zeros[0] == 0 && 10*zeros[1] >= 9*pairs:
		return "utf-16le"
	case zeros[1] == 0 && 10*zeros[0] >= 9*pairs:
		return "utf-16be"
	}
	return ""
}

// A byteCount says what the bytes of a text that is not UTF-8 are.
type byteCount struct {
	letters int // of ASCII
	valid   int // characters of UTF-8 of several bytes
	invalid int // bytes that are not UTF-8
	control int // bytes that Windows-1252 gives no character, and zeros
}

func countBytes(content string) (n byteCount) {
	for i := 0; i < len(content); {
		b := content[i]
		if b < utf8.RuneSelf {
			if b|0x20 >= 'a' && b|0x20 <= 'z' {
				n.letters++
			}
			if b == 0 {
				n.control++
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(content[i:])
		if r == utf8.RuneError && size == 1 {
			n.invalid++
			if strings.IndexByte("\x81\x8d\x8f\x90\x9d", b) >= 0 {
				n.control++
			}
		} else {
			n.valid++
		}
		i += size
	}
	return n
}

// transcode returns the text of content, in memory or, if it is long, in a temporary file that is
// mapped.
func transcode(e encoding.Encoding, content string) (string, error) {
	if name, _ := htmlindex.Name(e); strings.HasPrefix(name, "utf-16") {
		order := unicode.LittleEndian
		if name == "utf-16be" {
			order = unicode.BigEndian
		}
		e = unicode.UTF16(order, unicode.IgnoreBOM)
	}
	r := transform.NewReader(strings.NewReader(content), e.NewDecoder())
	const long = 1 << 25
	if len(content) <= long {
		var text bytes.Buffer
		text.Grow(len(content) + len(content)/8)
		_, err := io.Copy(&text, r)
		return text.String(), err
	}
	t, err := newTemporary()
	if err != nil {
		return "", err
	}
	defer t.close()
	if _, err := io.Copy(t, r); err != nil {
		return "", err
	}
	return t.content()
}
