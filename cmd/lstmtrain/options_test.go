package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// What a model has that not all have stands in its file: it is shown, evaluated and used for
// prediction without being said again. Would catch a model that is read as a plain one.
func TestOptionsOfAModel(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "data"), tags)
	model, _ := trainedWith(t, append([]string{"--embed", "4"}, "--hidden", "8", "--batch", "4", "--epochs", "20", "--lr", "0.02"), tags,
		"--task", "tag", "--bidirectional", "--affixes", "2", "--dropout", "0.2", "--recurrent-dropout", "0.1", "--zoneout", "0.1")
	shown := succeed(t, "", "inspect", model).stdout
	for _, want := range []string{"2 × lstm of 8, 100 steps, bidirectional, dropout 0.2, recurrent dropout 0.1, zoneout 0.1\n", "affixes     of up to 2 letters\n", "affixes.weight", "lstm.weight_ih_l1_reverse", "[32 16]"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not in\n%s", want, shown)
		}
	}
	var part struct{ Accuracy float64 }
	if r := succeed(t, "", "eval", model, "--data", file, "--json"); json.Unmarshal([]byte(r.stdout), &part) != nil || part.Accuracy != 1 {
		t.Errorf("eval prints %s", r.stdout)
	}
	if got := lines[tagsJSON](t, succeed(t, "the man barks\n", "predict", model).stdout); len(got) != 1 || strings.Join(got[0].Tags, " ") != "DET NOUN VERB" {
		t.Errorf("predict gives %+v", got)
	}
}

// A tied model takes its width from --hidden, has one table, and writes text.
func TestTiedModel(t *testing.T) {
	model, _ := trainedWith(t, smallNumbers, rhyme, "--steps", "10", "--tie", "--dropout", "0.1", "--split", "0.8,0.1,0.1")
	shown := succeed(t, "", "inspect", model).stdout
	if !strings.Contains(shown, "embedding of 8") || !strings.Contains(shown, "tied, dropout 0.1") || strings.Contains(shown, "dense.weight") {
		t.Error(shown)
	}
	args := []string{"generate", model, "--prompt", "row", "--length", "30", "--seed", "3"}
	if first, again := succeed(t, "", args...), succeed(t, "", args...); first.stdout != again.stdout || len(first.stdout) < 30 {
		t.Errorf("it writes %q and then %q", first.stdout, again.stdout)
	}
}

// Sequences that are read as a whole and are too long for a graph are refused before anything is
// compiled. Would catch an error in the middle of a training.
func TestWholeSequencesInBlocks(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "data"), tags)
	args := []string{"train", "--task", "tag", "--data", file, "--bidirectional", "--out", t.TempDir()}
	refuse(t, call(t, "", append(args, "--steps", "513")...), exitUsage, "--bidirectional needs a graph of a whole sequence, here of 513 steps", "--block")
	refuse(t, call(t, "", append(args, "--bptt", "5")...), exitUsage, "here of 100 steps, and graphs have 5")
}
