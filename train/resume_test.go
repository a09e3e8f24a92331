package train_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/task"
)

// A training is one that can be started anew as often as a test wants.
type training struct {
	begin    func() (m *task.Model, train, valid data.Source[data.Batch])
	settings train.Settings
	rate     float64               // of Adam
	with     func(*train.Settings) // adds what is made anew for each run
}

// trainings differ in what they have to carry from step to step: the state of a stream
// from batch to batch, the order of examples, or nothing to validate.
func trainings(t *testing.T) map[string]training {
	stream := func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch]) {
		c := newCorpusOf(t, 3)
		return c.model, c.train, c.valid
	}
	return map[string]training{
		"stream": {stream, train.Settings{Epochs: 3, ClipNorm: 1, ValidEvery: 5}, 0.02, nil},
		"with all of the solver": {stream, train.Settings{Epochs: 2, ValidEvery: 6, Accumulate: 2, Average: 0.9, ClipValue: 0.1, ClipNorm: 1}, 0, func(s *train.Settings) {
			s.Optimizer = optim.NewAdamW(optim.Settings{LearningRate: 0.02, WeightDecay: 0.1})
			s.Schedule = optim.WarmUp{Steps: 3, Then: optim.NewPlateau(0.5, 0, 1)}
		}},
		"in blocks": {func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch]) {
			c := newCorpusOf(t, 7)
			return c.model, c.train, c.valid
		}, train.Settings{Epochs: 2, ClipNorm: 1, Block: 3}, 0.02, nil},
		"without a validation": {func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch]) {
			m, s, _ := stream()
			return m, s, nil
		}, train.Settings{Epochs: 2}, 0.02, nil},
		"examples": {func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch]) {
			c, v := newClassification(t, 3), newClassification(t, 4)
			return c.model, c.train, v.train
		}, train.Settings{Epochs: 3, Seed: 7}, 0.05, nil},
		"past the best": {func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch]) {
			c := newBackwards(t)
			return c.model, c.train, c.valid
		}, train.Settings{Epochs: 9, MaxSteps: 52, ValidEvery: 10}, 0.02, nil}, // the best stands after 10
		"with dropout": {random(stream), train.Settings{Epochs: 3, ClipNorm: 1, ValidEvery: 5, Seed: 3}, 0.02, nil},
		"with dropout in blocks": {random(func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch]) {
			c := newCorpusOf(t, 7)
			return c.model, c.train, c.valid
		}), train.Settings{Epochs: 2, ClipNorm: 1, Block: 3}, 0.02, nil},
		"impatient": {func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch]) {
			c := newBackwards(t)
			return c.model, c.train, c.valid
		}, train.Settings{Epochs: 9, ValidEvery: 3, Patience: 3}, 0.02, nil},
	}
}

// random gives a model all that is random in training.
func random(begin func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch])) func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch]) {
	return func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch]) {
		m, train, valid := begin()
		m.Config.Dropout, m.Config.RecurrentDropout, m.Config.Zoneout = 0.3, 0.2, 0.1
		return m, train, valid
	}
}

// run runs a training in a folder, from the checkpoint there if there is one.
func (tr training) run(ctx context.Context, t *testing.T, folder string, callbacks ...train.Callback) (*train.Summary, error) {
	t.Helper()
	m, examples, valid := tr.begin()
	s := tr.settings
	if s.Optimizer = adam(tr.rate); tr.with != nil {
		tr.with(&s)
	}
	s.Path = filepath.Join(folder, "model.safetensors")
	s.Checkpoints = train.Checkpoints{Path: filepath.Join(folder, "checkpoint.safetensors"), Steps: 4, Keep: 2}
	s.Callbacks = callbacks
	if _, err := os.Stat(s.Checkpoints.Path); err == nil {
		if s.From, err = train.ReadCheckpoint(s.Checkpoints.Path); err != nil {
			t.Fatal(err)
		}
		for _, p := range m.Params() { // what a model holds before it continues does not count
			p.Fill(func() float64 { return 7 })
		}
	}
	return train.Fit(ctx, m, examples, valid, s)
}

// contents returns the files of a folder.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(content)
	}
	return files
}

// straight runs a training without a stop and returns what it leaves.
func (tr training) straight(t *testing.T, callbacks ...train.Callback) (*train.Summary, map[string]string) {
	t.Helper()
	folder := t.TempDir()
	s, err := tr.run(t.Context(), t, folder, callbacks...)
	if err != nil {
		t.Fatal(err)
	}
	return s, contents(t, folder)
}

