package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/run"
	"github.com/seed-222a112c/lstm/train/task"
)

// A run is resumed with more epochs and then has what it would have had with them from
// the start. Would catch an override that is not applied, or not kept.
func TestResumeWithMoreEpochs(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	args := slices.Concat([]string{"train", "--data", text, "--steps", "10", "--split", "0.8,0.2,0"}, small)
	long, short := filepath.Join(folder, "long"), filepath.Join(folder, "short")
	succeed(t, "", append(args, "--epochs", "3", "--out", long)...)
	succeed(t, "", append(args, "--epochs", "1", "--out", short)...)

	for _, override := range []string{"epochs=2", "epochs=3"} {
		succeed(t, "", "resume", short, "--override", override)
	}
	for _, name := range []string{run.ModelName, run.CheckpointName, run.SettingsName} {
		if !bytes.Equal(read(t, filepath.Join(short, name)), read(t, filepath.Join(long, name))) {
			t.Errorf("%s is not that of a training of 3 epochs", name)
		}
	}
	if again := succeed(t, "", "resume", short); !strings.Contains(again.stderr, "finished") || !strings.Contains(again.stdout, "valid") {
		t.Errorf("resume of a finished run: %+v", again)
	}
	var got struct{ Steps int }
	if r := succeed(t, "", "resume", short, "--json", "--quiet"); json.Unmarshal([]byte(r.stdout), &got) != nil || got.Steps == 0 || r.stderr != "" {
		t.Errorf("resume --json --quiet: %+v", r)
	}
}

// The settings are replaced as a whole, by way of a file that nobody else has. Would catch a file
// that is written in place, and one that is renamed without being stored first, which went by way
// of config.json.tmp.
func TestConfigIsReplaced(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	out, link := filepath.Join(folder, "out"), filepath.Join(folder, "link")
	succeed(t, "", slices.Concat([]string{"train", "--data", text, "--steps", "10", "--out", out}, small)...)
	path := filepath.Join(out, run.SettingsName)
	old := read(t, path)
	if err := os.Link(path, link); err != nil {
		t.Fatal(err)
	}
	another := write(t, path+".tmp", "another's")
	write(t, path+".0.tmp", "of a process that was killed")
	succeed(t, "", "resume", out, "--override", "epochs=3")
	if bytes.Equal(read(t, path), old) || !bytes.Equal(read(t, link), old) {
		t.Error("the settings are written in place")
	}
	if _, err := os.Stat(another); err != nil || string(read(t, another)) != "another's" {
		t.Errorf("a file of another is gone: %v", err)
	}
	if left, err := filepath.Glob(path + ".*.tmp"); err != nil || len(left) > 0 {
		t.Errorf("there is still %v, %v", left, err)
	}
}

// What has changed since is named, and taken only if the user says so.
func TestResumeRefusesWhatChanged(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	held := write(t, filepath.Join(folder, "held"), rhyme)
	out := filepath.Join(folder, "out")
	succeed(t, "", slices.Concat([]string{"train", "--data", text, "--valid", held, "--split", "1,0,0", "--steps", "10", "--out", out}, small)...)
	config := string(read(t, filepath.Join(out, run.SettingsName)))
	model := read(t, filepath.Join(out, run.ModelName))

	write(t, filepath.Join(out, run.SettingsName), strings.Replace(config, `"lr": 0.02`, `"lr": 0.01`, 1))
	refuse(t, call(t, "", "resume", out), exitBadData, run.SettingsName, "lr was 0.02 and is 0.01")
	write(t, filepath.Join(out, run.SettingsName), strings.Replace(config, `"lr": 0.02`, `"lr": 0.01, "poem": 1`, 1))
	refuse(t, call(t, "", "resume", out), exitBadData, "lr was 0.02 and is 0.01, poem was nothing and is 1")
	write(t, filepath.Join(out, run.SettingsName), "{")
	refuse(t, call(t, "", "resume", out), exitBadData, run.SettingsName, "not JSON")
	write(t, filepath.Join(out, run.SettingsName), config)

	write(t, held, rhyme+"row")
	refuse(t, call(t, "", "resume", out), exitBadData, held, "has changed", "--override valid="+held)
	if !bytes.Equal(read(t, filepath.Join(out, run.ModelName)), model) {
		t.Error("the model has changed")
	}
	succeed(t, "", "resume", out, "--override", "valid="+held)
	succeed(t, "", "resume", out) // from now on the new file is the one
	moved := filepath.Join(folder, "moved")
	if err := os.Rename(text, moved); err != nil {
		t.Fatal(err)
	}
	refuse(t, call(t, "", "resume", out), exitBadData, text)
	succeed(t, "", "resume", out, "--override", "data="+moved, "--override", "max_steps=70")
	write(t, moved, "poem\n"+rhyme)
	refuse(t, call(t, "", "resume", out, "--override", "data="+moved, "--quiet"), exitBadData, moved, "does not fit the training", "lstm.vocabulary")
	if got := string(read(t, filepath.Join(out, run.SettingsName))); !strings.Contains(got, `"max_steps": 70`) {
		t.Errorf("the settings are now %s", got)
	}
}

