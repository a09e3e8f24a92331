package run_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/run"
)

// Every setting of a training reaches train.Fit by its name. Would catch one that is forgotten, and one
// that takes another's place.
func TestFitting(t *testing.T) {
	s := run.Settings{
		Options: dataset.Options{Seed: 2}, Epochs: 3, MaxSteps: 4, ValidEvery: 5, Block: 6, BPTT: 7, Patience: 8,
		Optimization: run.Optimization{Rate: 0.25, ClipNorm: 9, ClipValue: 10, Accumulate: 11, Average: 0.5},
		Engine:       graph.Fused, Workers: 12,
	}
	calls := 0
	got, err := s.Fitting(1, train.CallbackFunc(func(train.Event) error { calls++; return nil }))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Callbacks) != 1 || got.Callbacks[0].Handle(train.Event{}) != nil || calls != 1 {
		t.Errorf("callbacks %v", got.Callbacks)
	}
	if rate := got.Optimizer.(optim.LearningRater).LearningRate(); rate != 0.25 || got.Schedule != nil {
		t.Errorf("a rate of %v, schedule %v", rate, got.Schedule)
	}
	got.Callbacks, got.Optimizer = nil, nil
	want := train.Settings{
		Seed: 2, Epochs: 3, MaxSteps: 4, ValidEvery: 5, Block: 6, BPTT: 7, Patience: 8, ClipNorm: 9, ClipValue: 10, Accumulate: 11, Average: 0.5,
		Graph: graph.Settings{Engine: graph.Fused, Workers: 12},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// The optimizer and the schedule are those of the names, and what they have no use for is an error.
func TestOptimization(t *testing.T) {
	for want, o := range map[string]run.Optimization{
		"*optim.Adam":     {},
		"*optim.AdamW":    {Optimizer: "adamw", WeightDecay: 0.5},
		"*optim.Momentum": {Optimizer: "momentum", Momentum: 0.5},
		"has no momentum": {Momentum: 0.5},
		"no weight decay": {WeightDecay: 0.5},
		"poem":            {Optimizer: "poem"},
	} {
		solver, err := o.NewOptimizer(1)
		if got := fmt.Sprintf("%T %v", solver, err); !strings.Contains(got, want) {
			t.Errorf("%+v is %s, want %s", o, got, want)
		}
	}
	for name, want := range map[string]bool{"adam": true, "gorgonia-adam": false, "poem": false} {
		if o := (run.Optimization{Optimizer: name}); o.Resumable() != want {
			t.Errorf("%s can be saved: %t", name, !want)
		}
	}
	s := run.Settings{Epochs: 2, Optimization: run.Optimization{Schedule: "step:every=1epochs,gamma=0.5"}}
	fitting, err := s.Fitting(10)
	if err != nil || fitting.Schedule == nil {
		t.Fatalf("schedule %v, %v", fitting.Schedule, err)
	}
	if first, second := fitting.Schedule.Factor(10), fitting.Schedule.Factor(11); first != 1 || second != 0.5 {
		t.Errorf("the rate is times %v at the end of the first epoch and %v after it", first, second)
	}
	s.Schedule = "sometimes"
	if _, err := s.Fitting(10); err == nil {
		t.Error("no error of a schedule that there is not")
	}
}
