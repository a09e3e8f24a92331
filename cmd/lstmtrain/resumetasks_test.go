package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/run"
)

// Each task is stopped in the middle of its second epoch and resumed, and ends with the
// results, the model and the checkpoint of one that was not. Would catch a score, a
// scale or a setting that does not find its way through the checkpoint.
func TestResumeEveryTask(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string { return write(t, filepath.Join(folder, name), content) }
	sounds := tones(t, 8000, 10)
	for name, flags := range map[string][]string{
		"char":     {"--data", file("text", rhyme), "--steps", "20"},
		"word":     {"--data", file("text", rhyme), "--task", "word", "--steps", "10"},
		"tied":     {"--data", file("text", rhyme), "--steps", "20", "--tie", "--dropout", "0.2", "--zoneout", "0.1"},
		"both":     {"--data", file("tags", strings.Repeat(tags, 3)), "--task", "tag", "--bidirectional", "--affixes", "2", "--dropout", "0.2", "--recurrent-dropout", "0.1"},
		"pool":     {"--data", file("table.tsv", spam), "--task", "classify", "--bidirectional", "--pool", "mean"},
		"classify": {"--data", file("table.tsv", spam), "--task", "classify"},
		"series":   {"--data", file("series.ts", slopes()), "--task", "classify", "--format", "ts"},
		"sounds":   {"--data", sounds, "--task", "classify", "--format", "wav", "--label-pattern", "^(low|high)"},
		"tag":      {"--data", file("tags", strings.Repeat(tags, 3)), "--task", "tag"},
		"forecast": {"--data", file("waves.csv", waves(160)), "--task", "forecast", "--target", "level", "--horizon", "3", "--season", "8", "--steps", "8"},
		"notes":    {"--data", file("notes.json", fmt.Sprintf(`{"train": %s, "valid": %s, "test": %s}`, scale(24), scale(4), scale(5))), "--task", "notes"},
	} {
		t.Run(name, func(t *testing.T) {
			args := slices.Concat([]string{"train", "--hidden", "6", "--layers", "1", "--batch", "4", "--epochs", "3", "--json", "--quiet"}, flags)
			if name != "notes" {
				args = append(args, "--split", "0.6,0.2,0.2")
			}
			straight, out := filepath.Join(folder, name+"-straight"), filepath.Join(folder, name+"-out")
			want := results(t, succeed(t, "", append(args, "--out", straight)...))
			stop := int(want["steps"].(float64))/2 + 1
			succeed(t, "", append(args, "--out", out, "--max-steps", fmt.Sprint(stop))...)
			got := results(t, succeed(t, "", "resume", out, "--override", "max-steps=0", "--json", "--quiet"))
			if a, b := fmt.Sprint(got), fmt.Sprint(want); a != b {
				t.Errorf("resumed: %s\nwant %s", a, b)
			}
			if string(read(t, filepath.Join(out, run.ModelName))) != string(read(t, filepath.Join(straight, run.ModelName))) {
				// A run that stops validates, which may find a best model that the other passes by.
				t.Error("the models differ")
			}
		})
	}
	if err := os.Remove(filepath.Join(sounds, "low_3.wav")); err != nil {
		t.Fatal(err)
	}
	refuse(t, call(t, "", "resume", filepath.Join(folder, "sounds-out")), exitBadData, sounds, "has changed")
}

// results returns what train prints with --json, without what depends on the clock or on
// where the run is.
func results(t *testing.T, r result) map[string]any {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &all); err != nil {
		t.Fatal(err)
	}
	delete(all, "seconds")
	delete(all, "model")
	return all
}
