package train

import (
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/optim"
)

// Settings say how to train. The zero value trains one epoch with Adam.
type Settings struct {
	Epochs     int // passes over the data; 1 if 0
	EpochSteps int // steps that make an epoch of a source that has no end; if 0, such a training has one epoch
	MaxSteps   int // stop after so many steps; no limit if 0
	ValidEvery int // steps between validations; if 0, each epoch ends with one

	// Optimizer changes the weights. It is Adam if nil, with the settings of its paper. A solver
	// goes on from where it stands, so each training is given a new one.
	Optimizer optim.Solver

	Schedule   optim.Schedule // of the learning rate; constant if nil
	Groups     []Group        // parameters that are trained otherwise than by Optimizer, or not at all
	ClipNorm   float64        // largest global norm of the gradient; no clipping if 0
	ClipValue  float64        // largest magnitude of an element of it; no clipping if 0
	Accumulate int            // batches whose gradients make one step of the optimizer; 1 if 0
	Average    float64        // decay of the mean of the weights that is validated and kept in their place; none if 0
	Block      int            // the most steps of a graph; longer batches run in blocks, with the same gradients; 512 if 0
	BPTT       int            // steps of a batch through which gradients flow back, in graphs of so many steps; all if 0
	Seed       uint64         // of the order of the data and of what is random in the model
	Best       Criterion      // what makes a validation the best; the lowest loss if zero
	Patience   int            // stop after so many validations in a row without a new best; never if 0
	Path       string         // where the best model is written; nowhere if empty
	Callbacks  []Callback

	Graph       graph.Settings // what runs the graphs: the fused engine on all processors if zero
	Checkpoints Checkpoints    // where and when the training is saved; nowhere if zero
	From        *Checkpoint    // what to continue from, with the weights that it holds; the start if nil
	Elapsed     time.Duration  // how long the training took until then; no result but durations depends on it
}

// A Group is some parameters of a model that are trained with a solver of their own, at another
// learning rate or with another decay of the weights, or that stay as they are. The schedule
// multiplies the rate of every group.
type Group struct {
	Params    []*graph.Param
	Optimizer optim.Solver // of these parameters
	Frozen    bool         // they get no gradient and keep their bits; then there is no Optimizer
}

// check returns an error that names the first setting that cannot be.
func (s *Settings) check() error {
	for _, setting := range []struct {
		name string
		n    int
	}{
		{"Epochs", s.Epochs}, {"EpochSteps", s.EpochSteps}, {"MaxSteps", s.MaxSteps}, {"ValidEvery", s.ValidEvery},
		{"Accumulate", s.Accumulate}, {"Block", s.Block}, {"BPTT", s.BPTT}, {"Patience", s.Patience},
	} {
		if setting.n < 0 {
			return errors.Errorf("train: Settings.%s is %d, want 0 or more", setting.name, setting.n)
		}
	}
	if !(s.ClipNorm >= 0) || !(s.ClipValue >= 0) {
		return errors.Errorf("train: Settings.ClipNorm is %g and ClipValue %g, want 0 or more", s.ClipNorm, s.ClipValue)
	}
	if !(s.Average >= 0 && s.Average < 1) {
		return errors.Errorf("train: Settings.Average is %g, want a number from 0 to below 1", s.Average)
	}
	return nil
}

// SolverSteps returns the numbers of steps that the solver takes in an epoch and in the whole
// training, on data of so many batches: what schedules that fall with the epochs count in.
func (s Settings) SolverSteps(batches int) (epoch, run int) {
	gather := max(s.Accumulate, 1)
	run = batches * max(s.Epochs, 1)
	if s.MaxSteps > 0 {
		run = min(run, s.MaxSteps)
	}
	return max(batches/gather, 1), max(run/gather, 1)
}

// A Summary is what came of a training.
type Summary struct {
	Steps, Epochs int           // done; an epoch that was not finished counts
	Duration      time.Duration // of this call of Fit and, with Settings.Elapsed, of those before
	Train         Metrics       // mean over the last epoch's steps, while the weights changed
	Valid         *Metrics      // of the model that was kept; nil without validation data
	Best          int           // the step after which that model stood
}
