package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Wrong command lines name what there is. Would catch an option that is silently ignored.
func TestBenchUsage(t *testing.T) {
	for _, test := range []struct {
		args, want string
	}{
		{"bench poem", `no workload "poem"; the workloads are char, ptb-small, imdb, rows, ptb-medium, step`},
		{"bench --peer keras", `"--peer" flag: want one of pytorch, onnxruntime`},
		{"bench --engine steam", `"--engine" flag: want one of fused, reference, both`},
		{"bench --mode sideways", `"--mode" flag: want one of train, forward`},
		{"bench --cell elm", `"--cell" flag: want one of cifg, `},
		{"bench --steps 0", `"--steps" flag: want a whole number, 1 or more`},
		{"bench --without haste", "--without haste: no such pass; the passes are "},
		{"bench --without clusters --engine reference", "--without does not apply to --engine reference"},
		{"bench --workers 1 --engine reference", "--workers does not apply to --engine reference"},
		{"bench --python python3", "--python does not apply without --peer"},
		{"bench step --mode train", "--mode train does not apply to workload step, which is inference"},
		{"bench imdb --peer onnxruntime", "--peer onnxruntime with workload imdb: peer onnxruntime has no mode train"},
		{"bench --peer onnxruntime --mode train", "--peer onnxruntime with workload char: peer onnxruntime has no mode train"},
		{"bench imdb --peer pytorch --cell slstm", "--peer pytorch with workload imdb: peer pytorch has no cell slstm, only lstm, gru, rnn, "},
		{"bench --peer onnxruntime --cell gru", "peer onnxruntime has no cell gru, only lstm"},
	} {
		t.Run(test.args, func(t *testing.T) {
			refuse(t, call(t, "", strings.Fields(test.args)...), exitUsage, test.want)
		})
	}
}

// Without names, those workloads are measured that have the mode and that the peer can run.
func TestBenchWorkloads(t *testing.T) {
	for args, want := range map[string]string{
		"":                                  "char ptb-small imdb rows ptb-medium step",
		"--mode train":                      "char ptb-small imdb rows ptb-medium",
		"--mode forward":                    "char ptb-small imdb rows ptb-medium step",
		"--peer onnxruntime":                "step",
		"--peer onnxruntime --mode forward": "char ptb-small imdb rows ptb-medium step",
		"--peer pytorch":                    "char ptb-small imdb rows ptb-medium step",
		"--peer pytorch --cell peephole":    "char ptb-small imdb rows ptb-medium step",
	} {
		r := newBenchRun()
		cmd := newBenchCommandOf(r)
		if err := cmd.ParseFlags(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		if err := r.complete(cmd, nil); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, w := range r.chosen {
			names = append(names, w.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("bench %s measures %s, want %s", args, got, want)
		}
	}
}

// Each engine is a line of JSON with what was asked for; progress goes elsewhere.
func TestBenchJSON(t *testing.T) {
	r := succeed(t, "", "bench", "step", "--engine", "both", "--workers", "1", "--without", "clusters", "--steps", "1", "--json")
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines:\n%s", len(lines), r.stdout)
	}
	for i, engine := range []string{"fused", "reference"} {
		var result struct {
			Workload, Engine, Cell string
			Workers                int
			Milliseconds           float64 `json:"ms_per_step"`
			Tokens                 float64 `json:"tokens_per_s"`
		}
		if err := json.Unmarshal([]byte(lines[i]), &result); err != nil {
			t.Fatal(err)
		}
		if result.Workload != "step" || result.Engine != engine || result.Cell != "lstm" || result.Milliseconds <= 0 || result.Tokens <= 0 {
			t.Errorf("line %d is %s", i+1, lines[i])
		}
		if engine == "fused" && result.Workers != 1 {
			t.Errorf("%d workers, want the 1 that was asked for", result.Workers)
		}
	}
	if !strings.Contains(r.stderr, "step: fused engine compiled in") {
		t.Errorf("progress %q", r.stderr)
	}
}

// The table has a header and a row for each measurement.
func TestBenchTable(t *testing.T) {
	r := succeed(t, "", "bench", "step", "--cell", "rnn", "--steps", "1")
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "workload ") || !slices.Contains(strings.Fields(lines[1]), "rnn") {
		t.Errorf("table:\n%s", r.stdout)
	}
}

// A peer that cannot run ends the command with what is to be done about it. A shell script
// stands for a Python without the package.
func TestBenchPeerMissing(t *testing.T) {
	python := write(t, filepath.Join(t.TempDir(), "python"), "#!/bin/sh\nread line\necho '{\"error\": \"\", \"missing\": \"torch\"}'\n")
	if err := os.Chmod(python, 0o700); err != nil {
		t.Fatal(err)
	}
	r := call(t, "", "bench", "step", "--peer", "pytorch", "--python", python, "--steps", "1")
	for _, want := range []string{"Python package torch", python, "benchmarks/peers/install", "--python"} {
		if r.code != exitFailed || !strings.Contains(r.stderr, want) {
			t.Errorf("exit code %d, %q is not in %q", r.code, want, r.stderr)
		}
	}
}
