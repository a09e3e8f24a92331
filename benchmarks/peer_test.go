package benchmarks

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
)

// fakePeer says, in the environment, which fake the test binary is to be.
const fakePeer = "LSTM_BENCHMARKS_FAKE_PEER"

func TestMain(m *testing.M) {
	if kind := os.Getenv(fakePeer); kind != "" {
		fake(kind)
		return
	}
	os.Setenv("LSTMTRAIN_COMPILE_SECONDS", "0") // which is for users who wait
	os.Exit(m.Run())
}

// fake is a peer of a kind, of which all but "sound" misbehave.
func fake(kind string) {
	in := bufio.NewScanner(os.Stdin)
	in.Scan()
	var asked struct {
		V, E, H, T, B, C, Layers int
		Cell                     string
		Mode                     Mode
	}
	if json.Unmarshal(in.Bytes(), &asked); asked.V != tiny.Vocabulary || asked.T != tiny.Steps || asked.C != tiny.Outputs || asked.Cell != "gru" || asked.Mode != Train {
		fmt.Printf(`{"error": "asked for %+v"}`+"\n", asked)
		return
	}
	switch kind {
	case "silent":
		fmt.Fprintln(os.Stderr, "Traceback\nValueError: no such luck")
		os.Exit(3)
	case "garbage":
		fmt.Println("Hello!")
	case "missing":
		fmt.Println(`{"error": "No module named 'torch'", "missing": "torch"}`)
	case "broken":
		fmt.Println(`{"error": "RuntimeError: out of luck"}`)
	case "empty":
		fmt.Println(`{"peer": "fake", "version": "1"}`)
	default:
		fmt.Println(`{"peer": "fake", "version": "1.5", "notes": ["warp is left out"], "variants": [{"name": "slow", "threads": 1}, {"name": "near", "threads": 3}, {"name": "best", "threads": 2}]}`)
		fakeTurns(kind, in)
	}
}

// fakeTurns answers requests with 10, 5.5 and 5 ms for the three variants.
func fakeTurns(kind string, in *bufio.Scanner) {
	for in.Scan() {
		var request struct{ Variant, Steps int }
		json.Unmarshal(in.Bytes(), &request)
		seconds := slices.Repeat([]float64{[]float64{0.010, 0.0055, 0.005}[request.Variant]}, request.Steps)
		switch kind {
		case "dies":
			fmt.Fprintln(os.Stderr, "Killed by a cat")
			os.Exit(9)
		case "short":
			seconds = seconds[1:]
		case "negative":
			seconds[0] = -1
		}
		line, _ := json.Marshal(map[string]any{"seconds": seconds})
		fmt.Println(string(line))
	}
}

func startFake(t *testing.T, kind string) (*Peer, error) {
	t.Helper()
	process := exec.CommandContext(t.Context(), os.Args[0])
	process.Env = append(os.Environ(), fakePeer+"="+kind)
	return start(process, "fake", tiny, Config{Cell: "gru", Mode: Train})
}

