package dataset_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// A model of words knows those of the training part and no others, to the last one: here the first
// half, of which x is the last word. Would catch a vocabulary that saw the held-out text.
func TestWordsOfTheTrainingPart(t *testing.T) {
	file := formattest.Write(t, "text", strings.Repeat("a b c\n", 9)+"a b x\n"+strings.Repeat("a y z\n", 10))
	s, err := dataset.Open(task.Config{Task: task.Words, Steps: 3}, dataset.Options{Data: []string{file}, Split: half})
	if err != nil {
		t.Fatal(err)
	}
	symbols := s.Schema.Vocabulary.Symbols()
	slices.Sort(symbols)
	if got := strings.Join(symbols, " "); got != "<eos> <unk> a b c x" {
		t.Errorf("the vocabulary is %s", got)
	}
}

// A training part needs a character more than a batch reads.
func TestShortestText(t *testing.T) {
	for length, ok := range map[int]bool{5: false, 6: true} {
		file := formattest.Write(t, "text", "abcdefgh"[:length])
		_, err := dataset.Open(task.Config{Task: task.Characters, Steps: 5}, dataset.Options{Data: []string{file}})
		if ok {
			if err != nil {
				t.Errorf("%d characters: %v", length, err)
			}
			continue
		}
		formattest.Complaint{File: "text", Texts: []string{"its training part has 5 characters, but a batch reads 5"}}.Expect(t, err)
	}
}

// Images are scaled by all their pixels together, other series by column. By hand: of 0, 0, 0, 8 the
// mean is 2.
func TestScales(t *testing.T) {
	images := []byte("\x00\x00\x08\x03")
	for _, n := range []uint32{2, 1, 2} {
		images = binary.BigEndian.AppendUint32(images, n)
	}
	folder := t.TempDir()
	writeTo(t, folder, "x-labels-idx1-ubyte", "\x00\x00\x08\x01\x00\x00\x00\x02\x00\x01")
	pixels := writeTo(t, folder, "x-images-idx3-ubyte", string(images)+"\x00\x00\x00\x08")
	columns := formattest.Write(t, "a.ts", "@classLabel true a b\n@data\n0:0:a\n0:8:b\n")
	for file, want := range map[string]string{pixels: "[2 2]", columns: "[0 4]"} {
		s, err := dataset.Open(task.Config{Task: task.Classify}, dataset.Options{Data: []string{file}})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(s.Schema.Features.Mean); got != want {
			t.Errorf("the means are %s, want %s", got, want)
		}
	}
}

func writeTo(t *testing.T, folder, name, content string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is forecast is what the options say.
func TestHorizonOfOptions(t *testing.T) {
	file := formattest.Write(t, "a.csv", "y,x,z\n"+strings.Repeat("1,2,3\n4,5,7\n", 10))
	for _, relative := range []bool{false, true} {
		s, err := dataset.Open(task.Config{Task: task.Forecast, Steps: 4}, dataset.Options{Data: []string{file}, Forecast: dataset.Forecast{
			Targets: []string{"z"}, Inputs: []string{"y"}, Horizon: 3, Season: 2, Relative: relative,
		}})
		if err != nil {
			t.Fatal(err)
		}
		h := s.Schema.Horizon
		if h.Steps != 3 || h.Targets != 1 || h.Season != 2 || h.Relative != relative || fmt.Sprint(s.Schema.Features.Names) != "[z y]" {
			t.Errorf("%+v of %v", h, s.Schema.Features.Names)
		}
	}
}

// What a seed draws stays what it is, for a training that was saved draws it again when it continues.
// The numbers are those that the program drew before this package was.
func TestDrawsOfASeed(t *testing.T) {
	var content strings.Builder
	for i := range 20 {
		fmt.Fprintf(&content, "%c\tw%d\n", "ab"[i%2], i)
	}
	file := formattest.Write(t, "a.tsv", content.String())
	for limit, want := range map[int]string{0: "w0 w10 w14 w15 w16 w17 w3 w5 w6 w8", 6: "w0 w16 w3"} {
		s, err := dataset.Open(task.Config{Task: task.Classify}, dataset.Options{Data: []string{file}, Split: dataset.Split{Train: 0.5, Valid: 0.5}, Seed: 7, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		symbols := slices.DeleteFunc(s.Schema.Vocabulary.Symbols(), func(s string) bool { return s == schema.Padding || s == schema.Unknown })
		if got := strings.Join(symbols, " "); got != want {
			t.Errorf("limit %d: the training part is %s, want %s", limit, got, want)
		}
	}
}
