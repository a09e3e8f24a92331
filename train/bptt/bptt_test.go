package bptt_test

import (
	"flag"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/bptt"
)

var long = flag.Bool("long", false, "unroll every family over 300 steps")

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
	cell            cells.Cell
	steps           int
	inputs, targets []float64 // (T·B, I) and (T·B, H)
	masks           []float64 // (T·B), nil for none
	start           bptt.State
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
	unroll := func(g *bptt.Graph, steps int) []*graph.Node {
		inputs := g.Unstack(g.Input("x", steps*rows, inputSize), steps)
		var masks []*graph.Node
		if s.masks != nil {
			masks = g.Unstack(g.Input("masks", steps*rows, 1), steps)
		}
		outputs, end := cells.Unroll(g.Builder, s.cell, inputs, masks, s.from(g))
		g.End(end)
		return outputs
	}
	var r bptt.Recurrence
	r.Advance = func(g *bptt.Graph, steps int) { unroll(g, steps) }
	r.Loss = func(g *bptt.Graph, steps int) *graph.Node {
		return g.Dot(g.Stack(unroll(g, steps)), g.Input("y", steps*rows, hiddenSize))
	}
	return r
}

// pass runs the passes of the sequence.
func (s *sequence) pass(b *bptt.Blocks) (loss float64, err error) {
	for _, pass := range b.Passes() {
		if err := s.set(pass.Program, pass.From, pass.To, !pass.Advance); err != nil {
			return 0, err
		}
		part, err := b.Run(pass)
		if err != nil {
			return 0, err
		}
		loss += part
	}
	return loss, nil
}

// set sets the inputs of steps.
func (s *sequence) set(p *graph.Program, from, to int, targets bool) error {
	if s.masks != nil {
		if err := p.SetFloats("masks", s.masks[from*rows:to*rows]); err != nil {
			return err
		}
	}
	if err := p.SetFloats("x", s.inputs[from*rows*inputSize:to*rows*inputSize]); err != nil || !targets {
		return err
	}
	return p.SetFloats("y", s.targets[from*rows*hiddenSize:to*rows*hiddenSize])
}

// from returns the state that a sequence starts from.
func (s *sequence) from(g *bptt.Graph) cells.State {
	if s.start == nil {
		return g.Zeros(s.cell, rows)
	}
	return g.Start(s.cell, rows)
}

// compile compiles what runs the sequence.
func (s *sequence) compile(t *testing.T, r bptt.Recurrence, settings bptt.Settings) *bptt.Blocks {
	t.Helper()
	settings.Graph.Dtype = graph.Float64
	b, err := bptt.Compile(r, s.steps, settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
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
	b := s.compile(t, s.recurrence(), settings)
	if _, err := s.pass(b); err != nil {
		t.Fatal(err)
	}
	if err := b.SetState(s.start); err != nil {
		t.Fatal(err)
	}
	var r result
	var err error
	if r.loss, err = s.pass(b); err != nil {
		t.Fatal(err)
	}
	r.end = b.State()
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
	for name, newCell := range families {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps, blocks := 60, []int{1, 7, 59}
			if *long || name == "LSTM" && !testing.Short() {
				steps, blocks = 300, []int{7, 50, 299}
			}
			s := newSequence(newCell, steps)
			want := s.run(t, bptt.Settings{Block: steps})
			for _, block := range blocks {
				check(t, name, s.run(t, bptt.Settings{Block: block}), want, s.cell.Params(), 1e-12)
			}
		})
	}
}

// Rows may end at different times, in the first block, within one, or at an edge. Would
// catch a cotangent that is lost in blocks which a row does not reach.
func TestBlocksWithMasks(t *testing.T) {
	s := newSequence(families["Stack"], 21)
	for _, lengths := range [][rows]int{{21, 9}, {14, 0}, {1, 7}} {
		s.masks = make([]float64, s.steps*rows)
		for row, length := range lengths {
			for at := range length {
				s.masks[at*rows+row] = 1
			}
		}
		want := s.run(t, bptt.Settings{Block: 21})
		for _, block := range []int{1, 7, 20} {
			check(t, "with masks", s.run(t, bptt.Settings{Block: block}), want, s.cell.Params(), 1e-12)
		}
	}
}

// Truncated, loss and state are those of the whole sequence, and the gradients the sums of
// the blocks', each by itself from the state that the one before left. Would catch a
// gradient that flows from block to block.
func TestTruncated(t *testing.T) {
	s := newSequence(families["LSTM"], 20)
	whole, got := s.run(t, bptt.Settings{Block: 20}), s.run(t, bptt.Settings{Block: 6, Truncate: true})
	want := result{loss: whole.loss, end: whole.end}
	start := s.start
	for from := 0; from < s.steps; from += 6 {
		piece := &sequence{cell: s.cell, steps: min(6, s.steps-from), start: start,
			inputs: s.inputs[from*rows*inputSize:], targets: s.targets[from*rows*hiddenSize:]}
		r := piece.run(t, bptt.Settings{Block: 20})
		start = r.end
		for i, g := range r.grads {
			if want.grads == nil || len(want.grads) == i {
				want.grads = append(want.grads, make([]float64, len(g)))
			}
			for j, x := range g {
				want.grads[i][j] += x
			}
		}
	}
	check(t, "truncated", got, want, s.cell.Params(), 1e-12)
	loss := s.run(t, bptt.Settings{Block: 6, LossOnly: true})
	check(t, "loss only", result{loss: loss.loss, end: loss.end}, result{loss: whole.loss, end: whole.end}, nil, 1e-12)
	short := s.run(t, bptt.Settings{Block: 20, Truncate: true})
	check(t, "truncated after its end", short, whole, s.cell.Params(), 0)
}

