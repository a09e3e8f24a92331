package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
)

// lines parses lines of JSON.
func lines[T any](t *testing.T, text string) []T {
	t.Helper()
	var all []T
	for line := range strings.Lines(text) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, v)
	}
	return all
}

// eventJSON is what tests read of a line of metrics.jsonl.
type eventJSON struct {
	Kind train.EventKind
	Step int
	Loss float64
	Best bool
}

// On the validation file, eval finds what the last validation found. Would catch eval
// measuring something else, and a model that changed on its way through the file.
func TestEvalAgreesWithValidation(t *testing.T) {
	text := write(t, filepath.Join(t.TempDir(), "text"), rhyme)
	model, _ := trained(t, rhyme, "--valid", text, "--split", "1,0,0", "--steps", "10")
	events := lines[eventJSON](t, string(read(t, filepath.Join(filepath.Dir(model), "metrics.jsonl"))))
	last := events[len(events)-1]
	got := lines[train.Metrics](t, succeed(t, "", "eval", model, "--data", text, "--batch", "4", "--json").stdout)[0]
	if last.Kind != train.Validated || !last.Best || math.Abs(got.Loss-last.Loss) > 1e-6 || got.Targets != len(rhyme)-1 {
		t.Errorf("eval gives %+v, the last event is %+v", got, last)
	}
}

// Predictions come in the order of the rows, with the truth of each. Would catch the
// order of the batches, which goes by length.
func TestPredictTable(t *testing.T) {
	model, _ := trained(t, spam, "--task", "classify")
	table := write(t, filepath.Join(t.TempDir(), "table.tsv"), spam)
	rows := strings.Split(strings.TrimSpace(spam), "\n")
	got := lines[labelJSON](t, succeed(t, "", "predict", model, "--data", table).stdout)
	if len(got) != len(rows) {
		t.Fatalf("%d predictions for %d rows", len(got), len(rows))
	}
	for i, line := range got {
		if line.Truth+"\t"+line.Text != rows[i] {
			t.Errorf("prediction %d is of %q, want %q", i, line.Truth+"\t"+line.Text, rows[i])
		}
	}
}

// A tagger tags the words of a file or of lines, with the truth where the file has it.
// Would catch words and tags in another order, and a line taken for a word.
func TestPredictTags(t *testing.T) {
	model, _ := trained(t, tags, "--task", "tag", "--epochs", "20", "--split", "0.9,0.1,0")
	file := write(t, filepath.Join(t.TempDir(), "new"), "A DET\nman NOUN\n\nthe DET\ndog NOUN\n")
	unknown := write(t, filepath.Join(t.TempDir(), "unknown"), "A X\nman Y\n\nthe X\ndog Y\n")
	for _, test := range []struct {
		stdin string
		args  []string
		truth int
	}{
		{"A man\nthe dog\n", nil, 0},
		{"A\nman\n\nthe\ndog\n", []string{"--format", "conll"}, 0},
		{"", []string{"--data", file}, 2},
		{"", []string{"--data", unknown}, 0},
	} {
		got := lines[tagsJSON](t, succeed(t, test.stdin, append([]string{"predict", model}, test.args...)...).stdout)
		if len(got) != 2 {
			t.Fatalf("predict %v gives %+v", test.args, got)
		}
		for i, words := range []string{"A man", "the dog"} {
			if strings.Join(got[i].Words, " ") != words || strings.Join(got[i].Tags, " ") != "DET NOUN" || len(got[i].Truth) != test.truth {
				t.Errorf("predict %v gives %+v", test.args, got[i])
			}
		}
	}
}

