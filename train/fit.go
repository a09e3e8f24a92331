package train

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
)

// Fit trains a model on a data set and leaves the best weights in it: those of the best
// validation, or the last ones if valid is nil. It writes them to the settings' path each time
// they improve, so that the file is always a good model.
//
// A loss that is not finite, or over three times the first, ends the training with a
// *DivergedError; the model and its file are then the last good ones. When the context is
// cancelled, Fit finishes the step, writes a checkpoint, and a model file if there is none
// yet, and returns its summary with the context's error.
//
// The two data sets are two Sources, also where their data are the same: batches of train are
// made while valid is read.
//
// A training that was stopped, by whatever means, and continues from one of its
// checkpoints ends in the same bits as one that never was.
func Fit[B any](ctx context.Context, m Model[B], train, valid data.Source[B], s Settings) (*Summary, error) {
	prefetched := data.Prefetch(train)
	defer prefetched.Wait()
	f, err := newFit(m, prefetched, valid, s)
	if err != nil {
		return nil, err
	}
	defer f.programs.close()
	err = f.run(ctx)
	summary := f.summary()
	summary.Duration = f.elapsed()
	return summary, err
}

// A fit is a training under way.
type fit[B any] struct {
	settings     Settings
	model        Model[B]
	train, valid data.Source[B]
	batches      int // of an epoch
	epochs       int // to run, unlimited if there is no end
	steps        int // to run, likewise
	state        state
	stopping     bool // a callback has ended the training

	programs     *programs[B]
	batch        B
	carry        carrier[B]
	solver       optim.Solver
	clip         *optim.ClipByGlobalNorm // a part of the solver
	rate         float64                 // of the last step
	best         bestWeights
	checkpointer checkpointer
	pace         pace
	start        time.Time
}

// unlimited is the number of what has no end.
const unlimited = math.MaxInt

func newFit[B any](m Model[B], train, valid data.Source[B], s Settings) (*fit[B], error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Path != "" || s.Checkpoints.Path != "" {
		if _, err := described(m); err != nil {
			return nil, errors.Wrap(err, "train: there can be no files")
		}
	}
	f := &fit[B]{settings: s, model: m, train: train, valid: valid, programs: newPrograms(m, s), state: state{Seed: s.Seed}, start: time.Now()}
	f.carry = carrier[B]{programs: f.programs, training: true}
	if err := f.plan(train.Begin(f.order())); err != nil {
		return nil, err
	}
	var err error
	if f.solver, err = newSolver(s, m.Params()); err != nil {
		return nil, err
	}
	f.clip, _ = optim.Find[*optim.ClipByGlobalNorm](f.solver)
	if b, ok := m.(Baseliner); ok {
		f.state.Guard.Baseline = b.BaselineLoss()
	}
	f.best = bestWeights{params: m.Params(), write: func() error { return f.writeModel() }}
	f.best.remember()
	if s.From != nil {
		if err := f.restore(s.From); err != nil {
			return nil, err
		}
	}
	train.Begin(f.order())
	if s.Checkpoints.Path != "" {
		if err := optim.Resumable(f.solver); err != nil {
			return nil, errors.Wrap(err, "train: there can be no checkpoints")
		}
	}
	f.checkpointer, err = newCheckpointer(s.Checkpoints, f.snapshot)
	return f, err
}

// plan sets how long the training is, of passes of so many batches.
func (f *fit[B]) plan(batches int) error {
	s := &f.settings
	f.batches, f.epochs = batches, max(s.Epochs, 1)
	switch {
	case batches == 0:
		return errors.New("train: the data set has no batches")
	case batches < 0:
		return errors.Errorf("train: Begin of the source returned %d batches, want 1 or more, or data.Unlimited", batches)
	case batches != data.Unlimited && s.EpochSteps > 0:
		return errors.Errorf("train: Settings.EpochSteps is %d, but the source has an end, after %d batches, which makes its epochs", s.EpochSteps, batches)
	case batches == data.Unlimited && s.EpochSteps == 0 && s.Epochs > 0:
		return errors.Errorf("train: Settings.Epochs is %d, but the source has no end: set EpochSteps to say what an epoch is, or MaxSteps", s.Epochs)
	case batches == data.Unlimited:
		if f.batches = s.EpochSteps; s.EpochSteps == 0 {
			f.batches = unlimited
		}
		if s.Epochs == 0 {
			f.epochs = unlimited
		}
	}
	f.steps = unlimited
	if f.epochs < unlimited && f.batches < unlimited {
		f.steps = f.batches * f.epochs
	}
	if s.MaxSteps > 0 {
		f.steps = min(f.steps, s.MaxSteps)
	}
	return nil
}

// order returns the random numbers that order the data of the epoch under way.
func (f *fit[B]) order() *rand.Rand {
	return rand.New(rand.NewPCG(f.state.Seed, uint64(f.state.Epoch)))
}

