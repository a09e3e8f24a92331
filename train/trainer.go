package train

import (
	"cmp"
	"context"
	"math/rand/v2"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/task"
)

// Settings say how to train. The zero value trains one epoch with Adam.
type Settings struct {
	Epochs       int     // passes over the data; 1 if 0
	MaxSteps     int     // stop after so many steps; no limit if 0
	ValidEvery   int     // steps between validations; if 0, each epoch ends with one
	LearningRate float64 // 0.001 if 0
	ClipNorm     float64 // largest global norm of the gradient; no clipping if 0
	Optimizer    string  // one of optim.Names; "adam" if empty
	Seed         uint64  // of the order of the data
	Path         string  // where the best model is written; nowhere if empty
	Callbacks    []Callback
}

// A Summary is what came of a training.
type Summary struct {
	Steps, Epochs int // done; an epoch that was not finished counts
	Duration      time.Duration
	Train         Part  // mean over the last epoch's steps, while the weights changed
	Valid         *Part // of the model that was kept; nil without validation data
	Best          int   // the step after which that model stood
}

// Fit trains a model on a data set and leaves the best weights in it: those with the
// lowest loss in validation, or the last ones if valid is nil. It writes them to the
// settings' path each time they improve, so that the file is always a good model.
//
// A loss that is not finite, or over three times the first, ends the training with a
// *DivergedError; the model and its file are then the last good ones. When the context is
// cancelled, Fit finishes the step, writes a model file if there is none yet, and
// returns its summary with the context's error.
func Fit(ctx context.Context, m *task.Model, train, valid data.Source, s Settings) (*Summary, error) {
	ahead := data.NewAhead(train)
	defer ahead.Wait()
	f, err := newFit(m, ahead, valid, s)
	if err != nil {
		return nil, err
	}
	defer f.programs.close()
	start := time.Now()
	err = f.run(ctx)
	f.summary.Duration = time.Since(start)
	if err != nil {
		return f.summary, err
	}
	return f.summary, f.finish()
}

// A fit is a training under way.
type fit struct {
	settings     Settings
	model        *task.Model
	train, valid data.Source
	programs     *programs
	solver       *optim.ClipByGlobalNorm
	guard        guard
	keeper       keeper
	batches      int // of an epoch
	steps        int // to run
	elapsed      time.Duration
	summary      *Summary
}

func newFit(m *task.Model, train, valid data.Source, s Settings) (*fit, error) {
	s.Epochs = max(s.Epochs, 1)
	if s.LearningRate == 0 {
		s.LearningRate = 0.001
	}
	inner, err := solver(s)
	if err != nil {
		return nil, err
	}
	f := &fit{settings: s, model: m, train: train, valid: valid, programs: newPrograms(m),
		solver: optim.NewClipByGlobalNorm(inner, s.ClipNorm), summary: &Summary{}}
	f.guard.Ignorance = m.Ignorance()
	f.keeper = keeper{model: m, path: s.Path}
	f.keeper.remember()
	f.batches = train.Begin(f.order(0))
	if f.batches == 0 {
		return nil, errors.New("train: the data set has no batches")
	}
	f.steps = f.batches * s.Epochs
	if s.MaxSteps > 0 {
		f.steps = min(f.steps, s.MaxSteps)
	}
	return f, nil
}

func solver(s Settings) (optim.Solver, error) {
	return optim.New(cmp.Or(s.Optimizer, "adam"), optim.Settings{LearningRate: s.LearningRate})
}

// order returns the random numbers that order the data of an epoch.
func (f *fit) order(epoch int) *rand.Rand {
	return rand.New(rand.NewPCG(f.settings.Seed, uint64(epoch)))
}