// latest returns files without the older checkpoints, which depend on when a training was
// interrupted.
func latest(files map[string]string) map[string]string {
	return map[string]string{"model.safetensors": files["model.safetensors"], "checkpoint.safetensors": files["checkpoint.safetensors"]}
}

// same fails the test if a training that was stopped differs from one that was not.
func same(t *testing.T, name string, folder string, got, want *train.Summary, files map[string]string) {
	t.Helper()
	left := contents(t, folder)
	for file, content := range files {
		if left[file] != content {
			t.Errorf("%s: %s is not that of a training that was never stopped", name, file)
		}
	}
	g, w := *got, *want
	g.Duration, w.Duration = 0, 0
	if gv, wv := g.Valid, w.Valid; (gv == nil) != (wv == nil) || gv != nil && (gv.Loss != wv.Loss || gv.Value("accuracy") != wv.Value("accuracy")) {
		t.Errorf("%s: validation %+v, want %+v", name, gv, wv)
	}
	if g.Steps != w.Steps || g.Epochs != w.Epochs || g.Best != w.Best || g.Train.Loss != w.Train.Loss || g.Train.Targets != w.Train.Targets {
		t.Errorf("%s: %+v, want %+v", name, g, w)
	}
}

var errKilled = errors.New("killed")

// A training that stops dead after any of its events, once or again and again, and
// continues from its last checkpoint leaves the same bytes as one that never stopped.
// Would catch anything that is not in the checkpoint: carried state, moments, the order
// of the data, the sums of the epoch, the losses of the guard, what is left of patience.
func TestResumeAfterAStopAnywhere(t *testing.T) {
	for name, tr := range trainings(t) {
		t.Run(name, func(t *testing.T) {
			events := 0
			want, files := tr.straight(t, train.CallbackFunc(func(train.Event) error { events++; return nil }))
			stops := [][]int{{events - 1}, {9, 1, 6}, {2}, {13, 8, 8, 8, 8, 8}}
			if testing.Short() {
				stops = stops[:2]
			}
			for _, after := range stops {
				folder := t.TempDir()
				for _, events := range after {
					if _, err := tr.run(t.Context(), t, folder, stopAfter(events)); err != nil && !errors.Is(err, errKilled) {
						t.Fatal(err)
					}
				}
				got, err := tr.run(t.Context(), t, folder)
				if err != nil {
					t.Fatal(err)
				}
				same(t, fmt.Sprint("stopped after ", after), folder, got, want, files)
			}
		})
	}
}

// stopAfter ends a training at once, without saving it, when it has seen some events.
func stopAfter(events int) train.Callback {
	return train.CallbackFunc(func(train.Event) error {
		if events--; events == 0 {
			return errKilled
		}
		return nil
	})
}

// The same for a training that is interrupted after a step or a validation. Would catch a
// checkpoint of the best weights in place of the latest, and a validation that is left
// out or done twice.
func TestResumeAfterAnInterrupt(t *testing.T) {
	all := trainings(t)
	for _, name := range []string{"stream", "without a validation"} {
		t.Run(name, func(t *testing.T) {
			tr := all[name]
			want, files := tr.straight(t)
			files = latest(files)
			for stop := want.Steps / 3; stop <= want.Steps; stop += want.Steps / 3 {
				tr.interrupted(t, want, files, func(e train.Event) bool { return e.Kind == train.Stepped && e.Step >= stop })
				if testing.Short() {
					break
				}
				tr.interrupted(t, want, files, func(e train.Event) bool { return e.Kind == train.Validated && e.Step >= stop })
			}
		})
	}
}

// interrupted interrupts a training after an event, continues it, and compares.
func (tr training) interrupted(t *testing.T, want *train.Summary, files map[string]string, after func(train.Event) bool) {
	t.Helper()
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first, err := tr.run(ctx, t, folder, train.CallbackFunc(func(e train.Event) error {
		if after(e) {
			cancel()
		}
		return nil
	}))
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := train.Load(filepath.Join(folder, "model.safetensors")); err != nil {
		t.Errorf("interrupted after step %d: %v", first.Steps, err)
	}
	got, err := tr.run(t.Context(), t, folder)
	if err != nil {
		t.Fatal(err)
	}
	same(t, fmt.Sprintf("interrupted after step %d", first.Steps), folder, got, want, files)
	if got, err = tr.run(t.Context(), t, folder); err != nil {
		t.Fatal(err)
	}
	same(t, "continued after its end", folder, got, want, files)
}