// Wrong command lines of resume, and runs that cannot be resumed.
func TestResumeUsage(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	out, never := filepath.Join(folder, "out"), filepath.Join(folder, "never")
	args := slices.Concat([]string{"train", "--data", text, "--steps", "10", "--split", "0.8,0,0.2"}, small)
	succeed(t, "", append(args, "--out", out, "--keep", "3", "--checkpoint-every", "10")...)
	succeed(t, "", append(args, "--out", never, "--optimizer", "gorgonia-adam")...)
	cut := filepath.Join(folder, "cut")
	if err := os.Mkdir(cut, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(cut, run.CheckpointName), string(read(t, filepath.Join(out, run.CheckpointName))[:999]))

	for _, test := range []struct {
		code int
		args []string
		want string
	}{
		{exitUsage, nil, "resume needs RUN"},
		{exitUsage, []string{out, cut}, cut},
		{exitUsage, []string{text}, "not the folder of a run"},
		{exitUsage, []string{out, "--override", "epochs"}, "want KEY=VALUE"},
		{exitUsage, []string{out, "--override", "hidden=9"}, `"hidden" cannot be changed`},
		{exitUsage, []string{out, "--override", "epochs=0"}, "--override epochs=0: want a whole number, 1 or more"},
		{exitUsage, []string{out, "--override", "valid_every=5"}, "--valid-every 5 without validation"},
		{exitUsage, []string{out, "--override", "weight-decay=0.1"}, "adam has no weight decay"},
		{exitUsage, []string{out, "--lr", "3"}, "--lr"},
		{exitBadData, []string{never}, run.CheckpointName},
		{exitBadData, []string{cut}, "cut off"},
	} {
		refuse(t, call(t, "", append([]string{"resume"}, test.args...)...), test.code, test.want)
	}
	refuse(t, call(t, "", append(args, "--out", cut)...), exitUsage, "already holds a checkpoint.safetensors", "lstmtrain resume")
	succeed(t, "", append(args, "--out", cut, "--force", "--checkpoint-every", "0")...)
	if _, err := os.Stat(filepath.Join(cut, run.CheckpointName)); err == nil {
		t.Error("the checkpoint of the run before is still there")
	}
	if m, err := train.LoadAs[*task.Model](filepath.Join(out, run.CheckpointName)); err != nil || m.Config.Hidden != 8 {
		t.Errorf("the checkpoint as a model: %v", err)
	}
}

// Samples of text come while a language model learns, the same ones when it is resumed.
func TestSampleEvery(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	out := filepath.Join(folder, "out")
	args := slices.Concat([]string{"train", "--data", text, "--out", out, "--steps", "10", "--sample-every", "5", "--max-steps"}, small[:0])
	r := succeed(t, "", slices.Concat(args, []string{"9"}, small)...)
	if n := strings.Count(r.stderr, "sample after step"); n != 1 || !strings.Contains(r.stderr, "sample after step 5, at temperature 0.7:\n") {
		t.Errorf("%d samples in %s", n, r.stderr)
	}
	sampled := func(r result) string {
		_, text, _ := strings.Cut(r.stderr, "sample after step 10, at temperature 0.7:\n")
		return text[:min(len(text), sampleCharacters)]
	}
	resumed := succeed(t, "", "resume", out, "--override", "max-steps=10")
	straight := succeed(t, "", slices.Concat(args, []string{"10", "--force"}, small)...)
	if a, b := sampled(resumed), sampled(straight); a != b || len(a) != sampleCharacters {
		t.Errorf("the resumed run samples %q, the other %q", a, b)
	}
}

// The optimizer and all that is around it come from the flags, in a run that was resumed as
// well. Would catch a flag that is not handed on, and a rate that is another optimizer's.
func TestSolverFlags(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	args := []string{"train", "--data", text, "--steps", "10", "--split", "0.8,0.2,0", "--hidden", "8", "--layers", "1", "--embed", "4", "--batch", "4", "--max-steps", "8", "--quiet"}
	models := map[string]string{}
	for _, flags := range []string{"", "--optimizer adamw", "--optimizer adamw --weight-decay 0.5", "--optimizer sgd", "--optimizer momentum", "--optimizer momentum --momentum 0.5",
		"--schedule cosine", "--clip-value 0.001", "--clip-norm 0.01", "--accumulate 2", "--average 0.9", "--bptt 4"} {
		out := filepath.Join(folder, "out")
		succeed(t, "", slices.Concat(args, strings.Fields(flags), []string{"--out", out, "--force"})...)
		model := string(read(t, filepath.Join(out, run.ModelName)))
		for others, m := range models {
			if m == model {
				t.Errorf("%q and %q give the same model", flags, others)
			}
		}
		models[flags] = model
		succeed(t, "", "resume", out, "--quiet")
		if string(read(t, filepath.Join(out, run.ModelName))) != model {
			t.Errorf("%q: resume changes the model of a run that was finished", flags)
		}
		config := string(read(t, filepath.Join(out, run.SettingsName)))
		rate := map[string]string{"--optimizer sgd": `"lr": 0.1`, "": `"lr": 0.002`, "--optimizer adamw": `"lr": 0.001`}[flags]
		if !strings.Contains(config, rate) {
			t.Errorf("%q: the settings are %s, want %s", flags, config, rate)
		}
	}
}

// In blocks a model learns what it learns in one graph, to rounding, and what comes of
// --bptt full is what comes without it.
func TestBlockFlag(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	loss := func(flags ...string) float64 {
		args := slices.Concat([]string{"train", "--data", text, "--steps", "20", "--split", "0.8,0.2,0", "--json", "--quiet", "--force", "--out", filepath.Join(folder, "out")}, small, flags)
		var got struct{ Valid train.Metrics }
		if err := json.Unmarshal([]byte(succeed(t, "", args...).stdout), &got); err != nil {
			t.Fatal(err)
		}
		return got.Valid.Loss
	}
	whole, blocks, full, truncated := loss(), loss("--block", "7"), loss("--bptt", "full"), loss("--bptt", "7")
	if math.Abs(blocks-whole) > 1e-4 || full != whole || truncated == whole || truncated == blocks {
		t.Errorf("loss %v in one graph, %v in blocks, %v in full and %v truncated", whole, blocks, full, truncated)
	}
}
