// Ctc learns to write down what it hears without being told when each label sounds:
// connectionist temporal classification (Graves et al. 2006). The loss is −log of the probability
// of all alignments of a sequence's steps that become its labels when repeats are taken once and
// blanks left out, by the forward algorithm over the labels with blanks between them.
package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
)

const (
	steps, rows = 16, 32
	labels      = 3 // of each sequence
	kinds       = 4 // of labels, beside the blank, which is 0
	channels    = 4
	hidden      = 24
	states      = 2*labels + 1 // a blank, a label, a blank, …
)

// sounds is a batch of sequences in which each label sounds for two to four steps, with silence
// between.
type sounds struct {
	x      [steps][]float64 // of shape (B, channels)
	labels [rows][]int
}

func draw(rng *rand.Rand, s *sounds) {
	for t := range s.x {
		s.x[t] = make([]float64, rows*channels)
		for i := range s.x[t] {
			s.x[t][i] = 0.2 * rng.NormFloat64()
		}
	}
	for row := range rows {
		t := rng.IntN(2)
		s.labels[row] = nil
		for range labels {
			k := 1 + rng.IntN(kinds)
			s.labels[row] = append(s.labels[row], k)
			for range 2 + rng.IntN(3) {
				s.x[t][row*channels+k-1] += 1
				t++
			}
			t++
		}
	}
}

// A listener says for each step which label sounds, or none.
type listener struct {
	layer cells.Bidirectional
	head  *cells.Dense
}

func (l *listener) Params() []*graph.Param { return append(l.layer.Params(), l.head.Params()...) }

func (l *listener) Size(*sounds) any { return nil }

func (l *listener) Loss(g *train.Graph, _ *sounds) *graph.Node {
	var inputs []*graph.Node
	for t := range steps {
		inputs = append(inputs, g.Input(fmt.Sprint("x/", t), rows, channels))
	}
	outputs, _ := l.layer.Over(g.Builder, inputs, nil, cells.Zeros(g.Builder, l.layer, rows))
	logits := l.head.Of(g.Builder, g.Stack(outputs))
	g.Output("logits", logits)
	logProbabilities := g.AddCol(logits, g.Affine(g.LogSumExpColumns(logits), -1, 0))
	return l.alignments(g, g.Unstack(logProbabilities, steps))
}

// alignments is the forward algorithm. Alpha holds, for each state of each sequence, the logarithm
// of the probability of all ways to be there, of shape (B, states).
func (l *listener) alignments(g *train.Graph, steps []*graph.Node) *graph.Node {
	never := math.Inf(-1)
	var at []*graph.Node // the label of each state
	for s := range states {
		at = append(at, g.Indices(fmt.Sprint("state/", s), rows))
	}
	emit := func(step *graph.Node) *graph.Node {
		var columns []*graph.Node
		for s := range states {
			columns = append(columns, g.Gather(step, at[s]))
		}
		return g.ConcatColumns(columns...)
	}
	from := func(alpha *graph.Node, back int) *graph.Node { // each state, from the one so far back
		return g.ConcatColumns(g.Constant(never, rows, back), g.ColumnBlock(alpha, 0, states-back))
	}
	first := g.Constant(0, rows, 2) // a sequence begins in the first blank or the first label
	skip := g.Input("skip", rows, states)
	alpha := g.Add(emit(steps[0]), g.ConcatColumns(first, g.Constant(never, rows, states-2)))
	for _, step := range steps[1:] {
		ways := g.ConcatColumns(
			g.Reshape(alpha, rows*states, 1),
			g.Reshape(from(alpha, 1), rows*states, 1),
			g.Reshape(g.Add(from(alpha, 2), skip), rows*states, 1))
		alpha = g.Add(g.Reshape(g.LogSumExpColumns(ways), rows, states), emit(step))
	}
	ends := g.ColumnBlock(alpha, states-2, states) // it ends in the last label or the last blank
	return g.Affine(g.Sum(g.LogSumExpColumns(ends)), -1.0/rows, 0)
}

func (l *listener) Set(p *graph.Program, s *sounds) error {
	for t, x := range s.x {
		if err := p.SetFloats(fmt.Sprint("x/", t), x); err != nil {
			return err
		}
	}
	skip := make([]float64, rows*states)
	for state := range states {
		at := make([]int, rows)
		for row, of := range s.labels {
			if state%2 == 1 {
				at[row] = of[state/2]
			}
			if state < 3 || state%2 == 0 || of[state/2] == of[state/2-1] { // only over the blank between unequal labels
				skip[row*states+state] = math.Inf(-1)
			}
		}
		if err := p.SetInts(fmt.Sprint("state/", state), at); err != nil {
			return err
		}
	}
	return p.SetFloats("skip", skip)
}

// Count counts the sequences of which the most probable label at each step, repeats once and
// without blanks, is right.
func (l *listener) Count(p *graph.Program, s *sounds) train.Counts {
	right, best := 0.0, p.Argmax("logits", nil)
	for row := range rows {
		var heard []int
		for t := range steps {
			k := best[t*rows+row]
			if k != 0 && (t == 0 || k != best[(t-1)*rows+row]) {
				heard = append(heard, k)
			}
		}
		if fmt.Sprint(heard) == fmt.Sprint(s.labels[row]) {
			right++
		}
	}
	return train.Counts{"right": {right, rows}}
}

func (l *listener) Report(m *train.Metrics, counts train.Counts) {
	m.Add("sequences", counts.Mean("right"))
}

func main() {
	rng := rand.New(rand.NewPCG(1, 2))
	layer := cells.Bidirectional{Forward: cells.NewLSTM("forward", channels, hidden, rng), Backward: cells.NewLSTM("backward", channels, hidden, rng)}
	model := &listener{layer, cells.NewDense("head", 2*hidden, kinds+1, rng)}
	summary, err := train.Fit(context.Background(), model, &data.Drawn[sounds]{Draw: draw}, &data.Drawn[sounds]{Draw: draw, Batches: 20}, train.Settings{
		MaxSteps: 300, ClipNorm: 5, Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.02}), Schedule: optim.Cosine{Steps: 300},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("over 95 % of sequences without a mistake:", summary.Valid.Value("sequences") > 0.95)
}