// The same sequence gives the same bits again, after a sequence that failed. Would catch
// gradients that are left over.
func TestBlocksAfterAFailure(t *testing.T) {
	s := newSequence(families["GRU"], 20)
	b := s.compile(t, s.recurrence(), bptt.Settings{Block: 6})
	gradient := func() []float64 {
		if err := b.Reset(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.pass(b); err != nil {
			t.Fatal(err)
		}
		return b.Program().Grad(s.cell.Params()[0])
	}
	want := gradient()
	for _, pass := range b.Passes()[:len(b.Passes())-1] { // and the first block fails
		if err := s.set(pass.Program, pass.From, pass.To, !pass.Advance); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Run(pass); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(gradient(), want) {
		t.Error("the gradients are others than before")
	}
}

// Weights may change between two sequences: what is derived from them is derived anew, unless they
// were frozen. Would catch blocks that go on with the weights of the first sequence.
func TestWeightsChangeBetweenSequences(t *testing.T) {
	for name, settings := range map[string]bptt.Settings{
		"one block": {}, "exact": {Block: 4}, "truncated": {Block: 4, Truncate: true}, "loss only": {Block: 4, LossOnly: true},
	} {
		s := newSequence(families["LSTM"], 9)
		b, frozen := s.compile(t, s.recurrence(), settings), s.compile(t, s.recurrence(), settings)
		frozen.Freeze()
		loss := func(b *bptt.Blocks) float64 {
			if err := b.SetState(s.start); err != nil {
				t.Fatal(err)
			}
			x, err := s.pass(b)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		before, kept := loss(b), loss(frozen)
		for _, p := range s.cell.Params() {
			x := p.Floats()
			for i := range x {
				x[i] *= -2
			}
			if err := p.SetFloats(x); err != nil {
				t.Fatal(err)
			}
		}
		want := loss(s.compile(t, s.recurrence(), settings))
		if got := loss(b); got != want || got == before || kept != before {
			t.Errorf("%s: loss %v, want %v; %v and, frozen, %v before", name, got, want, before, kept)
		}
		if loss(frozen) == want {
			t.Errorf("%s: what was frozen was derived anew", name)
		}
		frozen.Freeze()
		if got := loss(frozen); got != want {
			t.Errorf("%s: loss %v after Freeze, want %v", name, got, want)
		}
	}
}

// What cannot be is an error.
func TestBlocksRefuse(t *testing.T) {
	s := newSequence(families["LSTM"], 3)
	for _, sizes := range [][2]int{{0, 2}, {-1, 2}, {3, -1}} {
		if _, err := bptt.Compile(s.recurrence(), sizes[0], bptt.Settings{Block: sizes[1]}); err == nil || !strings.Contains(err.Error(), "want 1 step or more") {
			t.Errorf("error %v for %d steps in blocks of %d", err, sizes[0], sizes[1])
		}
	}
	b := s.compile(t, s.recurrence(), bptt.Settings{Block: 2})
	if err := b.SetState(bptt.State{"h": make([]float64, rows*hiddenSize)}); err == nil || !strings.Contains(err.Error(), `0 numbers of "c" and sequences of this size need 8`) {
		t.Errorf("error %v for a state without c", err)
	}
}

// Each sequence starts from the state that the one before left, in however many blocks they run,
// and from zeros after Reset. One that is built from zeros always does, and has no state.
func TestStateOfBlocks(t *testing.T) {
	for name, settings := range map[string]bptt.Settings{
		"one block": {}, "exact": {Block: 4}, "truncated": {Block: 4, Truncate: true}, "loss only": {Block: 4, LossOnly: true}, "with a rest": {Block: 3},
	} {
		s := newSequence(families["Stack"], 8)
		losses := func(b *bptt.Blocks) (x []float64) {
			for k := range 4 {
				if k == 3 {
					if err := b.Reset(); err != nil {
						t.Fatal(err)
					}
				}
				loss, err := s.pass(b)
				if err != nil {
					t.Fatal(err)
				}
				x = append(x, loss)
			}
			return x
		}
		want := losses(s.compile(t, s.recurrence(), bptt.Settings{Block: 8}))
		b := s.compile(t, s.recurrence(), settings)
		got := losses(b)
		for k := range got {
			if math.Abs(got[k]-want[k]) > 1e-12 {
				t.Errorf("%s: sequence %d has loss %v, want %v", name, k, got[k], want[k])
			}
		}
		if want[0] == want[1] || want[1] == want[2] || want[0] != want[3] || len(b.State()) != 3 {
			t.Errorf("%s: losses %v and a state of %d memories", name, want, len(b.State()))
		}
		s.start = nil
		b = s.compile(t, s.recurrence(), settings)
		for k, loss := range losses(b) {
			if math.Abs(loss-want[0]) > 1e-12 || b.State() != nil {
				t.Errorf("%s: sequence %d from zeros has loss %v, want %v; its state is %v", name, k, loss, want[0], b.State())
			}
		}
	}
}

// A sequence of one block is an ordinary program: no input and no output but those of the loss
// and the state. Would catch what blocks need and one block does not.
func TestOneBlockIsAnOrdinaryProgram(t *testing.T) {
	s := newSequence(families["LSTM"], 3)
	for _, c := range []struct {
		settings bptt.Settings
		outputs  []string
		inputs   string
	}{
		{bptt.Settings{}, []string{"end/c", "end/h", "loss"}, "start/c, start/h, x, y"},
		{bptt.Settings{Block: 3, Truncate: true}, []string{"end/c", "end/h", "loss"}, "start/c, start/h, x, y"},
		{bptt.Settings{Block: 3, LossOnly: true}, []string{"end/c", "end/h", "loss"}, "start/c, start/h, x, y"},
		{bptt.Settings{Block: 2}, []string{"end/c", "end/h", "gradient of start/c", "gradient of start/h", "loss", "loss of block"}, "cotangent/c, cotangent/h, start/c, start/h, x, y"},
	} {
		p := s.compile(t, s.recurrence(), c.settings).Program()
		if got := p.Outputs(); !slices.Equal(got, c.outputs) {
			t.Errorf("%+v: outputs %q, want %q", c.settings, got, c.outputs)
		}
		if err := p.Clear("none"); err == nil || !strings.HasSuffix(err.Error(), "the inputs are "+c.inputs) {
			t.Errorf("%+v: %v, want the inputs %s", c.settings, err, c.inputs)
		}
	}
}

// Ten thousand steps take no more memory than one graph of a thousand, a tenth of what
// keeping everything would take.
func TestMemoryOfALongSequence(t *testing.T) {
	heap := func(steps, block int) (bytes int64) {
		s := newSequence(families["RNN"], steps)
		before := live()
		b := s.compile(t, s.recurrence(), bptt.Settings{Block: block})
		for range 2 {
			if _, err := s.pass(b); err != nil {
				t.Fatal(err)
			}
		}
		return live() - before
	}
	long, short := 10_000, 1_000
	if testing.Short() {
		long, short = 1_000, 100
	}
	everything, blocks := heap(short, short), heap(long, short/10)
	t.Logf("%d steps in one graph take %d bytes, %d in blocks of %d %d", short, everything, long, short/10, blocks)
	if blocks > everything {
		t.Errorf("%d steps in blocks take %d bytes, %d in one graph %d", long, blocks, short, everything)
	}
}

// live returns the bytes of the heap that are in use.
func live() int64 {
	runtime.GC()
	runtime.GC() // the second one frees what finalisers let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// How much more a step costs that is exact than one that is truncated, which is a plain
// pass forward and back.
func BenchmarkBlocks(b *testing.B) {
	for name, truncate := range map[string]bool{"exact": false, "truncated": true} {
		b.Run(name, func(b *testing.B) {
			const steps, rows, size = 400, 32, 128
			cell := cells.NewLSTM("lstm", size, size, rand.New(rand.NewPCG(1, 1)))
			x := make([]float64, steps*rows*size)
			for i := range x {
				x[i] = float64(i%13) / 13
			}
			unroll := func(g *bptt.Graph, steps int) []*graph.Node {
				outputs, end := cells.Unroll(g.Builder, cell, g.Unstack(g.Input("x", steps*rows, size), steps), nil, g.Start(cell, rows))
				g.End(end)
				return outputs
			}
			var r bptt.Recurrence
			r.Advance = func(g *bptt.Graph, steps int) { unroll(g, steps) }
			r.Loss = func(g *bptt.Graph, steps int) *graph.Node {
				return g.Dot(g.Stack(unroll(g, steps)), g.Input("y", steps*rows, size))
			}
			blocks, err := bptt.Compile(r, steps, bptt.Settings{Block: 80, Truncate: truncate})
			if err != nil {
				b.Fatal(err)
			}
			defer blocks.Close()
			for b.Loop() {
				for _, pass := range blocks.Passes() {
					p, from, to := pass.Program, pass.From*rows*size, pass.To*rows*size
					if err := p.SetFloats("x", x[from:to]); err != nil {
						b.Fatal(err)
					}
					if !pass.Advance {
						if err := p.SetFloats("y", x[from:to]); err != nil {
							b.Fatal(err)
						}
					}
					if _, err := blocks.Run(pass); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
