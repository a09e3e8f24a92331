package train_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/task"
)

// An echo is a model of a type that no package but this test knows. It says at each step what it
// read two steps before, which may have been in the batch before.
type echo struct {
	Hidden int
	cell   *cells.GRU
	head   *cells.Dense
}

// echoShape describes an echo.
type echoShape struct{ Hidden int }

func newEcho(s echoShape) (*echo, error) {
	if s.Hidden < 1 {
		return nil, errors.Errorf("an echo of %d units", s.Hidden)
	}
	rng := rand.New(rand.NewPCG(4, 4))
	return &echo{s.Hidden, cells.NewGRU("gru", 1, s.Hidden, rng), cells.NewDense("head", s.Hidden, 1, rng)}, nil
}

func init() { train.Register("echo", newEcho) }

// A signal is a batch of an echo: T matrices of shape (B, 1), read and to be said.
type signal struct{ read, said [][]float64 }

func (e *echo) Describe() echoShape { return echoShape{e.Hidden} }

func (e *echo) Params() []*graph.Param { return append(e.cell.Params(), e.head.Params()...) }

func (e *echo) Size(b *signal) any { return [2]int{len(b.read), len(b.read[0])} }

func (e *echo) Loss(g *train.Graph, b *signal) *graph.Node {
	rows := len(b.read[0])
	var inputs, targets []*graph.Node
	for t := range b.read {
		inputs = append(inputs, g.Input(fmt.Sprint("read/", t), rows, 1))
		targets = append(targets, g.Input(fmt.Sprint("said/", t), rows, 1))
	}
	outputs, end := cells.Unroll(g.Builder, e.cell, inputs, nil, g.Start(e.cell, rows))
	g.End(end)
	said := e.head.Of(g.Builder, g.Masks.Dropout(g.Builder, g.Stack(outputs), 0.1))
	g.Output("said", said)
	return g.SquaredError(said, g.Stack(targets), g.Ones(rows*len(b.read)))
}

func (e *echo) Set(p *graph.Program, b *signal) error {
	for t := range b.read {
		if err := p.SetFloats(fmt.Sprint("read/", t), b.read[t]); err != nil {
			return err
		}
		if err := p.SetFloats(fmt.Sprint("said/", t), b.said[t]); err != nil {
			return err
		}
	}
	return nil
}

func (e *echo) Weight(b *signal) float64 { return float64(len(b.read) * len(b.read[0])) }

func (e *echo) BaselineLoss() float64 { return 1 }

// Count counts signs that are right.
func (e *echo) Count(p *graph.Program, b *signal) train.Counts {
	right := 0.0
	for i, x := range p.Floats("said") {
		if rows := len(b.read[0]); (x > 0) == (b.said[i/rows][i%rows] > 0) {
			right++
		}
	}
	return train.Counts{"right": {right, e.Weight(b)}}
}

func (e *echo) Report(m *train.Metrics, c train.Counts) { m.Add("signs", c.Mean("right")) }

// A signals is a source of batches that follow each other, of 3 or 2 steps in turn.
type signals struct {
	seed    uint64
	batches int
}

func (s *signals) Begin(rng *rand.Rand) int {
	if s.seed = 9; rng != nil {
		s.seed = rng.Uint64()
	}
	return s.batches
}

// at returns what is read at a step of the pass by two rows, zeros before the first.
func (s *signals) at(step int) []float64 {
	if step < 0 {
		return []float64{0, 0}
	}
	rng := rand.New(rand.NewPCG(s.seed, uint64(step)))
	return []float64{rng.NormFloat64(), rng.NormFloat64()}
}

func (s *signals) Batch(i int, b *signal) {
	b.read, b.said = nil, nil
	for t := range 3 - i%2 {
		step := i/2*5 + i%2*3 + t
		b.read, b.said = append(b.read, s.at(step)), append(b.said, s.at(step-2))
	}
}

// An own is a training of an echo in a folder.
func own(t *testing.T, folder string, steps int, source data.Source[signal], change func(*train.Settings)) (*echo, *train.Summary, error) {
	t.Helper()
	m, err := newEcho(echoShape{8})
	if err != nil {
		t.Fatal(err)
	}
	s := train.Settings{
		MaxSteps: steps, Optimizer: adam(0.02), ClipNorm: 1, ValidEvery: 4, Seed: 5, Best: train.Criterion{Metric: "signs", Highest: true},
		Path: filepath.Join(folder, "model"), Checkpoints: train.Checkpoints{Path: filepath.Join(folder, "checkpoint"), Steps: 3},
	}
	if _, err := os.Stat(s.Checkpoints.Path); err == nil {
		if s.From, err = train.ReadCheckpoint(s.Checkpoints.Path); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(&s)
	}
	summary, err := train.Fit(t.Context(), m, source, &signals{batches: 4}, s)
	return m, summary, err
}