// What is not among the model's labels is not a truth, unless the user says so. Would
// catch any first column being taken for labels.
func TestPredictWithoutTruth(t *testing.T) {
	model, _ := trained(t, spam, "--task", "classify")
	folder := t.TempDir()
	table := write(t, filepath.Join(folder, "new.tsv"), "17\tcall me\n18\twin\n")
	for _, test := range []struct {
		args  []string
		truth string
	}{
		{[]string{"--data", table}, ""},
		{[]string{"--data", table, "--label-column", "1"}, "17"},
		{[]string{"--data", write(t, filepath.Join(folder, "new.txt"), "call me\nwin\n")}, ""},
	} {
		got := lines[labelJSON](t, succeed(t, "", append([]string{"predict", model}, test.args...)...).stdout)
		if len(got) != 2 || got[0].Text != "call me" || got[0].Truth != test.truth {
			t.Errorf("predict %v gives %+v", test.args, got)
		}
	}
}

// A language model predicts after each line anew, the most probable token first. Would
// catch a state that is carried from line to line, and tokens in another order.
func TestPredictTokens(t *testing.T) {
	model, _ := trained(t, rhyme, "--steps", "10", "--epochs", "6")
	got := lines[tokensJSON](t, succeed(t, "row, ro\n\nrow, ro\n", "predict", model).stdout)
	if len(got) != 3 || len(got[1].Next) != 5 {
		t.Fatalf("predict gives %+v", got)
	}
	for i, next := range got[0].Next {
		if next != got[2].Next[i] {
			t.Errorf("the same line gives %+v and %+v", got[0], got[2])
		}
		if i > 0 && next.Probability > got[0].Next[i-1].Probability {
			t.Errorf("the tokens are %+v", got[0].Next)
		}
	}
	if got[0].Next[0].Token != "w" {
		t.Errorf("after %q comes %+v", got[0].Text, got[0].Next)
	}
}

// --greedy is what every other way to take the most probable token gives. Would catch a
// flag that is not used.
func TestGreedy(t *testing.T) {
	model, _ := trained(t, rhyme, "--steps", "10")
	text := func(args ...string) string {
		return succeed(t, "", append([]string{"generate", model, "--prompt", "row", "--length", "40"}, args...)...).stdout
	}
	greedy := text("--greedy")
	for _, args := range [][]string{{"--temperature", "0"}, {"--top-k", "1"}, {"--top-p", "0.0001"}} {
		if got := text(append(args, "--seed", "3")...); got != greedy {
			t.Errorf("%v gives %q, --greedy %q", args, got, greedy)
		}
	}
	if seeded := text("--seed", "1"); seeded == text("--seed", "2") || !strings.HasPrefix(seeded, "row") || len(seeded) != len("row")+40+len("\n") {
		t.Errorf("seed 1 gives %q", seeded)
	}
}

// Generated words are set apart by one blank. Would catch a prompt that runs into the
// first word, and two blanks after a prompt that ends with one.
func TestGenerateWords(t *testing.T) {
	model, _ := trained(t, rhyme, "--task", "word", "--steps", "5", "--lr", "0.05", "--epochs", "20")
	for _, prompt := range []string{"row your", "row your "} {
		got := succeed(t, "", "generate", model, "--prompt", prompt, "--length", "2", "--greedy").stdout
		if got != "row your boat, gently\n" {
			t.Errorf("generate from %q gives %q", prompt, got)
		}
	}
}

// Bytes come out as they went in. Would catch bytes that are written as characters.
func TestGenerateBytes(t *testing.T) {
	model, _ := trained(t, strings.Repeat("\xff\xfe", 400), "--unit", "byte", "--steps", "10", "--lr", "0.05", "--epochs", "4")
	if got := succeed(t, "", "generate", model, "--prompt", "\xff", "--length", "3", "--greedy").stdout; got != "\xff\xfe\xff\xfe\n" {
		t.Errorf("generate gives %q", got)
	}
}

// Generation that is interrupted leaves what it has, and says so. Would catch a loop that
// does not look at the context.
func TestInterruptedGeneration(t *testing.T) {
	model, _ := trained(t, rhyme, "--steps", "10")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	code := execute(ctx, []string{"generate", model, "--prompt", "row"}, strings.NewReader(""), &stdout, &stderr)
	if code != exitInterrupted || stdout.String() != "row\n" || stderr.String() != "lstmtrain: interrupted\n" {
		t.Errorf("exit code %d, %q, %q", code, stdout.String(), stderr.String())
	}
}
