package train_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train"
)

// A cutEcho is an echo whose signals can be cut. What its head reads is dropped, by masks of each
// step or, wrongly, by those of a model that is not cut.
type cutEcho struct {
	*echo
	plain bool
}

var _ train.Sequential[signal] = cutEcho{}

func (e cutEcho) Blocks(b *signal, c train.Compilation) (steps, block int, err error) {
	if c.Block == 0 {
		return len(b.read), len(b.read), nil
	}
	return len(b.read), min(c.Block, len(b.read)), nil
}

func (e cutEcho) Cut(b *signal, block int) (parts []*signal, shares []float64) {
	for from := 0; from < len(b.read); from += block {
		to := min(from+block, len(b.read))
		parts = append(parts, &signal{b.read[from:to], b.said[from:to]})
		shares = append(shares, float64(to-from)/float64(len(b.read)))
	}
	return parts, shares
}

func (e cutEcho) unroll(g *train.Graph, b *signal) []*graph.Node {
	var inputs []*graph.Node
	for t := range b.read {
		inputs = append(inputs, g.Input(fmt.Sprint("read/", t), len(b.read[0]), 1))
	}
	outputs, end := cells.Unroll(g.Builder, e.cell, inputs, nil, g.Start(e.cell, len(b.read[0])))
	g.End(end)
	return outputs
}

func (e cutEcho) Advance(g *train.Graph, b *signal) { e.unroll(g, b) }

func (e cutEcho) Loss(g *train.Graph, b *signal) *graph.Node {
	outputs, masks := e.unroll(g, b), g.Masks
	if !e.plain {
		masks = g.Stream("head ", true)
	}
	var targets []*graph.Node
	for t, y := range outputs {
		outputs[t] = masks.Dropout(g.Builder, y, 0.3)
		targets = append(targets, g.Input(fmt.Sprint("said/", t), len(b.read[0]), 1))
	}
	said := e.head.Of(g.Builder, g.Stack(outputs))
	g.Output("said", said)
	return g.SquaredError(said, g.Stack(targets), g.Ones(len(b.read)*len(b.read[0])))
}

func (e cutEcho) SetInputs(p *graph.Program, b *signal) error {
	for t := range b.read {
		if err := p.SetFloats(fmt.Sprint("read/", t), b.read[t]); err != nil {
			return err
		}
	}
	return nil
}

// A model of one's own runs in blocks as those of tasks do: with the loss, the gradients, the
// counts, the masks and the state of one graph, batch after batch. Masks that would be others in
// each block are an error.
func TestOwnModelIsCut(t *testing.T) {
	e, err := newEcho(echoShape{4})
	if err != nil {
		t.Fatal(err)
	}
	batches := make([]signal, 3)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range batches {
		for range 7 {
			batches[i].read = append(batches[i].read, []float64{rng.NormFloat64(), rng.NormFloat64()})
			batches[i].said = append(batches[i].said, []float64{rng.NormFloat64(), rng.NormFloat64()})
		}
	}
	compile := func(m train.Model[signal], block int, training bool) *train.Program[signal] {
		p, err := train.Compile(m, &batches[0], train.Compilation{Training: training, Block: block})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close() })
		return p
	}
	for _, training := range []bool{true, false} {
		for _, block := range []int{1, 3, 7} {
			whole, blocks := compile(cutEcho{e, false}, 0, training), compile(cutEcho{e, false}, block, training)
			for i := range batches {
				run := func(p *train.Program[signal]) train.Result {
					r, err := p.Run(&batches[i], i, rand.New(rand.NewPCG(3, uint64(i))))
					if err != nil {
						t.Fatal(err)
					}
					return r
				}
				want, got := run(whole), run(blocks)
				name := fmt.Sprintf("training %t, blocks of %d, batch %d", training, block, i)
				graphtest.CheckClose(t, name+": loss", []float64{got.Loss, got.Weight}, []float64{want.Loss, want.Weight}, 1e-6)
				graphtest.CheckClose(t, name+": state", blocks.Carried()["h"], whole.Carried()["h"], 1e-6)
				graphtest.CheckClose(t, name+": counts", got.Counts["right"], want.Counts["right"], 0)
				for _, p := range e.Params() {
					if training {
						graphtest.CheckClose(t, name+": gradient of "+p.Name(), blocks.Graph().Grad(p), whole.Graph().Grad(p), 2e-6)
					}
				}
			}
		}
	}
	if _, err := compile(cutEcho{e, true}, 1, true).Run(&batches[0], 0, rand.New(rand.NewPCG(3, 0))); err == nil || !strings.Contains(err.Error(), "call Draw") {
		t.Errorf("error %v for masks of a batch that is cut", err)
	}
	if _, err := train.Compile(e, &batches[0], train.Compilation{Block: -1}); err == nil || !strings.Contains(err.Error(), "graphs of -1 steps") {
		t.Errorf("error %v for graphs of -1 steps", err)
	}
}