// A model of a type of its own, with dropout, state that goes from batch to batch of any size,
// and measures of its own, is killed, resumed, saved and loaded like any other, on data with an
// end and without, and leaves the same bytes. Would catch carried state, masks or counts that are
// the tasks' alone.
func TestOwnModelResumes(t *testing.T) {
	for name, batches := range map[string]int{"data with an end": 7, "data without": data.Unlimited} {
		t.Run(name, func(t *testing.T) {
			straight, killed := t.TempDir(), t.TempDir()
			epochs := func(s *train.Settings) {
				if batches != data.Unlimited {
					s.Epochs = 3
				}
			}
			m, want, err := own(t, straight, 17, &signals{batches: batches}, epochs)
			if err != nil {
				t.Fatal(err)
			}
			if want.Steps != 17 || want.Valid.Value("signs") < 0.5 || want.Train.Value("signs") == 0 {
				t.Errorf("%+v", want)
			}
			for _, after := range []int{7, 2, 6} {
				_, _, err := own(t, killed, 17, &signals{batches: batches}, func(s *train.Settings) {
					epochs(s)
					s.Callbacks = []train.Callback{stopAfter(after)}
				})
				if !errors.Is(err, errKilled) {
					t.Fatal(err)
				}
			}
			if _, _, err := own(t, killed, 17, &signals{batches: batches}, epochs); err != nil {
				t.Fatal(err)
			}
			if got, want := contents(t, killed), contents(t, straight); got["model"] != want["model"] || got["checkpoint"] != want["checkpoint"] {
				t.Error("a training that was killed left other files")
			}
			loaded, err := train.LoadAs[*echo](filepath.Join(straight, "model"))
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range loaded.Params() {
				if !slices.Equal(p.Floats(), m.Params()[i].Floats()) {
					t.Errorf("%s that was loaded is not the one that was saved", p.Name())
				}
			}
			if latest, err := train.LoadAs[*echo](filepath.Join(straight, "checkpoint")); err != nil || latest.Hidden != 8 {
				t.Errorf("the checkpoint as a model: %v", err)
			}
		})
	}
}

