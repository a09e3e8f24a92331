package benchmarks

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
)

// A parityCase is what testdata/parity.py reads, and what is expected of it.
type parityCase struct {
	Spec    specification          `json:"spec"`
	Weights map[string][][]float64 `json:"weights"`
	Tokens  []int                  `json:"x"`
	Targets []int                  `json:"targets"`

	loss  float64
	count int
}

// PyTorch's side computes the same loss from the same weights as ours, with each cell that it
// has, so that what is compared is the same work. Its own layers have two biases in each gate
// where one would do; its loops have as many weights as ours.
func TestPyTorchParity(t *testing.T) {
	if testing.Short() {
		t.Skip("importing PyTorch takes seconds")
	}
	if _, err := os.Stat(".venv"); err != nil {
		t.Skip("there is no benchmarks/.venv; peers/install makes it")
	}
	lastOnly := tiny
	lastOnly.EveryStep = false
	var cases []parityCase
	for _, cell := range pythonPeers[0].cells {
		cases = append(cases, newParityCase(t, tiny, cell), newParityCase(t, lastOnly, cell))
	}
	doubled := map[string]int{"lstm": 4, "gru": 2, "rnn": 1} // second biases of a unit that ours has not
	for i, got := range askParity(t, cases) {
		want, cell := cases[i], cases[i].Spec.Cell
		if count := want.count + doubled[cell]*tiny.Layers*tiny.Hidden; got.Count != count {
			t.Errorf("%s: PyTorch has %d weights, want %d", cell, got.Count, count)
		}
		for _, loss := range got.Losses {
			if !(math.Abs(loss-want.loss) < 1e-5) { // float32, and a dozen sums of a few terms
				t.Errorf("%s, every step %t: PyTorch's loss is %.7f, ours %.7f", cell, want.Spec.EveryStep, loss, want.loss)
			}
		}
	}
}

// newParityCase computes the loss of a batch with weights none of which is zero or one.
func newParityCase(t *testing.T, w Workload, cell string) parityCase {
	t.Helper()
	s := compiled(t, w, Config{Cell: cell})
	rng := rand.New(rand.NewPCG(3, 4))
	p := parityCase{
		Spec:    specification{w, cell, Train},
		Weights: map[string][][]float64{},
		Tokens:  s.batches[0].tokens,
		Targets: s.batches[0].targets,
		count:   graph.Count(s.program.Params()),
	}
	for _, param := range s.program.Params() {
		param.Fill(func() float64 { return 2*rng.Float64() - 1 })
		rows, columns := param.Shape()
		p.Weights[param.Name()] = make([][]float64, rows)
		for i, x := range p.Weights[param.Name()] {
			p.Weights[param.Name()][i] = append(x, param.Floats()[i*columns:(i+1)*columns]...)
		}
	}
	p.loss = run(t, s, 1)[0]
	return p
}

type parityAnswer struct {
	Losses []float64 `json:"losses"`
	Count  int       `json:"count"`
}

func askParity(t *testing.T, cases []parityCase) []parityAnswer {
	t.Helper()
	question, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	python := exec.CommandContext(t.Context(), ".venv/bin/python", "-B", "testdata/parity.py")
	python.Env = append(os.Environ(), "PYTHONPATH=peers")
	python.Stdin = bytes.NewReader(question)
	var complaints bytes.Buffer
	python.Stderr = &complaints
	out, err := python.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaints.String())
	}
	var answers []parityAnswer
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(cases) {
		t.Fatalf("%d answers to %d cases, %v", len(answers), len(cases), err)
	}
	return answers
}
