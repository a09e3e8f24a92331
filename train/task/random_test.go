package task_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// drawn runs a batch with the masks of a seed.
func drawn(t *testing.T, program *train.Program[data.Batch], batch *data.Batch, seed uint64) train.Result {
	t.Helper()
	r, err := program.Run(batch, 0, rand.New(rand.NewPCG(seed, 0)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func compile(t *testing.T, m *task.Model, batch *data.Batch, s train.Compilation) *train.Program[data.Batch] {
	t.Helper()
	program, err := train.Compile(m, batch, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return program
}

// With dropout, recurrent dropout and zoneout, losses and gradients in blocks are those of one
// graph, of any reading. Would catch a block that is run a second time with other masks, a mask
// that depends on where blocks begin, and a sequence whose blocks do not share one.
func TestBlocksDropTheSame(t *testing.T) {
	for name, r := range readers(t) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, p := range r.model.Head.Params() {
			p.Fill(rng.NormFloat64)
		}
		c := &r.model.Config
		c.Dropout, c.RecurrentDropout, c.Zoneout = 0.3, 0.4, 0.2
		var batch data.Batch
		r.source.Batch(0, &batch)
		whole := compile(t, r.model, &batch, train.Compilation{Training: true})
		other := drawn(t, whole, &batch, 2).Loss
		want := drawn(t, whole, &batch, 1).Loss
		if math.Abs(want-other) < 1e-4 {
			t.Errorf("%s: the loss is %v with both seeds", name, want)
		}
		for _, steps := range []int{6, 14} {
			blocks := compile(t, r.model, &batch, train.Compilation{Training: true, Block: steps})
			drawn(t, blocks, &batch, 2)
			if c.Task.LanguageModel() {
				batch.Reset = true
			}
			got := drawn(t, blocks, &batch, 1).Loss
			drawn(t, whole, &batch, 1)
			graphtest.CheckClose(t, name+" loss", []float64{got}, []float64{want}, 2e-6)
			for _, p := range r.model.Params() {
				graphtest.CheckClose(t, name+" gradient of "+p.Name(), blocks.Graph().Grad(p), whole.Graph().Grad(p), 5e-6)
			}
		}
	}
}

// A model that is not being trained drops nothing, and zones out by the expectation: dropout
// leaves its loss as it is, and zoneout does not.
func TestNothingIsRandomInEvaluation(t *testing.T) {
	r := readers(t)["tagger"]
	var batch data.Batch
	r.source.Batch(0, &batch)
	loss := func(change func(c *task.Config)) float64 {
		change(&r.model.Config)
		result, err := compile(t, r.model, &batch, train.Compilation{}).Run(&batch, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		return result.Loss
	}
	plain := loss(func(*task.Config) {})
	if got := loss(func(c *task.Config) { c.Dropout, c.RecurrentDropout = 0.5, 0.5 }); got != plain {
		t.Errorf("the loss is %v with dropout, want %v", got, plain)
	}
	if got := loss(func(c *task.Config) { c.Zoneout = 0.2 }); got == plain {
		t.Errorf("the loss is %v with zoneout too", got)
	}
}

// A Run without random numbers is an error.
func TestRunNeedsRandomNumbers(t *testing.T) {
	r := readers(t)["tagger"]
	r.model.Config.Dropout = 0.5
	var batch data.Batch
	r.source.Batch(0, &batch)
	program := compile(t, r.model, &batch, train.Compilation{Training: true})
	if _, err := program.Run(&batch, 0, nil); err == nil || !strings.Contains(err.Error(), "without random numbers") {
		t.Errorf("error %v, want one about random numbers", err)
	}
}
