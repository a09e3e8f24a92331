package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train"
)

// A result is what a call of the program left.
type result struct {
	code           int
	stdout, stderr string
}

func call(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := execute(t.Context(), args, strings.NewReader(stdin), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// succeed calls the program and fails the test unless it exits with 0.
func succeed(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	r := call(t, stdin, args...)
	if r.code != exitDone {
		t.Fatalf("lstmtrain %s: exit code %d\n%s", strings.Join(args, " "), r.code, r.stderr)
	}
	return r
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// small are flags of a model that trains at once.
var (
	small        = append([]string{"--embed", "4"}, smallNumbers...)
	smallNumbers = []string{"--hidden", "8", "--layers", "1", "--batch", "4", "--epochs", "2", "--lr", "0.02"}
)

var (
	rhyme = strings.Repeat("row, row, row your boat, gently down the stream\n", 30)
	tags  = strings.Repeat("the DET\ndog NOUN\nbarks VERB\n\nA DET\nman NOUN\nsees VERB\nthe DET\ndog NOUN\n\n", 12)
	spam  = strings.Repeat("ham\tsee you at home\nspam\twin a prize now\nham\tcall me later\nspam\tfree prize, call now\n", 12)
)

// trained trains a small model and returns its path and what the command said.
func trained(t *testing.T, content string, flags ...string) (model string, r result) {
	t.Helper()
	return trainedWith(t, small, content, flags...)
}

func trainedWith(t *testing.T, size []string, content string, flags ...string) (model string, r result) {
	t.Helper()
	folder := t.TempDir()
	file := write(t, filepath.Join(folder, "data.tsv"), content)
	out := filepath.Join(folder, "out")
	args := slices.Concat([]string{"train", "--data", file, "--out", out, "--json"}, size, flags)
	r = succeed(t, "", args...)
	return filepath.Join(out, "model.safetensors"), r
}

type partJSON map[string]*float64

// A model of each task is trained, read again, evaluated and shown, with the fields that
// other tools read.
func TestTrainEvaluateInspect(t *testing.T) {
	for _, test := range []struct {
		name, content string
		flags, fields []string
	}{
		{"char", rhyme, []string{"--steps", "10", "--split", "0.8,0.1,0.1"}, []string{"loss", "perplexity", "bits_per_char", "accuracy"}},
		{"char", rhyme, []string{"--steps", "10", "--split", "0.8,0.1,0.1", "--unit", "byte", "--cell", "rnn"}, []string{"loss", "perplexity", "bits_per_char", "accuracy"}},
		{"word", rhyme, []string{"--task", "word", "--steps", "5", "--split", "0.8,0.1,0.1"}, []string{"loss", "perplexity", "accuracy"}},
		{"classify", spam, []string{"--task", "classify", "--split", "0.7,0.2,0.1"}, []string{"loss", "accuracy", "f1", "precision", "recall"}},
		{"tag", tags, []string{"--task", "tag", "--split", "0.7,0.2,0.1"}, []string{"loss", "accuracy", "f1", "precision", "recall"}},
	} {
		t.Run(strings.Join(append(test.flags, test.name), " "), func(t *testing.T) {
			model, r := trained(t, test.content, test.flags...)
			var got struct {
				Task               string
				Steps, Epochs      int
				Seconds            float64
				Parameters         int
				Model              string
				Train, Valid, Test partJSON
			}
			if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
				t.Fatalf("standard output is %q: %v", r.stdout, err)
			}
			if got.Task != test.name || got.Steps == 0 || got.Epochs != 2 || got.Seconds <= 0 || got.Parameters < 100 || got.Model != model {
				t.Errorf("result %+v", got)
			}
			for name, part := range map[string]partJSON{"train": got.Train, "valid": got.Valid, "test": got.Test} {
				for _, field := range test.fields {
					if part[field] == nil {
						t.Errorf("%s has no %s: %s", name, field, r.stdout)
					}
				}
				if _, ok := part["perplexity"]; ok != slices.Contains(test.fields, "perplexity") {
					t.Errorf("%s: perplexity given: %t", name, ok)
				}
			}
			for _, file := range []string{"config.json", "metrics.jsonl", "model.safetensors"} {
				if len(read(t, filepath.Join(filepath.Dir(model), file))) == 0 {
					t.Errorf("%s is empty", file)
				}
			}
			var part partJSON
			file := filepath.Join(filepath.Dir(model), "..", "data.tsv")
			if r := succeed(t, "", "eval", model, "--data", file, "--json"); json.Unmarshal([]byte(r.stdout), &part) != nil || part["loss"] == nil {
				t.Errorf("eval prints %q", r.stdout)
			}
			shown := succeed(t, "", "inspect", model).stdout
			for _, want := range []string{"embedding.weight", "weight_ih_l0", "dense.bias"} {
				if !strings.Contains(shown, want) {
					t.Errorf("inspect does not show %s:\n%s", want, shown)
				}
			}
		})
	}
}

// Predictions are JSON lines in the order of the input, from a file or standard input.
func TestPredict(t *testing.T) {
	model, _ := trained(t, spam, "--task", "classify", "--epochs", "12")
	r := succeed(t, "win a free prize\nsee you later\n", "predict", model)
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if len(lines) != 2 {
		t.Fatalf("predict prints %q", r.stdout)
	}
	for i, want := range []string{"spam", "ham"} {
		var got struct {
			Text, Label   string
			Probability   float64
			Probabilities map[string]float64
		}
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		sum := got.Probabilities["ham"] + got.Probabilities["spam"]
		if got.Label != want || got.Probability != got.Probabilities[want] || sum < 0.999 || sum > 1.001 {
			t.Errorf("line %d is %s, want label %s", i, lines[i], want)
		}
	}
	if r := call(t, "", "generate", model); r.code == exitDone {
		t.Error("a classifier generates text")
	}
}

// Text is generated from any prompt; characters that training never saw are skipped with a
// warning, and a seed fixes the text.
func TestGenerate(t *testing.T) {
	model, _ := trained(t, rhyme, "--steps", "10", "--split", "0.8,0.1,0.1")
	for _, prompt := range []string{"row", "", "ΩΩ"} {
		args := []string{"generate", model, "--prompt", prompt, "--length", "40", "--seed", "3"}
		first, again := succeed(t, "", args...), succeed(t, "", args...)
		if first.stdout != again.stdout || len(first.stdout) < 40 {
			t.Errorf("prompt %q gives %q and then %q", prompt, first.stdout, again.stdout)
		}
		if warned := strings.Contains(first.stderr, "Ω"); warned != (prompt == "ΩΩ") {
			t.Errorf("prompt %q: standard error is %q", prompt, first.stderr)
		}
		streamed := succeed(t, "", append(args, "--stream")...)
		if strings.TrimSpace(streamed.stdout) != strings.TrimSpace(first.stdout) {
			t.Errorf("--stream prints %q, without it %q", streamed.stdout, first.stdout)
		}
	}
	if r := succeed(t, "row\n", "predict", model); !strings.Contains(r.stdout, "prob") {
		t.Errorf("predict prints %q", r.stdout)
	}
}

// The same seed gives the same file, byte for byte; another seed another.
func TestSameSeedSameModel(t *testing.T) {
	flags := []string{"--steps", "10", "--split", "0.8,0.1,0.1"}
	first, _ := trained(t, rhyme, flags...)
	again, _ := trained(t, rhyme, flags...)
	other, _ := trained(t, rhyme, append(flags, "--seed", "2")...)
	if !bytes.Equal(read(t, first), read(t, again)) {
		t.Error("the same seed gives two different models")
	}
	if bytes.Equal(read(t, first), read(t, other)) {
		t.Error("two seeds give the same model")
	}
}

// Bad data and bad models exit with 3, wrong usage with 2, and the message says where and
// what; nothing is written.
func TestBadInput(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string { return write(t, filepath.Join(folder, name), content) }
	good, table := file("good.txt", rhyme), file("good.tsv", spam)
	model, _ := trained(t, rhyme, "--steps", "10", "--split", "0.8,0.1,0.1")
	whole := read(t, model)
	cut := file("cut.safetensors", string(whole[:len(whole)/2]))
	newer := file("newer.safetensors", newerVersion(t, whole))
	classify := []string{"--task", "classify"}

	for name, test := range map[string]struct {
		code int
		args []string
		want []string
	}{
		"missing file":       {3, []string{"--data", filepath.Join(folder, "nowhere")}, []string{"nowhere"}},
		"empty file":         {3, []string{"--data", file("empty.txt", "")}, []string{"empty.txt"}},
		"invalid UTF-8":      {3, []string{"--data", file("bytes.txt", "fine\nnot \xff fine\n")}, []string{"bytes.txt:2", `\xff`}},
		"no such column":     {3, append(classify, "--data", file("head.csv", "kind,words\na,b\n"), "--text-column", "words", "--label-column", "label"), []string{"head.csv", `"label"`, "kind"}},
		"unseen label":       {3, append(classify, "--data", table, "--valid", file("valid.tsv", "ham\tx\nmeh\ty\n")), []string{"valid.tsv:2", `"meh"`, "ham"}},
		"too few columns":    {3, append(classify, "--data", file("few.tsv", "ham\tx\nspam\n")), []string{"few.tsv:2"}},
		"a part empty":       {3, append(classify, "--data", file("two.tsv", "ham\tx\nspam\ty\n")), nil},
		"a text too short":   {3, []string{"--data", file("short.txt", "ab")}, nil},
		"unknown flag":       {2, []string{"--hiden", "3"}, []string{"hiden"}},
		"unknown task":       {2, []string{"--task", "poem", "--data", good}, []string{"--task", "poem"}},
		"split not one":      {2, []string{"--split", "0.5,0.1,0.1", "--data", good}, []string{"--split"}},
		"no such option":     {2, []string{"--label-column", "1", "--data", good}, []string{"--label-column"}},
		"out holds a model":  {2, []string{"--data", good, "--out", filepath.Dir(model)}, []string{"--force"}},
		"negative hidden":    {2, []string{"--data", good, "--hidden", "-4"}, []string{"--hidden"}},
		"no validation data": {3, []string{"--data", good, "--valid", filepath.Join(folder, "none")}, []string{"none"}},
	} {
		out := filepath.Join(folder, "out")
		args := append([]string{"train"}, test.args...)
		if !slices.Contains(args, "--out") {
			args = append(args, "--out", out)
		}
		expect(t, name, call(t, "", args...), test.code, test.want...)
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: %s was written", name, out)
			os.RemoveAll(out)
		}
	}
	expect(t, "cut model", call(t, "", "generate", cut), 3, "cut.safetensors", "cut off")
	expect(t, "newer model", call(t, "", "inspect", newer), 3, "newer.safetensors", `"99"`)
	expect(t, "missing model", call(t, "", "eval", filepath.Join(folder, "m"), "--data", good), 3, "m")
	expect(t, "no model named", call(t, "", "eval", "--data", good), 2)
	expect(t, "unknown command", call(t, "", "trian"), 2, "trian")
	if !bytes.Equal(read(t, model), whole) {
		t.Error("the model that was there before has changed")
	}
}

func expect(t *testing.T, name string, r result, code int, want ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("%s: exit code %d, want %d: %s", name, r.code, code, r.stderr)
	}
	if !strings.HasPrefix(r.stderr, "lstmtrain: ") || strings.Contains(r.stderr, "goroutine") {
		t.Errorf("%s: standard error is %q", name, r.stderr)
	}
	for _, w := range want {
		if !strings.Contains(r.stderr, w) {
			t.Errorf("%s: %q is not in %q", name, w, r.stderr)
		}
	}
}

