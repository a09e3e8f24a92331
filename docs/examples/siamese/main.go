// Siamese trains one encoder on pairs (Bromley et al. 1993): the encodings of two words are to
// be near if the words have the same letters, in whatever order, and a margin apart if not.
// The loss is the contrastive one of Hadsell, Chopra and LeCun (2006),
//
//	y·d² + (1 − y)·max(0, margin − d)²
package main

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

const (
	steps, rows     = 5, 64
	symbols, hidden = 8, 32
	margin          = 1.0
)

// pairs is a batch of pairs of words, time-major, and whether they are alike.
type pairs struct {
	left, right []int     // (T·B)
	alike       []float64 // (B) 1 or 0
}

func draw(rng *rand.Rand, p *pairs) {
	p.left, p.right, p.alike = make([]int, steps*rows), make([]int, steps*rows), make([]float64, rows)
	for row := range rows {
		word := make([]int, steps)
		for t := range word {
			word[t] = rng.IntN(symbols)
			p.left[t*rows+row] = word[t]
		}
		rng.Shuffle(steps, func(i, j int) { word[i], word[j] = word[j], word[i] })
		if p.alike[row] = 1; row%2 == 0 {
			p.alike[row] = 0
			t := rng.IntN(steps) // another letter in one place
			word[t] = (word[t] + 1 + rng.IntN(symbols-1)) % symbols
		}
		for t, letter := range word {
			p.right[t*rows+row] = letter
		}
	}
}

// An encoder is what both words go through.
type encoder struct {
	letters *cells.Embedding
	cell    *cells.LSTM
}

func (e *encoder) Params() []*graph.Param { return append(e.letters.Params(), e.cell.Params()...) }

func (e *encoder) Size(*pairs) any { return nil }

func (e *encoder) encode(b *graph.Builder, name string) *graph.Node {
	inputs := e.letters.Of(b, b.Indices(name, steps*rows), steps)
	_, end := cells.Unroll(b, e.cell, inputs, nil, cells.Zeros(b, e.cell, rows))
	return end.Output()
}

func (e *encoder) Loss(g *train.Graph, _ *pairs) *graph.Node {
	apart := g.Sub(e.encode(g.Builder, "left"), e.encode(g.Builder, "right"))
	square := g.SumColumns(g.Mul(apart, apart))
	distance := g.Sqrt(g.Affine(square, 1, 1e-6)) // whose gradient is finite at 0
	g.Output("distance", distance)

	y, near := g.Input("alike", rows, 1), g.Relu(g.Affine(distance, -1, margin))
	loss := g.Add(g.Mul(y, square), g.Mul(g.Affine(y, -1, 1), g.Mul(near, near)))
	return g.Affine(g.Sum(loss), 1.0/rows, 0)
}

func (e *encoder) Set(p *graph.Program, b *pairs) error {
	if err := p.SetInts("left", b.left); err != nil {
		return err
	}
	if err := p.SetInts("right", b.right); err != nil {
		return err
	}
	return p.SetFloats("alike", b.alike)
}

// Count counts the pairs that half the margin tells apart rightly.
func (e *encoder) Count(p *graph.Program, b *pairs) train.Counts {
	right := 0.0
	for row, distance := range p.Floats("distance") {
		if (distance < margin/2) == (b.alike[row] == 1) {
			right++
		}
	}
	return train.Counts{"right": {right, rows}}
}

func (e *encoder) Report(m *train.Metrics, counts train.Counts) {
	m.Add("accuracy", counts.Mean("right"))
}

func main() {
	rng := rand.New(rand.NewPCG(1, 2))
	model := &encoder{cells.NewEmbedding("letters", symbols, 16, rng), cells.NewLSTM("cell", 16, hidden, rng)}
	summary, err := train.Fit(context.Background(), model, &data.Drawn[pairs]{Draw: draw}, &data.Drawn[pairs]{Draw: draw, Batches: 20}, train.Settings{
		MaxSteps: 1000, ClipNorm: 1, Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.01}), Schedule: optim.Cosine{Steps: 1000},
		Best: train.Criterion{Metric: "accuracy", Highest: true},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("over 97 % of new pairs told apart:", summary.Valid.Value("accuracy") > 0.97)
}
