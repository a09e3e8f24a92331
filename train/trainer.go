package train

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/task"
)

// Settings say how to train. The zero value trains one epoch with Adam.
type Settings struct {
	Epochs       int     // passes over the data; 1 if 0
	MaxSteps     int     // stop after so many steps; no limit if 0
	ValidEvery   int     // steps between validations; if 0, each epoch ends with one
	Optimizer    string  // one of optim.Names; "adam" if empty
	LearningRate float64 // the optimizer's default if 0
	Momentum     float64 // likewise, and it is an error if the optimizer has none
	WeightDecay  float64 // likewise
	Schedule     string  // of the learning rate, as optim.ParseSchedule reads it; constant if empty
	ClipNorm     float64 // largest global norm of the gradient; no clipping if 0
	ClipValue    float64 // largest magnitude of an element of it; no clipping if 0
	Accumulate   int     // batches whose gradients make one step of the optimizer; 1 if 0
	Average      float64 // decay of the mean of the weights that is validated and kept in their place; none if 0
	Block        int     // the most steps of a graph; longer batches run in blocks, with the same gradients; 512 if 0
	BPTT         int     // steps of a batch through which gradients flow back, in graphs of so many steps; all if 0
	Seed         uint64  // of the order of the data and of what is random in the model
	Patience     int     // stop after so many validations in a row without a new best; never if 0
	Path         string  // where the best model is written; nowhere if empty
	Callbacks    []Callback

	Graph       graph.Settings // what runs the graphs: the fused engine on all processors if zero
	Checkpoints Checkpoints    // where and when the training is saved; nowhere if zero
	From        *Checkpoint    // what to continue from, with the weights that it holds; the start if nil
	Elapsed     time.Duration  // how long the training took until then; no result but durations depends on it
}

// A Summary is what came of a training.
type Summary struct {
	Steps, Epochs int           // done; an epoch that was not finished counts
	Duration      time.Duration // of this call of Fit and, with Settings.Elapsed, of those before
	Train         Part          // mean over the last epoch's steps, while the weights changed
	Valid         *Part         // of the model that was kept; nil without validation data
	Best          int           // the step after which that model stood
}

