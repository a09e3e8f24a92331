package task_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// drawn runs a batch with the masks of a seed.
func drawn(t *testing.T, step *task.Step, batch *data.Batch, seed uint64) task.Result {
	t.Helper()
	step.Draw(rand.New(rand.NewPCG(seed, 0)))
	r, err := step.Run(batch)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func compile(t *testing.T, m *task.Model, batch *data.Batch, s task.Settings) *task.Step {
	t.Helper()
	step, err := m.Compile(batch.Steps, batch.Rows, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { step.Close() })
	return step
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
		whole := compile(t, r.model, &batch, task.Settings{Training: true})
		other := drawn(t, whole, &batch, 2).Loss
		want := drawn(t, whole, &batch, 1).Loss
		if math.Abs(want-other) < 1e-4 {
			t.Errorf("%s: the loss is %v with both seeds", name, want)
		}
		for _, steps := range []int{6, 14} {
			blocks := compile(t, r.model, &batch, task.Settings{Training: true, Blocks: task.Blocks{Steps: steps}})
			drawn(t, blocks, &batch, 2)
			if c.Task.LanguageModel() {
				batch.Reset = true
			}
			got := drawn(t, blocks, &batch, 1).Loss
			whole.Draw(rand.New(rand.NewPCG(1, 0)))
			if _, err := whole.Run(&batch); err != nil {
				t.Fatal(err)
			}
			graphtest.CheckClose(t, name+" loss", []float64{got}, []float64{want}, 2e-6)
			for _, p := range r.model.Params() {
				graphtest.CheckClose(t, name+" gradient of "+p.Name(), blocks.Program.Grad(p), whole.Program.Grad(p), 5e-6)
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
		result, err := compile(t, r.model, &batch, task.Settings{}).Run(&batch)
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

// A Run for which nothing was drawn is an error, and one Draw is for one Run.
func TestRunNeedsDraw(t *testing.T) {
	r := readers(t)["tagger"]
	r.model.Config.Dropout = 0.5
	var batch data.Batch
	r.source.Batch(0, &batch)
	step := compile(t, r.model, &batch, task.Settings{Training: true})
	if _, err := step.Run(&batch); err == nil || !strings.Contains(err.Error(), "no Draw before it") {
		t.Errorf("error %v, want one about Draw", err)
	}
	drawn(t, step, &batch, 1)
	if _, err := step.Run(&batch); err == nil {
		t.Error("a second Run with the same masks")
	}
}