// A training that diverges does so at the same step, with the same model left, when it was
// stopped before. Would catch losses of the guard and kept weights that are not in the
// checkpoint.
func TestResumeBeforeADivergence(t *testing.T) {
	tr := trainings(t)["stream"]
	tr.settings, tr.rate = train.Settings{ValidEvery: 1000}, 4
	straight := t.TempDir()
	_, err := tr.run(t.Context(), t, straight)
	var want, got *train.DivergedError
	if !errors.As(err, &want) || want.Step < 6 {
		t.Fatalf("%v, want a divergence later", err)
	}
	folder := t.TempDir()
	if _, err := tr.run(t.Context(), t, folder, stopAfter(want.Step-1)); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	if _, err := tr.run(t.Context(), t, folder); !errors.As(err, &got) || *got != *want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if contents(t, folder)["model.safetensors"] != contents(t, straight)["model.safetensors"] {
		t.Error("the models differ")
	}
}

// State is carried between batches of different sizes: with weights that do not change, the
// loss of a text in pieces of 3 and 2 steps is that in pieces of 5. Would catch a state that
// stays in the program of its size.
func TestStateIsCarriedBetweenSizes(t *testing.T) {
	loss := func(pieces ...int) float64 {
		c := newCorpusOf(t, 5)
		s, err := train.Fit(t.Context(), c.model, &cut{Stream: c.train, pieces: pieces}, nil, train.Settings{Optimizer: optim.NewSGD(optim.Settings{LearningRate: 1e-30})})
		if err != nil {
			t.Fatal(err)
		}
		return s.Train.Loss
	}
	if got, want := loss(3, 2), loss(5); math.Abs(got-want) > 1e-5 {
		t.Errorf("loss %v in pieces of 3 and 2, %v in pieces of 5", got, want)
	}
}

// A cut is a stream whose batches are cut in pieces of some steps.
type cut struct {
	*data.Stream
	pieces []int
}

func (c *cut) Begin(rng *rand.Rand) int { return len(c.pieces) * c.Stream.Begin(rng) }

func (c *cut) Batch(i int, b *data.Batch) {
	c.Stream.Batch(i/len(c.pieces), b)
	piece := i % len(c.pieces)
	from := 0
	for _, n := range c.pieces[:piece] {
		from += n
	}
	to := from + c.pieces[piece]
	b.Steps, b.Reset = to-from, i == 0
	b.Inputs, b.Mask = b.Inputs[from*b.Rows:to*b.Rows], b.Mask[from*b.Rows:to*b.Rows]
	b.Targets, b.Weights = b.Targets[from*b.Rows:to*b.Rows], b.Weights[from*b.Rows:to*b.Rows]
}

// A training that is interrupted in the middle of a validation validates again when it
// continues. Would catch a validation that counts as done.
func TestResumeWithinAValidation(t *testing.T) {
	tr := trainings(t)["stream"]
	want, files := tr.straight(t)
	files = latest(files)
	begin := tr.begin
	for at := 1; at <= 9; at += 4 {
		ctx, cancel := context.WithCancel(t.Context())
		tr.begin = func() (*task.Model, data.Source[data.Batch], data.Source[data.Batch]) {
			m, examples, valid := begin()
			return m, examples, &alarm{valid, at, cancel}
		}
		folder := t.TempDir()
		if s, err := tr.run(ctx, t, folder); !errors.Is(err, context.Canceled) || s.Steps == want.Steps {
			t.Fatalf("%+v, %v", s, err)
		}
		tr.begin = begin
		got, err := tr.run(t.Context(), t, folder)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "interrupted in a validation", folder, got, want, files)
		if testing.Short() {
			break
		}
	}
}

// An alarm is a source that cancels when a number of batches were read.
type alarm struct {
	data.Source[data.Batch]
	left   int
	cancel func()
}

func (a *alarm) Batch(i int, b *data.Batch) {
	if a.left--; a.left == 0 {
		a.cancel()
	}
	a.Source.Batch(i, b)
}

