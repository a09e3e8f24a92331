package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// Several files are one text, and parts with files of their own take nothing from it: of
// 900 characters, 0.5 of 0.6 are for training. Would catch a file that is forgotten, and
// shares that are not renormalised.
func TestFilesAndShares(t *testing.T) {
	folder := t.TempDir()
	a := write(t, filepath.Join(folder, "a"), strings.Repeat("abcdefgh\n", 50))
	b := write(t, filepath.Join(folder, "b"), strings.Repeat("ABCDEFGH\n", 50))
	args := append([]string{"train", "--data", a, "--data", b, "--valid", a, "--split", "0.5,0.4,0.1", "--out", folder, "--steps", "10"}, small...)
	if r := succeed(t, "", args...); !strings.Contains(r.stderr, "train 750, valid 450, test 150 characters") {
		t.Error(r.stderr)
	}
}

// The words that a model knows are those of the training part. Would catch a vocabulary
// that saw the validation text.
func TestTrainingVocabulary(t *testing.T) {
	model, _ := trained(t, rhyme+"zebra zebra zebra\n", "--task", "word", "--steps", "5", "--split", "0.9,0.1,0")
	if shown := succeed(t, "", "inspect", model).stdout; !strings.Contains(shown, `"<unk>"`) || strings.Contains(shown, "zebra") {
		t.Error(shown)
	}
}

// A text that is too short for the batch gets fewer rows, and is told so. Would catch
// batches that are mostly padding.
func TestShortText(t *testing.T) {
	_, r := trained(t, "abcdefghijklmnopqrstuvwxyz", "--steps", "10", "--split", "1,0,0")
	if !strings.Contains(r.stderr, "batches have 2 rows, not 4") {
		t.Error(r.stderr)
	}
}

// The test part is read in as many streams as --test-batch says, as eval reads it with so many
// rows. Would catch a test that always has the rows of the training.
func TestTestBatch(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "test"), rhyme)
	losses := map[string]float64{}
	for _, rows := range []string{"1", "4"} {
		model, r := trained(t, rhyme, "--steps", "10", "--split", "0.9,0.1,0", "--test", file, "--test-batch", rows)
		var got struct{ Test, Valid partLoss }
		if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
			t.Fatal(err)
		}
		var part partLoss
		if err := json.Unmarshal([]byte(succeed(t, "", "eval", model, "--data", file, "--batch", rows, "--json").stdout), &part); err != nil {
			t.Fatal(err)
		}
		if losses[rows] = got.Test.Loss; part.Loss != got.Test.Loss {
			t.Errorf("%s rows: the test loss is %v, that of eval %v", rows, got.Test.Loss, part.Loss)
		}
	}
	if losses["1"] == losses["4"] {
		t.Errorf("the test loss is %v with one row and with four", losses["1"])
	}
}

// Without data the text is Go's own. Would catch defaults that do not fit together. It
// trains a single step, for the rest is like any text.
func TestGoSource(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	r := succeed(t, "", "train", "--hidden", "4", "--embed", "2", "--steps", "4", "--batch", "1000", "--max-steps", "1", "--split", "0.98,0.01,0.01", "--out", out)
	for _, want := range []string{"Go source text of ", "train 980,000, valid 10,000, test 10,000 characters"} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("%q is not in\n%s", want, r.stderr)
		}
	}
	for _, want := range []string{"\n   train ", "\n   valid ", "\n    test ", "sample at temperature 0.7"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("%q is not in\n%s", want, r.stdout)
		}
	}
}

// Without --out a run takes the first free folder, and a part that there is not is null.
// Would catch a run that writes into the folder of another, and output beside the JSON.
func TestRunFolders(t *testing.T) {
	text := write(t, filepath.Join(t.TempDir(), "text"), rhyme)
	t.Chdir(t.TempDir())
	for _, run := range []string{"run-1", "run-2"} {
		r := succeed(t, "", append([]string{"train", "--data", text, "--split", "0.9,0.1,0", "--steps", "10", "--json"}, small...)...)
		var got map[string]any
		if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || strings.Count(r.stdout, "\n") != 1 {
			t.Fatalf("standard output is %q, %v", r.stdout, err)
		}
		test, ok := got["test"]
		if got["model"] != filepath.Join(run, "model.safetensors") || !ok || test != nil {
			t.Errorf("the result is %s, want its model in %s and test null", r.stdout, run)
		}
		var config map[string]any
		if err := json.Unmarshal(read(t, filepath.Join(run, "config.json")), &config); err != nil {
			t.Fatal(err)
		}
		if config["hidden"] != 8.0 || config["epochs"] != 2.0 || config["unit"] != "char" || config["split"] != "0.9,0.1,0" {
			t.Errorf("config.json holds %v", config)
		}
	}
}

// The first lines tell the size of the LSTM with one bias for each gate:
// 4·(128·128·2+128) = 131,584. Would catch PyTorch's count.
func TestParameterCount(t *testing.T) {
	_, r := trained(t, spam, "--task", "classify", "--hidden", "128", "--embed", "128", "--steps", "4", "--max-steps", "1", "--split", "0.9,0,0.1")
	if !strings.Contains(r.stderr, "(LSTM 131,584)") || !strings.Contains(r.stderr, "2 classes") {
		t.Error(r.stderr)
	}
}

// A text a line, with the label in the file's name, in either encoding. Would catch a label
// that is the whole name, and bytes that are read as UTF-8.
func TestLabelsOfFileNames(t *testing.T) {
	folder := t.TempDir()
	good := write(t, filepath.Join(folder, "film.pos"), strings.Repeat("a good caf\xe9\na fine film\n", 20))
	bad := write(t, filepath.Join(folder, "film.neg"), strings.Repeat("a bad film\na dull caf\xe9\n", 20))
	out := filepath.Join(folder, "out")
	args := append([]string{"train", "--task", "classify", "--data", good, "--data", bad, "--label-pattern", `\.(pos|neg)$`, "--out", out, "--json"}, small...)
	succeed(t, "", append(args, "--encoding", "latin1", "--epochs", "15")...)
	shown := succeed(t, "", "inspect", out).stdout
	for _, want := range []string{`labels      2: "neg" "pos"`, `"café"`} {
		if !strings.Contains(shown, want) {
			t.Errorf("%s is not in\n%s", want, shown)
		}
	}
	got := lines[labelJSON](t, succeed(t, "", "predict", out, "--data", bad, "--label-pattern", `\.(pos|neg)$`, "--encoding", "latin1").stdout)
	if len(got) != 40 || got[0].Truth != "neg" || got[0].Label != "neg" || got[1].Text != "a dull café" {
		t.Errorf("predict gives %+v", got[:2])
	}
	refuse(t, call(t, "", "eval", out, "--data", write(t, filepath.Join(folder, "film"), "x"), "--label-pattern", `\.(pos|neg)$`), exitBadData, "film", "has no label")
	refuse(t, call(t, "", append(args, "--force", "--label-column", "1")...), exitUsage, "--label-pattern reads a text a line")
}
