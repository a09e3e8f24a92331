package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/inspect"
	"github.com/seed-222a112c/lstm/train/run"
)

// The same seed gives the same model and checkpoint, byte for byte, with one, two and three
// workers, in one go and resumed with others. Would catch sums whose order depends on how
// the work is shared.
func TestWorkersDoNotChangeTheModel(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string { return write(t, filepath.Join(folder, name), content) }
	for name, flags := range map[string][]string{
		"char":     {"--data", file("text", rhyme), "--steps", "12", "--split", "0.8,0.2,0"},
		"classify": {"--data", file("table.tsv", spam), "--task", "classify", "--split", "0.8,0.2,0"},
		"dropout":  {"--data", file("text", rhyme), "--steps", "12", "--split", "0.8,0.2,0", "--tie", "--embed", "48", "--dropout", "0.3", "--zoneout", "0.1"},
		"both":     {"--data", file("table.tsv", spam), "--task", "classify", "--split", "0.8,0.2,0", "--bidirectional", "--recurrent-dropout", "0.2", "--pool", "max"},
	} {
		files := map[string]string{}
		for workers := 1; workers <= 3; workers++ {
			out := filepath.Join(folder, fmt.Sprint(name, workers))
			args := slices.Concat([]string{"train", "--out", out, "--workers", fmt.Sprint(workers), "--hidden", "48", "--embed", "16", "--batch", "24", "--max-steps", "4", "--quiet"}, flags)
			succeed(t, "", args...)
			succeed(t, "", "resume", out, "--workers", fmt.Sprint(4-workers), "--override", "max-steps=6", "--quiet")
			for _, left := range []string{run.ModelName, run.CheckpointName} {
				content := string(read(t, filepath.Join(out, left)))
				if first, ok := files[left]; ok && first != content {
					t.Errorf("%s: %s with %d workers differs from that with one", name, left, workers)
				} else if !ok {
					files[left] = content
				}
			}
		}
	}
}

// --engine decides what runs the graphs, of train and of resume: the losses agree to rounding,
// and the weights differ in it. Would catch a flag that is not handed on.
func TestEngineFlag(t *testing.T) {
	folder := t.TempDir()
	text := write(t, filepath.Join(folder, "text"), rhyme)
	out := filepath.Join(folder, "out")
	learn := func(flags ...string) (model string, loss float64) {
		t.Helper()
		args := []string{"train", "--data", text, "--steps", "12", "--split", "0.8,0.2,0", "--out", out, "--force", "--json", "--quiet", "--hidden", "48", "--batch", "20"}
		var got struct{ Valid train.Metrics }
		if err := json.Unmarshal([]byte(succeed(t, "", append(args, flags...)...).stdout), &got); err != nil {
			t.Fatal(err)
		}
		return string(read(t, filepath.Join(out, run.ModelName))), got.Valid.Loss
	}
	fused, a := learn()
	reference, b := learn("--engine", "reference")
	if fused == reference || math.Abs(a-b) > 1e-4 {
		t.Errorf("losses %v and %v, the same model: %t", a, b, fused == reference)
	}
	config := func() string { return string(read(t, filepath.Join(out, run.SettingsName))) }
	if !strings.Contains(config(), `"engine": "reference"`) {
		t.Errorf("the settings are %s", config())
	}
	refuse(t, call(t, "", "resume", out, "--workers", "2"), exitUsage, "--workers does not apply to --engine reference")
	succeed(t, "", "resume", out, "--engine", "fused", "--override", "epochs=3", "--quiet")
	if !strings.Contains(config(), `"engine": "fused"`) {
		t.Errorf("the settings of the resumed run are %s", config())
	}
}

// The number of workers is handed on to graphs and solver.
func TestWorkersReachTheTraining(t *testing.T) {
	s := newSettings()
	s.Workers, s.Engine = 3, graph.Fused
	got, err := s.Fitting(1)
	if err != nil || got.Graph.Workers != 3 || got.Graph.Engine != graph.Fused {
		t.Errorf("graphs are compiled by %+v; %v", got.Graph, err)
	}
}

// inspect --engine shows the program that trains the model, for people and for programs.
func TestInspectEngine(t *testing.T) {
	model, _ := trained(t, rhyme, "--steps", "10")
	text := succeed(t, "", "inspect", model, "--engine", "--batch", "7").stdout
	for _, want := range []string{"batches of 7 rows and 10 steps", "nodes  ", "product 70×", "10× {", "product 7×[8×8 8×8 8×8 8×8]", "cross-entropy and its gradient 70×"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	var got struct{ Program inspect.Program }
	if err := json.Unmarshal([]byte(succeed(t, "", "inspect", model, "--engine", "--json").stdout), &got); err != nil {
		t.Fatal(err)
	}
	p := got.Program
	if p.BatchRows != 50 || p.BatchSteps != 10 || p.NodesBefore <= p.NodesAfter || p.Steps == 0 || p.FLOPs == 0 || p.Arena == 0 || len(p.Segments) == 0 {
		t.Errorf("program %+v", p)
	}
	if text := succeed(t, "", "inspect", model, "--json").stdout; strings.Contains(text, "segments") {
		t.Errorf("a program without --engine: %s", text)
	}
}
