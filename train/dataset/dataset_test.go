package dataset_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

var half = dataset.Split{Train: 0.5, Valid: 0.25, Test: 0.25}

// describe says what is in a set: its parts and their first batches, what is known of the data, and
// what followed from them.
func describe(s *dataset.Set) string {
	var parts []string
	for _, p := range []dataset.Part{s.Train, s.Valid, s.Test} {
		if p.Source == nil {
			parts = append(parts, "-")
			continue
		}
		var b data.Batch
		n := p.Source.Begin(nil)
		p.Source.Batch(0, &b)
		parts = append(parts, fmt.Sprintf("%d in %d of %dx%d", p.Size, n, b.Steps, b.Rows))
	}
	return fmt.Sprintf("%s; %v; steps %d, batch %d, unit %q", strings.Join(parts, " "), s.Schema, s.Config.Steps, s.Options.Batch, s.Options.Unit)
}

// Each task's files become three parts of the sizes that a hand has counted, with what a model of
// the task must know. Would catch a part that is another's, defaults of another task, a schema that
// lacks something, and a sample or a limit that is not taken.
func TestOpen(t *testing.T) {
	write := func(name, content string) []string { return []string{formattest.Write(t, name, content)} }
	text := strings.Repeat("abcdefgh ijklmno\n", 20) // 340 characters, 60 words and ends of lines
	labelled := strings.Repeat("ham\tsee you\nspam\twin a prize\n", 10)
	tagged := strings.Repeat("the DET\ndog NOUN\n\nit PRON\n\n", 8) // 24 words in 16 sentences
	vectors := "@dimensions 2\n@classLabel true a b\n@data\n" + strings.Repeat("1,2,3:4,5,6:a\n1,2:3,4:b\n", 4)
	table := "y,x\n" + strings.Repeat("1,5\n2,6\n3,7\n4,9\n", 10)
	music := `{"train": [[[60],[61],[62]], [[60],[64]]], "valid": [[[60],[61]]], "test": [[[62],[63],[64],[65]]]}`
	tabled := dataset.Forecast{Targets: []string{"y"}, Horizon: 2}
	for name, c := range map[string]struct {
		config  task.Config
		options dataset.Options
		want    string
	}{
		"characters": {task.Config{Task: task.Characters, Steps: 10}, dataset.Options{Data: write("a", text), Split: half, Batch: 2},
			`170 in 9 of 10x2 85 in 5 of 10x2 85 in 5 of 10x2; a vocabulary; steps 10, batch 2, unit "char"`},
		"bytes, all for training": {task.Config{Task: task.Characters}, dataset.Options{Data: write("a", text), Unit: schema.Byte},
			`340 in 2 of 50x6 - -; a vocabulary; steps 50, batch 6, unit "byte"`},
		"words, one row in the test": {task.Config{Task: task.Words, Steps: 5}, dataset.Options{Data: write("a", text), Split: half, Batch: 3, TestBatch: 1},
			`30 in 2 of 5x3 15 in 2 of 5x2 15 in 3 of 5x1; a vocabulary; steps 5, batch 3, unit "word"`},
		"texts": {task.Config{Task: task.Classify}, dataset.Options{Data: write("a.tsv", labelled), Split: half, Batch: 4},
			`10 in 3 of 12x4 5 in 2 of 12x4 5 in 2 of 12x4; a vocabulary and labels; steps 100, batch 4, unit "word"`},
		"a sample of texts": {task.Config{Task: task.Classify}, dataset.Options{Data: write("a.tsv", labelled), Split: half, Limit: 8},
			`4 in 1 of 12x50 2 in 1 of 12x50 2 in 1 of 12x50; a vocabulary and labels; steps 100, batch 50, unit "word"`},
		"sentences": {task.Config{Task: task.Tag}, dataset.Options{Data: write("a", tagged), Split: dataset.Split{Train: 1}, Affixes: 2, Batch: 16},
			`24 in 1 of 12x16 - -; a vocabulary and affixes and labels; steps 100, batch 16, unit "word"`},
		"series": {task.Config{Task: task.Classify}, dataset.Options{Data: write("a.ts", vectors), Split: half, Batch: 4},
			`4 in 1 of 3x4 2 in 1 of 3x4 2 in 1 of 3x4; features and labels; steps 3, batch 4, unit ""`},
		"windows": {task.Config{Task: task.Forecast, Steps: 4}, dataset.Options{Data: write("a.csv", table), Split: half, Batch: 5, Forecast: tabled},
			`15 in 3 of 4x5 9 in 2 of 4x5 9 in 2 of 4x5; a horizon and features; steps 4, batch 5, unit ""`},
		"windows of the first rows": {task.Config{Task: task.Forecast, Steps: 4}, dataset.Options{Data: write("a.csv", table), Split: half, Batch: 5, Forecast: tabled, Limit: 20},
			`5 in 1 of 4x5 4 in 1 of 4x5 4 in 1 of 4x5; a horizon and features; steps 4, batch 5, unit ""`},
		"pieces": {task.Config{Task: task.Notes}, dataset.Options{Data: write("a.json", music), Split: half, Batch: 2},
			`3 in 1 of 2x2 1 in 1 of 2x2 3 in 1 of 2x2; features; steps 2, batch 2, unit ""`},
	} {
		s, err := dataset.Open(c.config, c.options)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := describe(s); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		again, err := dataset.Open(s.Config, s.Options)
		if err != nil || describe(again) != describe(s) || fmt.Sprint(again.Options) != fmt.Sprint(s.Options) {
			t.Errorf("%s: opened with what followed from the data, it is %+v, %v", name, again, err)
		}
	}
}

