package run

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// Settings are all that a training of a model of package task can be told by names and numbers, as
// config.json holds it. A training of another model, of data that are in no files, or with a solver
// of its own calls train.Fit itself, in a Folder.
type Settings struct {
	task.Config
	dataset.Options
	Init       string   `json:"init,omitempty"`        // preset of cells.Initialise; the cell's own start if empty
	ForgetBias *float64 `json:"forget_bias,omitempty"` // of forget gates at first; what Init makes it if nil
	Epochs     int      `json:"epochs"`
	MaxSteps   int      `json:"max_steps"`
	ValidEvery int      `json:"valid_every"`
	Block      int      `json:"block,omitempty"`
	BPTT       int      `json:"bptt,omitempty"`
	Patience   int      `json:"patience,omitempty"`
	Optimization
	Saving
	Engine  graph.Engine `json:"engine"`
	Workers int          `json:"-"` // on which no bit depends
}

// Optimization says how gradients change weights. The zero value is Adam as in its paper.
type Optimization struct {
	Optimizer   string  `json:"optimizer"`          // one of optim.Names; adam if empty
	Rate        float64 `json:"lr"`                 // the optimizer's own if 0
	Schedule    string  `json:"schedule,omitempty"` // as optim.ParseSchedule reads it; constant if empty
	Momentum    float64 `json:"momentum,omitempty"`
	WeightDecay float64 `json:"weight_decay,omitempty"`
	ClipNorm    float64 `json:"clip_norm"`
	ClipValue   float64 `json:"clip_value,omitempty"`
	Accumulate  int     `json:"accumulate,omitempty"`
	Average     float64 `json:"average,omitempty"`
}

// NewOptimizer returns the optimizer, whose work so many goroutines share. It is an error if there
// is none of the name or if it has no use for a setting.
func (o *Optimization) NewOptimizer(workers int) (optim.Solver, error) {
	name := o.Optimizer
	if name == "" {
		name = "adam"
	}
	return optim.New(name, optim.Settings{LearningRate: o.Rate, Momentum: o.Momentum, WeightDecay: o.WeightDecay, Workers: workers})
}

// Resumable tells whether a training with the optimizer can be saved.
func (o *Optimization) Resumable() bool {
	solver, err := o.NewOptimizer(0)
	return err == nil && optim.Resumable(solver) == nil
}

// Graphs returns how graphs are compiled.
func (s *Settings) Graphs() graph.Settings {
	return graph.Settings{Engine: s.Engine, Workers: s.Workers}
}

// Fitting returns how train.Fit is to train on so many batches.
func (s *Settings) Fitting(batches int, callbacks ...train.Callback) (train.Settings, error) {
	fitting := train.Settings{
		Epochs:     s.Epochs,
		MaxSteps:   s.MaxSteps,
		ValidEvery: s.ValidEvery,
		Patience:   s.Patience,
		Block:      s.Block,
		BPTT:       s.BPTT,
		ClipNorm:   s.ClipNorm,
		ClipValue:  s.ClipValue,
		Accumulate: s.Accumulate,
		Average:    s.Average,
		Seed:       s.Seed,
		Graph:      s.Graphs(),
		Callbacks:  callbacks,
	}
	var err error
	if fitting.Optimizer, err = s.NewOptimizer(s.Workers); err != nil || s.Schedule == "" {
		return fitting, err
	}
	epoch, run := fitting.SolverSteps(batches)
	fitting.Schedule, err = optim.ParseSchedule(s.Schedule, epoch, run)
	return fitting, err
}

// weightStream is the stream of the seed's random numbers that weights are drawn from, apart from
// those of package dataset and of train.Fit.
const weightStream = 1 << 32

// newModel returns the model that the training begins with.
func (s *Settings) newModel(known schema.Schema) (*task.Model, error) {
	rng := rand.New(rand.NewPCG(s.Seed, weightStream))
	m, err := task.New(s.Config, known, rng)
	if err != nil {
		return nil, err
	}
	if s.Init != "" {
		if err := m.Initialise(s.Init, rng); err != nil {
			return nil, err
		}
	}
	if s.ForgetBias == nil {
		return m, nil
	}
	return m, m.SetForgetBias(*s.ForgetBias)
}
