package bptt_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/bptt"
)

const rows, inputSize, hiddenSize = 2, 2, 4

// families are all cells, and stacks of them.
var families = map[string]func(name string, in int, rng *rand.Rand) cells.Cell{
	"RNN": func(name string, in int, rng *rand.Rand) cells.Cell { return cells.NewRNN(name, in, hiddenSize, rng) },
	"ReluRNN": func(name string, in int, rng *rand.Rand) cells.Cell {
		return cells.NewReluRNN(name, in, hiddenSize, rng)
	},
	"LSTM": func(name string, in int, rng *rand.Rand) cells.Cell { return cells.NewLSTM(name, in, hiddenSize, rng) },
	"Peephole": func(name string, in int, rng *rand.Rand) cells.Cell {
		return cells.NewPeephole(name, in, hiddenSize, rng)
	},
	"CIFG": func(name string, in int, rng *rand.Rand) cells.Cell { return cells.NewCIFG(name, in, hiddenSize, rng) },
	"ClippedLSTM": func(name string, in int, rng *rand.Rand) cells.Cell {
		return cells.NewClippedLSTM(name, in, hiddenSize, 0.5, rng)
	},
	"LayerNormLSTM": func(name string, in int, rng *rand.Rand) cells.Cell {
		return cells.NewLayerNormLSTM(name, in, hiddenSize, rng)
	},
	"LSTMP": func(name string, in int, rng *rand.Rand) cells.Cell {
		return cells.NewLSTMP(name, in, 5, hiddenSize, rng)
	},
	"NIG":  func(name string, in int, rng *rand.Rand) cells.Cell { return cells.NewNIG(name, in, hiddenSize, rng) },
	"NFG":  func(name string, in int, rng *rand.Rand) cells.Cell { return cells.NewNFG(name, in, hiddenSize, rng) },
	"NOG":  func(name string, in int, rng *rand.Rand) cells.Cell { return cells.NewNOG(name, in, hiddenSize, rng) },
	"NIAF": func(name string, in int, rng *rand.Rand) cells.Cell { return cells.NewNIAF(name, in, hiddenSize, rng) },
	"NOAF": func(name string, in int, rng *rand.Rand) cells.Cell { return cells.NewNOAF(name, in, hiddenSize, rng) },
	"FGR":  func(name string, in int, rng *rand.Rand) cells.Cell { return cells.NewFGR(name, in, hiddenSize, rng) },
	"GRU":  func(name string, in int, rng *rand.Rand) cells.Cell { return cells.NewGRU(name, in, hiddenSize, rng) },
	"OriginalGRU": func(name string, in int, rng *rand.Rand) cells.Cell {
		return cells.NewOriginalGRU(name, in, hiddenSize, rng)
	},
	"MemoryBlocks": func(name string, in int, rng *rand.Rand) cells.Cell {
		return cells.NewMemoryBlocks(name, in, 2, 2, rng)
	},
	"SLSTM": func(name string, in int, rng *rand.Rand) cells.Cell {
		return cells.NewSLSTM(name, in, hiddenSize, 2, rng)
	},
	"MLSTM": func(name string, in int, rng *rand.Rand) cells.Cell {
		return cells.NewMLSTM(name, in, hiddenSize, 2, rng)
	},
	"Stack": func(name string, in int, rng *rand.Rand) cells.Cell {
		return cells.Stack{cells.NewLSTM(name+"0", in, 3, rng), cells.NewGRU(name+"1", 3, hiddenSize, rng)}
	},
}

// A sequence is a cell with inputs, masks and targets.
type sequence struct {
	cell             cells.Cell
	steps            int
	inputs, targets  []float64 // (T·B, I) and (T·B, H)
	masks            []float64 // (T·B), nil for none
	start            bptt.State
	lossOfLastBlocks float64
}

func newSequence(newCell func(string, int, *rand.Rand) cells.Cell, steps int) *sequence {
	rng := rand.New(rand.NewPCG(7, 7))
	s := &sequence{cell: newCell("cell", inputSize, rng), steps: steps, start: bptt.State{}}
	graph.Convert(graph.Float64, s.cell.Params()...)
	normal := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		return x
	}
	s.inputs, s.targets = normal(steps*rows*inputSize), normal(steps*rows*hiddenSize)
	s.cell.Begin(func(name string, width int) *graph.Node {
		x := normal(rows * width)
		for i := range x {
			x[i] = math.Abs(x[i]) / 4 // some states are gates, or sums of what is positive
		}
		s.start[name] = x
		return nil
	})
	return s
}

