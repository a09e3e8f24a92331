package main

import (
	"strings"
	"time"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/run"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// settings are all that train can be told. They are written to config.json.
type settings struct {
	run.Settings
	SampleEvery int `json:"sample_every,omitempty"`

	Recipe string `json:"-"`
	Out    string `json:"-"`
	Force  bool   `json:"-"`
	JSON   bool   `json:"-"`
	Quiet  bool   `json:"-"`
}

// What a run without data does, so that it takes about a minute on two cores.
const (
	goSourceSteps      = 300
	goSourceValidEvery = 150
	goSourceLayers     = 1
	goSourceBatch      = 25
	goSourceRate       = 0.01
)

// adamRate is the learning rate of Adam, this module's or Gorgonia's, if none is given:
// the one that character models are mostly trained with and twice that of its paper.
const adamRate = 0.002

func newSettings() *settings {
	return &settings{Settings: run.Settings{
		Config: task.Config{Task: task.Characters, Cell: "lstm", Hidden: 128, Layers: 2, Embed: 64},
		Options: dataset.Options{
			Split: dataset.Split{Train: 0.9, Valid: 0.05, Test: 0.05}, VocabSize: 20_000, MinCount: 1, Batch: 50, Seed: 1,
		},
		ForgetBias:   new(1.0),
		Epochs:       10,
		Optimization: run.Optimization{Optimizer: "adam", Rate: adamRate, ClipNorm: 5},
		Saving:       run.Saving{CheckpointEvery: run.Interval{Time: 10 * time.Minute}, Keep: 1},
		Engine:       graph.Fused,
	}}
}

// complete fills in the defaults that depend on other flags and reports flags that
// contradict each other or cannot apply.
func (s *settings) complete(flags *pflag.FlagSet) error {
	if s.Recipe != "" {
		if err := useRecipe(s.Recipe, flags); err != nil {
			return err
		}
	}
	if s.Tie && !flags.Changed("embed") {
		s.Embed = s.Hidden
	}
	if err := s.check(flags); err != nil {
		return err
	}
	if err := s.completeOptimizer(flags); err != nil {
		return err
	}
	if err := checkEngine(s.Engine, flags); err != nil {
		return err
	}
	if err := s.completeSaving(flags); err != nil {
		return err
	}
	s.leaveOut(flags)
	if err := s.Options.Complete(&s.Config); err != nil {
		return err
	}
	if !cells.HasForgetGate(s.Cell) || s.Init != "" && !flags.Changed("forget-bias") {
		s.ForgetBias = nil
	}
	if len(s.Data) == 0 {
		s.useGoSourceDefaults(flags)
	}
	return nil
}

// leaveOut makes defaults nothing that the task has no use for.
func (s *settings) leaveOut(flags *pflag.FlagSet) {
	for name, n := range map[string]*int{"embed": &s.Embed, "vocab-size": &s.VocabSize, "min-count": &s.MinCount} {
		if !flags.Changed(name) && (s.Numbers(s.Task) || !applies(name, s.Task)) {
			*n = 0
		}
	}
}

// completeOptimizer fills in the optimizer's learning rate and reports what it does not have.
func (s *settings) completeOptimizer(flags *pflag.FlagSet) error {
	if !flags.Changed("lr") && !strings.HasSuffix(s.Optimizer, "adam") {
		s.Rate = 0
	}
	solver, err := s.NewOptimizer(0)
	if err != nil {
		return usagef("%v", err)
	}
	if rater, ok := optim.Find[optim.LearningRater](solver); ok {
		s.Rate = rater.LearningRate()
	}
	if s.Schedule != "" {
		if _, err := optim.ParseSchedule(s.Schedule, 1, 1); err != nil {
			return usagef("--schedule: %v", err)
		}
	}
	if s.Average >= 1 {
		return usagef("--average %g: want a number from 0 to below 1", s.Average)
	}
	return nil
}

// checkEngine refuses workers for an engine that has none.
func checkEngine(engine graph.Engine, flags *pflag.FlagSet) error {
	if flags.Changed("workers") && engine == graph.Reference {
		return usagef("--workers does not apply to --engine %s", engine)
	}
	return nil
}

// completeSaving turns checkpoints off for an optimizer whose state cannot be saved.
func (s *settings) completeSaving(flags *pflag.FlagSet) error {
	if s.Resumable() {
		return nil
	}
	if flags.Changed("checkpoint-every") && s.CheckpointEvery != (run.Interval{}) {
		return usagef("--checkpoint-every does not apply to --optimizer %s, whose state cannot be saved", s.Optimizer)
	}
	s.CheckpointEvery = run.Interval{}
	return nil
}

// useGoSourceDefaults makes a run without data one that learns something in a minute.
func (s *settings) useGoSourceDefaults(flags *pflag.FlagSet) {
	given := flags.Changed
	if !given("max-steps") && !given("epochs") {
		s.MaxSteps = goSourceSteps
	}
	if !given("valid-every") && s.Validates() {
		s.ValidEvery = goSourceValidEvery
	}
	if !given("layers") {
		s.Layers = goSourceLayers
	}
	if !given("batch") {
		s.Batch = goSourceBatch
	}
	if !given("lr") {
		s.Rate = goSourceRate
	}
}

func (s *settings) check(flags *pflag.FlagSet) error {
	if err := s.checkChanged(flags); err != nil {
		return err
	}
	switch {
	case !cells.HasForgetGate(s.Cell) && flags.Changed("forget-bias"):
		return usagef("--forget-bias does not apply to --cell %s, which has no forget gate", s.Cell)
	case s.Init != "" && cells.CheckPreset(s.Cell, s.Init) != nil:
		return usagef("--init %s does not apply to --cell %s: %v", s.Init, s.Cell, cells.CheckPreset(s.Cell, s.Init))
	case s.BPTT > 0 && flags.Changed("block"):
		return usagef("--block has nothing to do with --bptt %d, which says how long graphs are", s.BPTT)
	case flags.Changed("split") && s.Valid != "" && s.Test != "":
		return usagef("--split has nothing to do where --valid and --test are given: all of --data is for training")
	}
	if err := s.Config.CheckOptions(); err != nil {
		return usagef("--%v", err)
	}
	return checkOut(s.Out, s.Force)
}

// checkOut reports a folder that a training cannot or must not write to.
func checkOut(out string, force bool) error {
	if out == "" {
		return nil
	}
	there, err := run.Holds(out)
	switch {
	case err != nil:
		return usagef("--out %v; choose another", err)
	case force || there == "":
		return nil
	case there == run.CheckpointName:
		return usagef("--out %s already holds a %s; continue it with lstmtrain resume, choose another folder, or write over it with --force", out, there)
	}
	return usagef("--out %s already holds a %s; choose another folder, or write over it with --force", out, there)
}

// checkChanged reports flags that were given and cannot apply to the task, or without
// validation.
func (s *settings) checkChanged(flags *pflag.FlagSet) error {
	if err := flagsApply(s.Task, flags); err != nil {
		return err
	}
	for _, name := range []string{"valid-every", "patience"} {
		if flags.Changed(name) && !s.Validates() {
			return usagef("--%s %s without validation: give --valid FILE or a --split with a second share", name, flags.Lookup(name).Value)
		}
	}
	return nil
}
