package format_test

import (
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Catches a message that loses the file, the line or the value, or that shows an
// empty part.
func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		err  format.Error
		want string
	}{
		{format.Error{File: "a.tsv", Line: 17, What: "label", Value: "meh", Problem: "unseen"}, `a.tsv:17: label "meh": unseen`},
		{format.Error{File: "a.tsv", What: "label", Problem: "is empty"}, `a.tsv: label "": is empty`},
		{format.Error{File: "a.tsv", Line: 2, Value: "x\t", Problem: "odd"}, `a.tsv:2: "x\t": odd`},
		{format.Error{File: "a.txt", Problem: "is empty"}, `a.txt: is empty`},
		{format.Error{Problem: "too short"}, `too short`},
		{format.Error{What: "character", Value: "é", Problem: "unseen"}, `character 'é' (U+00E9): unseen`},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// Catches a value shortened by bytes, which would cut a character in two, and one
// shortened although it fits.
func TestErrorTextShortensValue(t *testing.T) {
	fits := format.Error{Value: strings.Repeat("語", 60)}
	if got, want := fits.Error(), `"`+strings.Repeat("語", 60)+`": `; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	long := format.Error{Value: strings.Repeat("語", 61)}
	if got, want := long.Error(), `"`+strings.Repeat("語", 60)+`"…: `; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Catches a failure to read that callers cannot tell from a failure of the program.
func TestUnreadableFile(t *testing.T) {
	folder := t.TempDir()
	for _, read := range []func(string) error{readText, readLabelled} {
		err := read(filepath.Join(folder, "missing.tsv"))
		formattest.Complaint{File: "missing.tsv", Texts: []string{"cannot be read: no such file"}}.Expect(t, err)
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v does not wrap fs.ErrNotExist", err)
		}
		formattest.Complaint{File: filepath.Base(folder), Texts: []string{"cannot be read: is a directory"}}.Expect(t, read(folder))
	}
}

// Catches a decompression that goes by the name, and one that takes what a damaged
// file holds for all of it.
func TestCompressedFiles(t *testing.T) {
	packed := formattest.Compress(t, strings.Repeat("the same line again\n", 100))
	text, err := schema.ReadText([]string{formattest.Write(t, "notes.txt", packed)}, schema.Word)
	if err != nil || text.Len() != 500 {
		t.Errorf("a gzip file with the name of a text: %v", err)
	}
	if err := readText(formattest.Write(t, "notes.gz", "plain")); err != nil {
		t.Errorf("a text with the name of a gzip file: %v", err)
	}
	for _, length := range []int{2, 9, 12, len(packed) / 2, len(packed) - 8, len(packed) - 1} {
		err := readText(formattest.Write(t, "cut.gz", packed[:length]))
		formattest.Complaint{File: "cut.gz", Texts: []string{"cut off"}}.Expect(t, err)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%v does not wrap io.ErrUnexpectedEOF", err)
		}
	}
	wrongSum := []byte(packed)
	wrongSum[len(wrongSum)-8] ^= 1
	formattest.Complaint{File: "bad.gz", Texts: []string{"damaged", "checksum"}}.Expect(t, readText(formattest.Write(t, "bad.gz", string(wrongSum))))
}

// Catches a model trained on nothing.
func TestEmptyFile(t *testing.T) {
	for _, content := range []string{"", "\ufeff", formattest.Compress(t, "")} {
		path := formattest.Write(t, "empty.tsv", content)
		formattest.Complaint{File: "empty.tsv", Texts: []string{"is empty"}}.Expect(t, readText(path))
		formattest.Complaint{File: "empty.tsv", Texts: []string{"is empty"}}.Expect(t, readLabelled(path))
	}
	_, err := schema.TextFromBytes("nothing", nil, schema.Byte)
	formattest.Complaint{File: "nothing", Texts: []string{"is empty"}}.Expect(t, err)
}

func readText(path string) error {
	_, err := schema.ReadText([]string{path}, schema.Character)
	return err
}

func readLabelled(path string) error {
	_, err := format.ReadLabelled(path, format.LabelledOptions{})
	return err
}
