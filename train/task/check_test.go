package task_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
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
		"data.Batch.Weights[0] is -1":  func(b *data.Batch) { b.Weights = append([]float64{-1}, b.Weights[1:]...) },
		"data.Batch.Weights[0] is NaN": func(b *data.Batch) { b.Weights = append([]float64{math.NaN()}, b.Weights[1:]...) },
		"data.Batch.Lengths[0] is 16":  func(b *data.Batch) { b.Lengths = append([]int{16}, b.Lengths[1:]...) },
		"data.Batch.Lengths[0] is -1":  func(b *data.Batch) { b.Lengths = append([]int{-1}, b.Lengths[1:]...) },
		"a batch of size {Steps:14 Rows:8} for a program of size {Steps:15 Rows:8}": func(b *data.Batch) { b.Steps-- },
	} {
		b := whole
		change(&b)
		if _, err := program.Run(&b, 0, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for _, b := range []data.Batch{{Rows: 2}, {Steps: 2}, {Steps: -1, Rows: 2}} {
		if _, err := train.Compile(r.model, &b, train.Compilation{}); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("data.Batch.Steps is %d and Rows %d", b.Steps, b.Rows)) {
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