// Fit trains a model on a data set and leaves the best weights in it: those with the
// lowest loss in validation, or the last ones if valid is nil. It writes them to the
// settings' path each time they improve, so that the file is always a good model.
//
// A loss that is not finite, or over three times the first, ends the training with a
// *DivergedError; the model and its file are then the last good ones. When the context is
// cancelled, Fit finishes the step, writes a checkpoint, and a model file if there is none
// yet, and returns its summary with the context's error.
//
// A training that was stopped, by whatever means, and continues from one of its
// checkpoints ends in the same bits as one that never was.
func Fit(ctx context.Context, m *task.Model, train, valid data.Source, s Settings) (*Summary, error) {
	ahead := data.NewAhead(train)
	defer ahead.Wait()
	f, err := newFit(m, ahead, valid, s)
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
type fit struct {
	settings     Settings
	model        *task.Model
	train, valid data.Source
	batches      int // of an epoch
	steps        int // to run
	state        state

	programs *programs
	batch    data.Batch
	carrier  *task.Step           // the program of the last step, which has the carried state
	carried  map[string][]float64 // that state, if there was no step yet
	solver   optim.Solver
	clip     *optim.ClipByGlobalNorm // a part of the solver
	rate     float64                 // of the last step
	keeper   keeper
	saver    saver
	pace     pace
	start    time.Time
}

func newFit(m *task.Model, train, valid data.Source, s Settings) (*fit, error) {
	s.Epochs = max(s.Epochs, 1)
	f := &fit{settings: s, model: m, train: train, valid: valid, programs: newPrograms(m, s), state: state{Seed: s.Seed}, start: time.Now()}
	f.batches = train.Begin(f.order())
	if f.batches == 0 {
		return nil, errors.New("train: the data set has no batches")
	}
	f.steps = f.batches * s.Epochs
	if s.MaxSteps > 0 {
		f.steps = min(f.steps, s.MaxSteps)
	}
	var err error
	if f.solver, err = newSolver(s, f.batches, f.steps); err != nil {
		return nil, err
	}
	f.clip, _ = optim.Find[*optim.ClipByGlobalNorm](f.solver)
	f.state.Guard.Ignorance = m.Ignorance()
	f.keeper = keeper{model: m, path: s.Path}
	f.keeper.remember()
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
	f.saver, err = newSaver(s.Checkpoints, f.snapshot)
	return f, err
}

// order returns the random numbers that order the data of the epoch under way.
func (f *fit) order() *rand.Rand {
	return rand.New(rand.NewPCG(f.state.Seed, uint64(f.state.Epoch)))
}

// maskStream begins the streams of random numbers that masks are drawn from, apart from those
// that order the data.
const maskStream = 1 << 40

// masks returns the random numbers of the next step, of dropout and zoneout.
func (f *fit) masks() *rand.Rand {
	return rand.New(rand.NewPCG(f.state.Seed, maskStream+uint64(f.state.Step)))
}

// run takes one turn after the other until there is none left. Between two turns the
// training can be saved.
func (f *fit) run(ctx context.Context) error {
	if err := f.begin(); err != nil {
		return err
	}
	for turn := f.next(); turn != nil; turn = f.next() {
		if ctx.Err() != nil {
			return f.interrupted(ctx.Err())
		}
		if err := turn(ctx); err != nil {
			return f.continued(err)
		}
		if err := f.saver.turned(f.state.Step); err != nil {
			return err
		}
	}
	if err := f.saver.save(f.state.Step); err != nil {
		return err
	}
	return f.finish()
}

// continued says of an error in the first step after a checkpoint where the training
// continued: what does not fit the model may show only there.
func (f *fit) continued(err error) error {
	if from := f.settings.From; from != nil && f.state.Step == from.state.Step {
		return errors.Wrapf(err, "train: continuing from %s", from.path)
	}
	return err
}

// begin saves the training, so that it can be continued whenever it is stopped, and makes
// the model's file the one of the checkpoint that it continues from.
func (f *fit) begin() error {
	if f.settings.From != nil && f.state.Best != nil {
		if err := f.keeper.rewrite(); err != nil {
			return err
		}
	}
	return f.saver.save(f.state.Step)
}

// next returns what is to be done in the present state, or nil if the training is over.
func (f *fit) next() func(context.Context) error {
	switch {
	case f.validationDue():
		return f.validate
	case f.state.Step >= f.steps || f.settings.Patience > 0 && f.state.Stale >= f.settings.Patience:
		return nil
	case f.state.Batch >= f.batches:
		return f.beginEpoch
	}
	return f.step
}

func (f *fit) validationDue() bool {
	s, every := &f.state, f.settings.ValidEvery
	if f.valid == nil || s.Step == s.Validated {
		return false
	}
	return every == 0 && s.Batch >= f.batches || every > 0 && s.Step%every == 0 || s.Step >= f.steps
}

func (f *fit) beginEpoch(context.Context) error {
	f.state.Epoch++
	f.state.Batch = 0
	f.state.Sums = tally{}
	f.train.Begin(f.order())
	return nil
}

// step trains on the next batch.
func (f *fit) step(context.Context) error {
	start := time.Now()
	f.train.Batch(f.state.Batch, &f.batch)
	program, err := f.program()
	if err != nil {
		return err
	}
	program.Draw(f.masks())
	result, err := program.Run(&f.batch)
	if err != nil {
		return err
	}
	if diverged := f.state.Guard.check(f.state.Step+1, result.Loss); diverged != nil {
		return f.diverged(diverged)
	}
	f.rate = rateOf(f.solver)
	if err := f.solver.Step(program.Program.ValueGrads()); err != nil {
		if errors.Is(err, optim.ErrNotFinite) {
			return f.diverged(&DivergedError{Step: f.state.Step + 1, Loss: result.Loss, First: f.state.Guard.First, Norm: f.clip.Norm()})
		}
		return err
	}
	f.state.Step++
	f.state.Batch++
	f.state.Sums.add(result)
	f.keeper.stepped(f.state.Step, f.state.Guard.good())

	duration := time.Since(start)
	f.pace.add(duration)
	var one tally
	one.add(result)
	return f.tell(Event{Kind: Stepped, Part: one.part(f.model), Tokens: int(result.Weight), GradientNorm: f.clip.Norm(), Duration: duration})
}

// elapsed returns how long the training has taken, over all calls of Fit.
func (f *fit) elapsed() time.Duration { return f.settings.Elapsed + time.Since(f.start) }

// program returns the program for the batch, with the state that the step before left,
// whatever the size of its batch was.
func (f *fit) program() (*task.Step, error) {
	program, err := f.programs.of(&f.batch, true)
	if err != nil || program == f.carrier {
		return program, err
	}
	if f.carrier != nil {
		f.carried = f.carrier.Carried()
	}
	if f.carried != nil && !f.batch.Reset {
		err = program.SetCarried(f.carried)
	}
	f.carrier, f.carried = program, nil
	return program, err
}

// validate measures the model on the validation data and keeps it if it is the best.
func (f *fit) validate(ctx context.Context) error {
	start := time.Now()
	var part Part
	var isBest bool
	err := f.averaged(func() error {
		sums, err := f.programs.evaluate(ctx, f.valid)
		if err != nil {
			return err
		}
		part = sums.part(f.model)
		isBest = f.state.Best == nil || part.Loss < f.state.Best.Sums.part(f.model).Loss
		f.state.Validated, f.state.Stale = f.state.Step, f.state.Stale+1
		if !isBest {
			return nil
		}
		f.state.Best, f.state.Stale = &best{f.state.Step, sums}, 0
		return f.keeper.keep()
	})
	if err != nil {
		if ctx.Err() != nil {
			return f.interrupted(err)
		}
		return err
	}
	optim.Observe(f.solver, part.Loss)
	return f.tell(Event{Kind: Validated, Part: part, Duration: time.Since(start), Best: isBest})
}

// tell fills in what all events have and calls the callbacks.
func (f *fit) tell(e Event) error {
	e.Epoch, e.Epochs = f.state.Epoch+1, f.settings.Epochs
	e.Step, e.Steps = f.state.Step, f.steps
	e.LearningRate = f.rate
	e.Elapsed = f.elapsed()
	e.Left = f.pace.left(e.Steps - e.Step)
	for _, c := range f.settings.Callbacks {
		if err := c.Handle(e); err != nil {
			return err
		}
	}
	return nil
}

// summary tells what has come of the training so far.
func (f *fit) summary() *Summary {
	s := &Summary{Steps: f.state.Step, Epochs: f.state.Epoch + 1, Best: f.state.Step}
	if f.state.Step > 0 {
		s.Train = f.state.Sums.part(f.model)
	}
	if f.state.Best != nil {
		s.Valid, s.Best = new(f.state.Best.Sums.part(f.model)), f.state.Best.Step
	}
	return s
}

// finish leaves the best weights in the model and its file: the last ones, or their mean,
// if none were validated.
func (f *fit) finish() error {
	if f.state.Best != nil {
		f.keeper.restore()
		return nil
	}
	if err := f.averaged(f.keeper.keep); err != nil {
		return err
	}
	f.keeper.restore()
	return nil
}

// interrupted saves the training and makes sure that there is a model file. The weights
// stay the latest ones if none were validated.
func (f *fit) interrupted(cause error) error {
	if err := f.saver.save(f.state.Step); err != nil {
		return err
	}
	if err := f.finish(); err != nil {
		return err
	}
	return cause
}

// diverged leaves the last good weights in the model and its file.
func (f *fit) diverged(cause *DivergedError) error {
	f.keeper.restore()
	if f.state.Best == nil {
		if err := f.keeper.keep(); err != nil {
			return err
		}
	}
	return cause
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