// Parts with files of their own are those files, and take nothing of the training data; what is known
// of the data is known from the training part. Would catch the file of another part, shares that are
// not renormalised, and a vocabulary, labels or a scale that saw what they must not.
func TestPartsOfTheirOwn(t *testing.T) {
	train := formattest.Write(t, "a.tsv", strings.Repeat("ham\tsee you\nspam\twin a prize\n", 10))
	valid := formattest.Write(t, "b.tsv", "ham\tunseen words\nspam\tprize\nham\tyou\n")
	test := formattest.Write(t, "c.tsv", "spam\twin\n")
	config := task.Config{Task: task.Classify}
	s, err := dataset.Open(config, dataset.Options{Data: []string{train}, Valid: valid, Test: test, Split: half})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Train.Size, s.Valid.Size, s.Test.Size, s.Schema.Vocabulary.Len(), s.Origin == train); got != "20 3 1 7 true" {
		t.Errorf("sizes, vocabulary and origin are %s", got)
	}
	s, err = dataset.Open(config, dataset.Options{Data: []string{train, valid}, Test: test, Split: half})
	if err != nil || s.Train.Size != 15 || s.Valid.Size != 8 || s.Test.Size != 1 || s.Origin != train+", "+valid {
		t.Errorf("two files of which a third is for validation: %+v, %v", s, err)
	}
	_, err = dataset.Open(config, dataset.Options{Data: []string{train}, Valid: formattest.Write(t, "d.tsv", "meh\tx\n")})
	formattest.Complaint{File: "d.tsv", Line: 1, Value: "meh"}.Expect(t, err)

	rows := formattest.Write(t, "a.csv", "y\n"+strings.Repeat("1\n3\n", 10)+strings.Repeat("100\n", 20))
	s, err = dataset.Open(task.Config{Task: task.Forecast, Steps: 2}, dataset.Options{Data: []string{rows}, Split: half})
	if err != nil || s.Schema.Features.Mean[0] != 2 || s.Schema.Features.Deviation[0] != 1 {
		t.Errorf("the scale of the first half is %+v, %v", s.Schema.Features, err)
	}
}

