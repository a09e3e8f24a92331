// Multitask trains one encoder for two tasks at once: the class of a wave, sine or square, and
// its period. The loss is a weighted sum of the two tasks' losses.
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
	steps, rows, hidden = 24, 32, 24
	periodWeight        = 2.0 // of the loss of periods beside that of shapes
)

// waves is a batch: B waves of T samples, their shapes and periods.
type waves struct {
	samples [steps][]float64 // (B)
	shapes  []int            // (B) 0 is a sine, 1 a square wave
	periods []float64        // (B) in tens of samples
}

func draw(rng *rand.Rand, w *waves) {
	w.shapes, w.periods = make([]int, rows), make([]float64, rows)
	for t := range w.samples {
		w.samples[t] = make([]float64, rows)
	}
	for row := range rows {
		w.shapes[row], w.periods[row] = rng.IntN(2), 0.5+rng.Float64()
		phase := rng.Float64()
		for t := range steps {
			x := math.Sin(2 * math.Pi * (phase + float64(t)/(10*w.periods[row])))
			if w.shapes[row] == 1 {
				x = math.Copysign(1, x)
			}
			w.samples[t][row] = x + 0.1*rng.NormFloat64()
		}
	}
}

// A listener has two heads on one encoder.
type listener struct {
	encoder       *cells.LSTM
	shape, period *cells.Dense
}

func (l *listener) Params() []*graph.Param {
	return append(append(l.encoder.Params(), l.shape.Params()...), l.period.Params()...)
}

func (l *listener) Size(*waves) any { return nil }

func (l *listener) Loss(g *train.Graph, _ *waves) *graph.Node {
	var inputs []*graph.Node
	for t := range steps {
		inputs = append(inputs, g.Input(fmt.Sprint("samples/", t), rows, 1))
	}
	_, end := cells.Unroll(g.Builder, l.encoder, inputs, nil, cells.Zeros(g.Builder, l.encoder, rows))
	heard := end.Output()

	shape, period := l.shape.Of(g.Builder, heard), l.period.Of(g.Builder, heard)
	g.Output("shape", shape)
	g.Output("period", period)
	ones := g.Ones(rows)
	shapes := g.CrossEntropy(shape, g.Indices("shapes", rows), ones, graph.CrossEntropySettings{})
	periods := g.SquaredError(period, g.Input("periods", rows, 1), ones)
	return g.Add(shapes, g.Affine(periods, periodWeight, 0))
}

func (l *listener) Set(p *graph.Program, w *waves) error {
	for t, x := range w.samples {
		if err := p.SetFloats(fmt.Sprint("samples/", t), x); err != nil {
			return err
		}
	}
	if err := p.SetInts("shapes", w.shapes); err != nil {
		return err
	}
	return p.SetFloats("periods", w.periods)
}

// Count counts for each task what it is measured by.
func (l *listener) Count(p *graph.Program, w *waves) train.Counts {
	right, off := 0.0, 0.0
	for row, shape := range p.Argmax("shape", nil) {
		if shape == w.shapes[row] {
			right++
		}
	}
	for row, period := range p.Floats("period") {
		off += math.Abs(period - w.periods[row])
	}
	return train.Counts{"right": {right, rows}, "off": {off, rows}}
}

func (l *listener) Report(m *train.Metrics, counts train.Counts) {
	m.Add("accuracy", counts.Mean("right"))
	m.Add("mae", counts.Mean("off"))
}

func main() {
	rng := rand.New(rand.NewPCG(1, 2))
	model := &listener{cells.NewLSTM("encoder", 1, hidden, rng), cells.NewDense("shape", hidden, 2, rng), cells.NewDense("period", hidden, 1, rng)}
	summary, err := train.Fit(context.Background(), model, &data.Drawn[waves]{Draw: draw}, &data.Drawn[waves]{Draw: draw, Batches: 20}, train.Settings{
		MaxSteps: 500, ClipNorm: 1, Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.01}), Schedule: optim.Cosine{Steps: 500},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("shapes: over 95 % right:", summary.Valid.Value("accuracy") > 0.95)
	fmt.Println("periods: off by less than 0.7 samples of 5 to 15:", 10*summary.Valid.Value("mae") < 0.7)
}
