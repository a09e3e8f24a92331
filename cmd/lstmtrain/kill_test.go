package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/run"
)

// asProgram is set for a process of the test binary that is to be the program.
const asProgram = "LSTMTRAIN_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// process returns the program with arguments as a process of its own.
func process(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

// A killing is a training in a folder that is killed again and again.
type killing struct {
	begin []string // arguments of train, but for --out
	out   string
}

// next returns the process that begins the training or continues it.
func (k killing) next() *exec.Cmd {
	if _, err := os.Stat(filepath.Join(k.out, run.CheckpointName)); err == nil {
		return process("resume", k.out, "--quiet")
	}
	return process(append(slices.Clone(k.begin), "--out", k.out, "--quiet")...)
}

// finish runs the training to its end, killing it at most so many times, each after a
// random time. It returns how often it did, and logs where the training then stood.
func (k killing) finish(t *testing.T, most int, longest time.Duration, rng *rand.Rand) (kills int) {
	t.Helper()
	for {
		after := time.Duration(rng.Int64N(max(int64(longest), 1)))
		cmd := k.next()
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if kills < most {
			timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
			defer timer.Stop()
		}
		err := cmd.Wait()
		var exit *exec.ExitError
		switch {
		case err == nil:
			return kills
		case errors.As(err, &exit) && exit.ExitCode() == -1:
			kills++
			t.Logf("%s: kill %2d after %6.1f ms, %s", filepath.Base(k.out), kills, after.Seconds()*1e3, k.stand())
		default:
			t.Fatalf("%v: %s", err, stderr.String())
		}
	}
}

// stand tells how far the training has come, by its files.
func (k killing) stand() string {
	c, err := train.ReadCheckpoint(filepath.Join(k.out, run.CheckpointName))
	if err != nil {
		return "before the first checkpoint"
	}
	lines, _ := os.ReadFile(filepath.Join(k.out, run.MetricsName))
	half := ""
	if extra, _ := filepath.Glob(filepath.Join(k.out, "*.tmp")); len(extra) > 0 {
		half = ", a file half written"
	}
	return fmt.Sprintf("saved after step %d, told of %d events%s", c.Step(), bytes.Count(lines, []byte("\n")), half)
}

// leftFiles are the files of a run whose bytes follow from its settings and data.
var leftFiles = []string{run.ModelName, run.CheckpointName, run.SettingsName, run.MetricsName, run.MetricsCSVName}

// left returns files that a run leaves, without what depends on the clock.
func left(t *testing.T, out string, names ...string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range names {
		files[name] = string(read(t, filepath.Join(out, name)))
	}
	files[run.MetricsName] = regexp.MustCompile(`"(ms|seconds)":[^,}]*`).ReplaceAllString(files[run.MetricsName], "")
	files[run.MetricsCSVName] = regexp.MustCompile(`,[^,\n]*\n`).ReplaceAllString(files[run.MetricsCSVName], "\n")
	return files
}

// A training that is killed at random instants, in the middle of whatever it was doing,
// and resumed ends in the same bytes as one that never was: model, checkpoint and
// records. Would catch state that is not saved, a file that is written in place, and a
// record that tells of a step twice.
func TestKill(t *testing.T) {
	kills := 50
	if testing.Short() {
		kills = 6
	}
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	table := write(t, filepath.Join(folder, "table.tsv"), spam)
	trainings := [][]string{
		{"train", "--data", text, "--steps", "5", "--split", "0.8,0.2,0", "--valid-every", "7"},
		{"train", "--data", table, "--task", "classify", "--steps", "8", "--split", "0.8,0.2,0"},
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for i, args := range trainings {
		args = slices.Concat(args, small, []string{"--max-steps", "24", "--checkpoint-every", "2", "--keep", "2", "--log", "csv"})
		straight := killing{args, filepath.Join(folder, fmt.Sprint("straight-", i))}
		start := time.Now()
		straight.finish(t, 0, 0, rng)
		took, want := time.Since(start), left(t, straight.out, leftFiles...)

		done := 0
		for run := 0; done < kills/len(trainings); run++ {
			k := killing{args, filepath.Join(folder, fmt.Sprint("killed-", i, "-", run))}
			done += k.finish(t, kills/len(trainings)-done, took, rng)
			for name, content := range left(t, k.out, leftFiles...) {
				if content != want[name] {
					t.Errorf("%v: %s of a training that was killed is not that of one that was not", args, name)
				}
			}
			if extra, err := filepath.Glob(filepath.Join(k.out, "*.tmp")); err != nil || len(extra) > 0 {
				t.Errorf("there is still %v, %v", extra, err)
			}
		}
		t.Logf("%s: %d kills, each within %v; model, checkpoint, settings and records have the bytes of a training that was never killed: %t",
			strings.Join(args[1:5], " "), done, took, !t.Failed())
	}
}

// The same with Ctrl-C, which is given time to save.
func TestInterruptAndResume(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	args := slices.Concat([]string{"train", "--data", text, "--steps", "5", "--split", "0.8,0.2,0", "--valid-every", "7", "--log", "csv"}, small)
	straight := filepath.Join(folder, "straight")
	succeed(t, "", append(args, "--out", straight)...)
	want := left(t, straight, leftFiles...)

	out := filepath.Join(folder, "out")
	for stop := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		stderr := &interrupter{cancel: cancel, at: []string{"valid ", "ms/step", "ms/step"}[stop]}
		this := append(args, "--out", out)
		if stop > 0 {
			this = []string{"resume", out}
		}
		var stdout bytes.Buffer
		code := execute(ctx, this, strings.NewReader(""), &stdout, stderr)
		cancel()
		expectCode(t, result{code, stdout.String(), stderr.String()}, exitInterrupted, "lstmtrain resume "+out)
	}
	succeed(t, "", "resume", out)
	for name, content := range left(t, out, leftFiles...) {
		if content != want[name] {
			t.Errorf("%s of a training that was interrupted is not that of one that was not", name)
		}
	}
}