// The seed decides what a sample and the parts are, and nothing else does.
func TestSeed(t *testing.T) {
	var content strings.Builder
	for i := range 40 {
		fmt.Fprintf(&content, "%c\tword%d\n", "ab"[i%2], i)
	}
	file := formattest.Write(t, "a.tsv", content.String())
	words := func(seed uint64, limit int) string {
		s, err := dataset.Open(task.Config{Task: task.Classify}, dataset.Options{Data: []string{file}, Split: half, Seed: seed, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		symbols := s.Schema.Vocabulary.Symbols()
		slices.Sort(symbols)
		return strings.Join(symbols, " ")
	}
	for _, limit := range []int{0, 12} {
		first, again, other := words(1, limit), words(1, limit), words(2, limit)
		if first != again || first == other {
			t.Errorf("limit %d: seed 1 gives %s and %s, seed 2 %s", limit, first, again, other)
		}
	}
	if words(1, 0) == words(1, 39) {
		t.Error("a sample of 39 of 40 and all of them give the same training part")
	}
}

// What the user should know is said, with the number that it is about.
func TestNotes(t *testing.T) {
	for want, c := range map[string]struct {
		config  task.Config
		options dataset.Options
		content string
	}{
		"batches have 2 rows, not 50: the text is too short for more of 10 steps": {task.Config{Task: task.Characters, Steps: 10}, dataset.Options{}, "abcdefghijklmnopqrstuvwxyz"},
		"2 texts are longer than 2 tokens: only their last 2 are read (--steps)":  {task.Config{Task: task.Classify, Steps: 2}, dataset.Options{Columns: dataset.Columns{Format: format.TSV}}, "a\tx y z\nb\tx y z\na\tx\n"},
		"1 series are longer than 2 steps: only their last 2 are read (--steps)":  {task.Config{Task: task.Classify, Steps: 2}, dataset.Options{Columns: dataset.Columns{Format: format.TS}}, "@classLabel true a b\n@data\n1,2,3:a\n1:b\n"},
		"2 windows are left out: a number that they are to forecast is missing":   {task.Config{Task: task.Forecast, Steps: 2}, dataset.Options{}, "y\n1\n2\n3\n4\n5\nNA\nNA\n8\n9\n10\n"},
	} {
		c.options.Data = []string{formattest.Write(t, "data", c.content)}
		s, err := dataset.Open(c.config, c.options)
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if got := fmt.Sprint(s.Notes); got != "["+want+"]" {
			t.Errorf("notes %s, want %s", got, want)
		}
	}
}

// Options that do not apply, or do not fit, are errors of their own type, which name options in
// words or, for a command, as flags. Would catch an option that is silently ignored.
func TestOptionErrors(t *testing.T) {
	tsv := []string{formattest.Write(t, "a.tsv", "a\tx\nb\ty\n")}
	ts := []string{formattest.Write(t, "a.ts", "@classLabel true a b\n@data\n1:a\n2:b\n")}
	for want, c := range map[string]struct {
		config  task.Config
		options dataset.Options
	}{
		"--task word needs --data FILE":                {task.Config{Task: task.Words}, dataset.Options{}},
		"--task poem reads no files":                   {task.Config{Task: "poem"}, dataset.Options{Data: tsv}},
		"--vocab-size does not apply to --task char":   {task.Config{Task: task.Characters}, dataset.Options{Data: tsv, VocabSize: 9}},
		"--affixes does not apply to --task classify":  {task.Config{Task: task.Classify}, dataset.Options{Data: tsv, Affixes: 1}},
		"--horizon does not apply to --task tag":       {task.Config{Task: task.Tag}, dataset.Options{Data: tsv, Forecast: dataset.Forecast{Horizon: 1}}},
		"--header does not apply to --task tag":        {task.Config{Task: task.Tag}, dataset.Options{Data: tsv, Columns: dataset.Columns{Header: true}}},
		"--unit does not apply to --task tag":          {task.Config{Task: task.Tag}, dataset.Options{Data: tsv, Unit: schema.Byte}},
		"--embed does not apply to --task notes":       {task.Config{Task: task.Notes, Embed: 3}, dataset.Options{Data: tsv}},
		"--embed does not apply to series of numbers":  {task.Config{Task: task.Classify, Embed: 3}, dataset.Options{Data: ts}},
		"--encoding does not apply to series":          {task.Config{Task: task.Classify}, dataset.Options{Data: ts, Columns: dataset.Columns{Encoding: "latin1"}}},
		"--spectrum applies to recordings, which":      {task.Config{Task: task.Classify}, dataset.Options{Data: ts, Spectrum: "mfcc"}},
		"--spectrum applies to recordings, such as":    {task.Config{Task: task.Classify}, dataset.Options{Data: tsv, Spectrum: "mfcc"}},
		"--unit word does not apply to --task char":    {task.Config{Task: task.Characters}, dataset.Options{Data: tsv, Unit: schema.Word}},
		"--unit byte does not apply to --task word":    {task.Config{Task: task.Words}, dataset.Options{Data: tsv, Unit: schema.Byte}},
		"--test-batch 2 without a test part":           {task.Config{Task: task.Words}, dataset.Options{Data: tsv, TestBatch: 2}},
		"--task forecast reads one --data file":        {task.Config{Task: task.Forecast}, dataset.Options{Data: append(tsv, ts...)}},
		"--task notes reads one --data file":           {task.Config{Task: task.Notes}, dataset.Options{Data: append(tsv, ts...)}},
		"--input says what is read beside the targets": {task.Config{Task: task.Forecast}, dataset.Options{Data: tsv, Forecast: dataset.Forecast{Inputs: []string{"x"}}}},
		"--format, --header, --text-column and":        {task.Config{Task: task.Classify}, dataset.Options{Data: tsv, Columns: dataset.Columns{TextColumn: "0"}}},
	} {
		_, err := dataset.Open(c.config, c.options)
		var option *dataset.OptionError
		if !errors.As(err, &option) || !strings.HasPrefix(option.Flags, want) {
			t.Errorf("got %v, want %s", err, want)
			continue
		}
		if words := "dataset: " + strings.ReplaceAll(want, "--", ""); !strings.HasPrefix(err.Error(), words) {
			t.Errorf("in words it is %v, want %s", err, words)
		}
	}
}

// Options of a task are listed once, and those that are not listed mean something for all.
func TestApplies(t *testing.T) {
	for option, want := range map[string]string{"data": "char word classify tag forecast notes", "vocab-size": "word classify tag", "season": "forecast", "test-batch": "char word"} {
		var got []string
		for _, kind := range task.Kinds() {
			if dataset.Applies(option, kind) {
				got = append(got, string(kind))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s applies to %v, want %s", option, got, want)
		}
	}
}

// Shares and patterns are written as they are read.
func TestTextsOfOptions(t *testing.T) {
	for text, ok := range map[string]bool{"0.9,0.05,0.05": true, "1,0,0": true, "0,0.5,0.5": false, "0.5,0.5": false, "0.5,0.4,0.2": false, "1.5,-0.5,0": false, "x,0,1": false, "NaN,0,1": false, "": false} {
		var s dataset.Split
		if err := s.UnmarshalText([]byte(text)); (err == nil) != ok || ok && s.String() != text || !ok && s != (dataset.Split{}) {
			t.Errorf("shares %q are read as %v, %v", text, s, err)
		}
	}
	for text, ok := range map[string]bool{`^(\d)_`: true, `\d`: false, `(`: false} {
		var p dataset.Pattern
		if err := p.UnmarshalText([]byte(text)); (err == nil) != ok || ok && p.String() != text || p.IsZero() == ok {
			t.Errorf("pattern %q is read as %v, %v", text, p, err)
		}
	}
}

// The checksums are those of sha256sum: of a file its own, of a folder that of the names and checksums
// of what is in it.
func TestFiles(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{"a.wav": "abc", "b.wav": "", "c.txt": "other"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, b := filepath.Join(folder, "a.wav"), filepath.Join(folder, "b.wav")
	o := dataset.Options{Data: []string{a, folder}, Valid: b, Test: a}
	const abc, nothing = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	const both = "8a1dada05e3975dd735d2e88fe890ff2395d679bcd8a157f6e2987a2259d8c17" // printf 'a.wav ABC\nb.wav NOTHING\n' | sha256sum
	want := []dataset.File{{"data", a, abc}, {"data", folder, both}, {"valid", b, nothing}, {"test", a, abc}}
	got, err := o.Files()
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("files %v, %v, want %v", got, err, want)
	}
	o.Test = filepath.Join(folder, "none")
	_, err = o.Files()
	formattest.Complaint{File: "none", Texts: []string{"no such file"}}.Expect(t, err)

	goSource, err := (&dataset.Options{}).Files()
	if err != nil || len(goSource) != 1 || goSource[0].Path != dataset.GoSourceName || len(goSource[0].SHA256) != 64 {
		t.Errorf("without data: %v, %v", goSource, err)
	}
}
