//go:build unix

package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/run"
)

// The first Ctrl-C lets the program end what it is doing, and a second one ends it at once: here it
// waits for input that never comes. Would catch a second one that is swallowed as the first.
func TestSecondInterrupt(t *testing.T) {
	model, _ := trained(t, spam, "--task", "classify", "--max-steps", "1")
	cmd := process("predict", model)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	ended := start(t, cmd)
	if _, err := io.WriteString(stdin, strings.Repeat("win\n", 1<<18)); err != nil { // more than a pipe holds, so it reads
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		t.Fatalf("the first signal ended it: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	again := time.NewTicker(300 * time.Millisecond) // on a busy machine it may not have heard of the first yet
	defer again.Stop()
	go func() {
		for {
			select {
			case <-again.C:
				cmd.Process.Signal(syscall.SIGTERM)
			case <-t.Context().Done():
				return
			}
		}
	}()
	if status := wait(t, ended).Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGTERM {
		t.Errorf("it ended with %v", status)
	}
}

// One Ctrl-C ends a training with exit code 130 and a checkpoint.
func TestFirstInterrupt(t *testing.T) {
	folder := t.TempDir()
	text, out := write(t, filepath.Join(folder, "text"), rhyme), filepath.Join(folder, "out")
	cmd := process(slices.Concat([]string{"train", "--data", text, "--steps", "5", "--split", "1,0,0", "--out", out, "--quiet"}, small, []string{"--epochs", "1000000"})...)
	ended := start(t, cmd)
	awaitFile(t, filepath.Join(out, run.CheckpointName))
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := wait(t, ended).ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	succeed(t, "", "resume", out, "--quiet", "--override", "max-steps=1")
}

// start starts a process, which is killed if it outlives the test, and tells when it has ended.
func start(t *testing.T, cmd *exec.Cmd) <-chan error {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { cmd.Process.Kill() })
	return ended
}

// wait returns how a process ended that was to fail.
func wait(t *testing.T, ended <-chan error) *os.ProcessState {
	t.Helper()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatalf("it ended with %v", err)
		}
		return exit.ProcessState
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
	return nil
}
