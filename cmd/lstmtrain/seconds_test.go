package main

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/run"
)

// The seconds of a training that is resumed are those of all its sessions, and those of one
// that begins are its own, whatever is in the folder. Would catch a session that is lost or
// counted twice, and one after the checkpoint, which comes again, that is counted.
func TestSecondsOfAllSessions(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	out := filepath.Join(folder, "out")
	args := slices.Concat([]string{"train", "--data", text, "--steps", "10", "--split", "0.8,0.2,0", "--out", out, "--json", "--quiet"}, small)
	seconds := func(args ...string) float64 {
		t.Helper()
		var got struct{ Seconds float64 }
		if err := json.Unmarshal([]byte(succeed(t, "", args...).stdout), &got); err != nil {
			t.Fatal(err)
		}
		return got.Seconds
	}
	const most = 300 // that a session can take here
	if s := seconds(args...); s <= 0 || s > most {
		t.Errorf("%g seconds", s)
	}
	// As if it had taken long, and had gone on for a while after the checkpoint.
	metrics := filepath.Join(out, run.MetricsName)
	lines := strings.SplitAfter(regexp.MustCompile(`"seconds":[^,}]*`).ReplaceAllString(string(read(t, metrics)), `"seconds":10000`), "\n")
	lost := strings.Replace(lines[len(lines)-2], `"step":`, `"step":9`, 1)
	write(t, metrics, strings.Join(lines, "")+strings.Replace(lost, "10000", "50000", 1))
	for _, override := range []string{"epochs=2", "epochs=3"} {
		if s := seconds("resume", out, "--json", "--quiet", "--override", override); s < 10_000 || s > 10_000+most {
			t.Errorf("%s: %g seconds, want a little over 10,000", override, s)
		}
	}
	if s := seconds(append(args, "--force")...); s <= 0 || s > most {
		t.Errorf("%g seconds of a training that begins anew", s)
	}
}
