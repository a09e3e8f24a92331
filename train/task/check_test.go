package task_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// needs are the fields of a batch that a model of each task reads.
var needs = map[string][]string{
	"language model": {"Inputs", "Targets", "Weights"},
	"classifier":     {"Inputs", "Targets", "Weights", "Mask", "Lengths"},
	"tagger":         {"Inputs", "Targets", "Weights", "Mask", "Lengths"},
	"speller":        {"Inputs", "Parts", "Targets", "Weights", "Mask", "Lengths"},
	"forecaster":     {"Numbers", "Values", "Baselines", "Weights", "Mask", "Lengths"},
}

// A batch without a field that the model reads, or with one that is too short or too long, is an
// error that names the field and both lengths, in one graph and in blocks, in training and not. A
// batch without the fields that it does not read is none. Would catch a panic, and a read past
// the end of a field that another batch left behind.
func TestBatchesThatLackSomething(t *testing.T) {
	for name, r := range readers(t) {
		var whole data.Batch
		r.source.Begin(rand.New(rand.NewPCG(1, 1)))
		r.source.Batch(0, &whole)
		for _, c := range []train.Compilation{{Training: true}, {}, {Training: true, Block: 6}} {
			program := compile(t, r.model, &whole, c)
			bare := data.Batch{Steps: whole.Steps, Rows: whole.Rows, Reset: true}
			for _, field := range needs[name] {
				reflect.ValueOf(&bare).Elem().FieldByName(field).Set(reflect.ValueOf(whole).FieldByName(field))
			}
			if _, err := program.Run(&bare, 0, nil); err != nil {
				t.Errorf("%s: error %v for a batch that has all that is read", name, err)
			}
			for _, field := range needs[name] {
				full := reflect.ValueOf(bare).FieldByName(field)
				for _, n := range []int{0, full.Len() - 1, full.Len() + 1} {
					broken := bare
					at := reflect.ValueOf(&broken).Elem().FieldByName(field)
					at.Set(reflect.MakeSlice(full.Type(), n, n))
					reflect.Copy(at, full)
					_, err := program.Run(&broken, 0, nil)
					if err == nil || !strings.Contains(err.Error(), "data.Batch."+field) || !strings.Contains(err.Error(), fmt.Sprint(n)) {
						t.Errorf("%s, %+v: %d elements of %s: error %v", name, c, n, field, err)
					}
				}
			}
		}
	}
}

// What is in a field is looked at where it would do harm.
func TestBatchesThatCannotBe(t *testing.T) {
	r := readers(t)["classifier"]
	var whole data.Batch
	r.source.Batch(0, &whole)
	program := compile(t, r.model, &whole, train.Compilation{Training: true})
	for want, change := range map[string]func(b *data.Batch){
		"data.Batch.Weights[0] is -1":                   func(b *data.Batch) { b.Weights = append([]float64{-1}, b.Weights[1:]...) },
		"data.Batch.Weights[0] is NaN":                  func(b *data.Batch) { b.Weights = append([]float64{math.NaN()}, b.Weights[1:]...) },
		"data.Batch.Lengths[0] is 16":                   func(b *data.Batch) { b.Lengths = append([]int{16}, b.Lengths[1:]...) },
		"data.Batch.Lengths[0] is -1":                   func(b *data.Batch) { b.Lengths = append([]int{-1}, b.Lengths[1:]...) },
		"a batch of 14 steps and 8 rows for a program ": func(b *data.Batch) { b.Steps-- },
	} {
		b := whole
		change(&b)
		if _, err := program.Run(&b, 0, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for _, b := range []data.Batch{{Rows: 2}, {Steps: 2}, {Steps: -1, Rows: 2}} {
		if _, err := r.model.Compile(&b, train.Compilation{}); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("data.Batch.Steps is %d and Rows %d", b.Steps, b.Rows)) {
			t.Errorf("error %v for %d steps and %d rows", err, b.Steps, b.Rows)
		}
	}
	if _, err := train.Fit(t.Context(), r.model, none{}, nil, train.Settings{}); err == nil || !strings.Contains(err.Error(), "data.Batch.Steps is 0") {
		t.Errorf("error %v for a source that sets nothing", err)
	}
}

// none is a source that leaves batches as they are.
type none struct{}

func (none) Begin(*rand.Rand) int       { return 1 }
func (none) Batch(i int, b *data.Batch) {}

// A plain hides that a model compiles itself.
type plain struct{ m *task.Model }

func (p plain) Params() []*graph.Param                          { return p.m.Params() }
func (p plain) Size(b *data.Batch) any                          { return p.m.Size(b) }
func (p plain) Loss(g *train.Graph, b *data.Batch) *graph.Node  { return p.m.Loss(g, b) }
func (p plain) Set(program *graph.Program, b *data.Batch) error { return p.m.Set(program, b) }
func (p plain) Weight(b *data.Batch) float64                    { return p.m.Weight(b) }
func (p plain) Reset(b *data.Batch) bool                        { return p.m.Reset(b) }
func (p plain) Count(program *graph.Program, b *data.Batch) train.Counts {
	return p.m.Count(program, b)
}
func (p plain) Report(r *train.Metrics, c train.Counts) { p.m.Report(r, c) }
func (p plain) BaselineLoss() float64                   { return p.m.BaselineLoss() }

// A model of a task that is trained as any model is, by its Loss and Set, ends in the same bits
// as one that compiles itself. Would catch a graph of another model, and state that is not
// carried or not reset.
func TestTasksAreModelsLikeOthers(t *testing.T) {
	for name, r := range readers(t) {
		start := make([][]float64, len(r.model.Params()))
		for i, p := range r.model.Params() {
			start[i] = p.Floats()
		}
		var results [2]train.Metrics
		var ends [2][][]float64
		for k, m := range []train.Model[data.Batch]{r.model, plain{r.model}} {
			for i, p := range r.model.Params() {
				if err := p.SetFloats(start[i]); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := train.Fit(t.Context(), m, r.source, nil, train.Settings{Epochs: 3}); err != nil {
				t.Fatal(err)
			}
			var err error
			if results[k], err = train.Evaluate(t.Context(), m, r.source, graph.Settings{}); err != nil {
				t.Fatal(err)
			}
			for _, p := range r.model.Params() {
				ends[k] = append(ends[k], p.Floats())
			}
		}
		if !reflect.DeepEqual(ends[0], ends[1]) || !reflect.DeepEqual(results[0], results[1]) || reflect.DeepEqual(ends[0], start) {
			t.Errorf("%s: %+v compiled by itself, %+v like others", name, results[0], results[1])
		}
	}
}
