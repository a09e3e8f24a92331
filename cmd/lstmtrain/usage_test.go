package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/train"
)

// refuse compares a call that is to fail with what it should say: one line, without a
// usage text, and nothing on standard output.
func refuse(t *testing.T, r result, code int, want ...string) {
	t.Helper()
	if r.code != code || r.stdout != "" || !strings.HasPrefix(r.stderr, "lstmtrain: ") || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("exit code %d, want %d; standard output %q, standard error %q", r.code, code, r.stdout, r.stderr)
	}
	for _, w := range want {
		if !strings.Contains(r.stderr, w) {
			t.Errorf("%q is not in %q", w, r.stderr)
		}
	}
}

// Wrong command lines name the flag and what it accepts, before anything is read or
// written. Would catch an option that is silently ignored.
func TestUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, test := range []struct {
		args, want string
	}{
		{"train extra", `"extra"`},
		{"train --task poem", `"--task" flag: want one of char, word, classify, tag, forecast, notes`},
		{"train --cell gru2", `"--cell" flag: want one of cifg, fgr, gru, gru-original, layernorm, lstm, lstm-1997`},
		{"train --hidden 0", `"--hidden" flag: want a whole number, 1 or more`},
		{"train --hidden 1e3", `"--hidden" flag: want a whole number, 1 or more`},
		{"train --lr 0", `"--lr" flag: want a number above 0`},
		{"train --lr NaN", `"--lr" flag: want a number above 0`},
		{"train --clip-norm -1", `"--clip-norm" flag: want a number, 0 or more`},
		{"train --optimizer adams", `"--optimizer" flag: want one of adam, adamw, sgd`},
		{"train --optimizer sgd --momentum 0.5", "sgd has no momentum"},
		{"train --weight-decay 0.1", "adam has no weight decay: use adamw"},
		{"train --weight-decay -1", `"--weight-decay" flag: want a number, 0 or more`},
		{"train --momentum 2", `"--momentum" flag: want a number from 0 to 1`},
		{"train --schedule sometimes", `--schedule: optim: schedule "sometimes"`},
		{"train --schedule step:every=0", "--schedule: "},
		{"train --clip-value x", `"--clip-value" flag: want a number, 0 or more`},
		{"train --accumulate -2", `"--accumulate" flag: want a whole number, 0 or more`},
		{"train --average 1", "--average 1: want a number from 0 to below 1"},
		{"train --split 0.5,0.5", `"--split" flag: want three shares`},
		{"train --split 0.5,0.4,0.2", `"--split" flag: want three shares`},
		{"train --split 0,0.5,0.5", `"--split" flag: want three shares`},
		{"train --split 1.5,-0.5,0", `"--split" flag: want three shares`},
		{"train --vocab-size 100", "--vocab-size does not apply to --task char"},
		{"train --task word --data x --limit 3", "--limit does not apply to --task word"},
		{"train --unit word", "--unit word does not apply to --task char"},
		{"train --task tag --data x --header", "--header does not apply to --task tag"},
		{"train --task tag --data x --unit char", "--unit does not apply to --task tag"},
		{"train --task tag", "--task tag needs --data"},
		{"train --task word --unit byte --data x", "--unit byte does not apply to --task word"},
		{"train --cell rnn --forget-bias 1", "--forget-bias does not apply to --cell rnn"},
		{"train --cell gru --forget-bias 1", "--forget-bias does not apply to --cell gru"},
		{"train --init torch", `no preset "torch"; the presets are pytorch, keras`},
		{"train --cell gru --init chrono:100", "--init chrono:100 does not apply to --cell gru"},
		{"train --task classify", "--task classify needs --data"},
		{"train --bidirectional", "--bidirectional does not apply to task char, which predicts what follows each step"},
		{"train --task notes --data x --bidirectional", "--bidirectional does not apply to task notes"},
		{"train --task tag --data x --tie", "--tie does not apply to task tag"},
		{"train --tie --embed 32", "--tie needs an embedding as wide as a layer"},
		{"train --affixes 3", "--affixes does not apply to --task char"},
		{"train --pool mean", "--pool does not apply to --task char"},
		{"train --task classify --data x --pool sum", `"--pool" flag: want one of last, mean, max`},
		{"train --dropout 1", `"--dropout" flag: want a number from 0 to below 1`},
		{"train --cell gru --recurrent-dropout 0.1", "--recurrent-dropout does not apply to cell gru, whose h is its memory"},
		{"train --cell mlstm --zoneout 0.1", "--zoneout does not apply to cell mlstm"},
		{"train --data x --valid y --test z --split 1,0,0", "--split has nothing to do"},
		{"train --data x --split 0.9,0,0.1 --valid-every 5", "--valid-every 5 without validation"},
		{"train --checkpoint-every often", `"--checkpoint-every" flag: want a number of batches`},
		{"train --checkpoint-every -1", `"--checkpoint-every" flag: want a number of batches`},
		{"train --bptt some", `"--bptt" flag: want full, or a whole number`},
		{"train --bptt 0", `"--bptt" flag: want full, or a whole number`},
		{"train --block -1", `"--block" flag: want a whole number, 0 or more`},
		{"train --bptt 5 --block 3", "--block has nothing to do with --bptt 5"},
		{"train --keep 0", `"--keep" flag: want a whole number, 1 or more`},
		{"train --log csv,html", `"--log" flag: want one or more of csv, tensorboard`},
		{"train --log csv,csv", `"--log" flag: want one or more of csv, tensorboard`},
		{"train --patience -1", `"--patience" flag: want a whole number, 0 or more`},
		{"train --data x --split 0.9,0.1,0 --test-batch 1", "--test-batch 1 without a test part"},
		{"train --task tag --data x --test-batch 1", "--test-batch does not apply to --task tag"},
		{"train --data x --split 0.9,0,0.1 --patience 5", "--patience 5 without validation"},
		{"train --task classify --data x --sample-every 9", "--sample-every does not apply to --task classify"},
		{"train --optimizer gorgonia-adam --checkpoint-every 5", "--checkpoint-every does not apply to --optimizer gorgonia-adam"},
		{"train --engine tape", `"--engine" flag: want one of fused, reference`},
		{"train --workers 0", `"--workers" flag: want a whole number, 1 or more`},
		{"train --engine reference --workers 2", "--workers does not apply to --engine reference"},
		{"eval model --data x --engine reference --workers 2", "--workers does not apply to --engine reference"},
		{"inspect model --batch 3", "--batch does not apply without --engine"},
		{"eval model", "eval needs --data"},
		{"eval model another --data x", `"another"`},
		{"predict", "predict needs MODEL"},
		{"generate model --temperature -1", `"--temperature" flag: want a number, 0 or more`},
		{"generate model --top-p 2", `"--top-p" flag: want a number from 0 to 1`},
		{"generate model --greedy --top-k 3", "--top-k does not apply with --greedy"},
	} {
		refuse(t, call(t, "", strings.Fields(test.args)...), exitUsage, test.want)
	}
	if files, err := os.ReadDir("."); err != nil || len(files) > 0 {
		t.Errorf("there are files: %v, %v", files, err)
	}
}

