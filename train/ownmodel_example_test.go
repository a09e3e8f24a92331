package train_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
)

// An adder reads numbers, two of which are marked, and says what these sum to.
type adder struct {
	cell *cells.LSTM
	head *cells.Dense
}

// A sums is a batch: B sequences of T numbers with their marks, and the sums of the marked ones.
type sums struct {
	numbers [][]float64 // T matrices of shape (B, 2)
	sums    []float64   // (B)
}

func (a *adder) Params() []*graph.Param { return append(a.cell.Params(), a.head.Params()...) }

func (a *adder) Size(b *sums) any { return [2]int{len(b.numbers), len(b.sums)} }

func (a *adder) Loss(g *train.Graph, b *sums) *graph.Node {
	rows := len(b.sums)
	var inputs []*graph.Node
	for t := range b.numbers {
		inputs = append(inputs, g.Input(fmt.Sprint("numbers/", t), rows, 2))
	}
	_, end := cells.Unroll(g.Builder, a.cell, inputs, nil, cells.Zeros(g.Builder, a.cell, rows))
	sum := a.head.Of(g.Builder, g.Masks.Dropout(g.Builder, end.Output(), 0.1))
	return g.SquaredError(sum, g.Input("sums", rows, 1), g.Ones(rows))
}

func (a *adder) Set(p *graph.Program, b *sums) error {
	for t, x := range b.numbers {
		if err := p.SetFloats(fmt.Sprint("numbers/", t), x); err != nil {
			return err
		}
	}
	return p.SetFloats("sums", b.sums)
}

// An endless source draws as many batches as are asked for. Each is drawn from a generator of its
// own, so that a training that was stopped goes on with the ones that would have followed.
type endless struct{ seed uint64 }

func (e *endless) Begin(rng *rand.Rand) int {
	if e.seed = 0; rng != nil {
		e.seed = rng.Uint64()
	}
	return data.Unlimited
}

func (e *endless) Batch(i int, b *sums) {
	const steps, rows = 6, 20
	rng := rand.New(rand.NewPCG(e.seed, uint64(i)))
	b.numbers, b.sums = make([][]float64, steps), make([]float64, rows)
	for t := range b.numbers {
		b.numbers[t] = make([]float64, 2*rows)
	}
	for row := range rows {
		first, second := rng.IntN(steps/2), steps/2+rng.IntN(steps/2)
		for t := range steps {
			x := rng.Float64()
			b.numbers[t][2*row] = x
			if t == first || t == second {
				b.numbers[t][2*row+1], b.sums[row] = 1, b.sums[row]+x
			}
		}
	}
}

// The smallest complete model: parameters, a graph, and what sets its inputs. It learns from a
// source that has no end, until a callback has seen enough.
func Example_ownModel() {
	rng := rand.New(rand.NewPCG(1, 2))
	model := &adder{cells.NewLSTM("lstm", 2, 16, rng), cells.NewDense("sum", 16, 1, rng)}
	enough := train.CallbackFunc(func(e train.Event) error {
		if e.Metrics.Loss < 0.02 {
			return train.Stop
		}
		return nil
	})
	summary, err := train.Fit(context.Background(), model, &endless{}, nil, train.Settings{
		MaxSteps:  2000,
		Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.01}),
		ClipNorm:  1,
		Callbacks: []train.Callback{enough},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("stopped early:", summary.Steps < 2000)
	// Output:
	// stopped early: true
}
