// Crf is a tagger whose tags depend on one another: a bidirectional LSTM under a linear-chain
// conditional random field (Lafferty, McCallum and Pereira 2001; Huang, Xu and Yu 2015). The loss
// of a sentence is
//
//	log Σ exp score(tags) − score(true tags)
//
// with score the sum of what each word says of its tag and of the transitions between tags, and
// the sum over all sequences of tags by the forward algorithm.
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

// The tags are those of names of one to three words: outside, begin and inside. The first half
// of the words are small ones, the others are in names. What a word of a name begins or goes on
// with, only the words before it tell.
const (
	steps, rows   = 10, 32
	words, hidden = 12, 16
	outside       = 0
	begin         = 1
	inside        = 2
	tags          = 3
)

// sentences is a batch, time-major: words, their tags, and a mask of the words that are there.
type sentences struct {
	words, tags [steps][]int     // (B)
	mask        [steps][]float64 // (B)
}

func draw(rng *rand.Rand, s *sentences) {
	for t := range steps {
		s.words[t], s.tags[t], s.mask[t] = make([]int, rows), make([]int, rows), make([]float64, rows)
	}
	for row := range rows {
		length, t := steps/2+rng.IntN(steps/2+1), 0
		put := func(word, tag int) {
			if t < length {
				s.words[t][row], s.tags[t][row], s.mask[t][row] = word, tag, 1
				t++
			}
		}
		for t < length {
			put(rng.IntN(words/2), outside)
			if n := rng.IntN(4); n > 0 {
				put(words/2+rng.IntN(words/2), begin)
				for range n - 1 {
					put(words/2+rng.IntN(words/2), inside)
				}
			}
		}
	}
}

// A tagger has emissions of an LSTM and transitions of its own.
type tagger struct {
	words       *cells.Embedding
	layer       cells.Bidirectional
	emit        *cells.Dense
	transitions *graph.Param // element (j, k) is that from tag j to tag k
}

func newTagger(rng *rand.Rand) *tagger {
	return &tagger{
		cells.NewEmbedding("words", words, 8, rng),
		cells.Bidirectional{Forward: cells.NewLSTM("forward", 8, hidden, rng), Backward: cells.NewLSTM("backward", 8, hidden, rng)},
		cells.NewDense("emit", 2*hidden, tags, rng), graph.NewParam("transitions", tags, tags),
	}
}

func (c *tagger) Params() []*graph.Param {
	params := append(c.words.Params(), c.layer.Params()...)
	return append(append(params, c.emit.Params()...), c.transitions)
}

func (c *tagger) Size(*sentences) any { return nil }

func (c *tagger) Loss(g *train.Graph, _ *sentences) *graph.Node {
	var inputs, masks, truth []*graph.Node
	for t := range steps {
		inputs = append(inputs, c.words.Of(g.Builder, g.Indices(fmt.Sprint("words/", t), rows), 1)...)
		masks = append(masks, g.Input(fmt.Sprint("mask/", t), rows, 1))
		truth = append(truth, g.Indices(fmt.Sprint("tags/", t), rows))
	}
	outputs, _ := c.layer.Over(g.Builder, inputs, masks, cells.Zeros(g.Builder, c.layer, rows))
	emissions := make([]*graph.Node, steps)
	for t, y := range outputs {
		emissions[t] = c.emit.Of(g.Builder, y)
	}
	g.Output("emissions", g.Stack(emissions))
	return g.Affine(g.Sum(g.Sub(c.normaliser(g, emissions, masks), c.score(g, emissions, masks, truth))), 1.0/rows, 0)
}

// score adds up what the true tags score, of shape (B, 1).
func (c *tagger) score(g *train.Graph, emissions, masks, truth []*graph.Node) *graph.Node {
	score := g.Gather(emissions[0], truth[0])
	for t := 1; t < steps; t++ {
		from := g.Rows(g.Param(c.transitions), truth[t-1])
		score = g.Add(score, g.MulCol(masks[t], g.Gather(g.Add(from, emissions[t]), truth[t])))
	}
	return score
}

// normaliser is the logarithm of the sum over all sequences of tags, of shape (B, 1). Alpha holds,
// for each tag, the logarithm of the sum over those that end in it.
func (c *tagger) normaliser(g *train.Graph, emissions, masks []*graph.Node) *graph.Node {
	alpha := emissions[0]
	into := g.Unstack(g.Transpose(g.Param(c.transitions)), tags) // a row for each tag: from all others to it
	for t := 1; t < steps; t++ {
		var next []*graph.Node
		for k := range tags {
			next = append(next, g.LogSumExpColumns(g.AddRow(alpha, into[k])))
		}
		alpha = g.Select(masks[t], g.Add(g.ConcatColumns(next...), emissions[t]), alpha)
	}
	return g.LogSumExpColumns(alpha)
}

func (c *tagger) Set(p *graph.Program, s *sentences) error {
	for t := range steps {
		if err := p.SetInts(fmt.Sprint("words/", t), s.words[t]); err != nil {
			return err
		}
		if err := p.SetInts(fmt.Sprint("tags/", t), s.tags[t]); err != nil {
			return err
		}
		if err := p.SetFloats(fmt.Sprint("mask/", t), s.mask[t]); err != nil {
			return err
		}
	}
	return nil
}

// Count counts the sentences whose most probable tags are all right.
func (c *tagger) Count(p *graph.Program, s *sentences) train.Counts {
	right, emissions := 0.0, p.Floats("emissions")
	for row := range rows {
		best, same := c.viterbi(func(t, k int) float64 { return emissions[(t*rows+row)*tags+k] }, s.length(row)), 1.0
		for t, tag := range best {
			if tag != s.tags[t][row] {
				same = 0
			}
		}
		right += same
	}
	return train.Counts{"right": {right, rows}}
}

func (c *tagger) Report(m *train.Metrics, counts train.Counts) {
	m.Add("sentences", counts.Mean("right"))
}

func (s *sentences) length(row int) (n int) {
	for t := range steps {
		n += int(s.mask[t][row])
	}
	return n
}

// viterbi returns the n tags that score most.
func (c *tagger) viterbi(emission func(t, k int) float64, n int) []int {
	score, before := make([][tags]float64, n), make([][tags]int, n)
	for t := range n {
		for k := range tags {
			if t > 0 {
				for j := range tags {
					if x := score[t-1][j] + c.transitions.At(j, k); j == 0 || x > score[t][k] {
						score[t][k], before[t][k] = x, j
					}
				}
			}
			score[t][k] += emission(t, k)
		}
	}
	best, path := 0, make([]int, n)
	for k, x := range score[n-1] {
		if x > score[n-1][best] {
			best = k
		}
	}
	for t := n - 1; t >= 0; t-- {
		path[t], best = best, before[t][best]
	}
	return path
}

func main() {
	model := newTagger(rand.New(rand.NewPCG(1, 2)))
	summary, err := train.Fit(context.Background(), model, &data.Drawn[sentences]{Draw: draw}, &data.Drawn[sentences]{Draw: draw, Batches: 20}, train.Settings{
		MaxSteps: 200, ClipNorm: 5, Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.02}),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("over 99 % of sentences right in every tag:", summary.Valid.Value("sentences") > 0.99)
	t := model.transitions
	fmt.Println("inside after outside scores less than begin after outside:", t.At(outside, inside) < t.At(outside, begin))
}
