//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/seed-222a112c/lstm/train/run"
)

// A folder in which a process trains is no other's: neither resume nor train --force comes
// in, and they say who is there. When the process is killed, the folder is free at once.
// Would catch a lock that is taken too late, that is not taken by one of the commands, that
// is held by a file being there, or that is not let go at the end.
func TestTwoProcessesInOneFolder(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	out := filepath.Join(folder, "out")
	train := slices.Concat([]string{"train", "--data", text, "--steps", "5", "--split", "1,0,0", "--out", out, "--quiet", "--checkpoint-every", "1"}, small)

	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(out, run.LockName), "1234567890123\n") // of a process that is no more

	first := process(append(train, "--epochs", "1000000")...)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop := func() {
		if !stopped {
			first.Process.Kill()
			first.Wait()
		}
		stopped = true
	}
	defer stop()
	awaitFile(t, filepath.Join(out, run.CheckpointName))

	owner := fmt.Sprintf("process %d trains in %s; wait", first.Process.Pid, out)
	refuse(t, call(t, "", "resume", out, "--override", "max-steps=1"), exitFailed, owner)
	refuse(t, call(t, "", append(train, "--force")...), exitFailed, owner)
	stop()
	for range 2 { // the second finds the file that the first has left
		succeed(t, "", "resume", out, "--override", "max-steps=1", "--quiet")
		succeed(t, "", append(train, "--force", "--max-steps", "3")...)
	}
}

// A folder in which nothing can be continued is left as it is.
func TestNoLockWithoutACheckpoint(t *testing.T) {
	folder := t.TempDir()
	refuse(t, call(t, "", "resume", folder), exitBadData, run.CheckpointName, "cannot be continued")
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// awaitFile waits until there is a file.
func awaitFile(t *testing.T, path string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("there is no %s", path)
		}
	}
}
