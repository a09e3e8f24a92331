package train

import (
	"cmp"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/optim"
)

// newSolver returns the solver of the settings. Each part wraps the one before; the norm of the
// gradient is measured in any case.
func newSolver(s Settings, params []*graph.Param) (optim.Solver, error) {
	solver := s.Optimizer
	if solver == nil {
		solver = optim.NewAdam(optim.Settings{Workers: s.Graph.Workers})
	}
	solver, err := grouped(solver, s.Groups, params)
	if err != nil {
		return nil, err
	}
	if s.Schedule != nil {
		if solver, err = optim.NewScheduled(solver, s.Schedule); err != nil {
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
	if gather := s.Accumulate; gather > 1 {
		solver = optim.NewAccumulate(solver, gather)
	}
	return solver, nil
}

// grouped returns the solver of all parameters that are trained.
func grouped(rest optim.Solver, groups []Group, params []*graph.Param) (optim.Solver, error) {
	groupOf := map[string]int{}
	solvers := []optim.Solver{rest}
	for i, g := range groups {
		if g.Frozen != (g.Optimizer == nil) {
			return nil, errors.Errorf("train: Settings.Groups[%d] needs an Optimizer, or to be Frozen and to have none", i)
		}
		for _, p := range g.Params {
			if !slices.Contains(params, p) {
				return nil, errors.Errorf("train: Settings.Groups[%d] has parameter %q, which is none of the model", i, p.Name())
			}
			if _, twice := groupOf[p.Name()]; twice {
				return nil, errors.Errorf("train: Settings.Groups[%d] has parameter %q, which is in a group already", i, p.Name())
			}
			groupOf[p.Name()] = len(solvers)
		}
		if !g.Frozen {
			solvers = append(solvers, g.Optimizer)
		}
	}
	if len(solvers) == 1 {
		return rest, nil
	}
	return optim.NewGroups(solvers, func(parameter string) int { return groupOf[parameter] })
}

// frozen returns the parameters that the settings freeze.
func (s *Settings) frozen() []*graph.Param {
	var frozen []*graph.Param
	for _, g := range s.Groups {
		if g.Frozen {
			frozen = append(frozen, g.Params...)
		}
	}
	return frozen
}

// rateOf returns the learning rate of a solver's next step, or 0 if it has none.
func rateOf(s optim.Solver) float64 {
	if r, ok := optim.Find[optim.LearningRater](s); ok {
		return r.LearningRate()
	}
	return 0
}

// averaged calls do while the model has the mean of its weights, if the solver keeps one.
func (f *fit[B]) averaged(do func() error) error {
	average, ok := optim.Find[*optim.Average](f.solver)
	if !ok || average.Count() == 0 {
		return do()
	}
	program, err := f.anyProgram()
	if err != nil {
		return err
	}
	weights := program.Graph().ValueGrads()
	if err := average.Swap(weights); err != nil {
		return err
	}
	err = do()
	return cmp.Or(err, average.Swap(weights))
}

// anyProgram returns a program that trains the model.
func (f *fit[B]) anyProgram() (*Program[B], error) {
	if f.carry.current != nil {
		return f.carry.current, nil
	}
	var batch B
	f.train.Batch(0, &batch)
	return f.programs.of(&batch, true)
}