// maskStream begins the streams of random numbers that masks are drawn from, apart from those
// that order the data.
const maskStream = 1 << 40

// masks returns the random numbers of the next step, of dropout and zoneout.
func (f *fit[B]) masks() *rand.Rand {
	return rand.New(rand.NewPCG(f.state.Seed, maskStream+uint64(f.state.Step)))
}

// run takes one action after the other until there is none left. Between two actions the
// training can be saved.
func (f *fit[B]) run(ctx context.Context) error {
	if err := f.begin(); err != nil {
		return err
	}
	for action := f.next(); action != nil; action = f.next() {
		if ctx.Err() != nil {
			return f.interrupted(ctx.Err())
		}
		if err := action(ctx); err != nil {
			return f.continued(err)
		}
		if err := f.checkpointer.acted(f.state.Step); err != nil {
			return err
		}
	}
	return f.end()
}

// end saves the training and leaves the best weights in the model and its file.
func (f *fit[B]) end() error {
	if diverged := f.checkWeights(); diverged != nil {
		return f.diverged(diverged)
	}
	if err := f.checkpointer.save(f.state.Step); err != nil {
		return err
	}
	return f.finish()
}

// checkWeights returns an error if the latest weights, of a training that has validated none, are
// not finite.
func (f *fit[B]) checkWeights() *DivergedError {
	if f.state.Best != nil {
		return nil
	}
	if name := f.best.notFinite(); name != "" {
		return &DivergedError{Step: f.state.Step, Loss: f.state.Guard.last(), First: f.state.Guard.First, Weight: name}
	}
	return nil
}

// continued says of an error in the first step after a checkpoint where the training
// continued: what does not fit the model may show only there.
func (f *fit[B]) continued(err error) error {
	if from := f.settings.From; from != nil && f.state.Step == from.state.Step {
		return errors.Wrapf(err, "train: continuing from %s", from.path)
	}
	return err
}

// begin saves the training, so that it can be continued whenever it is stopped, and makes
// the model's file the one of the checkpoint that it continues from.
func (f *fit[B]) begin() error {
	if f.settings.From != nil && f.state.Best != nil {
		if err := f.best.with(f.best.write); err != nil {
			return err
		}
	}
	return f.checkpointer.save(f.state.Step)
}

// next returns what is to be done in the present state, or nil if the training is over.
func (f *fit[B]) next() func(context.Context) error {
	switch {
	case f.validationDue():
		return f.validate
	case f.over():
		return nil
	case f.state.Batch >= f.batches:
		return f.beginEpoch
	}
	return f.step
}

// over tells whether no step is to follow.
func (f *fit[B]) over() bool {
	return f.stopping || f.state.Step >= f.steps || f.settings.Patience > 0 && f.state.Stale >= f.settings.Patience
}

func (f *fit[B]) validationDue() bool {
	s, every := &f.state, f.settings.ValidEvery
	if f.valid == nil || s.Step == s.Validated {
		return false
	}
	return every == 0 && s.Batch >= f.batches || every > 0 && s.Step%every == 0 || s.Step >= f.steps || f.stopping
}

func (f *fit[B]) beginEpoch(context.Context) error {
	f.state.Epoch++
	f.state.Batch = 0
	f.state.Sums = tally{}
	f.train.Begin(f.order())
	return nil
}

// step trains on the next batch.
func (f *fit[B]) step(context.Context) error {
	start := time.Now()
	f.train.Batch(f.state.Batch, &f.batch)
	program, err := f.carry.next(&f.batch, f.state.Batch)
	if err != nil {
		return err
	}
	result, err := program.Run(&f.batch, f.state.Batch, f.masks())
	if err != nil {
		return err
	}
	if err := f.state.counted(result.Counts); err != nil {
		return err
	}
	if diverged := f.state.Guard.check(f.state.Step+1, result.Loss); diverged != nil {
		return f.diverged(diverged)
	}
	f.best.seen(f.state.Step, f.state.Guard.good())
	f.rate = rateOf(f.solver)
	if err := f.solver.Step(program.Graph().ValueGrads()); err != nil {
		if errors.Is(err, optim.ErrNotFinite) {
			return f.diverged(&DivergedError{Step: f.state.Step + 1, Loss: result.Loss, First: f.state.Guard.First, Norm: f.clip.Norm()})
		}
		return err
	}
	f.state.Step++
	f.state.Batch++
	if err := f.state.Sums.add(result); err != nil {
		return err
	}
	duration := time.Since(start)
	f.pace.add(duration)
	var one tally
	if err := one.add(result); err != nil {
		return err
	}
	return f.tell(Event{Kind: Stepped, Metrics: one.metrics(f.model), GradientNorm: f.clip.Norm(), Duration: duration})
}

