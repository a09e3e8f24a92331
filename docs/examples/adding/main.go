// Adding is the problem of Hochreiter and Schmidhuber (1997, section 5.4): of a long sequence of
// numbers, two are marked, and their sum is wanted at the end. The data have no end; a callback
// stops the training when fewer than one sum in a hundred is off by more than 0.04.
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

const steps, rows = 20, 50

// A batch is B sequences of T numbers, each beside its mark, and the sum of those marked.
type batch struct {
	inputs [steps][]float64 // of shape (B, 2)
	sums   []float64        // (B)
}

func draw(rng *rand.Rand, b *batch) {
	b.sums = make([]float64, rows)
	for t := range b.inputs {
		b.inputs[t] = make([]float64, 2*rows)
		for row := range rows {
			b.inputs[t][2*row] = rng.Float64()
		}
	}
	for row := range rows {
		for _, t := range [2]int{rng.IntN(steps / 2), steps/2 + rng.IntN(steps/2)} {
			b.inputs[t][2*row+1] = 1
			b.sums[row] += b.inputs[t][2*row]
		}
	}
}

// An adder says the sum after the last step.
type adder struct {
	cell cells.Cell
	head *cells.Dense
}

func (a *adder) Params() []*graph.Param { return append(a.cell.Params(), a.head.Params()...) }

func (a *adder) Size(*batch) any { return nil } // all batches are of one

func (a *adder) Loss(g *train.Graph, _ *batch) *graph.Node {
	var inputs []*graph.Node
	for t := range steps {
		inputs = append(inputs, g.Input(fmt.Sprint("inputs/", t), rows, 2))
	}
	_, end := cells.Unroll(g.Builder, a.cell, inputs, nil, cells.Zeros(g.Builder, a.cell, rows))
	sum := a.head.Of(g.Builder, end.Output())
	g.Output("sum", sum)
	return g.SquaredError(sum, g.Input("sums", rows, 1), g.Ones(rows))
}

func (a *adder) Set(p *graph.Program, b *batch) error {
	for t, x := range b.inputs {
		if err := p.SetFloats(fmt.Sprint("inputs/", t), x); err != nil {
			return err
		}
	}
	return p.SetFloats("sums", b.sums)
}

// Count counts the sums that are right, by the paper's criterion.
func (a *adder) Count(p *graph.Program, b *batch) train.Counts {
	right := 0.0
	for row, sum := range p.Floats("sum") {
		if math.Abs(sum-b.sums[row]) < 0.04 {
			right++
		}
	}
	return train.Counts{"right": {right, rows}}
}

func (a *adder) Report(m *train.Metrics, counts train.Counts) {
	m.Add("right", counts.Mean("right"))
}

func main() {
	rng := rand.New(rand.NewPCG(1, 2))
	model := &adder{cells.NewLSTM("lstm", 2, 32, rng), cells.NewDense("sum", 32, 1, rng)}
	solved := train.CallbackFunc(func(e train.Event) error {
		if e.Kind == train.Validated && e.Metrics.Value("right") > 0.99 {
			return train.Stop
		}
		return nil
	})
	summary, err := train.Fit(context.Background(), model, &data.Drawn[batch]{Draw: draw}, &data.Drawn[batch]{Draw: draw, Batches: 20}, train.Settings{
		MaxSteps: 20_000, ValidEvery: 100, ClipNorm: 1, Callbacks: []train.Callback{solved},
		Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.01}), Schedule: optim.StepDecay{Every: 500, Gamma: 0.7, After: 500},
	})
	if err != nil {
		panic(err)
	}
	fmt.Printf("the loss of who always says 1 is %.3f\n", 1.0/6)
	fmt.Printf("stopped before the last step: %v, with over 99 %% of sums right: %v\n", summary.Steps < 20_000, summary.Valid.Value("right") > 0.99)
}
