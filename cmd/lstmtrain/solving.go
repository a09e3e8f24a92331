package main

import (
	"fmt"
	"strings"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/spf13/pflag"
)

// solving says how gradients change weights.
type solving struct {
	Optimizer   string  `json:"optimizer"`
	Rate        float64 `json:"lr"`
	Schedule    string  `json:"schedule,omitempty"`
	Momentum    float64 `json:"momentum,omitempty"`
	WeightDecay float64 `json:"weight_decay,omitempty"`
	ClipNorm    float64 `json:"clip_norm"`
	ClipValue   float64 `json:"clip_value,omitempty"`
	Accumulate  int     `json:"accumulate,omitempty"`
	Average     float64 `json:"average,omitempty"`
}

// adamRate is the learning rate of Adam, this module's or Gorgonia's, if none is given:
// the one that character models are mostly trained with and twice that of its paper.
const adamRate = 0.002

func newSolving() solving {
	return solving{Optimizer: "adam", Rate: adamRate, ClipNorm: 5}
}

func (s *solving) group() flagGroup {
	g := newFlagGroup("Optimizer")
	names := optim.Names()
	g.Var(oneOf(&s.Optimizer, names...), "optimizer", fmt.Sprintf("how gradients change weights: %s,\n%s", strings.Join(names[:7], ", "), strings.Join(names[7:], ", ")))
	g.Var(positive(&s.Rate), "lr", "learning rate (default of other optimizers than adam: their own)")
	g.StringVar(&s.Schedule, "schedule", s.Schedule, "how the learning rate `CHANGES`: constant, step, exponential, cosine, plateau,\nnoam, or warmup and another, with settings, such as step:every=2epochs,gamma=0.5\nor warmup:steps=200+cosine (default constant)")
	g.Var(share(&s.Momentum), "momentum", "decay of the velocity (momentum, nesterov; default 0.9)")
	g.Var(notNegative(&s.WeightDecay), "weight-decay", "decay of the weights (default 0.01 for adamw, else 0)")
	g.Var(notNegative(&s.ClipNorm), "clip-norm", "largest global norm of the gradient; 0 for no clipping")
	g.Var(notNegative(&s.ClipValue), "clip-value", "largest magnitude of an element of the gradient; 0 for no clipping")
	g.Var(wholeFrom(0, &s.Accumulate), "accumulate", "gather the gradients of so many batches for one step of the optimizer")
	g.Var(share(&s.Average), "average", "decay of a mean of the weights, which is validated and kept in place of the\nlast weights; 0 for none")
	return g
}

// complete fills in the optimizer's learning rate and reports what it does not have.
func (s *solving) complete(flags *pflag.FlagSet) error {
	settings := optim.Settings{LearningRate: s.Rate, Momentum: s.Momentum, WeightDecay: s.WeightDecay}
	if !flags.Changed("lr") && !strings.HasSuffix(s.Optimizer, "adam") {
		settings.LearningRate = 0
	}
	solver, err := optim.New(s.Optimizer, settings)
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

// optimizer returns the optimizer, which so many goroutines share.
func (s *solving) optimizer(workers int) (optim.Solver, error) {
	return optim.New(s.Optimizer, optim.Settings{LearningRate: s.Rate, Momentum: s.Momentum, WeightDecay: s.WeightDecay, Workers: workers})
}

// resumable tells whether the state of the optimizer can be saved.
func (s *solving) resumable() bool {
	solver, err := optim.New(s.Optimizer, optim.Settings{})
	return err == nil && optim.Resumable(solver) == nil
}