func (f *fit) run(ctx context.Context) error {
	var batch data.Batch
	for epoch := 0; f.summary.Steps < f.steps; epoch++ {
		var sum tally
		f.summary.Epochs = epoch + 1
		f.train.Begin(f.order(epoch))
		for i := 0; i < f.batches && f.summary.Steps < f.steps; i++ {
			if err := ctx.Err(); err != nil {
				return f.interrupted(err)
			}
			f.train.Batch(i, &batch)
			if err := f.step(&batch, &sum); err != nil {
				return err
			}
			f.summary.Train = sum.part(f.model)
			last := i == f.batches-1 || f.summary.Steps == f.steps
			if err := f.validate(ctx, last); err != nil {
				return err
			}
		}
	}
	return nil
}

// step trains on one batch.
func (f *fit) step(batch *data.Batch, sum *tally) error {
	program, err := f.programs.of(batch, true)
	if err != nil {
		return err
	}
	start := time.Now()
	result, err := program.Run(batch)
	if err != nil {
		return err
	}
	if diverged := f.guard.check(f.summary.Steps+1, result.Loss); diverged != nil {
		return f.diverged(diverged)
	}
	if err := f.solver.Step(program.Program.ValueGrads()); err != nil {
		if errors.Is(err, optim.ErrNotFinite) {
			return f.diverged(&DivergedError{Step: f.summary.Steps + 1, Loss: result.Loss, First: f.guard.First, Norm: f.solver.Norm()})
		}
		return err
	}
	f.summary.Steps++
	sum.add(result)
	f.keeper.stepped(f.summary.Steps, f.guard.good())

	duration := time.Since(start)
	f.elapsed += duration
	var one tally
	one.add(result)
	return f.tell(Event{Kind: Stepped, Part: one.part(f.model), Tokens: int(result.Weight), GradientNorm: f.solver.Norm(), Duration: duration})
}

// validate runs the validation if it is time for one.
func (f *fit) validate(ctx context.Context, lastOfEpoch bool) error {
	every := f.settings.ValidEvery
	due := lastOfEpoch && every == 0 || every > 0 && f.summary.Steps%every == 0 || f.summary.Steps == f.steps
	if f.valid == nil || !due {
		return nil
	}
	start := time.Now()
	sums, err := f.programs.evaluate(ctx, f.valid)
	if err != nil {
		if ctx.Err() != nil {
			return f.interrupted(err)
		}
		return err
	}
	part := sums.part(f.model)
	best := f.summary.Valid == nil || part.Loss < f.summary.Valid.Loss
	if best {
		f.summary.Valid, f.summary.Best = &part, f.summary.Steps
		if err := f.keeper.keep(); err != nil {
			return err
		}
	}
	return f.tell(Event{Kind: Validated, Part: part, Duration: time.Since(start), Best: best})
}

// tell fills in what all events have and calls the callbacks.
func (f *fit) tell(e Event) error {
	e.Epoch, e.Epochs = f.summary.Epochs, f.settings.Epochs
	e.Step, e.Steps = f.summary.Steps, f.steps
	e.LearningRate = f.settings.LearningRate
	e.Left = f.elapsed / time.Duration(e.Step) * time.Duration(e.Steps-e.Step)
	for _, c := range f.settings.Callbacks {
		if err := c.Handle(e); err != nil {
			return err
		}
	}
	return nil
}

// finish leaves the best weights in the model and its file.
func (f *fit) finish() error {
	if f.summary.Valid != nil {
		f.keeper.restore()
		return nil
	}
	f.summary.Best = f.summary.Steps
	return f.keeper.keep()
}

// interrupted makes sure that there is a model file. The weights stay the latest ones if
// none were validated.
func (f *fit) interrupted(cause error) error {
	if err := f.finish(); err != nil {
		return err
	}
	return cause
}

// diverged leaves the last good weights in the model and its file.
func (f *fit) diverged(cause *DivergedError) error {
	f.keeper.restore()
	if f.summary.Valid == nil {
		if err := f.keeper.keep(); err != nil {
			return err
		}
	}
	return cause
}