// Data that do not fit a model end with 3, flags that do not with 2. Would catch a label
// that counts as a wrong prediction, a character that counts as another, and a model
// that was changed.
func TestMisfits(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string { return write(t, filepath.Join(folder, name), content) }
	language, _ := trained(t, rhyme, "--steps", "10", "--split", "0.8,0.1,0.1")
	classifier, _ := trained(t, spam, "--task", "classify", "--split", "0.8,0.2,0")
	text, table := file("text", rhyme), file("table.tsv", "ham\tsee you\n")
	changed := read(t, language)
	changed[len(changed)-9] ^= 1

	for _, test := range []struct {
		code int
		args []string
		want []string
	}{
		{exitBadData, []string{"eval", language, "--data", file("new.txt", "row\nrow 狐\n")}, []string{"new.txt:2:", "'狐' (U+72D0)"}},
		{exitBadData, []string{"eval", language, "--data", file("one.txt", "r")}, []string{"one.txt: too short"}},
		{exitUsage, []string{"eval", language, "--data", text, "--label-column", "1"}, []string{"--label-column"}},
		{exitBadData, []string{"eval", classifier, "--data", file("new.tsv", "ham\tx\nmeh\ty\n")}, []string{"new.tsv:2:", `"meh"`}},
		{exitUsage, []string{"eval", classifier, "--data", table, "--text-column", "0"}, []string{"--text-column"}},
		{exitBadData, []string{"predict", classifier, "--data", table, "--text-column", "film"}, []string{"table.tsv:1:", `"film"`}},
		{exitBadData, []string{"predict", classifier}, []string{"standard input: is empty"}},
		{exitUsage, []string{"generate", classifier}, []string{"--task classify"}},
		{exitBadData, []string{"generate", file("changed.safetensors", string(changed))}, []string{"changed.safetensors"}},
		{exitBadData, []string{"inspect", folder}, []string{"model.safetensors"}},
	} {
		refuse(t, call(t, "", test.args...), test.code, test.want...)
	}
}

// Bad data leave a model that was there as it was, even with --force; good data replace
// it. Would catch files that are opened before the data were read.
func TestForce(t *testing.T) {
	folder := t.TempDir()
	old := write(t, filepath.Join(folder, "model.safetensors"), "old model")
	config := write(t, filepath.Join(folder, "config.json"), "old settings")
	text := write(t, filepath.Join(folder, "text"), rhyme)
	train1 := append([]string{"train", "--out", folder, "--steps", "10", "--quiet"}, small...)

	refuse(t, call(t, "", append(train1, "--data", text)...), exitUsage, "already holds a model.safetensors", "--force")
	refuse(t, call(t, "", append(train1, "--force", "--data", write(t, filepath.Join(folder, "bad"), "\xff"))...), exitBadData, "bad:1")
	if string(read(t, old)) != "old model" || string(read(t, config)) != "old settings" {
		t.Error("files were written over")
	}
	succeed(t, "", append(train1, "--force", "--data", text)...)
	if _, err := train.Load(old); err != nil {
		t.Error(err)
	}
	refuse(t, call(t, "", "train", "--data", text, "--out", text), exitUsage, "not a folder")
}

// The help of --cell lists every cell, and each by its name.
func TestHelpListsEveryCell(t *testing.T) {
	help := call(t, "", "train", "--help").stdout
	_, model, _ := strings.Cut(help, "--cell NAME")
	model, _, _ = strings.Cut(model, "--hidden")
	words := strings.FieldsFunc(model, func(r rune) bool { return strings.ContainsRune(" ,:\n", r) })
	for _, name := range cells.Names() {
		if !slices.Contains(words, name) {
			t.Errorf("%q is not in %q", name, model)
		}
	}
}