// recurrence returns the sequence as what bptt runs. Its loss is linear in all outputs.
func (s *sequence) recurrence() bptt.Recurrence {
	r := bptt.Recurrence{Cell: s.cell, Rows: rows}
	r.Unroll = func(b *graph.Builder, steps int, start cells.State) ([]*graph.Node, cells.State) {
		inputs := b.Unstack(b.Input("x", steps*rows, inputSize), steps)
		var masks []*graph.Node
		if s.masks != nil {
			masks = b.Unstack(b.Input("masks", steps*rows, 1), steps)
		}
		return cells.Unroll(b, s.cell, inputs, masks, start)
	}
	r.Loss = func(b *graph.Builder, outputs []*graph.Node, _ cells.State) *graph.Node {
		return b.Dot(b.Stack(outputs), b.Input("y", len(outputs)*rows, hiddenSize))
	}
	r.SetInputs = func(p *graph.Program, from, to int) error {
		if s.masks != nil {
			if err := p.SetFloats("masks", s.masks[from*rows:to*rows]); err != nil {
				return err
			}
		}
		return p.SetFloats("x", s.inputs[from*rows*inputSize:to*rows*inputSize])
	}
	r.SetTargets = func(p *graph.Program, from, to int) error {
		return p.SetFloats("y", s.targets[from*rows*hiddenSize:to*rows*hiddenSize])
	}
	return r
}

// A result is what came of a sequence.
type result struct {
	loss  float64
	end   bptt.State
	grads [][]float64 // of each parameter
}

// run runs a sequence in blocks, after another from which nothing must be left.
func (s *sequence) run(t *testing.T, settings bptt.Settings) result {
	t.Helper()
	settings.Graph.Dtype = graph.Float64
	b := bptt.New(s.recurrence(), settings)
	defer b.Close()
	if _, err := b.Run(min(s.steps, 3)); err != nil {
		t.Fatal(err)
	}
	if err := b.SetStart(s.start); err != nil {
		t.Fatal(err)
	}
	var r result
	var err error
	if r.loss, err = b.Run(s.steps); err != nil {
		t.Fatal(err)
	}
	r.end = b.End()
	for _, p := range s.cell.Params() {
		r.grads = append(r.grads, b.Program().Grad(p))
	}
	return r
}

// check compares results up to a share of the largest number of each matrix.
func check(t *testing.T, name string, got, want result, params []*graph.Param, tolerance float64) {
	t.Helper()
	compare := func(what string, got, want []float64) {
		largest, worst := 0.0, 0.0
		for i := range want {
			largest, worst = max(largest, math.Abs(want[i])), max(worst, math.Abs(got[i]-want[i]))
		}
		if !(worst <= tolerance*largest) || largest == 0 {
			t.Errorf("%s: %s is off by %g of %g", name, what, worst, largest)
		}
	}
	compare("loss", []float64{got.loss}, []float64{want.loss})
	for node, x := range want.end {
		compare("end "+node, got.end[node], x)
	}
	for i, p := range params {
		compare("gradient of "+p.Name(), got.grads[i], want.grads[i])
	}
}

// The gradients, the loss and the last state of 300 steps in blocks are those of one graph
// of 300 steps, for every family of cells. Would catch a cotangent that is dropped, of the
// wrong node, scaled or one block late; a block of another size than the others; and
// gradients that count a block twice or not at all.
func TestBlocksAreExact(t *testing.T) {
	blocks := []int{7, 50, 299}
	steps := 300
	if testing.Short() {
		blocks, steps = []int{7, 59}, 60
	}
	for name, newCell := range families {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSequence(newCell, steps)
			want := s.run(t, bptt.Settings{Block: steps})
			for _, block := range blocks {
				check(t, name, s.run(t, bptt.Settings{Block: block}), want, s.cell.Params(), 1e-12)
			}
		})
	}
}
