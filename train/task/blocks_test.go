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

// readers are models of every reading, with batches of 15 or 20 steps.
func readers(t *testing.T) map[string]struct {
	model  *task.Model
	source data.Source[data.Batch]
} {
	t.Helper()
	lm, ids := languageModel(t, strings.Repeat("to be or not to be, ", 8), 20)
	stream, err := data.NewStream(ids, 3, 20)
	if err != nil {
		t.Fatal(err)
	}
	c := classifier(t, 15)
	var texts [][]int
	var classes []int
	for i, n := range []int{15, 13, 0, 1, 6, 7, 12} {
		texts = append(texts, c.Vocabulary.EncodeSequence(strings.Repeat("good bad film ", 7)[:3*n]))
		texts[i] = texts[i][:min(n, len(texts[i]))]
		classes = append(classes, i%2)
	}
	sequences, err := data.NewSequences(texts, classes, 8, 15)
	if err != nil {
		t.Fatal(err)
	}
	tagger, sentences := newTagger(t, strings.Repeat("a B-X\nb O\na O\n", 5)+"\na B-X\nb I-X\na O\n\n"+strings.Repeat("b I-X\n", 9), 15)
	speller, spelt := newTagger(t, strings.Repeat("abc B-X\nb O\na O\n", 5)+"\na B-X\nB I-X\nabd O\n\n"+strings.Repeat("b I-X\n", 9), 15)
	speller = withAffixes(t, speller, spelt, 2)
	forecaster, series := newForecaster(t, true)
	forecaster.Config.Steps = 20
	for len(series.Values) < 80 {
		series.Values = append(series.Values, series.Values[:14]...)
	}
	windows, err := data.NewWindows(forecaster.Features, forecaster.Horizon, series, 22, 30, 20, 4)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]struct {
		model  *task.Model
		source data.Source[data.Batch]
	}{
		"language model": {lm, stream},
		"classifier":     {c, sequences},
		"tagger":         {tagger, tagged(t, tagger, sentences, 3, 15)},
		"speller":        {speller, tagged(t, speller, spelt, 3, 15)},
		"forecaster":     {forecaster, windows},
	}
}

// In blocks, batch after batch, losses, gradients and what is counted are those of one
// graph. Would catch a block with another's inputs or targets, a mean that is not the
// batch's, a row whose end counts in another block, and a state that is not carried.
func TestBlocksAreTheWholeBatch(t *testing.T) {
	for name, r := range readers(t) {
		for _, steps := range []int{6, 14} {
			rng := rand.New(rand.NewPCG(1, 1))
			for _, p := range r.model.Head.Params() {
				p.Fill(rng.NormFloat64)
			}
			var batch data.Batch
			r.source.Begin(nil)
			r.source.Batch(0, &batch)
			whole, err := train.Compile(r.model, &batch, train.Compilation{Training: true})
			if err != nil {
				t.Fatal(err)
			}
			blocks, err := train.Compile(r.model, &batch, train.Compilation{Training: true, Block: steps})
			if err != nil {
				t.Fatal(err)
			}
			losses, err := train.Compile(r.model, &batch, train.Compilation{Block: steps})
			if err != nil {
				t.Fatal(err)
			}
			for i := range min(r.source.Begin(nil), 2) {
				r.source.Batch(i, &batch)
				if batch.Steps < 15 {
					t.Fatalf("%s: a batch of %d steps", name, batch.Steps)
				}
				want, err := whole.Run(&batch, 0, nil)
				if err != nil {
					t.Fatal(err)
				}
				for kind, program := range map[string]*train.Program[data.Batch]{"training": blocks, "not": losses} {
					got, err := program.Run(&batch, 0, nil)
					if err != nil {
						t.Fatal(err)
					}
					graphtest.CheckClose(t, name+" loss, "+kind, []float64{got.Loss, got.Weight}, []float64{want.Loss, want.Weight}, 2e-6)
					a, b := train.Metrics{Loss: 1, Targets: 1}, train.Metrics{Loss: 1, Targets: 1}
					r.model.Task().Report(r.model, got.Counts, &a)
					r.model.Task().Report(r.model, want.Counts, &b)
					if len(a.Values) == 0 || len(a.Values) != len(b.Values) {
						t.Fatalf("%s, %s: blocks score %+v, want %+v", name, kind, a, b)
					}
					for i, v := range a.Values {
						if kind == "training" && (v.Name == "f1" || v.Name == "precision" || v.Name == "recall") {
							continue // of chunks, which may lie across an edge
						}
						if w := b.Values[i]; v.Name != w.Name || !(math.Abs(v.Value-w.Value) <= 1e-5*max(1, math.Abs(w.Value))) {
							t.Errorf("%s, %s: blocks score %+v, want %+v", name, kind, v, w)
						}
					}
				}
				for _, p := range r.model.Params() {
					graphtest.CheckClose(t, name+" gradient of "+p.Name(), blocks.Graph().Grad(p), whole.Graph().Grad(p), 5e-6)
				}
			}
			whole.Close()
			blocks.Close()
			losses.Close()
		}
	}
}

// Truncated, the loss is the same and the gradients are not; graphs of a negative size are
// an error.
func TestTruncatedBlocks(t *testing.T) {
	r := readers(t)["language model"]
	var batch data.Batch
	r.source.Batch(0, &batch)
	var gradients, losses []float64
	for _, truncate := range []bool{false, true} {
		program, err := train.Compile(r.model, &data.Batch{Steps: 20, Rows: 3}, train.Compilation{Training: true, Block: 5, Truncate: truncate})
		if err != nil {
			t.Fatal(err)
		}
		result, err := program.Run(&batch, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		losses, gradients = append(losses, result.Loss), append(gradients, program.Graph().Grad(r.model.Stack.Params()[0])[0])
	}
	if losses[0] == 0 || math.Abs(losses[0]-losses[1]) > 1e-6 || gradients[0] == gradients[1] {
		t.Errorf("losses %v, gradients %v", losses, gradients)
	}
	if _, err := train.Compile(r.model, &data.Batch{Steps: 20, Rows: 3}, train.Compilation{Training: true, Block: -1}); err == nil {
		t.Error("no error for graphs of -1 steps")
	}
}

// A long batch is cut in training and, of a head that reads the last step alone, in evaluation;
// one that fits a block never is. It shows in the input of the share of a block.
func TestWhatIsCut(t *testing.T) {
	for name, r := range readers(t) {
		var batch data.Batch
		r.source.Begin(nil)
		r.source.Batch(0, &batch)
		for _, c := range []struct {
			compilation train.Compilation
			want        bool
		}{
			{train.Compilation{Training: true, Block: 6}, true},
			{train.Compilation{Training: true, Block: batch.Steps}, false},
			{train.Compilation{Training: true}, false},
			{train.Compilation{Block: 6}, r.model.Task().Reading() == task.LastStep},
			{train.Compilation{Block: batch.Steps}, false},
		} {
			if cut := compile(t, r.model, &batch, c.compilation).Graph().Clear("share") == nil; cut != c.want {
				t.Errorf("%s, %+v: cut is %t", name, c.compilation, cut)
			}
		}
	}
}
