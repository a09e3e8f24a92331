package train

import (
	"cmp"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/task"
)

// newSolver returns the solver of the settings, for a training of so many steps, of which
// an epoch has some. Each part wraps the one before; the norm of the gradient is measured
// in any case.
func newSolver(s Settings, epoch, steps int) (optim.Solver, error) {
	solver, err := optim.New(cmp.Or(s.Optimizer, "adam"), optim.Settings{
		LearningRate: s.LearningRate, Momentum: s.Momentum, WeightDecay: s.WeightDecay, Workers: s.Graph.Workers,
	})
	if err != nil {
		return nil, err
	}
	gather := max(s.Accumulate, 1) // of which one step is made
	if s.Schedule != "" {
		schedule, err := optim.ParseSchedule(s.Schedule, max(epoch/gather, 1), max(steps/gather, 1))
		if err != nil {
			return nil, err
		}
		if solver, err = optim.NewScheduled(solver, schedule); err != nil {
			return nil, err
		}
	}
	if s.Average > 0 {
		solver = optim.NewAverage(solver, optim.AverageSettings{Decay: s.Average})
	}
	if s.ClipValue > 0 {
		solver = optim.NewClipByValue(solver, s.ClipValue)
	}
	solver = optim.NewClipByGlobalNorm(solver, s.ClipNorm)
	if gather > 1 {
		solver = optim.NewAccumulate(solver, gather)
	}
	return solver, nil
}

// rateOf returns the learning rate of a solver's next step, or 0 if it has none.
func rateOf(s optim.Solver) float64 {
	if r, ok := optim.Find[optim.LearningRater](s); ok {
		return r.LearningRate()
	}
	return 0
}

// averaged calls do while the model has the mean of its weights, if the solver keeps one.
func (f *fit) averaged(do func() error) error {
	average, ok := optim.Find[*optim.Average](f.solver)
	if !ok || average.Count() == 0 {
		return do()
	}
	program, err := f.anyProgram()
	if err != nil {
		return err
	}
	weights := program.Program.ValueGrads()
	if err := average.Swap(weights); err != nil {
		return err
	}
	err = do()
	return cmp.Or(err, average.Swap(weights))
}

// anyProgram returns a program that trains the model.
func (f *fit) anyProgram() (*task.Step, error) {
	if f.carrier != nil {
		return f.carrier, nil
	}
	var batch data.Batch
	f.train.Batch(0, &batch)
	return f.programs.of(&batch, true)
}
