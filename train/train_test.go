package train_test

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// abcd is a text that an LSTM learns within some steps, and whose next character
// depends on more than the last one.
var abcd = strings.Repeat("abacabadabacabae\n", 60)

// A corpus is a small language model with data.
type corpus struct {
	model        *task.Model
	train, valid *data.Stream
}

func newCorpus(t testing.TB) *corpus { return newCorpusOf(t, 8) }

// newCorpusOf returns a corpus whose graphs have some steps.
func newCorpusOf(t testing.TB, steps int) *corpus {
	t.Helper()
	text, err := schema.TextFromBytes("text", []byte(abcd), schema.Character)
	if err != nil {
		t.Fatal(err)
	}
	v := schema.NewCharacterVocabulary(text.Tokens())
	ids, err := v.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	c := task.Config{Task: task.Characters, Cell: "lstm", Hidden: 16, Layers: 1, Embed: 6, Steps: steps}
	m, err := task.NewModel(c, v, nil, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	cut := len(ids) * 4 / 5
	return &corpus{m, stream(t, ids[:cut], steps), stream(t, ids[cut:], steps)}
}

// newBackwards returns a corpus whose validation text is read backwards, so that what is
// learned soon makes it worse.
func newBackwards(t testing.TB) *corpus {
	t.Helper()
	c := newCorpus(t)
	text, err := schema.TextFromBytes("text", []byte(abcd), schema.Character)
	if err != nil {
		t.Fatal(err)
	}
	backwards, err := c.model.Vocabulary.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(backwards)
	c.valid = stream(t, backwards, 8)
	return c
}

func stream(t testing.TB, ids []int, steps int) *data.Stream {
	t.Helper()
	s, err := data.NewStream(ids, 8, steps)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// adam returns Adam with a learning rate, its own if 0.
func adam(rate float64) optim.Solver { return optim.NewAdam(optim.Settings{LearningRate: rate}) }

func fit(t testing.TB, c *corpus, s train.Settings) *train.Summary {
	t.Helper()
	summary, err := train.Fit(context.Background(), c.model, c.train, c.valid, s)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

func (c *corpus) evaluate(t testing.TB, s data.Source[data.Batch]) train.Metrics {
	t.Helper()
	part, err := train.Evaluate(context.Background(), c.model, s, graph.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return part
}

// Training learns: both solvers bring a text that is nearly certain under 1.2
// perplexity, from 6. What the summary says of the best model is what the model then is.
func TestFitLearns(t *testing.T) {
	for optimizer, solver := range map[string]optim.Solver{
		"adam":          adam(0.02),
		"gorgonia-adam": optim.GorgoniaAdam(optim.Settings{LearningRate: 0.02}),
	} {
		c := newCorpus(t)
		first := c.evaluate(t, c.valid)
		s := fit(t, c, train.Settings{Epochs: 15, Optimizer: solver, ClipNorm: 5})
		if first.Value("perplexity") < 5 || s.Valid.Value("perplexity") > 1.2 || s.Valid.Value("accuracy") < 0.9 {
			t.Errorf("%s: perplexity %.3f before and %.3f after, accuracy %.3f", optimizer, first.Value("perplexity"), s.Valid.Value("perplexity"), s.Valid.Value("accuracy"))
		}
		if got := c.evaluate(t, c.valid); got.Loss != s.Valid.Loss {
			t.Errorf("%s: the model has loss %v and the summary says %v", optimizer, got.Loss, s.Valid.Loss)
		}
		if want := 15 * c.train.Begin(nil); s.Steps != want || s.Epochs != 15 {
			t.Errorf("%s: %d steps in %d epochs, want %d in 15", optimizer, s.Steps, s.Epochs, want)
		}
	}
}

// The loss, perplexity and bits per character of a model that knows nothing.
func TestEvaluateOfAUniformModel(t *testing.T) {
	c := newCorpus(t)
	for _, p := range c.model.Head.Params() {
		p.Fill(func() float64 { return 0 })
	}
	got, v := c.evaluate(t, c.valid), float64(c.model.Vocabulary.Len())
	if math.Abs(got.Loss-math.Log(v)) > 1e-6 || math.Abs(got.Value("perplexity")-v) > 1e-5 || math.Abs(got.Value("bits_per_char")-math.Log2(v)) > 1e-6 {
		t.Errorf("%v, want loss log %v", got, v)
	}
}

// The same seed gives the same file, byte for byte; another seed another.
func TestSameSeedSameFile(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, seed uint64) []byte {
		c := newClassification(t, seed)
		path := filepath.Join(folder, name)
		s := train.Settings{Epochs: 2, Optimizer: adam(0.01), ClipNorm: 1, Seed: seed, Path: path}
		if _, err := train.Fit(context.Background(), c.model, c.train, c.train, s); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	first := write("a", 1)
	if !slices.Equal(write("b", 1), first) {
		t.Error("seed 1 gives two different files")
	}
	if slices.Equal(write("c", 2), first) {
		t.Error("seed 2 gives the file of seed 1")
	}
}

type classification struct {
	model *task.Model
	train *data.Sequences
}

func newClassification(t testing.TB, seed uint64) *classification {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	var examples []format.Example
	for i := range 60 {
		words, label := strings.Repeat("so ", i%13), "neg"
		if i%2 == 0 {
			label, words = "pos", words+"good "
		}
		examples = append(examples, format.Example{Text: words + "film", Label: label})
	}
	labels, err := schema.NewLabels(examples)
	if err != nil {
		t.Fatal(err)
	}
	targets, err := labels.Encode(examples)
	if err != nil {
		t.Fatal(err)
	}
	v := schema.NewSequenceVocabulary(examples, schema.Word, schema.Limits{})
	var ids [][]int
	for _, e := range examples {
		ids = append(ids, v.EncodeSequence(e.Text))
	}
	m, err := task.NewModel(task.Config{Task: task.Classify, Cell: "lstm", Hidden: 8, Layers: 1, Embed: 4, Steps: 16}, v, labels, rng)
	if err != nil {
		t.Fatal(err)
	}
	s, err := data.NewSequences(ids, targets, 8, 16)
	if err != nil {
		t.Fatal(err)
	}
	return &classification{m, s}
}

// A classifier learns to tell texts by one word among padding of all lengths.
func TestFitClassifier(t *testing.T) {
	c := newClassification(t, 3)
	s, err := train.Fit(context.Background(), c.model, c.train, c.train, train.Settings{Epochs: 20, Optimizer: adam(0.02), ClipNorm: 5})
	if err != nil {
		t.Fatal(err)
	}
	if s.Valid.Value("accuracy") != 1 || s.Valid.Targets != 60 || !math.IsNaN(s.Valid.Value("perplexity")) {
		t.Errorf("%+v of 60 examples", s.Valid)
	}
}

// The best model is kept, not the last: after validations that grow worse, because the
// validation text is read backwards, model and file are those of the best.
func TestFitKeepsTheBest(t *testing.T) {
	c := newBackwards(t)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	losses := map[int]float64{}
	best := 0
	s := fit(t, c, train.Settings{Epochs: 6, ValidEvery: 5, Optimizer: adam(0.02), Path: path, Callbacks: []train.Callback{
		train.CallbackFunc(func(e train.Event) error {
			if e.Kind == train.Validated {
				losses[e.Step] = e.Metrics.Loss
				if e.Best {
					best = e.Step
				}
			}
			return nil
		})}})
	lowest, last := math.Inf(1), losses[s.Steps]
	for _, loss := range losses {
		lowest = min(lowest, loss)
	}
	if lowest == last {
		t.Fatal("the last validation is the best: the test shows nothing")
	}
	if s.Valid.Loss != lowest || s.Best != best || losses[best] != lowest {
		t.Errorf("kept the model of step %d with loss %v; the lowest is %v", s.Best, s.Valid.Loss, lowest)
	}
	loaded, err := train.LoadAs[*task.Model](path)
	if err != nil {
		t.Fatal(err)
	}
	fromFile := &corpus{model: loaded}
	if a, b := c.evaluate(t, c.valid).Loss, fromFile.evaluate(t, c.valid).Loss; a != lowest || b != lowest {
		t.Errorf("the model has loss %v and its file %v, want %v", a, b, lowest)
	}
}

// A diverging run stops with the error that says so and leaves a file of finite weights.
func TestFitStopsWhenItDiverges(t *testing.T) {
	for name, s := range map[string]train.Settings{
		"loss three times the first": {Epochs: 50, Optimizer: adam(30)},
		"loss not finite":            {Epochs: 50, Optimizer: adam(1e38)},
	} {
		c := newCorpus(t)
		s.Path = filepath.Join(t.TempDir(), "model.safetensors")
		_, err := train.Fit(context.Background(), c.model, c.train, nil, s)
		var diverged *train.DivergedError
		if !errors.As(err, &diverged) {
			t.Errorf("%s: error %v, want a DivergedError", name, err)
			continue
		}
		loaded, err := train.LoadAs[*task.Model](s.Path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		part := (&corpus{model: loaded}).evaluate(t, c.valid)
		if !(part.Loss < 3*diverged.First) {
			t.Errorf("%s: the model left behind has loss %v, the first was %v", name, part.Loss, diverged.First)
		}
	}
}

// A cancelled context ends the run after the step, with a model in the file.
func TestFitStopsWhenCancelled(t *testing.T) {
	c := newCorpus(t)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	ctx, cancel := context.WithCancel(context.Background())
	summary, err := train.Fit(ctx, c.model, c.train, c.valid, train.Settings{Epochs: 9, Path: path, Callbacks: []train.Callback{
		train.CallbackFunc(func(e train.Event) error {
			if e.Step == 4 {
				cancel()
			}
			return nil
		})}})
	if !errors.Is(err, context.Canceled) || summary == nil || summary.Steps != 4 {
		t.Fatalf("summary %+v, error %v", summary, err)
	}
	loaded, err := train.LoadAs[*task.Model](path)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range loaded.Params() {
		if !slices.Equal(p.Floats(), c.model.Params()[i].Floats()) {
			t.Errorf("%s in the file is not the model's", p.Name())
		}
	}
}

// A callback's error ends the run and comes back.
func TestFitStopsAtACallbacksError(t *testing.T) {
	c := newCorpus(t)
	stop := errors.New("disk full")
	_, err := train.Fit(context.Background(), c.model, c.train, c.valid, train.Settings{Callbacks: []train.Callback{
		train.CallbackFunc(func(train.Event) error { return stop })}})
	if !errors.Is(err, stop) {
		t.Errorf("error %v, want %v", err, stop)
	}
}

// Events count steps and epochs, and a limit on steps holds within an epoch.
func TestEvents(t *testing.T) {
	c := newCorpus(t)
	batches := c.train.Begin(nil)
	var steps, validations []int
	fit(t, c, train.Settings{Epochs: 9, MaxSteps: batches + 3, Callbacks: []train.Callback{
		train.CallbackFunc(func(e train.Event) error {
			if e.Steps != batches+3 || e.Epochs != 9 || e.Epoch != 1+(e.Step-1)/batches {
				t.Errorf("event %+v", e)
			}
			if e.Kind == train.Validated {
				validations = append(validations, e.Step)
				return nil
			}
			if steps = append(steps, e.Step); e.Metrics.Targets == 0 || e.GradientNorm <= 0 || e.Metrics.Loss <= 0 {
				t.Errorf("event %+v", e)
			}
			return nil
		})}})
	if len(steps) != batches+3 || steps[len(steps)-1] != batches+3 {
		t.Errorf("steps %v, want 1 to %d", steps, batches+3)
	}
	if want := []int{batches, batches + 3}; !slices.Equal(validations, want) {
		t.Errorf("validations after steps %v, want %v", validations, want)
	}
}