// validate measures the model on the validation data and keeps it if it is the best.
func (f *fit[B]) validate(ctx context.Context) error {
	start := time.Now()
	var result Metrics
	var isBest bool
	err := f.averaged(func() error {
		sums, err := f.programs.evaluate(ctx, f.valid)
		if err != nil {
			return err
		}
		if err := f.state.counted(sums.Counts); err != nil {
			return err
		}
		result = sums.metrics(f.model)
		if isBest, err = f.better(ctx, result); err != nil {
			return err
		}
		f.state.Validated, f.state.Stale = f.state.Step, f.state.Stale+1
		if !isBest {
			return nil
		}
		f.state.Best, f.state.Stale = &best{f.state.Step, sums}, 0
		return f.best.keep()
	})
	var diverged *DivergedError
	switch {
	case errors.As(err, &diverged):
		return f.diverged(diverged)
	case err != nil && ctx.Err() != nil:
		return f.interrupted(err)
	case err != nil:
		return err
	}
	optim.Observe(f.solver, result.Loss)
	return f.tell(Event{Kind: Validated, Metrics: result, Duration: time.Since(start), Best: isBest})
}

// better tells whether a validation is better than the best so far. It is an error if its loss is
// not finite. A first one whose loss is that of no training that goes well must not be worse than
// the weights that are left if it is not.
func (f *fit[B]) better(ctx context.Context, result Metrics) (bool, error) {
	if !finite(result.Loss) {
		return false, &DivergedError{Step: f.state.Step, Loss: result.Loss, First: f.state.Guard.First}
	}
	x, err := f.settings.Best.of(result)
	if err != nil {
		return false, err
	}
	if f.state.Best != nil {
		before, err := f.settings.Best.of(f.state.Best.Sums.metrics(f.model))
		return x < before, err
	}
	if !f.settings.Best.ofLoss() || !f.state.Guard.far(result.Loss) {
		return true, nil
	}
	var sums tally
	err = f.best.with(func() error {
		sums, err = f.programs.evaluate(ctx, f.valid)
		return err
	})
	return result.Loss <= sums.metrics(f.model).Loss, err
}

// tell fills in what all events have and calls the callbacks.
func (f *fit[B]) tell(e Event) error {
	e.Epoch, e.Epochs = f.state.Epoch+1, f.epochs
	e.Step, e.Steps = f.state.Step, f.steps
	e.LearningRate = f.rate
	e.Elapsed = f.elapsed()
	e.Left = f.pace.left(e.Steps - e.Step)
	if e.Epochs == unlimited {
		e.Epochs = 0
	}
	if e.Steps == unlimited {
		e.Steps, e.Left = 0, 0
	}
	for _, c := range f.settings.Callbacks {
		switch err := c.Handle(e); {
		case errors.Is(err, Stop):
			f.stopping = true
		case err != nil:
			return err
		}
	}
	return nil
}

// elapsed returns how long the training has taken, over all calls of Fit.
func (f *fit[B]) elapsed() time.Duration { return f.settings.Elapsed + time.Since(f.start) }

// summary tells what has come of the training so far.
func (f *fit[B]) summary() *Summary {
	s := &Summary{Steps: f.state.Step, Epochs: f.state.Epoch + 1, Best: f.state.Step}
	if f.state.Step > 0 {
		s.Train = f.state.Sums.metrics(f.model)
	}
	if f.state.Best != nil {
		s.Valid, s.Best = new(f.state.Best.Sums.metrics(f.model)), f.state.Best.Step
	}
	return s
}

// finish leaves the best weights in the model and its file. If none were validated these are the
// last ones, or their mean; if no validation was fit to be the best, those that were remembered.
func (f *fit[B]) finish() error {
	var err error
	switch {
	case f.state.Best != nil:
	case f.state.Validated > 0:
		err = f.best.with(f.best.write)
	default:
		err = f.averaged(f.best.keep)
	}
	if err != nil {
		return err
	}
	f.best.restore()
	return nil
}

// interrupted saves the training and makes sure that there is a model file. The weights
// stay the latest ones if none were validated.
func (f *fit[B]) interrupted(cause error) error {
	if err := f.end(); err != nil {
		return err
	}
	return cause
}

// diverged leaves the last good weights in the model and its file.
func (f *fit[B]) diverged(cause *DivergedError) error {
	f.best.restore()
	if f.state.Best == nil {
		if err := f.best.keep(); err != nil {
			return err
		}
	}
	return cause
}

// writeModel writes the model's file, if there is to be one.
func (f *fit[B]) writeModel() error {
	if f.settings.Path == "" {
		return nil
	}
	return Save(f.settings.Path, f.model)
}

// A pace is how fast the steps of this call of Fit are.
type pace struct {
	steps   int
	elapsed time.Duration
}

func (p *pace) add(step time.Duration) {
	p.steps++
	p.elapsed += step
}

// left returns how long so many steps will take, or 0 if there was none yet.
func (p *pace) left(steps int) time.Duration {
	return p.elapsed / time.Duration(max(p.steps, 1)) * time.Duration(steps)
}
