package task_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(5, 5)) }

// languageModel returns a small model of the characters of a text, and their numbers.
func languageModel(t *testing.T, content string, steps int) (*task.Model, []int) {
	t.Helper()
	text, err := schema.TextFromBytes("text", []byte(content), schema.Character)
	if err != nil {
		t.Fatal(err)
	}
	v := schema.NewCharacterVocabulary(text.Tokens())
	ids, err := v.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	m, err := task.NewModel(task.Config{Task: task.Characters, Cell: "lstm", Hidden: 6, Layers: 2, Embed: 3, Steps: steps}, v, nil, newRand())
	if err != nil {
		t.Fatal(err)
	}
	return m, ids
}

func classifier(t *testing.T, steps int) *task.Model {
	t.Helper()
	examples := []format.Example{{Text: "a good film", Label: "pos"}, {Text: "a bad film", Label: "neg"}}
	labels, err := schema.NewLabels(examples)
	if err != nil {
		t.Fatal(err)
	}
	v := schema.NewSequenceVocabulary(examples, schema.Word, schema.Limits{})
	m, err := task.NewModel(task.Config{Task: task.Classify, Cell: "lstm", Hidden: 5, Layers: 1, Embed: 4, Steps: steps}, v, labels, newRand())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// meanLoss runs a model over a whole stream.
func meanLoss(t *testing.T, m *task.Model, ids []int, rows, steps int) float64 {
	t.Helper()
	stream, err := data.NewStream(ids, rows, steps)
	if err != nil {
		t.Fatal(err)
	}
	program, err := train.Compile(m, &data.Batch{Steps: steps, Rows: rows}, train.Compilation{})
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	var batch data.Batch
	sum, weight := 0.0, 0.0
	for i := range stream.Begin(nil) {
		stream.Batch(i, &batch)
		r, err := program.Run(&batch, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		sum += r.Loss * r.Weight
		weight += r.Weight
	}
	if int(weight) != len(ids)-1 {
		t.Errorf("%v targets counted of %d", weight, len(ids)-1)
	}
	return sum / weight
}

// State that is dropped, mixed up between layers or not reset shows as another loss: in
// blocks of any length the loss of a text is that of one long block.
func TestCarriedStateGivesTheLossOfOneLongBlock(t *testing.T) {
	m, ids := languageModel(t, strings.Repeat("to be or not to be, ", 3), 60)
	want := meanLoss(t, m, ids, 1, len(ids)-1)
	for _, steps := range []int{1, 7, 20} {
		for range 2 { // the second pass starts afresh
			graphtest.CheckClose(t, "loss", []float64{meanLoss(t, m, ids, 1, steps)}, []float64{want}, 1e-6)
		}
	}
}

// The generator's probabilities are those of the unrolled model.
func TestGeneratorAgreesWithTheModel(t *testing.T) {
	m, ids := languageModel(t, "hello world", 10)
	g, err := task.NewGenerator(m, task.Serving{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	nats := 0.0
	for i, id := range ids {
		if i > 0 {
			nats -= math.Log(g.Probabilities()[id])
		}
		if err := g.See(id); err != nil {
			t.Fatal(err)
		}
	}
	graphtest.CheckClose(t, "loss", []float64{nats / float64(len(ids)-1)}, []float64{meanLoss(t, m, ids, 1, 10)}, 1e-6)
}

// The same seed writes the same text, and a generator that saw nothing writes too.
func TestGeneratorIsReproducible(t *testing.T) {
	m, _ := languageModel(t, "hello world", 10)
	write := func() (ids []int) {
		g, err := task.NewGenerator(m, task.Serving{})
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		rng := newRand()
		for range 20 {
			id, err := g.Next(task.Sampling{Temperature: 1}, rng)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		return ids
	}
	if a, b := write(), write(); !slices.Equal(a, b) {
		t.Errorf("%v and then %v", a, b)
	}
}

// 100,000 draws fit the softmax at the temperature, by Pearson's χ² at 0.1 %.
func TestDrawFollowsTheSoftmax(t *testing.T) {
	logits := []float64{1, -0.5, 2, 0, 0.3, 1.7}
	const draws, temperature = 100000, 0.8
	weights, total := make([]float64, len(logits)), 0.0
	for i, x := range logits {
		weights[i] = math.Exp(x / temperature)
		total += weights[i]
	}
	counts := make([]float64, len(logits))
	rng := newRand()
	for range draws {
		counts[task.Sampling{Temperature: temperature}.Draw(logits, rng)]++
	}
	chi2 := 0.0
	for i, n := range counts {
		want := draws * weights[i] / total
		chi2 += (n - want) * (n - want) / want
	}
	if chi2 > 20.5 { // 5 degrees of freedom
		t.Errorf("χ² = %.1f for counts %v", chi2, counts)
	}
}

// Each restriction keeps what it promises and no more; temperature 0 is greedy.
func TestSamplingRestrictions(t *testing.T) {
	logits := []float64{math.Log(0.15), math.Log(0.5), math.Log(0.3), math.Log(0.05)}
	for _, c := range []struct {
		name string
		s    task.Sampling
		want []int
	}{
		{"greedy", task.Sampling{}, []int{1}},
		{"near zero", task.Sampling{Temperature: 1e-3}, []int{1}},
		{"top 1", task.Sampling{Temperature: 5, TopK: 1}, []int{1}},
		{"top 3", task.Sampling{Temperature: 5, TopK: 3}, []int{0, 1, 2}},
		{"top 9", task.Sampling{Temperature: 5, TopK: 9}, []int{0, 1, 2, 3}},
		{"p 0.5", task.Sampling{Temperature: 1, TopP: 0.499}, []int{1}},
		{"p 0.6", task.Sampling{Temperature: 1, TopP: 0.6}, []int{1, 2}},
		{"p 0.9", task.Sampling{Temperature: 1, TopP: 0.9}, []int{0, 1, 2}},
		{"p 1", task.Sampling{Temperature: 1, TopP: 1}, []int{0, 1, 2, 3}},
		{"k then p", task.Sampling{Temperature: 1, TopK: 2, TopP: 0.6}, []int{1}},
	} {
		rng, seen := newRand(), map[int]bool{}
		for range 2000 {
			seen[c.s.Draw(logits, rng)] = true
		}
		var got []int
		for k := range len(logits) {
			if seen[k] {
				got = append(got, k)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s draws %v, want %v", c.name, got, c.want)
		}
	}
	for _, s := range []task.Sampling{{Temperature: -1}, {Temperature: math.NaN()}, {TopK: -1}, {TopP: 1.5}} {
		if s.Check() == nil {
			t.Errorf("Check accepts %+v", s)
		}
	}
}

// What a text is predicted together with, and its padding, change nothing; a text that
// is empty, unknown or too long is legal.
func TestClassifierPredictsEachTextAlone(t *testing.T) {
	m := classifier(t, 16)
	texts := []string{"a good film", "", "bad", "unheard words", strings.Repeat("good bad ", 20), "a film a film a film a film a film"}
	c, err := task.NewClassifier(m, task.Serving{Rows: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	together, err := c.Probabilities(texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		alone, err := c.Probabilities([]string{text})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(alone[0], together[i]) {
			t.Errorf("%q has %v alone and %v among others", text, alone[0], together[i])
		}
		if sum := together[i][0] + together[i][1]; math.Abs(sum-1) > 1e-6 {
			t.Errorf("the probabilities of %q sum to %v", text, sum)
		}
	}
}

// Solvers know parameters by position, which must be that of Params in every program.
func TestProgramsListParametersInOneOrder(t *testing.T) {
	lm, _ := languageModel(t, "hello world", 4)
	for _, m := range []*task.Model{lm, classifier(t, 4)} {
		for _, steps := range []int{1, 3} {
			program, err := train.Compile(m, &data.Batch{Steps: steps, Rows: 2}, train.Compilation{Training: true})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := program.Graph().Params(), m.Params(); !slices.Equal(got, want) {
				t.Errorf("T=%d: parameters %v, want %v", steps, names(got), names(want))
			}
			program.Close()
		}
	}
}

func names(params []*graph.Param) (names []string) {
	for _, p := range params {
		names = append(names, p.Name())
	}
	return names
}

// Sizes and names that cannot be are errors that name the field.
func TestNewModelChecksItsConfig(t *testing.T) {
	lm, _ := languageModel(t, "ab", 4)
	good := lm.Config
	for want, change := range map[string]func(*task.Config){
		`no task "poem"`:            func(c *task.Config) { c.Task = "poem" },
		`no cell "gru2"`:            func(c *task.Config) { c.Cell = "gru2" },
		"hidden is 0":               func(c *task.Config) { c.Hidden = 0 },
		"layers is -1":              func(c *task.Config) { c.Layers = -1 },
		"embed is 0":                func(c *task.Config) { c.Embed = 0 },
		"steps is 0":                func(c *task.Config) { c.Steps = 0 },
		"a classifier needs labels": func(c *task.Config) { c.Task = task.Classify },
	} {
		c := good
		change(&c)
		if _, err := task.NewModel(c, lm.Vocabulary, nil, newRand()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A forget bias and a preset reach the cells, and nothing else of the model.
func TestForgetBiasAndPresetReachTheCells(t *testing.T) {
	m := classifier(t, 4)
	before := map[string][]float64{}
	for _, p := range m.Params() {
		before[p.Name()] = p.Floats()
	}
	if err := m.SetForgetBias(2.5); err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Params() {
		want := before[p.Name()]
		if p.Name() == "lstm/0/f/b" {
			want = []float64{2.5, 2.5, 2.5, 2.5, 2.5}
		}
		graphtest.CheckClose(t, p.Name(), p.Floats(), want, 0)
	}
	if err := m.Initialise("keras", newRand()); err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Params() {
		changed := !slices.Equal(p.Floats(), before[p.Name()])
		if want := strings.HasPrefix(p.Name(), "lstm/") && !strings.HasSuffix(p.Name(), "/b"); changed != want {
			t.Errorf("%s changed: %t", p.Name(), changed)
		}
	}
	m.Config.Cell = "rnn"
	plain, err := task.NewModel(m.Config, m.Vocabulary, m.Labels, newRand())
	if err != nil {
		t.Fatal(err)
	}
	if plain.SetForgetBias(1) == nil || plain.Initialise("chrono:10", newRand()) == nil {
		t.Error("a plain RNN took a forget bias")
	}
}

// Every cell makes a language model whose carried state gives the loss of one long block: a
// node of its state that is not carried shows as another loss.
func TestEveryCell(t *testing.T) {
	var withForgetGate []string
	for _, name := range cells.Names() {
		lm, ids := languageModel(t, "to be or not to be", 20)
		lm.Config.Cell = name
		m, err := task.NewModel(lm.Config, lm.Vocabulary, nil, newRand())
		if err != nil {
			t.Fatal(err)
		}
		want := meanLoss(t, m, ids, 1, len(ids)-1)
		graphtest.CheckClose(t, name, []float64{meanLoss(t, m, ids, 1, 5)}, []float64{want}, 1e-6)
		if cells.HasForgetGate(name) && cells.Builtin(name) {
			withForgetGate = append(withForgetGate, name)
		}
	}
	if want := []string{"cifg", "fgr", "layernorm", "lstm", "mlstm", "niaf", "nig", "noaf", "nog", "peephole", "slstm"}; !slices.Equal(withForgetGate, want) {
		t.Errorf("cells with a forget gate are %v, want %v", withForgetGate, want)
	}
	if cells.HasForgetGate("gru2") {
		t.Error("a cell that there is not has a forget gate")
	}
}