// newerVersion returns a model file that says it is of version 99.
func newerVersion(t *testing.T, content []byte) string {
	t.Helper()
	f, err := safetensors.Decode(content)
	if err != nil {
		t.Fatal(err)
	}
	f.Metadata["lstm.version"] = "99"
	var b strings.Builder
	if err := safetensors.Encode(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A run that diverges exits with 4 and names a model that loads.
func TestDivergence(t *testing.T) {
	folder := t.TempDir()
	file := write(t, filepath.Join(folder, "text"), rhyme)
	out := filepath.Join(folder, "out")
	r := call(t, "", slices.Concat([]string{"train", "--data", file, "--out", out, "--steps", "10"}, small, []string{"--lr", "100", "--epochs", "50"})...)
	model := filepath.Join(out, "model.safetensors")
	expectCode(t, r, exitDiverged, model)
	if _, err := train.Load(model); err != nil {
		t.Error(err)
	}
}

// An interrupted run exits with 130 and leaves a model that loads.
func TestInterrupt(t *testing.T) {
	folder := t.TempDir()
	file := write(t, filepath.Join(folder, "text"), rhyme)
	out := filepath.Join(folder, "out")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stderr := &interrupter{cancel: cancel, at: "ms/step"}
	var stdout bytes.Buffer
	args := slices.Concat([]string{"train", "--data", file, "--out", out, "--steps", "10"}, small, []string{"--epochs", "100000"})
	code := execute(ctx, args, strings.NewReader(""), &stdout, stderr)
	model := filepath.Join(out, "model.safetensors")
	expectCode(t, result{code, stdout.String(), stderr.String()}, exitInterrupted, model)
	if _, err := train.Load(model); err != nil {
		t.Error(err)
	}
}

func expectCode(t *testing.T, r result, code int, want string) {
	t.Helper()
	if r.code != code || !strings.Contains(r.stderr, want) {
		t.Errorf("exit code %d, want %d and %s in\n%s", r.code, code, want, r.stderr)
	}
}

// An interrupter presses Ctrl-C when it sees something on standard error.
type interrupter struct {
	bytes.Buffer
	cancel func()
	at     string
}

func (w *interrupter) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.at) {
		w.cancel()
	}
	return w.Buffer.Write(p)
}

// Help names every command, and each command's help its flags.
func TestHelp(t *testing.T) {
	help := succeed(t, "", "--help").stdout
	for _, command := range []string{"train", "resume", "eval", "predict", "generate", "inspect"} {
		if !strings.Contains(help, command) {
			t.Errorf("--help does not name %s", command)
		}
		if own := succeed(t, "", command, "--help").stdout; !strings.Contains(own, fmt.Sprintf("lstmtrain %s", command)) || !strings.Contains(own, "--") {
			t.Errorf("%s --help prints %q", command, own)
		}
	}
}