// Training ends after Patience validations that are no better, with the best weights.
// Would catch a count that starts anew, or one too early or too late.
func TestPatience(t *testing.T) {
	tr := trainings(t)["impatient"]
	var validations, last, best int
	s, err := tr.run(t.Context(), t, t.TempDir(), train.CallbackFunc(func(e train.Event) error {
		if e.Kind == train.Validated {
			if validations++; e.Best {
				best = validations
			}
			last = e.Step
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	if validations != best+3 || s.Steps != last || s.Best != 3*best {
		t.Errorf("%d validations, the best the %d.; %+v", validations, best, s)
	}
}

// Of the checkpoints, the last Keep stay, and the latest always has the same name. Would
// catch files that pile up, and one that is lost.
func TestKeep(t *testing.T) {
	for keep, want := range map[int][]int{0: {12}, 1: {12}, 2: {10, 12}, 3: {8, 10, 12}, 9: {0, 2, 4, 6, 8, 10, 12}} {
		c, folder := newCorpus(t), t.TempDir()
		path := filepath.Join(folder, "run-x.tensors")
		fit(t, c, train.Settings{MaxSteps: 12, Checkpoints: train.Checkpoints{Path: path, Steps: 2, Keep: keep}})
		var steps []int
		for name := range contents(t, folder) {
			c, err := train.ReadCheckpoint(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			steps = append(steps, c.Step())
			if wantName := fmt.Sprintf("run-x-%06d.tensors", c.Step()); name != wantName && (c.Step() != 12 || name != "run-x.tensors") {
				t.Errorf("the checkpoint of step %d is called %s", c.Step(), name)
			}
		}
		if slices.Sort(steps); !slices.Equal(steps, want) {
			t.Errorf("keeping %d: checkpoints of steps %v, want %v", keep, steps, want)
		}
	}
}

// A checkpoint is written when its time has come, though no number of steps has.
func TestCheckpointsByTime(t *testing.T) {
	c, path := newCorpus(t), filepath.Join(t.TempDir(), "c")
	seen := 0
	fit(t, c, train.Settings{MaxSteps: 3, Checkpoints: train.Checkpoints{Path: path, Every: 1}, Callbacks: []train.Callback{
		train.CallbackFunc(func(e train.Event) error {
			if c, err := train.ReadCheckpoint(path); err == nil && c.Step() == e.Step-1 {
				seen++
			}
			return nil
		})}})
	if seen < 2 {
		t.Errorf("%d checkpoints were found, want one after each step", seen)
	}
}

// A training that is over continues if it is given more steps, and leaves what it would
// have left with them from the start.
func TestMoreSteps(t *testing.T) {
	tr := trainings(t)["without a validation"]
	want, files := tr.straight(t)
	folder := t.TempDir()
	tr.settings.MaxSteps = 5
	if _, err := tr.run(t.Context(), t, folder); err != nil {
		t.Fatal(err)
	}
	tr.settings.MaxSteps = 0
	got, err := tr.run(t.Context(), t, folder)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "with more steps", folder, got, want, latest(files))
}

// The latest weights of a checkpoint can be used as a model.
func TestLoadOfACheckpoint(t *testing.T) {
	c, path := newCorpus(t), filepath.Join(t.TempDir(), "c")
	c.valid = nil
	if _, err := train.Fit(t.Context(), c.model, c.train, nil, train.Settings{MaxSteps: 3, Checkpoints: train.Checkpoints{Path: path}}); err != nil {
		t.Fatal(err)
	}
	m, err := train.LoadAs[*task.Model](path)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range m.Params() {
		if !slices.Equal(p.Floats(), c.model.Params()[i].Floats()) {
			t.Errorf("%s differs", p.Name())
		}
	}
}

// What does not fit is an error that says what.
func TestCheckpointsThatDoNotFit(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "c")
	c := newCorpus(t)
	fit(t, c, train.Settings{MaxSteps: 3, Path: filepath.Join(folder, "m"), Checkpoints: train.Checkpoints{Path: path}})
	from, err := train.ReadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	other := newClassification(t, 1)
	for want, err := range map[string]error{
		"its seed is 0":       second(train.Fit(t.Context(), c.model, c.train, nil, train.Settings{From: from, Seed: 1})),
		"lstm.config":         second(train.Fit(t.Context(), other.model, other.train, nil, train.Settings{From: from})),
		"gorgonia-adam":       second(train.Fit(t.Context(), c.model, c.train, nil, train.Settings{Optimizer: optim.GorgoniaAdam(optim.Settings{}), Checkpoints: train.Checkpoints{Path: path}})),
		"nothing negative":    second(train.Fit(t.Context(), c.model, c.train, nil, train.Settings{Checkpoints: train.Checkpoints{Keep: -1}})),
		"another kind":        second(train.ReadCheckpoint(filepath.Join(folder, "m"))),
		"no such file":        second(train.ReadCheckpoint(filepath.Join(folder, "nowhere"))),
		"cut off":             second(train.ReadCheckpoint(damaged(t, path, func(b []byte) []byte { return b[:len(b)/2] }))),
		"the file is damaged": second(train.ReadCheckpoint(damaged(t, path, func(b []byte) []byte { b[len(b)-3] ^= 1; return b }))),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

func second[A any](_ A, err error) error { return err }

// damaged returns the path of a changed copy of a file.
func damaged(t *testing.T, path string, change func([]byte) []byte) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(path, change(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
