// Reverse is a sequence-to-sequence model (Sutskever, Vinyals and Le 2014): an encoder reads a
// word, and a decoder that starts from its state writes it backwards.
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

// Letters are 1 to 26; 0 begins a target.
const (
	steps, rows = 5, 32
	symbols     = 27
	hidden      = 64
)

// A pair is a batch: sources and the targets that they become, time-major.
type pair struct{ source, target []int }

func draw(rng *rand.Rand, p *pair) {
	p.source, p.target = make([]int, steps*rows), make([]int, steps*rows)
	for row := range rows {
		for t := range steps {
			letter := 1 + rng.IntN(symbols-1)
			p.source[t*rows+row], p.target[(steps-1-t)*rows+row] = letter, letter
		}
	}
}

// A reverser is the encoder and the decoder. They share the table of letters.
type reverser struct {
	letters          *cells.Embedding
	encoder, decoder *cells.LSTM
	head             *cells.Dense
}

func newReverser(rng *rand.Rand) *reverser {
	return &reverser{
		cells.NewEmbedding("letters", symbols, 16, rng),
		cells.NewLSTM("encoder", 16, hidden, rng), cells.NewLSTM("decoder", 16, hidden, rng),
		cells.NewDense("head", hidden, symbols, rng),
	}
}

func (r *reverser) Params() []*graph.Param {
	params := append(r.letters.Params(), r.encoder.Params()...)
	return append(append(params, r.decoder.Params()...), r.head.Params()...)
}

func (r *reverser) Size(*pair) any { return nil }

// encode adds the encoder to a graph and returns the state in which it has read the source.
func (r *reverser) encode(b *graph.Builder, rows int) cells.State {
	source := r.letters.Of(b, b.Indices("source", steps*rows), steps)
	_, end := cells.Unroll(b, r.encoder, source, nil, cells.Zeros(b, r.encoder, rows))
	return end
}

// Loss teaches the decoder, which reads the letter that was right one step before.
func (r *reverser) Loss(g *train.Graph, _ *pair) *graph.Node {
	before := r.letters.Of(g.Builder, g.Indices("before", steps*rows), steps)
	outputs, _ := cells.Unroll(g.Builder, r.decoder, before, nil, r.encode(g.Builder, rows))
	logits := r.head.Of(g.Builder, g.Stack(outputs))
	g.Output("logits", logits)
	return g.CrossEntropy(logits, g.Indices("target", steps*rows), g.Ones(steps*rows), graph.CrossEntropySettings{})
}

func (r *reverser) Set(p *graph.Program, b *pair) error {
	before := append(make([]int, rows), b.target[:(steps-1)*rows]...)
	for name, ids := range map[string][]int{"source": b.source, "before": before, "target": b.target} {
		if err := p.SetInts(name, ids); err != nil {
			return err
		}
	}
	return nil
}

func (r *reverser) Count(p *graph.Program, b *pair) train.Counts {
	right := 0.0
	for i, letter := range p.Argmax("logits", nil) {
		if letter == b.target[i] {
			right++
		}
	}
	return train.Counts{"right": {right, steps * rows}}
}

func (r *reverser) Report(m *train.Metrics, counts train.Counts) {
	m.Add("accuracy", counts.Mean("right"))
}

// translate writes what the model makes of a word, each letter the most probable one after those
// that it wrote itself.
func (r *reverser) translate(word string) (string, error) {
	encoder, err := graph.Compile(func(b *graph.Builder) {
		r.encode(b, 1).Map(func(name string, n *graph.Node) *graph.Node { b.Output(name, n); return n })
	}, graph.Settings{})
	if err != nil {
		return "", err
	}
	decoder, err := graph.Compile(func(b *graph.Builder) {
		start := r.decoder.Begin(func(name string, width int) *graph.Node { return b.Input("start/"+name, 1, width) })
		end := r.decoder.Step(b, r.letters.Of(b, b.Indices("before", 1), 1)[0], start)
		end.Map(func(name string, n *graph.Node) *graph.Node { b.Output(name, n); return n })
		b.Output("logits", r.head.Of(b, end.Output()))
	}, graph.Settings{})
	if err != nil {
		return "", err
	}
	var source []int
	for _, letter := range word {
		source = append(source, int(letter-'a')+1)
	}
	if err := encoder.SetInts("source", source); err != nil {
		return "", err
	}
	if err := encoder.Run(); err != nil {
		return "", err
	}
	for _, name := range encoder.Outputs() {
		if err := decoder.SetFloats("start/"+name, encoder.Floats(name)); err != nil {
			return "", err
		}
	}
	var written []byte
	for before := 0; len(written) < steps; {
		if err := decoder.SetInts("before", []int{before}); err != nil {
			return "", err
		}
		if err := decoder.Run(); err != nil {
			return "", err
		}
		before = decoder.Argmax("logits", nil)[0]
		written = append(written, byte('a'+before-1))
		for _, name := range encoder.Outputs() {
			if err := decoder.Feed(name, "start/"+name); err != nil {
				return "", err
			}
		}
	}
	return string(written), nil
}

func main() {
	model := newReverser(rand.New(rand.NewPCG(1, 2)))
	solved := train.CallbackFunc(func(e train.Event) error {
		if e.Kind == train.Validated && e.Metrics.Value("accuracy") > 0.995 {
			return train.Stop
		}
		return nil
	})
	summary, err := train.Fit(context.Background(), model, &data.Drawn[pair]{Draw: draw}, &data.Drawn[pair]{Draw: draw, Batches: 20}, train.Settings{
		MaxSteps: 10_000, ValidEvery: 100, ClipNorm: 5, Callbacks: []train.Callback{solved},
		Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.01}),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("over 99.5 % of letters right:", summary.Valid.Value("accuracy") > 0.995)
	for _, word := range []string{"gates", "cells"} {
		reversed, err := model.translate(word)
		if err != nil {
			panic(err)
		}
		fmt.Println(word, "→", reversed)
	}
}