// Without its state an echo cannot know what it read in the batch before: a loss that is half of
// what a model without state can have shows that the state comes from batch to batch, of another
// size each time, in training and in evaluation. Of five steps two, the first of each batch of 3
// and both of those of 2, reach back over an edge.
func TestOwnStateIsCarried(t *testing.T) {
	m, err := newEcho(echoShape{16})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := train.Fit(t.Context(), m, &signals{batches: 100}, nil, train.Settings{Epochs: 12, Optimizer: adam(0.01), ClipNorm: 1}); err != nil {
		t.Fatal(err)
	}
	got, err := train.Evaluate(t.Context(), m, &signals{batches: 200}, graph.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Targets != 200*5 || got.Loss > 0.3 {
		t.Errorf("%+v, want a loss below 0.3; that without state is at least 4/5 of 1", got)
	}
}

// What is of another kind, or of none, is refused by name. Would catch a file that is read as
// something else, and a training that fails only when its first model is to be written.
func TestKindsOfFiles(t *testing.T) {
	folder := t.TempDir()
	m, _, err := own(t, folder, 3, &signals{batches: 9}, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "model")
	other := filepath.Join(folder, "other")
	file, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(f *safetensors.File)) string {
		f := *file
		f.Metadata = map[string]string{}
		for k, v := range file.Metadata {
			f.Metadata[k] = v
		}
		change(&f)
		if err := safetensors.WriteFile(other, &f); err != nil {
			t.Fatal(err)
		}
		return other
	}
	type stranger struct{ *echo }
	_, asTask := train.LoadAs[*task.Model](path)
	_, noTask := train.Load(changed(func(f *safetensors.File) { delete(f.Metadata, "lstm.kind") }))
	_, unknown := train.Load(changed(func(f *safetensors.File) { f.Metadata["lstm.kind"] = "siren" }))
	_, small := train.Load(changed(func(f *safetensors.File) { f.Metadata["lstm.config"] = `{"Hidden":7}` }))
	_, none := train.Load(changed(func(f *safetensors.File) { f.Metadata["lstm.config"] = `{"Hidden":0}` }))
	_, started := train.Fit(t.Context(), stranger{m}, &signals{batches: 9}, nil, train.Settings{Path: other})
	_, checkpointed := train.Fit(t.Context(), stranger{m}, &signals{batches: 9}, nil, train.Settings{Checkpoints: train.Checkpoints{Path: other}})
	from, err := train.ReadCheckpoint(filepath.Join(folder, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		err  error
		want string
	}{
		{asTask, "holds a model of type *train_test.echo, want *task.Model"},
		{noTask, "neither lstm.vocabulary nor lstm.features"},
		{unknown, `it holds a model of kind "siren", and there are echo, slope, task: name its type by train.Register("siren", ...)`},
		{small, "has shape"},
		{none, "an echo of 0 units"},
		{train.Save(other, stranger{m}), "a train_test.stranger is of no kind that files know: name it by train.Register"},
		{started, "a train_test.stranger is of no kind"},
		{checkpointed, "a train_test.stranger is of no kind"},
		{from.Fits(newCorpus(t).model), "lstm.config"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("error %v, want %q", test.err, test.want)
		}
	}
}

// A group has the steps of its own solver, to the bit, and a frozen one none. Would catch
// parameters that end up in another group, and a frozen parameter that a decay or the average of
// the weights moves.
func TestGroups(t *testing.T) {
	after := func(change func(m *echo, s *train.Settings)) *echo {
		m, err := newEcho(echoShape{8})
		if err != nil {
			t.Fatal(err)
		}
		s := train.Settings{MaxSteps: 1, Optimizer: optim.NewSGD(optim.Settings{LearningRate: 0.1})}
		change(m, &s)
		if _, err := train.Fit(t.Context(), m, &signals{batches: 9}, nil, s); err != nil {
			t.Fatal(err)
		}
		return m
	}
	fast := after(func(*echo, *train.Settings) {})
	slow := after(func(_ *echo, s *train.Settings) { s.Optimizer = optim.NewSGD(optim.Settings{LearningRate: 0.001}) })
	start, _ := newEcho(echoShape{8})
	for name, test := range map[string]struct {
		change     func(m *echo, s *train.Settings)
		cell, head *echo
	}{
		"a rate of its own": {func(m *echo, s *train.Settings) {
			s.Groups = []train.Group{{Params: m.cell.Params(), Optimizer: optim.NewSGD(optim.Settings{LearningRate: 0.001})}}
		}, slow, fast},
		"the other one": {func(m *echo, s *train.Settings) {
			s.Groups = []train.Group{{Params: m.head.Params(), Optimizer: optim.NewSGD(optim.Settings{LearningRate: 0.001})}}
		}, fast, slow},
		"scheduled": {func(m *echo, s *train.Settings) {
			s.Optimizer = optim.NewSGD(optim.Settings{LearningRate: 0.4})
			s.Groups = []train.Group{{Params: m.cell.Params(), Optimizer: optim.NewSGD(optim.Settings{LearningRate: 0.004})}}
			s.Schedule = optim.WarmUp{Steps: 4, Then: optim.Constant{}}
		}, slow, fast},
		"frozen": {func(m *echo, s *train.Settings) {
			s.Groups = []train.Group{{Params: m.cell.Params(), Frozen: true}}
		}, start, fast},
	} {
		got := after(test.change)
		for i, p := range got.cell.Params() {
			if !slices.Equal(p.Floats(), test.cell.cell.Params()[i].Floats()) {
				t.Errorf("%s: %s is another", name, p.Name())
			}
		}
		for i, p := range got.head.Params() {
			if !slices.Equal(p.Floats(), test.head.head.Params()[i].Floats()) {
				t.Errorf("%s: %s is another", name, p.Name())
			}
		}
	}
	frozen := after(func(m *echo, s *train.Settings) {
		s.Optimizer, s.Average, s.MaxSteps = optim.NewAdamW(optim.Settings{WeightDecay: 0.5}), 0.9, 20
		s.Groups = []train.Group{{Params: m.cell.Params(), Frozen: true}}
	})
	for i, p := range frozen.cell.Params() {
		if !slices.Equal(p.Floats(), start.cell.Params()[i].Floats()) {
			t.Errorf("frozen for 20 steps: %s is another", p.Name())
		}
	}
}

// A training with groups continues to the same bits.
func TestGroupsResume(t *testing.T) {
	groups := func(s *train.Settings) {}
	run := func(folder string, more func(*train.Settings)) error {
		m, err := newEcho(echoShape{8})
		if err != nil {
			t.Fatal(err)
		}
		s := train.Settings{MaxSteps: 11, Optimizer: adam(0.02), ClipNorm: 1, Path: filepath.Join(folder, "model"),
			Groups:      []train.Group{{Params: m.head.Params(), Optimizer: optim.NewMomentum(optim.Settings{})}, {Params: m.cell.Params()[:1], Frozen: true}},
			Checkpoints: train.Checkpoints{Path: filepath.Join(folder, "checkpoint"), Steps: 2}}
		if _, err := os.Stat(s.Checkpoints.Path); err == nil {
			if s.From, err = train.ReadCheckpoint(s.Checkpoints.Path); err != nil {
				t.Fatal(err)
			}
		}
		more(&s)
		_, err = train.Fit(t.Context(), m, &signals{batches: 9}, nil, s)
		return err
	}
	straight, killed := t.TempDir(), t.TempDir()
	if err := run(straight, groups); err != nil {
		t.Fatal(err)
	}
	if err := run(killed, func(s *train.Settings) { s.Callbacks = []train.Callback{stopAfter(7)} }); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	if err := run(killed, groups); err != nil {
		t.Fatal(err)
	}
	if got, want := contents(t, killed), contents(t, straight); got["model"] != want["model"] || got["checkpoint"] != want["checkpoint"] {
		t.Error("the training that was killed left other files")
	}
}
