// Quantiles forecasts how uncertain the next number of a series is: the 10th, 50th and 90th
// percentile of its distribution. The loss is the pinball loss (Koenker and Bassett 1978), the
// mean over quantiles q of
//
//	max(q·(y − ŷ), (q − 1)·(y − ŷ))
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

const steps, rows, hidden = 12, 64, 24

var quantiles = []float64{0.1, 0.5, 0.9}

// windows is a batch of windows of a noisy wave whose noise grows and falls, and the number
// after each.
type windows struct {
	x [steps][]float64 // (B)
	y []float64        // (B)
}

func draw(rng *rand.Rand, w *windows) {
	w.y = make([]float64, rows)
	for t := range w.x {
		w.x[t] = make([]float64, rows)
	}
	for row := range rows {
		start := rng.Float64() * 20
		for t := range steps + 1 {
			at := start + float64(t)
			x := math.Sin(math.Pi*at/10) + (0.3+0.2*math.Cos(math.Pi*at/10))*rng.NormFloat64()
			if t == steps {
				w.y[row] = x
			} else {
				w.x[t][row] = x
			}
		}
	}
}

// A forecaster says one number for each quantile.
type forecaster struct {
	cell *cells.LSTM
	head *cells.Dense
}

func (f *forecaster) Params() []*graph.Param { return append(f.cell.Params(), f.head.Params()...) }

func (f *forecaster) Size(*windows) any { return nil }

func (f *forecaster) Loss(g *train.Graph, _ *windows) *graph.Node {
	var inputs []*graph.Node
	for t := range steps {
		inputs = append(inputs, g.Input(fmt.Sprint("x/", t), rows, 1))
	}
	_, end := cells.Unroll(g.Builder, f.cell, inputs, nil, cells.Zeros(g.Builder, f.cell, rows))
	forecast := f.head.Of(g.Builder, end.Output())
	g.Output("forecast", forecast)

	q := g.Input("quantiles", 1, len(quantiles))
	above := g.AddCol(g.Affine(forecast, -1, 0), g.Input("y", rows, 1)) // y − ŷ
	loss := g.Max(g.MulRow(above, q), g.MulRow(above, g.Affine(q, 1, -1)))
	return g.Affine(g.Sum(loss), 1/float64(rows*len(quantiles)), 0)
}

func (f *forecaster) Set(p *graph.Program, w *windows) error {
	for t, x := range w.x {
		if err := p.SetFloats(fmt.Sprint("x/", t), x); err != nil {
			return err
		}
	}
	if err := p.SetFloats("quantiles", quantiles); err != nil {
		return err
	}
	return p.SetFloats("y", w.y)
}

// Count counts how often the truth is below each quantile.
func (f *forecaster) Count(p *graph.Program, w *windows) train.Counts {
	counts, forecast := train.Counts{}, p.Floats("forecast")
	for k, q := range quantiles {
		below := 0.0
		for row, y := range w.y {
			if y < forecast[row*len(quantiles)+k] {
				below++
			}
		}
		counts[fmt.Sprint(q)] = []float64{below, rows}
	}
	return counts
}

func (f *forecaster) Report(m *train.Metrics, counts train.Counts) {
	for _, q := range quantiles {
		m.Add(fmt.Sprint("below ", q), counts.Mean(fmt.Sprint(q)))
	}
}

func main() {
	rng := rand.New(rand.NewPCG(1, 2))
	model := &forecaster{cells.NewLSTM("cell", 1, hidden, rng), cells.NewDense("head", hidden, len(quantiles), rng)}
	summary, err := train.Fit(context.Background(), model, &data.Drawn[windows]{Draw: draw}, &data.Drawn[windows]{Draw: draw, Batches: 50}, train.Settings{
		MaxSteps: 800, ClipNorm: 1, Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.01}), Schedule: optim.Cosine{Steps: 800},
	})
	if err != nil {
		panic(err)
	}
	for _, v := range summary.Valid.Values {
		var q float64
		fmt.Sscanf(v.Name, "below %g", &q)
		fmt.Printf("%s: within 0.03: %v\n", v.Name, math.Abs(v.Value-q) < 0.03)
	}
}