// A peer's notes and times are its own, and the variants that go on to the measurement are
// those that are near the best.
func TestPeer(t *testing.T) {
	p, err := startFake(t, "sound")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Notes, []string{"warp is left out"}) {
		t.Errorf("notes %q", p.Notes)
	}
	times, err := p.Run(1).Time(3)
	if err != nil || !slices.Equal(times, slices.Repeat([]time.Duration{5500 * time.Microsecond}, 3)) {
		t.Errorf("times %v, error %v", times, err)
	}
	chosen, err := p.fastest(t.Context(), t.Logf)
	if err != nil || !slices.Equal(chosen, []int{1, 2}) {
		t.Errorf("variants %v, error %v, want those that are near the best", chosen, err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
}

// A peer that dies, that prints what is not an answer, or whose answer cannot be, is an
// error that says so, not a hang and not a time.
func TestPeerFails(t *testing.T) {
	for kind, want := range map[string]string{
		"silent":   "peer fake ended without an answer: exit status 3: ValueError: no such luck",
		"garbage":  `peer fake said "Hello!", want a line of JSON`,
		"missing":  "peer fake needs the Python package torch",
		"broken":   "peer fake failed: RuntimeError: out of luck",
		"empty":    "peer fake has no way to run tiny",
		"dies":     "peer fake ended without an answer: exit status 9: Killed by a cat",
		"short":    "peer fake timed 4 steps, want 5",
		"negative": "peer fake says that a step took -1 seconds",
	} {
		p, err := startFake(t, kind)
		if err == nil {
			_, err = p.Run(0).Time(5)
			p.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", kind, err, want)
		}
	}
	var missing *MissingError
	if _, err := startFake(t, "missing"); !errors.As(err, &missing) || missing.Package != "torch" {
		t.Errorf("error %v, want a MissingError of torch", err)
	}
}

// An interrupt while a peer runs, which kills it, is no failure of the peer.
func TestInterrupted(t *testing.T) {
	folder := t.TempDir()
	python := filepath.Join(folder, "python")
	if err := os.WriteFile(python, []byte("#!/bin/sh\ntouch "+folder+"/started\nexec sleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for {
			if _, err := os.Stat(filepath.Join(folder, "started")); err == nil || ctx.Err() != nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	defer cancel()
	if _, err := Measure(ctx, tiny, Settings{Peer: "pytorch", Python: python}); err != context.Canceled {
		t.Errorf("error %v, want that of the context", err)
	}
}

// The comparison is with the fastest variant, and its ratio that of the medians that are
// shown beside it. Would catch the ratio upside down.
func TestCompared(t *testing.T) {
	p, err := startFake(t, "sound")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	results, err := measure(t.Context(), []*Compiled{compiled(t, tiny, Config{})}, p, Settings{Steps: 1, Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	got := results[0].Comparison
	want := Comparison{"fake", "1.5", 2, 5, 5 / results[0].Milliseconds, "best"}
	if got == nil || *got != want {
		t.Errorf("compared with %+v, want %+v", got, want)
	}
}

// Python peers run workloads of each kind with each of their variants. Would catch a script
// that does not fit the version it is pinned to.
func TestPythonPeers(t *testing.T) {
	if testing.Short() {
		t.Skip("importing a peer takes seconds")
	}
	if _, err := os.Stat(".venv"); err != nil {
		t.Skip("there is no benchmarks/.venv; peers/install makes it")
	}
	reals := Workload{Name: "reals", Inputs: 3, Hidden: 4, Layers: 1, Steps: 2, Batch: 2, Outputs: 3}
	carrying := tiny
	carrying.Name, carrying.Steps, carrying.Batch, carrying.Carry = "carrying", 1, 1, true
	for _, test := range []struct {
		peer, cell string
		mode       Mode
		workload   Workload
	}{
		{"pytorch", "lstm", Train, reals},
		{"pytorch", "lstm", Forward, carrying},
		{"pytorch", "cifg", Train, reals},
		{"pytorch", "layernorm", Forward, carrying},
		{"onnxruntime", "lstm", Forward, tiny},
		{"onnxruntime", "lstm", Forward, reals},
		{"onnxruntime", "lstm", Forward, carrying},
	} {
		t.Run(test.peer+"/"+test.cell+"/"+test.workload.Name, func(t *testing.T) {
			t.Parallel()
			p, err := StartPeer(t.Context(), test.peer, ".venv/bin/python", test.workload, Config{Cell: test.cell, Mode: test.mode})
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range p.Variants {
				if _, err := p.Run(i).Time(2); err != nil {
					t.Errorf("%s: %v", v.Name, err)
				}
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The names, cells and modes of peers, and how a Python that is not there is reported.
func TestPeerNames(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{PeerHas("keras", Config{}), `no peer "keras"; the peers are pytorch, onnxruntime`},
		{PeerHas("onnxruntime", Config{}), "peer onnxruntime has no mode train, only [forward]"},
		{PeerHas("onnxruntime", Config{Cell: "gru", Mode: Forward}), "peer onnxruntime has no cell gru, only lstm"},
		{PeerHas("pytorch", Config{Cell: "slstm"}), "peer pytorch has no cell slstm, only lstm, gru, rnn, peephole, cifg, layernorm"},
	} {
		if test.err == nil || test.err.Error() != test.want {
			t.Errorf("error %v, want %q", test.err, test.want)
		}
	}
	if _, err := StartPeer(t.Context(), "pytorch", "/nowhere/python", tiny, Config{}); err == nil || !strings.Contains(err.Error(), "/nowhere/python") {
		t.Errorf("error %v of a Python that is not there", err)
	}
}
