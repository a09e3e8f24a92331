package main

import (
	"math/rand/v2"
	"time"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/run"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// settings are all that train can be told. They are written to config.json.
type settings struct {
	task.Config
	dataset.Options
	Init       string   `json:"init,omitempty"`
	ForgetBias *float64 `json:"forget_bias,omitempty"`
	Epochs     int      `json:"epochs"`
	MaxSteps   int      `json:"max_steps"`
	ValidEvery int      `json:"valid_every"`
	Block      int      `json:"block,omitempty"`
	BPTT       backward `json:"bptt,omitzero"`
	Patience   int      `json:"patience,omitempty"`
	optimizerFlags
	run.Saving
	SampleEvery int `json:"sample_every,omitempty"`
	engineFlags

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

func newSettings() *settings {
	return &settings{
		Config: task.Config{Task: task.Characters, Cell: "lstm", Hidden: 128, Layers: 2, Embed: 64},
		Options: dataset.Options{
			Split: dataset.Split{Train: 0.9, Valid: 0.05, Test: 0.05}, VocabSize: 20_000, MinCount: 1, Batch: 50, Seed: 1,
		},
		ForgetBias:     new(1.0),
		Epochs:         10,
		optimizerFlags: newOptimizerFlags(),
		Saving:         run.Saving{CheckpointEvery: run.Interval{Time: 10 * time.Minute}, Keep: 1},
		engineFlags:    newEngineFlags(),
	}
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
	if err := s.optimizerFlags.complete(flags); err != nil {
		return err
	}
	if err := s.engineFlags.complete(flags); err != nil {
		return err
	}
	if err := s.completeSaving(flags); err != nil {
		return err
	}
	s.leaveOut(flags)
	if err := s.Options.Complete(&s.Config); err != nil {
		return err
	}
	if !task.HasForgetGate(s.Cell) || s.Init != "" && !flags.Changed("forget-bias") {
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

// completeSaving turns checkpoints off for an optimizer whose state cannot be saved.
func (s *settings) completeSaving(flags *pflag.FlagSet) error {
	if s.resumable() {
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
	case !task.HasForgetGate(s.Cell) && flags.Changed("forget-bias"):
		return usagef("--forget-bias does not apply to --cell %s, which has no forget gate", s.Cell)
	case s.Init != "" && task.CheckPreset(s.Cell, s.Init) != nil:
		return usagef("--init %s does not apply to --cell %s: %v", s.Init, s.Cell, task.CheckPreset(s.Cell, s.Init))
	case s.BPTT > 0 && flags.Changed("block"):
		return usagef("--block has nothing to do with --bptt %s, which says how long graphs are", s.BPTT)
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

// checkWhole reports sequences that a model must read in one graph and that are too long for it.
func (s *settings) checkWhole() error {
	most := train.Settings{Block: s.Block, BPTT: int(s.BPTT)}.Compilation(true).Block
	if option := s.Config.Whole(); option != "" && s.Steps > most {
		return usagef("--%s needs a graph of a whole sequence, here of %d steps, and graphs have %d (--block, --bptt): raise --block, or read fewer with --steps", option, s.Steps, most)
	}
	return nil
}

// Streams of random numbers, apart from those of package dataset and of train.Fit for the same seed.
const (
	weightStream = 1 << 32
	textStream   = 1<<32 + 3
)

func (s *settings) random(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.Seed, stream))
}
