//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/run"
)

// faulty returns the arguments of a training that validates and saves often, but for --out.
func faulty(t *testing.T, folder string) []string {
	t.Helper()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	return slices.Concat([]string{"train", "--data", text, "--steps", "5", "--split", "0.8,0.2,0", "--valid-every", "4", "--checkpoint-every", "2", "--max-steps", "12"}, small)
}

// limited returns the program as a process whose files cannot grow beyond so many bytes, as
// on a disk that is full: the write that would is cut short, and the next one fails.
func limited(bytes int, args ...string) *exec.Cmd {
	cmd := process(args...)
	cmd.Path = "/bin/sh"
	cmd.Args = slices.Concat([]string{"sh", "-c", `ulimit -f "$1" && shift && exec "$@"`, "sh", fmt.Sprint(bytes / 512), os.Args[0]}, args)
	return cmd
}

// When there is no room for the next checkpoint, the training fails and says so, the one
// before is whole, nothing half-written is left, and with more room the training goes on to
// the same bytes. Would catch a file that is written in place, an error that is swallowed,
// and a temporary file that takes the room.
func TestFullDisk(t *testing.T) {
	folder := t.TempDir()
	args := faulty(t, folder)
	straight, out := filepath.Join(folder, "straight"), filepath.Join(folder, "out")
	succeed(t, "", append(args, "--out", straight, "--keep", "9")...)
	want := left(t, straight, run.ModelName, run.CheckpointName)
	first := read(t, filepath.Join(straight, "checkpoint-000000.safetensors")) // without the solver's moments
	room := (len(first) + len(want[run.CheckpointName])) / 2

	cmd := limited(room, append(args, "--out", out, "--quiet")...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	refuse(t, result{cmd.ProcessState.ExitCode(), "", stderr.String()}, exitFailed,
		"writing checkpoint "+filepath.Join(out, run.CheckpointName), "too large", "continue with lstmtrain resume "+out)
	if c, err := train.ReadCheckpoint(filepath.Join(out, run.CheckpointName)); err != nil || c.Step() != 0 {
		t.Errorf("the checkpoint before: %v", err)
	}
	if extra, _ := filepath.Glob(filepath.Join(out, "*.tmp")); len(extra) > 0 || err == nil {
		t.Errorf("there is still %v; error %v", extra, err)
	}
	succeed(t, "", "resume", out, "--quiet", "--override", "keep=9")
	for name, content := range left(t, out, run.ModelName) {
		if content != want[name] {
			t.Errorf("%s is not that of a training that had room from the start", name)
		}
	}
}

// A folder that vanishes, or a name that is taken by a folder, ends the training with an
// error that names the file, and costs no other file.
func TestFolderIsBroken(t *testing.T) {
	taken := func(name string) func(t *testing.T, out string) {
		return func(t *testing.T, out string) {
			path := filepath.Join(out, name)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(path, "of another"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, test := range map[string]struct {
		harm     func(t *testing.T, out string)
		want     []string
		survivor string
	}{
		"folder vanishes":  {func(t *testing.T, out string) { os.RemoveAll(out) }, []string{"creating a temporary file", "no such file"}, ""},
		"checkpoint taken": {taken(run.CheckpointName), []string{run.CheckpointName, "renaming"}, run.ModelName},
		"model taken":      {taken(run.ModelName), []string{run.ModelName, "renaming", "lstmtrain resume"}, run.CheckpointName},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			out := filepath.Join(folder, "out")
			harmed := false
			stderr := &interrupter{at: "best *", cancel: func() {
				if !harmed {
					test.harm(t, out)
				}
				harmed = true
			}}
			var stdout bytes.Buffer
			code := execute(t.Context(), append(faulty(t, folder), "--out", out), strings.NewReader(""), &stdout, stderr)
			expectCode(t, result{code, stdout.String(), stderr.String()}, exitFailed, test.want[0])
			for _, w := range test.want {
				if !strings.Contains(stderr.String(), w) {
					t.Errorf("%q is not in %s", w, stderr.String())
				}
			}
			if test.survivor != "" {
				if _, err := train.Load(filepath.Join(out, test.survivor)); err != nil {
					t.Error(err)
				}
			}
			if extra, _ := filepath.Glob(filepath.Join(out, "*.tmp")); len(extra) > 0 {
				t.Errorf("there is still %v", extra)
			}
		})
	}
}
