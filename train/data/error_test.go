package data_test

import (
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"

	"github.com/seed-222a112c/lstm/train/data"
)

// Catches a message that loses the file, the line or the value, or that shows an
// empty part.
func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		err  data.Error
		want string
	}{
		{data.Error{File: "a.tsv", Line: 17, What: "label", Value: "meh", Problem: "unseen"}, `a.tsv:17: label "meh": unseen`},
		{data.Error{File: "a.tsv", What: "label", Problem: "is empty"}, `a.tsv: label "": is empty`},
		{data.Error{File: "a.tsv", Line: 2, Value: "x\t", Problem: "odd"}, `a.tsv:2: "x\t": odd`},
		{data.Error{File: "a.txt", Problem: "is empty"}, `a.txt: is empty`},
		{data.Error{Problem: "too short"}, `too short`},
		{data.Error{What: "character", Value: "é", Problem: "unseen"}, `character 'é' (U+00E9): unseen`},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// Catches a value shortened by bytes, which would cut a character in two, and one
// shortened although it fits.
func TestErrorTextShortensValue(t *testing.T) {
	fits := data.Error{Value: strings.Repeat("語", 60)}
	if got, want := fits.Error(), `"`+strings.Repeat("語", 60)+`": `; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	long := data.Error{Value: strings.Repeat("語", 61)}
	if got, want := long.Error(), `"`+strings.Repeat("語", 60)+`"…: `; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Catches a failure to read that callers cannot tell from a failure of the program.
func TestUnreadableFile(t *testing.T) {
	folder := t.TempDir()
	for _, read := range []func(string) error{readText, readLabelled} {
		err := read(filepath.Join(folder, "missing.tsv"))
		complaint{file: "missing.tsv", texts: []string{"cannot be read: no such file"}}.expect(t, err)
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v does not wrap fs.ErrNotExist", err)
		}
		complaint{file: filepath.Base(folder), texts: []string{"cannot be read: is a directory"}}.expect(t, read(folder))
	}
}

// Catches a decompression that goes by the name, and one that takes what a damaged
// file holds for all of it.
func TestCompressedFiles(t *testing.T) {
	packed := compress(t, strings.Repeat("the same line again\n", 100))
	text, err := data.ReadText([]string{write(t, "notes.txt", packed)}, data.Word)
	if err != nil || text.Len() != 500 {
		t.Errorf("a gzip file with the name of a text: %v", err)
	}
	if err := readText(write(t, "notes.gz", "plain")); err != nil {
		t.Errorf("a text with the name of a gzip file: %v", err)
	}
	for _, length := range []int{2, 9, 12, len(packed) / 2, len(packed) - 8, len(packed) - 1} {
		err := readText(write(t, "cut.gz", packed[:length]))
		complaint{file: "cut.gz", texts: []string{"cut off"}}.expect(t, err)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%v does not wrap io.ErrUnexpectedEOF", err)
		}
	}
	wrongSum := []byte(packed)
	wrongSum[len(wrongSum)-8] ^= 1
	complaint{file: "bad.gz", texts: []string{"damaged", "checksum"}}.expect(t, readText(write(t, "bad.gz", string(wrongSum))))
}

// Catches a model trained on nothing.
func TestEmptyFile(t *testing.T) {
	for _, content := range []string{"", "\ufeff", compress(t, "")} {
		path := write(t, "empty.tsv", content)
		complaint{file: "empty.tsv", texts: []string{"is empty"}}.expect(t, readText(path))
		complaint{file: "empty.tsv", texts: []string{"is empty"}}.expect(t, readLabelled(path))
	}
	_, err := data.TextFromBytes("nothing", nil, data.Byte)
	complaint{file: "nothing", texts: []string{"is empty"}}.expect(t, err)
}

func readText(path string) error {
	_, err := data.ReadText([]string{path}, data.Character)
	return err
}

func readLabelled(path string) error {
	_, err := data.ReadLabelled(path, data.LabelledOptions{})
	return err
}
