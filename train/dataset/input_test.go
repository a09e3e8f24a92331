package dataset_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/task"
)

// modelOf returns a model of what a data set of a file holds.
func modelOf(t *testing.T, c task.Config, o dataset.Options) *task.Model {
	t.Helper()
	set, err := dataset.Open(c, o)
	if err != nil {
		t.Fatal(err)
	}
	c = set.Config
	c.Cell, c.Hidden, c.Layers = "lstm", 2, 1
	if set.Schema.Vocabulary != nil {
		c.Embed = 2
	}
	return formattest.Must(task.New(c, set.Schema, rand.New(rand.NewPCG(1, 1))))
}

// A model of each task is asked about a file and about content from elsewhere, which is read once and
// told apart by what is wanted of it. Would catch labels that are read where they are not known or not
// read where they are, a format that is not the one that is said, and a name that errors do not say.
func TestInput(t *testing.T) {
	write := func(name, content string) string { return formattest.Write(t, name, content) }
	texts := modelOf(t, task.Config{Task: task.Classify}, dataset.Options{Data: []string{write("a.tsv", "ham\tsee you\nspam\tprize\n")}})
	tags := modelOf(t, task.Config{Task: task.Tag}, dataset.Options{Data: []string{write("a", "the DET\ndog NOUN\n")}})
	series := modelOf(t, task.Config{Task: task.Classify}, dataset.Options{Data: []string{write("a.ts", "@classLabel true a b\n@data\n1,2:a\n3:b\n")}})
	table := modelOf(t, task.Config{Task: task.Forecast, Steps: 2}, dataset.Options{Data: []string{write("a.csv", "x,y\n1,2\n3,4\n5,6\n7,8\n")}, Forecast: dataset.Forecast{Targets: []string{"y"}}})
	examples := func(in *dataset.Input) (any, error) { return in.Examples(texts) }
	sentences := func(in *dataset.Input) (any, error) { return in.Sentences(tags) }
	tabulated := func(in *dataset.Input) (any, error) {
		table, err := in.Table(table)
		if err != nil {
			return nil, err
		}
		return table.Values, nil
	}
	for _, c := range []struct {
		read         func(in *dataset.Input) (any, error)
		name         string // of the file; none if empty
		content      string
		columns      dataset.Columns
		want, wanted string
	}{
		{func(in *dataset.Input) (any, error) { return in.Lines() }, "", "a\tb\nc", dataset.Columns{}, "[{a\tb  in 1} {c  in 2}]", "one text a line"},
		{examples, "", "ham\tx", dataset.Columns{}, "[{ham\tx  in 1}]", "one text a line"},
		{examples, "", "ham\tx", dataset.Columns{Format: format.TSV}, "[{x ham in 1}]", "one text a line"},
		{examples, "n.tsv", "ham\tx\nspam\ty\n", dataset.Columns{}, "[{x ham n.tsv 1} {y spam n.tsv 2}]", ""},
		{examples, "n.tsv", "ham\tx\nmeh\ty\n", dataset.Columns{}, "[{x  n.tsv 1} {y  n.tsv 2}]", ""},
		{examples, "n.tsv", "ham\tx\nmeh\ty\n", dataset.Columns{LabelColumn: "1"}, "[{x ham n.tsv 1} {y meh n.tsv 2}]", ""},
		{sentences, "", "the dog\nit", dataset.Columns{}, "[{[the dog] [] in []} {[it] [] in []}]", "one text a line"},
		{sentences, "", "the DET\n", dataset.Columns{Format: format.CoNLL}, "[{[the] [DET] in [1]}]", "sentences in the format conll"},
		{sentences, "n", "the DET\n", dataset.Columns{}, "[{[the] [DET] n [1]}]", ""},
		{sentences, "n", "the X\n", dataset.Columns{}, "[{[the] [] n [1]}]", ""},
		{sentences, "n", "the X\n", dataset.Columns{LabelColumn: "2"}, "[{[the] [X] n [1]}]", ""},
		{func(in *dataset.Input) (any, error) { return in.Series(series) }, "", "@data\n1,2\n", dataset.Columns{}, "[{[1 2] 1  in 2}]", "series in the format of --format"},
		{func(in *dataset.Input) (any, error) { return in.Series(series) }, "n.ts", "@classLabel true z\n@data\n1,2:z\n", dataset.Columns{}, "[{[1 2] 1 z n.ts 3}]", ""},
		{tabulated, "", "y,x\n2,1\n", dataset.Columns{}, "[2]", "a CSV file"},
		{tabulated, "n.csv", "x,y\n1,2\n", dataset.Columns{}, "[2]", ""},
		{func(in *dataset.Input) (any, error) { return in.Pieces() }, "", "[[[60]]]", dataset.Columns{}, "[[[60]]]", "a JSON list of pieces"},
		{func(in *dataset.Input) (any, error) { return in.Pieces() }, "n", `{"train": [[[60]]], "test": [[[61]]]}`, dataset.Columns{}, "[[[61]]]", ""},
	} {
		wanted := ""
		in := &dataset.Input{Name: "in", Columns: c.columns, Read: func(what string) ([]byte, error) {
			if wanted != "" {
				t.Errorf("%q is read twice", c.content)
			}
			wanted = what
			return []byte(c.content), nil
		}}
		if c.name != "" {
			in.Path = filepath.Join(t.TempDir(), c.name)
			if err := os.WriteFile(in.Path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Chdir(filepath.Dir(in.Path))
			in.Path = c.name
		}
		got, err := c.read(in)
		if err != nil || fmt.Sprint(got) != c.want || wanted != c.wanted {
			t.Errorf("%q of %q: %v, %v after %q, want %s after %q", c.content, c.name, got, err, wanted, c.want, c.wanted)
		}
	}
	failing := &dataset.Input{Read: func(string) ([]byte, error) { return nil, errors.New("closed") }}
	if _, err := failing.Examples(texts); err == nil {
		t.Error("no error of content that cannot be read")
	}
}

// Files are read to measure a model by the model's own schema: its labels, its columns and its rows.
func TestSourceFor(t *testing.T) {
	write := func(name, content string) string { return formattest.Write(t, name, content) }
	texts := modelOf(t, task.Config{Task: task.Classify}, dataset.Options{Data: []string{write("a.tsv", "ham\tsee you\nspam\tprize\n")}})
	more := write("b.tsv", "spam\tx\nham\ty\nham\tz\n")
	source, err := dataset.SourceFor(texts, []string{more, more}, dataset.Columns{}, 4)
	if err != nil {
		t.Fatal(err)
	}
	var b data.Batch
	if n := source.Begin(nil); n != 2 {
		t.Errorf("6 examples in %d batches of 4", n)
	}
	if source.Batch(0, &b); fmt.Sprint(b.Targets) != "[1 0 0 1]" {
		t.Errorf("targets %v", b.Targets)
	}
	_, err = dataset.SourceFor(texts, []string{write("c.tsv", "meh\tx\n")}, dataset.Columns{}, 4)
	formattest.Complaint{File: "c.tsv", Line: 1, Value: "meh"}.Expect(t, err)
	if _, err := dataset.SourceFor(texts, nil, dataset.Columns{}, 4); err == nil {
		t.Error("no error of no files")
	}
}
